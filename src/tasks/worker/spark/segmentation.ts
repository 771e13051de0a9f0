import type { SparkSession } from '../../../engine/spark/index.js';
import { isString } from '../../../sql/types.js';
import type { ChunkRequest, SegmentsDestination } from '../protocol.js';
import { checkLimits } from '../segmentation.js';
import { storedColumn, type StoredColumn } from '../stored-columns.js';
import type { SparkChunk, SparkRows } from './ingest.js';

/** How the staged rows are divided into segments. */
export interface SparkSegmentation {
  /** A query of all staged rows with the column `segment`, the number of each row's segment. */
  readonly sql: string;
  readonly requests: readonly ChunkRequest[];
  readonly segments: number;
}

/** A cut between two segments: the number of the row, within its chunk, that begins the second, and that row's key. */
interface Cut {
  readonly row: number;
  readonly key: readonly (string | null)[];
}

/** The columns of `range` shard specs; see rangeDimensions of the DuckDB engine. */
async function rangeDimensions(
  session: SparkSession,
  destination: SegmentsDestination,
  staged: SparkRows,
): Promise<readonly StoredColumn[]> {
  if (!destination.replaceIntervals) return [];
  const keys = destination.clusteredBy.map(({ column }) => storedColumn(staged.columns, column));
  const doubtful = keys.filter(({ type }) => type.multiValue === true);
  if (doubtful.length > 0) {
    const anyMultiple = doubtful.map(({ sqlName }) => `bool_or(startswith(${sqlName}, char(29)))`).join(' OR ');
    const [[multiple] = []] = await session.rows(`SELECT ${anyMultiple} FROM staged`);
    if (multiple === true) return [];
  }
  const end = destination.clusteredBy.findIndex(
    ({ column, descending }) => descending || !isString(storedColumn(staged.columns, column).type),
  );
  return end < 0 ? keys : keys.slice(0, end);
}

/** Keys of the rows that begin the even parts of large chunks, and where the rows of the same key start and end. */
async function keysAt(
  session: SparkSession,
  dimensions: readonly StoredColumn[],
  targets: readonly { readonly chunk: SparkChunk; readonly row: number }[],
): Promise<ReadonlyMap<string, { readonly start: number; readonly end: number; readonly key: Cut['key'] }>> {
  if (targets.length === 0) return new Map();
  const names = dimensions.map(({ sqlName }) => sqlName);
  const order = names.map((name) => `${name} ASC NULLS FIRST`).join(', ');
  const wanted = targets.map(({ chunk, row }) => `(${chunk.bucket}L, ${row})`).join(', ');
  const found = await session.rows(
    `SELECT bucket, rn, kr, kr + kc, ${names.join(', ')} FROM (
       SELECT bucket, ${names.join(', ')}, row_number() OVER (PARTITION BY bucket ORDER BY ${order}) - 1 AS rn,
         rank() OVER (PARTITION BY bucket ORDER BY ${order}) - 1 AS kr,
         count(*) OVER (PARTITION BY bucket, ${names.join(', ')}) AS kc
       FROM staged) WHERE (bucket, rn) IN (${wanted})`,
  );
  return new Map(
    found.map(([bucket, row, start, end, ...key]) => [
      `${String(bucket)}/${String(row)}`,
      {
        start: Number(start),
        end: Number(end),
        key: key.map((value) => (value === null ? null : String(value as string))),
      },
    ]),
  );
}

/** The cuts of each chunk into nearly equal parts; with range dimensions a cut moves to where the key changes. */
async function findCuts(
  session: SparkSession,
  chunks: readonly SparkChunk[],
  counts: readonly number[],
  dimensions: readonly StoredColumn[],
): Promise<readonly (readonly Cut[])[]> {
  const even = chunks.map((chunk, index) => {
    const count = counts[index] ?? 1;
    return Array.from({ length: count - 1 }, (_, at) => Math.floor((chunk.rows * (at + 1)) / count));
  });
  if (dimensions.length === 0) return even.map((rows) => rows.map((row) => ({ row, key: [] })));
  const targets = chunks.flatMap((chunk, index) => (even[index] ?? []).map((row) => ({ chunk, row })));
  const keys = await keysAt(session, dimensions, targets);
  const moved = chunks.map((chunk, index) => {
    const rows: number[] = [];
    for (const row of even[index] ?? []) {
      const last = rows.at(-1) ?? 0;
      const at = keys.get(`${chunk.bucket}/${row}`);
      if (!at || row <= last) continue;
      const place = at.start > last ? at.start : at.end;
      if (place >= chunk.rows) break;
      rows.push(place);
    }
    return rows;
  });
  const known = await keysAt(
    session,
    dimensions,
    chunks.flatMap((chunk, index) => (moved[index] ?? []).map((row) => ({ chunk, row }))),
  );
  return chunks.map((chunk, index) =>
    (moved[index] ?? []).map((row) => ({ row, key: known.get(`${chunk.bucket}/${row}`)?.key ?? [] })),
  );
}

/**
 * Divides the rows of each time chunk as the DuckDB engine does: into segments of at most about rowsPerSegment rows, by
 * the CLUSTERED BY columns or, without any, in the order of the rows. Throws FaultError for what Druid limits.
 */
export async function divideOnSpark(
  session: SparkSession,
  destination: SegmentsDestination,
  staged: SparkRows,
  sortedBy: readonly string[],
): Promise<SparkSegmentation> {
  const { chunks, columns } = staged;
  const counts = chunks.map((chunk) => Math.ceil(chunk.rows / destination.rowsPerSegment));
  checkLimits(destination, chunks, counts);
  const dimensions = await rangeDimensions(session, destination, staged);
  const cuts = await findCuts(session, chunks, counts, dimensions);
  const requests = chunks.map(({ interval }, index): ChunkRequest => {
    const found = cuts[index] ?? [];
    return {
      interval,
      segments: found.length + 1,
      ...(dimensions.length > 0 && {
        range: { dimensions: dimensions.map(({ name }) => name), cuts: found.map(({ key }) => key) },
      }),
    };
  });
  const slices = chunks.flatMap((chunk, index) => {
    const bounds = [0, ...(cuts[index] ?? []).map(({ row }) => row), chunk.rows];
    return bounds.slice(0, -1).map((start, at) => ({ bucket: chunk.bucket, start, end: bounds[at + 1] ?? start }));
  });
  const values = slices.map(({ bucket, start, end }, index) => `(${bucket}L, ${start}L, ${end}L, ${index})`);
  const parts = `(VALUES ${values.join(', ')}) AS parts(chunk, first, last, segment)`;
  const isDivided = slices.length > chunks.length;
  if (!isDivided) {
    return {
      sql: `SELECT /*+ BROADCAST(parts) */ staged.*, segment FROM staged JOIN ${parts} ON bucket = chunk`,
      requests,
      segments: slices.length,
    };
  }
  // The dimensions first: equal keys must not be torn apart by what comes behind them.
  const clustered = destination.clusteredBy.map(({ column, descending }) => {
    const { sqlName } = storedColumn(columns, column);
    return descending ? `${sqlName} DESC NULLS LAST` : `${sqlName} ASC NULLS FIRST`;
  });
  const order = [...clustered, ...sortedBy.map((name) => `${storedColumn(columns, name).sqlName} ASC NULLS FIRST`)];
  const numbered = `SELECT *, row_number() OVER (PARTITION BY bucket ORDER BY ${order.join(', ')}) - 1 AS number FROM staged`;
  return {
    sql: `SELECT /*+ BROADCAST(parts) */ numbered.*, segment FROM (${numbered}) AS numbered JOIN ${parts} ON bucket = chunk AND number >= first AND number < last`,
    requests,
    segments: slices.length,
  };
}
