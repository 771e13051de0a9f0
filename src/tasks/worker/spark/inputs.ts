import {
  quoteIdentifier,
  quoteText,
  type SparkListener,
  type SparkSession,
  sparkType,
} from '../../../engine/spark/index.js';
import { prepareSparkExternal } from '../../../external/index.js';
import { FaultError } from '../../../msq/fault.js';
import { faults } from '../../../msq/faults.js';
import type { SqlType } from '../../../sql/types.js';
import { tooManyInputFiles } from '../faults.js';
import type { RunningJob } from '../job.js';
import type { InputCounter, StageCounters } from '../progress.js';
import { sourceOf } from './failures.js';
import { openRemoteFiles } from './file-systems.js';
import { createSegments } from './segment-files.js';
import type { JobRelation } from '../protocol.js';

/** What a counter comes to. */
interface Total {
  readonly counter: InputCounter;
  readonly bytes: number;
  /** Of external data unknown until `rowsSql` has counted them. */
  rows?: number;
  readonly rowsSql?: string;
}

/** What a job reads on Spark. */
export interface SparkInputs {
  /** A statement with the relations that it names. */
  withRelations(sql: string): string;
  /** Counts while a statement runs. */
  readonly listener: SparkListener;
  /**
   * Runs a statement of which Spark's metrics do not tell the rows that it reads, and counts them beside it where they cannot
   * be known from the rows put out.
   */
  counting(run: () => Promise<void>): Promise<void>;
  /** Counts everything as read. `put` is how many rows came out, where that is known. */
  finish(put?: number): void;
  /** Warns of the records that were left out, and fails when they are more than the job allows. */
  countProblems(): Promise<void>;
}

type SystemRows = Extract<JobRelation, { kind: 'rows' }>;

function literal(value: string | number | bigint | boolean | null | undefined, type: SqlType): string {
  if (value === null || value === undefined) return 'NULL';
  if (type.name === 'TIMESTAMP' || type.name === 'DATE') return `timestamp_millis(${String(value)})`;
  return typeof value === 'string' ? quoteText(value) : String(value);
}

/** Rows that the server computed, as a query of constants. */
function rowsSql({ columns, rows }: SystemRows): string {
  const items = columns.map(
    ({ name, type }, index) => `CAST(col${index + 1} AS ${sparkType(type)}) AS ${quoteIdentifier(name)}`,
  );
  const list = items.length > 0 ? items.join(', ') : '1';
  if (rows.length === 0) {
    const nulls = columns.map(({ name, type }) => `CAST(NULL AS ${sparkType(type)}) AS ${quoteIdentifier(name)}`);
    return `SELECT ${nulls.length > 0 ? nulls.join(', ') : '1'} WHERE FALSE`;
  }
  const values = rows.map((row) => `(${columns.map(({ type }, index) => literal(row[index], type)).join(', ')})`);
  return `SELECT ${list} FROM VALUES ${values.join(', ')}`;
}

/** Gives the files of a job's relations names in the session. */
export async function createSparkInputs(
  running: RunningJob,
  session: SparkSession,
  stage: StageCounters,
): Promise<SparkInputs> {
  const named: string[] = [];
  const totals: Total[] = [];
  const badRecords: string[] = [];
  let listedFiles = 0;
  const remoteFiles = openRemoteFiles(session, running.job.s3 ?? {});
  for (const relation of running.job.relations) {
    const name = quoteIdentifier(relation.name);
    switch (relation.kind) {
      case 'external': {
        const counter: InputCounter = { rows: 0, bytes: 0, files: 0, totalFiles: 0 };
        stage.inputs.push(counter);
        const external = await prepareSparkExternal(relation.name, relation.external, {
          spoolDirectory: running.directory,
          ...(running.job.allowedDirectories && { allowedDirectories: running.job.allowedDirectories }),
          ...(running.job.s3 && { s3: running.job.s3 }),
          onListed: (count) => {
            listedFiles += count;
            const { maxInputFiles } = running.job;
            if (maxInputFiles !== undefined && listedFiles > maxInputFiles) throw tooManyInputFiles(listedFiles);
          },
          maxParseExceptions: running.job.maxParseExceptions,
          ...remoteFiles,
          session,
          signal: running.signal,
          onProgress: ({ files, totalFiles, bytes }) => {
            Object.assign(counter, { files, totalFiles, bytes });
          },
        });
        named.push(`${name} AS (${external.sql})`);
        Object.assign(counter, { files: 0, bytes: 0, totalFiles: external.totalFiles });
        totals.push({ counter, bytes: external.totalBytes, rowsSql: external.rowsSql });
        if (external.badRecordsSql !== undefined) badRecords.push(external.badRecordsSql);
        break;
      }
      case 'segments':
      case 'remoteSegments': {
        named.push(`${name} AS (${await createSegments(running, session, relation)})`);
        const count = relation.segments.length;
        const counter: InputCounter = { rows: 0, bytes: 0, files: 0, totalFiles: count };
        stage.inputs.push(counter);
        totals.push({
          counter,
          rows: relation.segments.reduce((total, { segment }) => total + segment.rows, 0),
          bytes: relation.segments.reduce((total, { segment }) => total + segment.size, 0),
        });
        break;
      }
      case 'rows':
        named.push(`${name} AS (${rowsSql(relation)})`);
        break;
    }
  }
  return {
    async countProblems() {
      const { maxParseExceptions } = running.job;
      if (maxParseExceptions === 0) return;
      for (const sql of badRecords) {
        const [[count] = []] = await session.rows(`SELECT count(*) FROM (${sql})`);
        stage.warnings += Number(count);
        const shown =
          Number(count) === 0 ? [] : await session.rows(`SELECT * FROM (${sql}) LIMIT ${running.warningsLeft}`);
        for (const [record, source] of shown) {
          running.warn(stage.stage, {
            source: sourceOf(String(source)),
            reason: 'it does not fit the format',
            record: String(record),
          });
        }
      }
      if (maxParseExceptions > 0 && stage.warnings > maxParseExceptions) {
        throw new FaultError(faults.TooManyWarnings(maxParseExceptions, 'CannotParseExternalData'));
      }
    },
    withRelations: (sql) => (named.length > 0 ? `WITH ${named.join(',\n')}\n${sql}` : sql),
    listener: {
      metrics(metrics) {
        // Scans come in the order of the plan; with one relation there is no doubt which one they read.
        const [only] = totals;
        const rows = metrics
          .filter(({ name }) => name?.startsWith('Scan ') === true)
          .reduce((sum, { executionMetrics }) => sum + (executionMetrics?.numOutputRows?.value ?? 0), 0);
        if (only && totals.length === 1 && rows > 0) only.counter.rows = rows;
      },
      progress(stages) {
        const tasks = stages.reduce((total, each) => total + (each.numTasks ?? 0), 0);
        const done = stages.reduce((total, each) => total + (each.numCompletedTasks ?? 0), 0);
        const part = tasks === 0 ? 0 : done / tasks;
        for (const { counter, bytes } of totals) {
          counter.bytes = Math.max(counter.bytes, Math.floor(bytes * part));
          counter.files = Math.max(counter.files, Math.floor(counter.totalFiles * part));
        }
      },
    },
    async counting(run) {
      const counts = totals.map(async (total) => {
        if (total.rowsSql === undefined || running.job.keepsRows === true) return;
        const [[rows] = []] = await session.rows(total.rowsSql);
        total.rows = Number(rows);
      });
      await Promise.all([run(), ...counts]);
    },
    finish(put) {
      for (const { counter, bytes, rows, rowsSql } of totals) {
        const read = rowsSql !== undefined && running.job.keepsRows === true ? put : rows;
        Object.assign(counter, { bytes, files: counter.totalFiles, ...(read !== undefined && { rows: read }) });
      }
    },
  };
}
