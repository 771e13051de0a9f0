import type { DuckdbSession } from '../../engine/duckdb/index.js';
import type { EngineValue } from '../../engine/session.js';
import { FaultError } from '../../msq/fault.js';
import { faults } from '../../msq/faults.js';
import { limits } from '../../msq/limits.js';
import { bucketOf, bucketStartSql } from '../../segments/index.js';
import type { Interval } from '../../segments/segment.js';
import { createInputs } from './inputs.js';
import type { RunningJob } from './job.js';
import { runQuery } from './passes.js';
import type { StageCounters } from './progress.js';
import { checkRows, rowMeasures, withoutNullBytes } from './row-checks.js';
import type { SegmentsDestination } from './protocol.js';
import { storedColumn, type StoredColumn } from './stored-columns.js';

/** Rows of a DuckDB vector: the unit in which a filtered scan skips or reads. */
const VECTOR_ROWS = 2_048;

/** The staged rows of one time chunk. */
export interface StagedChunk {
  /** Value of the column `bucket`: milliseconds of the chunk's start. */
  readonly bucket: bigint;
  readonly interval: Interval;
  readonly rows: number;
  readonly timeRange: { readonly min: number; readonly max: number };
}

/** All rows of an ingestion, in a table of the columns `bucket` and `sqlName` of each stored column. */
export interface StagedRows {
  readonly table: string;
  readonly columns: readonly StoredColumn[];
  readonly chunks: readonly StagedChunk[];
  readonly rows: number;
  /** In how many chunks a vector of rows has its share, on average. */
  readonly scatter: number;
}

/** Runs the job's query once and keeps its rows, which may spill to disk; counts them by time chunk. */
export async function stageRows(
  running: RunningJob,
  session: DuckdbSession,
  destination: SegmentsDestination,
  columns: readonly StoredColumn[],
  stage: StageCounters,
): Promise<StagedRows> {
  const inputs = await createInputs(running, session, stage);
  const table = running.newTable();
  const time = storedColumn(columns, '__time');
  const selected = columns
    .map(({ sql, sqlName, type }) => {
      const value = destination.removeNullBytes ? withoutNullBytes(sql, type) : sql;
      return `${value} AS ${sqlName}`;
    })
    .join(', ');
  const bucket = bucketStartSql(destination.granularity, time.sql);
  const work = async (sql: string): Promise<void> => {
    await session.run(`CREATE TABLE ${table} AS SELECT ${bucket} AS bucket, ${selected} FROM (${sql})`);
  };
  await inputs.reading(async (statement) => (await runQuery(running, { session, statement, work })).scans, {
    canRepeat: true,
  });
  stage.phase = 'POST_READING';
  const counts = await countChunks(session, destination, table, columns, time.sqlName);
  // A task's process runs one job, so that all of its tables are these rows.
  const [[held] = []] = await session.rows(
    `SELECT sum(memory_usage_bytes + temporary_storage_bytes) FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'`,
  );
  stage.output.rows = counts.rows;
  stage.output.bytes = Number(held);
  return { table, columns, ...counts };
}

async function countChunks(
  session: DuckdbSession,
  destination: SegmentsDestination,
  table: string,
  columns: readonly StoredColumn[],
  time: string,
): Promise<Pick<StagedRows, 'chunks' | 'rows' | 'scatter'>> {
  const found = await session.rows(
    `SELECT bucket, count(*), count(${time}), epoch_ms(min(${time})), epoch_ms(max(${time})),
       count(DISTINCT rowid // ${VECTOR_ROWS}), ${rowMeasures(columns)}
     FROM ${table} GROUP BY bucket ORDER BY bucket`,
  );
  if (found.some(([, rows, times]) => rows !== times)) throw new FaultError(faults.InsertTimeNull());
  if (found.length > limits.partitionBuckets) throw new FaultError(faults.TooManyBuckets(limits.partitionBuckets));
  await checkRows(session, table, columns, destination, {
    mayHaveNullByte: found.some((row) => row[6] === true),
    largestRow: Math.max(0, ...found.map((row) => Number(row[7]))),
  });
  const chunks = found.map(([bucket, rows, , min, max]): StagedChunk => {
    const start = toBigint(bucket);
    return {
      bucket: start,
      interval: bucketOf(destination.granularity, Number(min)),
      rows: Number(rows),
      timeRange: { min: Number(min), max: Number(max) },
    };
  });
  const rows = chunks.reduce((total, chunk) => total + chunk.rows, 0);
  const shares = found.reduce((total, row) => total + Number(row[5]), 0);
  return { chunks, rows, scatter: shares / Math.max(1, Math.ceil(rows / VECTOR_ROWS)) };
}

function toBigint(value: EngineValue | undefined): bigint {
  if (typeof value === 'bigint') return value;
  return BigInt(String(value));
}
