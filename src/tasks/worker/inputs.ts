import { type DuckdbSession, duckdbType, quoteIdentifier } from '../../engine/duckdb/index.js';
import { EngineError } from '../../engine/session.js';
import { prepareExternal } from '../../external/index.js';
import type { ExternalRelation, PreparedRelation } from '../../external/relation.js';
import { segmentsSql } from '../../segments/index.js';
import { FaultError } from '../../msq/fault.js';
import { faults } from '../../msq/faults.js';
import { unparseableData } from './faults.js';
import type { RunningJob } from './job.js';
import { systemRowsStatements } from './system-rows.js';
import type { Scan } from './profile.js';
import type { InputCounter, StageCounters } from './progress.js';
import type { JobRelation } from './protocol.js';

interface ExternalInput {
  readonly counter: InputCounter;
  readonly prepared: PreparedRelation;
}

/** How external data are read: the careful way, or one that is faster and may fail on data it cannot make sense of. */
type Way = 'sql' | 'quickSql';

interface NamedSql {
  readonly name: string;
  readonly sql: string;
  readonly quickSql: string;
}

/** The relations of a job and the counters of reading them. */
export interface JobInputs {
  /**
   * Does the reading: counts it, and turns what goes wrong with external data into faults. The work runs the job's SQL
   * with the relations that it names, and answers the scans that the engine did. Work that can be done again is given
   * a quicker SQL first where there is one, and the careful SQL when that one fails because of the data.
   */
  reading(work: (sql: string) => Promise<readonly Scan[]>, options?: { readonly canRepeat: boolean }): Promise<void>;
}

/**
 * Makes the relations that the job's SQL names. They are part of the statement and not views, because binding a view
 * once when it is created and again when it is used would double the time of a small job.
 */
export async function createInputs(
  running: RunningJob,
  session: DuckdbSession,
  stage: StageCounters,
): Promise<JobInputs> {
  const externals: ExternalInput[] = [];
  const named: NamedSql[] = [];
  const name = ({ name }: JobRelation, sql: string, quickSql = sql): void => {
    named.push({ name, sql, quickSql });
  };
  for (const relation of running.job.relations) {
    const counter: InputCounter = { rows: 0, bytes: 0, files: 0, totalFiles: 0 };
    if (relation.kind !== 'rows') stage.inputs.push(counter);
    switch (relation.kind) {
      case 'external': {
        const prepared = await prepare(running, session, relation.external, counter);
        name(
          relation,
          externalSql(relation.external, prepared, 'sql'),
          externalSql(relation.external, prepared, 'quickSql'),
        );
        externals.push({ counter, prepared });
        break;
      }
      case 'segments':
        name(relation, segmentsSql(relation));
        counter.rows = relation.segments.reduce((total, { segment }) => total + segment.rows, 0);
        counter.bytes = relation.segments.reduce((total, { segment }) => total + segment.size, 0);
        counter.files = counter.totalFiles = relation.segments.length;
        break;
      case 'rows':
        for (const sql of systemRowsStatements(relation)) await session.run(sql);
        break;
    }
  }
  const statement = (way: Way): string => {
    const relations = named.map(
      (relation) => `${quoteIdentifier(relation.name)} AS NOT MATERIALIZED (${relation[way]})`,
    );
    return relations.length > 0 ? `WITH ${relations.join(',\n')}\n${running.job.sql}` : running.job.sql;
  };
  const hasQuickWay = named.some(({ sql, quickSql }) => sql !== quickSql);
  return {
    async reading(work, { canRepeat } = { canRepeat: false }) {
      running.progress.observe(() => {
        estimateFiles(externals, session.progress.percentage);
      });
      const careful = async (): Promise<readonly Scan[]> => {
        try {
          return await work(statement('sql'));
        } catch (error) {
          throw await explained(running, externals, error);
        }
      };
      const scans =
        hasQuickWay && canRepeat ? await quickly(running, () => work(statement('quickSql')), careful) : await careful();
      countExternals(externals, scans);
      await countProblems(running, stage, externals);
    },
  };
}

/** Tries the quick way; whatever is wrong with the data is for the careful one to find out. */
async function quickly<T>(running: RunningJob, quick: () => Promise<T>, careful: () => Promise<T>): Promise<T> {
  try {
    return await quick();
  } catch (error) {
    if (running.signal.aborted || !(error instanceof EngineError) || error.kind !== 'data') throw error;
    return careful();
  }
}

async function prepare(
  running: RunningJob,
  session: DuckdbSession,
  relation: ExternalRelation,
  counter: InputCounter,
): Promise<PreparedRelation> {
  const { job } = running;
  const prepared = await prepareExternal(relation, {
    session,
    spoolDirectory: running.directory,
    ...(job.allowedDirectories && { allowedDirectories: job.allowedDirectories }),
    maxParseExceptions: job.maxParseExceptions,
    signal: running.signal,
    onProgress: ({ files, totalFiles, bytes }) => {
      Object.assign(counter, { files, totalFiles, bytes });
    },
  });
  // Fetching counted up to here; from now on a file counts when it has been read.
  Object.assign(counter, { files: 0, bytes: 0, totalFiles: prepared.totalFiles });
  return prepared;
}

function externalSql(relation: ExternalRelation, prepared: PreparedRelation, way: Way): string {
  if (prepared.parts.length > 0) {
    const columns = relation.columns.map(quoteIdentifier).join(', ') || '*';
    return prepared.parts.map((part) => `SELECT ${columns} FROM (${part[way] ?? part.sql})`).join(' UNION ALL ');
  }
  const types = new Map(relation.signature.map(({ name, type }) => [name, type]));
  const nulls = relation.columns.map((name) => {
    const type = types.get(name);
    return `CAST(NULL AS ${type ? duckdbType(type) : 'VARCHAR'}) AS ${quoteIdentifier(name)}`;
  });
  return `SELECT ${nulls.join(', ') || 'NULL'} WHERE false`;
}

/** DuckDB tells how much of its reading is done, in the long run by whole files. */
function estimateFiles(externals: readonly ExternalInput[], percentage: number): void {
  const done = Math.min(Math.max(percentage, 0), 100) / 100;
  for (const { counter, prepared } of externals) {
    counter.files = Math.max(counter.files, Math.floor(prepared.totalFiles * done));
    counter.bytes = Math.max(counter.bytes, Math.floor(prepared.totalBytes * done));
  }
}

/** Gives each scan to the relation whose parts name its file; with one relation there is no doubt. */
function countExternals(externals: readonly ExternalInput[], scans: readonly Scan[]): void {
  for (const { counter, prepared } of externals) {
    counter.files = prepared.totalFiles;
    counter.bytes = prepared.totalBytes;
  }
  const [only] = externals;
  for (const { rows, files } of scans) {
    const [file = ''] = files.split(', ');
    const owner =
      externals.length === 1
        ? only
        : externals.find(({ prepared }) => file !== '' && prepared.parts.some((part) => part.sql.includes(file)));
    if (owner) owner.counter.rows += rows;
  }
}

/** What was wrong with the data, if the engine failed because of it; otherwise the engine's own error. */
async function explained(running: RunningJob, externals: readonly ExternalInput[], error: unknown): Promise<unknown> {
  if (running.signal.aborted || !(error instanceof EngineError) || error.kind !== 'data') return error;
  for (const { prepared } of externals) {
    for (const part of prepared.parts) {
      const problem = await part.explain(error);
      if (problem) return unparseableData(problem, error);
    }
  }
  return error;
}

/** Warns of the records that were left out, and fails when they are more than the job allows. */
async function countProblems(
  running: RunningJob,
  stage: StageCounters,
  externals: readonly ExternalInput[],
): Promise<void> {
  const { maxParseExceptions } = running.job;
  for (const { prepared } of externals) {
    for (const part of prepared.parts) {
      const { count, first } = await part.problems(running.warningsLeft);
      stage.warnings += count;
      for (const problem of first) running.warn(stage.stage, problem);
      const [problem] = first;
      if (maxParseExceptions >= 0 && stage.warnings > maxParseExceptions) {
        throw problem && maxParseExceptions === 0
          ? unparseableData(problem)
          : new FaultError(faults.TooManyWarnings(maxParseExceptions, 'CannotParseExternalData'));
      }
    }
  }
}
