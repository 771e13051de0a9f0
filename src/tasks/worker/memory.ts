import type { DuckdbSession } from '../../engine/duckdb/index.js';
import { EngineError } from '../../engine/session.js';
import type { RunningJob } from './job.js';
import type { ProcessSettings } from './protocol.js';

/** What a worker takes beside the memory that DuckDB counts: Node, buffers of files, what the allocator keeps; measured. */
const UNCOUNTED_BYTES = 512 * 1024 ** 2;
/** Memory that DuckDB has in any case: with less, big statements fail rather than spill. */
const LEAST_BYTES = 512 * 1024 ** 2;

/** The part of a worker's memory that DuckDB may count as its own, so that the whole process stays within it. */
export const engineMemory = (memoryBytes: number): number =>
  Math.max(Math.min(memoryBytes, LEAST_BYTES), memoryBytes - UNCOUNTED_BYTES);

/** Whether the engine gave up because a statement did not fit into memory. */
export const lacksMemory = (error: unknown): boolean => error instanceof EngineError && error.kind === 'memory';

/** Runs work with one thread: every thread sorts and encodes in memory of its own, so that one needs the least. */
export async function withOneThread<T>(
  running: RunningJob,
  session: DuckdbSession,
  work: () => Promise<T>,
): Promise<T> {
  await session.run('SET threads = 1');
  try {
    return await work();
  } finally {
    if (!running.signal.aborted) await session.run(`SET threads = ${running.settings.threads}`);
  }
}

/** Runs a statement; what does not fit into memory with all threads runs again with one. */
export async function runWithinMemory(running: RunningJob, session: DuckdbSession, sql: string): Promise<void> {
  try {
    await session.run(sql);
  } catch (error) {
    if (!lacksMemory(error)) throw error;
    await withOneThread(running, session, () => session.run(sql));
  }
}

/** Rows of a row group in DuckDB's Parquet files and tables. */
const ROW_GROUP_ROWS = 122_880;
/** A vector; smaller groups make no sense. */
const LEAST_ROWS = 2_048;
/** The part of memory that the row groups under construction may take: sorting, on the way to them, takes most. */
const ROW_GROUP_SHARE = 1 / 16;

/** How many rows may be encoded together, where it must be fewer than DuckDB takes by itself. */
export function rowGroupWithin({ memoryBytes, threads }: ProcessSettings, bytesPerRow: number): number | undefined {
  const rows = Math.floor((memoryBytes * ROW_GROUP_SHARE) / threads / bytesPerRow);
  return rows >= ROW_GROUP_ROWS ? undefined : Math.max(rows, LEAST_ROWS);
}
