import { send } from './http.js';
import { queryObjects } from './sql.js';

/** A datasource as its segments add up. Times are ISO texts. */
export interface DatasourceRow {
  readonly datasource: string;
  readonly segments: number;
  readonly num_rows: number;
  /** Bytes. */
  readonly size: number;
  /** Null where the datasource spans all of time. */
  readonly start: string | null;
  readonly end: string | null;
}

export const listDatasources = (signal?: AbortSignal): Promise<DatasourceRow[]> =>
  queryObjects<DatasourceRow>(
    `SELECT "datasource", COUNT(*) AS "segments", SUM("num_rows") AS "num_rows", SUM("size") AS "size",
      MIN(TIME_PARSE("start")) AS "start", MAX(TIME_PARSE("end")) AS "end"
    FROM sys.segments WHERE "is_active" = 1 GROUP BY 1 ORDER BY 1`,
    [],
    signal,
  );

export interface SegmentRow {
  readonly segment_id: string;
  readonly start: string;
  readonly end: string;
  readonly version: string;
  readonly partition_num: number;
  /** Bytes. */
  readonly size: number;
  readonly num_rows: number;
  readonly is_active: number;
  readonly is_overshadowed: number;
  readonly shard_spec: string;
}

export const listSegments = (dataSource: string, signal?: AbortSignal): Promise<SegmentRow[]> =>
  queryObjects<SegmentRow>(
    `SELECT "segment_id", "start", "end", "version", "partition_num", "size", "num_rows", "is_active", "is_overshadowed",
      "shard_spec"
    FROM sys.segments WHERE "datasource" = ? ORDER BY "start", "version", "partition_num"`,
    [dataSource],
    signal,
  );

const coordinator = '/druid/coordinator/v1/datasources';
const path = (dataSource: string): string => `${coordinator}/${encodeURIComponent(dataSource)}`;

/** Hides all segments of a datasource from queries; they can be brought back until they are deleted. */
export async function markUnused(dataSource: string): Promise<void> {
  await send('DELETE', path(dataSource));
}

/** Brings back what was marked unused and not deleted yet. */
export async function markUsed(dataSource: string): Promise<void> {
  await send('POST', path(dataSource));
}

export async function markSegmentUnused(dataSource: string, segmentId: string): Promise<void> {
  await send('DELETE', `${path(dataSource)}/segments/${encodeURIComponent(segmentId)}`);
}

/** Deletes the unused segments of an interval for good. */
export async function deleteUnused(
  dataSource: string,
  interval: { readonly start: string; readonly end: string },
): Promise<void> {
  await send('DELETE', `${path(dataSource)}/intervals/${encodeURIComponent(`${interval.start}_${interval.end}`)}`);
}
