import { type DuckdbSession, duckdbType, quoteIdentifier } from '../../engine/duckdb/index.js';
import { EngineError } from '../../engine/session.js';
import { prepareExternal } from '../../external/index.js';
import type { ExternalRelation, PreparedRelation } from '../../external/relation.js';
import { segmentsSql } from '../../segments/index.js';
import { FaultError } from '../../msq/fault.js';
import { faults } from '../../msq/faults.js';
import { BOOLEAN } from '../../sql/types.js';
import { bytesRead } from './bytes-read.js';
import { tooManyInputFiles, unparseableData } from './faults.js';
import type { RunningJob } from './job.js';
import type { Scan } from './profile.js';
import type { InputCounter, StageCounters } from './progress.js';
import type { JobRelation } from './protocol.js';

interface ExternalInput {
  readonly counter: InputCounter;
  readonly prepared: PreparedRelation;
}

/** What a counter will come to, and the bytes that the engine reads on the way. */
interface Expected {
  readonly counter: InputCounter;
  readonly rows: number;
  readonly bytes: number;
  readonly bytesToRead: number;
}

/** How external data are read: the careful way, or one that is faster and may fail on data it cannot make sense of. */
type Way = 'sql' | 'quickSql';

interface NamedSql {
  readonly name: string;
  readonly sql: string;
  readonly quickSql: string;
}

/** A query as a statement, with the relations of the job and further ones, which are SELECTs under their names. */
export type StatementOf = (query: string, more?: ReadonlyMap<string, string>) => string;

/** The relations of a job and the counters of reading them. */
export interface JobInputs {
  /**
   * Does the reading: counts it, and turns what goes wrong with external data into faults. The work makes its
   * statements of queries over the job's relations, and answers the scans that the engine did. Work that can be done again
   * is given quicker relations first where there are some, and the careful ones when it fails because of the data. As
   * such work keeps all the rows there are, the files are checked for their ends, too.
   */
  reading(
    work: (statement: StatementOf) => Promise<readonly Scan[]>,
    options?: { readonly canRepeat: boolean },
  ): Promise<void>;
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
  const expected: Expected[] = [];
  const named: NamedSql[] = [];
  const listed = { files: 0 };
  const name = ({ name }: JobRelation, sql: string, quickSql = sql): void => {
    named.push({ name, sql, quickSql });
  };
  for (const relation of running.job.relations) {
    const counter: InputCounter = { rows: 0, bytes: 0, files: 0, totalFiles: 0 };
    if (relation.kind !== 'rows') stage.inputs.push(counter);
    switch (relation.kind) {
      case 'external': {
        const prepared = await prepare(running, session, relation.external, counter, listed);
        name(
          relation,
          externalSql(relation.external, prepared, 'sql'),
          externalSql(relation.external, prepared, 'quickSql'),
        );
        externals.push({ counter, prepared });
        expected.push(expectedOf(counter, prepared));
        break;
      }
      case 'segments': {
        name(relation, segmentsSql(relation));
        const rows = relation.segments.reduce((total, { segment }) => total + segment.rows, 0);
        const bytes = relation.segments.reduce((total, { segment }) => total + segment.size, 0);
        counter.totalFiles = relation.segments.length;
        expected.push({ counter, rows, bytes, bytesToRead: bytes });
        break;
      }
      case 'remoteSegments':
        throw new Error(`DuckDB reads no segments where they lie, such as those of ${relation.name}`);
      case 'rows':
        // A query that only counts needs no column, but a table does.
        await session.createTable(
          relation.name,
          relation.columns.length > 0 ? relation.columns : [{ name: 'none', type: BOOLEAN }],
          relation.rows,
        );
        break;
    }
  }
  const statementOver =
    (way: Way): StatementOf =>
    (query, more = new Map()) => {
      const relations = [...named.map((relation) => [relation.name, relation[way]] as const), ...more];
      const list = relations.map(([alias, sql]) => `${quoteIdentifier(alias)} AS NOT MATERIALIZED (${sql})`);
      return list.length > 0 ? `WITH ${list.join(',\n')}\n${query}` : query;
    };
  const hasQuickWay = named.some(({ sql, quickSql }) => sql !== quickSql);
  return {
    async reading(work, { canRepeat } = { canRepeat: false }) {
      const checked = canRepeat ? Promise.all(externals.map(({ prepared }) => prepared.checkFiles())) : undefined;
      // It is waited for only where the work has not failed already.
      checked?.catch(() => undefined);
      const share = shareOfReading(session, expected);
      running.progress.observe(() => {
        estimateRead(expected, share());
      });
      const careful = async (): Promise<readonly Scan[]> => {
        try {
          return await work(statementOver('sql'));
        } catch (error) {
          throw await explained(running, externals, error);
        }
      };
      const scans =
        hasQuickWay && canRepeat
          ? await quickly(running, () => work(statementOver('quickSql')), careful)
          : await careful();
      await checked;
      running.progress.observe(undefined);
      estimateRead(expected, 1);
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
  listed: { files: number },
): Promise<PreparedRelation> {
  const { job } = running;
  const prepared = await prepareExternal(relation, {
    session,
    spoolDirectory: running.directory,
    ...(job.allowedDirectories && { allowedDirectories: job.allowedDirectories }),
    ...(job.s3 && { s3: job.s3 }),
    maxParseExceptions: job.maxParseExceptions,
    signal: running.signal,
    onListed: (files) => {
      listed.files += files;
      if (job.maxInputFiles !== undefined && listed.files > job.maxInputFiles) throw tooManyInputFiles(listed.files);
    },
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

function expectedOf(counter: InputCounter, { parts, totalBytes }: PreparedRelation): Expected {
  const rows = parts.reduce((total, { size }) => total + size.rows, 0);
  const bytesToRead = parts.reduce((total, { size }) => total + size.bytes, 0);
  return { counter, rows, bytes: totalBytes, bytesToRead };
}

/**
 * How much of the reading is done, from 0 to 1. DuckDB tells for plain reads; where it cannot (such as below an UNNEST),
 * what the process has read since tells, as a task has a process of its own.
 */
function shareOfReading(session: DuckdbSession, expected: readonly Expected[]): () => number {
  const total = expected.reduce((sum, { bytesToRead }) => sum + bytesToRead, 0);
  const before = bytesRead();
  return () => {
    const { percentage } = session.progress;
    if (percentage > 0) return Math.min(percentage / 100, 1);
    const now = bytesRead();
    return before === undefined || now === undefined || total === 0 ? 0 : Math.min((now - before) / total, 1);
  };
}

/** Counters only rise, up to what is expected; rows of text files are an estimate until the engine has counted them. */
function estimateRead(expected: readonly Expected[], share: number): void {
  for (const { counter, rows, bytes } of expected) {
    counter.rows = Math.max(counter.rows, Math.floor(rows * share));
    counter.bytes = Math.max(counter.bytes, Math.floor(bytes * share));
    counter.files = Math.max(counter.files, Math.floor(counter.totalFiles * share));
  }
}

/** Gives each scan to the relation whose parts name its file; with one relation there is no doubt. */
function countExternals(externals: readonly ExternalInput[], scans: readonly Scan[]): void {
  for (const { counter } of externals) counter.rows = 0;
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
