import type { DuckdbSession } from '../../engine/duckdb/index.js';
import { FaultError } from '../../msq/fault.js';
import { faults } from '../../msq/faults.js';
import { limits } from '../../msq/limits.js';
import { formatInterval } from '../../segments/index.js';
import { granularityName } from '../../msq/granularity-name.js';
import type { RunningJob } from './job.js';
import { runWithinMemory } from './memory.js';
import type { ChunkRequest, SegmentsDestination } from './protocol.js';
import { isString } from '../../sql/types.js';
import type { StagedChunk, StagedRows } from './staging.js';
import { storedColumn, type StoredColumn } from './stored-columns.js';

/** From this many chunks in a vector on, sorting all rows once is cheaper than filtering them once for each chunk. */
const MAX_SCATTER = 8;

/** The rows of one segment to be written. */
export interface Slice {
  /** SQL condition over the source. */
  readonly condition: string;
  readonly rows: number;
  /** Known when the slice is a whole chunk. */
  readonly timeRange?: StagedChunk['timeRange'];
}

/** How the rows are divided into segments. */
export interface Segmentation {
  /** What stands behind FROM. */
  readonly source: string;
  readonly requests: readonly ChunkRequest[];
  /** In the order of the requests. */
  readonly slices: readonly Slice[];
}

/** Staged rows, and what gives them with their multi-value strings in order. */
export interface RowsToDivide extends StagedRows {
  readonly source: string;
}

/** A cut between two segments: the number of the row that begins the second, and that row's key. */
interface Cut {
  readonly row: number;
  readonly key: readonly (string | null)[];
}

/**
 * Divides the rows of each time chunk into segments of at most about rowsPerSegment rows, by the CLUSTERED BY columns (as
 * Druid's shuffle does) or, without any, in the order of the rows. Throws FaultError for what Druid limits.
 */
export async function divideRows(
  running: RunningJob,
  session: DuckdbSession,
  destination: SegmentsDestination,
  staged: RowsToDivide,
  order: readonly string[],
): Promise<Segmentation> {
  const counts = staged.chunks.map((chunk) => Math.ceil(chunk.rows / destination.rowsPerSegment));
  checkLimits(destination, staged.chunks, counts);
  const dimensions = rangeDimensions(destination, staged);
  const divided = counts.some((count) => count > 1);
  const source =
    divided || staged.scatter > MAX_SCATTER
      ? await sortRows(running, session, destination, staged, order)
      : staged.source;
  const requests: ChunkRequest[] = [];
  const slices: Slice[] = [];
  let first = 0;
  for (const [index, chunk] of staged.chunks.entries()) {
    const count = counts[index] ?? 1;
    const cuts = count > 1 ? await findCuts(session, source, chunk, first, count, dimensions) : [];
    requests.push({
      interval: chunk.interval,
      segments: cuts.length + 1,
      ...(dimensions.length > 0 && {
        range: { dimensions: dimensions.map(({ name }) => name), cuts: cuts.map(({ key }) => key) },
      }),
    });
    if (cuts.length === 0) {
      slices.push({ condition: `bucket = ${chunk.bucket}`, rows: chunk.rows, timeRange: chunk.timeRange });
    } else {
      const bounds = [first, ...cuts.map(({ row }) => row), first + chunk.rows];
      for (const [at, start] of bounds.slice(0, -1).entries()) {
        const end = bounds[at + 1] ?? start;
        slices.push({ condition: `rowid >= ${start} AND rowid < ${end}`, rows: end - start });
      }
    }
    first += chunk.rows;
  }
  return { source, requests, slices };
}

/**
 * Refuses what Druid limits.
 * @throws FaultError
 */
export function checkLimits(
  destination: SegmentsDestination,
  chunks: readonly Pick<StagedChunk, 'interval'>[],
  counts: readonly number[],
): void {
  const { replaceIntervals, maxNumSegments, granularity } = destination;
  for (const [index, { interval }] of chunks.entries()) {
    if (replaceIntervals?.every(({ start, end }) => interval.start < start || interval.end > end) === true) {
      throw new FaultError(
        faults.InsertTimeOutOfBounds(formatInterval(interval), replaceIntervals.map(formatInterval)),
      );
    }
    const count = counts[index] ?? 1;
    if (maxNumSegments !== undefined && count > maxNumSegments) {
      const [start = ''] = formatInterval(interval).split('/');
      throw new FaultError(
        faults.TooManySegmentsInTimeChunk(start, count, maxNumSegments, granularityName(granularity)),
      );
    }
  }
  if (counts.reduce((total, count) => total + count, 0) > limits.partitions) {
    throw new FaultError(faults.TooManyPartitions(limits.partitions));
  }
}

/**
 * The columns of `range` shard specs, as Druid's controller chooses them: for a replace, the leading CLUSTERED BY columns
 * that are ascending and text; none when one of the columns holds multi-value strings.
 */
function rangeDimensions(destination: SegmentsDestination, staged: StagedRows): readonly StoredColumn[] {
  if (!destination.replaceIntervals) return [];
  const keys = destination.clusteredBy.map(({ column }) => storedColumn(staged.columns, column));
  if (keys.some(({ type }) => type.multiValue === true)) return [];
  const end = destination.clusteredBy.findIndex(
    ({ column, descending }) => descending || !isString(storedColumn(staged.columns, column).type),
  );
  return end < 0 ? keys : keys.slice(0, end);
}

/** Keeps the rows in the order in which segments divide them, so that a segment's rows have successive row numbers. */
async function sortRows(
  running: RunningJob,
  session: DuckdbSession,
  destination: SegmentsDestination,
  staged: RowsToDivide,
  order: readonly string[],
): Promise<string> {
  const keys = destination.clusteredBy.map(({ column, descending }) => {
    const { sqlName } = storedColumn(staged.columns, column);
    return descending ? `${sqlName} DESC NULLS LAST` : `${sqlName} ASC NULLS FIRST`;
  });
  const table = running.newTable();
  await runWithinMemory(
    running,
    session,
    `CREATE TABLE ${table} AS SELECT * FROM ${staged.source} ORDER BY ${['bucket', ...keys, ...order].join(', ')}`,
  );
  await session.run(`DROP TABLE ${staged.table}`);
  return table;
}

/**
 * Where a chunk's rows are cut into `count` nearly equal parts. With range dimensions a cut moves to where the key
 * changes, because a key belongs to one range only; a part that would be left empty is not made.
 */
async function findCuts(
  session: DuckdbSession,
  table: string,
  chunk: StagedChunk,
  first: number,
  count: number,
  dimensions: readonly StoredColumn[],
): Promise<readonly Cut[]> {
  const even = Array.from({ length: count - 1 }, (_, index) => first + Math.floor((chunk.rows * (index + 1)) / count));
  if (dimensions.length === 0) return even.map((row) => ({ row, key: [] }));
  const names = dimensions.map(({ sqlName }) => sqlName);
  const cuts: Cut[] = [];
  for (const row of even) {
    const last = cuts.at(-1)?.row ?? first;
    if (row <= last) continue;
    const same = names.map((name) => `r.${name} IS NOT DISTINCT FROM k.${name}`).join(' AND ');
    const [[start, end] = []] = await session.rows(
      `SELECT min(r.rowid), max(r.rowid) + 1 FROM ${table} r, (SELECT * FROM ${table} WHERE rowid = ${row}) k
       WHERE r.rowid >= ${first} AND r.rowid < ${first + chunk.rows} AND ${same}`,
    );
    const moved = Number(start) > last ? Number(start) : Number(end);
    if (moved >= first + chunk.rows) break;
    const [key = []] = await session.rows(`SELECT ${names.join(', ')} FROM ${table} WHERE rowid = ${moved}`);
    cuts.push({ row: moved, key: key.map((value) => (value === null ? null : String(value))) });
  }
  return cuts;
}
