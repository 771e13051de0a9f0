import type { SqlType } from '../sql/types.js';

/** Milliseconds since 1970, end exclusive. All of time is MIN_TIME to MAX_TIME (Druid's Intervals.ETERNITY). */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Which part of its time chunk a segment holds; Druid's ShardSpec JSON types. */
export type ShardSpec =
  | { readonly type: 'numbered'; readonly partitionNum: number; readonly partitions: number }
  | {
      readonly type: 'range';
      readonly dimensions: readonly string[];
      readonly start: readonly (string | null)[] | null;
      readonly end: readonly (string | null)[] | null;
      readonly partitionNum: number;
      readonly numCorePartitions: number;
    }
  | { readonly type: 'tombstone'; readonly partitionNum: 0; readonly partitions: 1 };

/** A column as a segment stores it, in the values that the engine holds (sql/plan/expression.ts). */
export interface SegmentColumn {
  readonly name: string;
  readonly type: SqlType;
}

/** One published file of one time chunk and one shard: what the metadata store keeps (Druid's DataSegment and more). */
export interface DataSegment {
  readonly dataSource: string;
  readonly interval: Interval;
  /** ISO time of publishing; compared as text, the highest wins in its interval. */
  readonly version: string;
  readonly shardSpec: ShardSpec;
  /** Where the file is; a tombstone has none. `local` paths are relative to the deep storage's directory. */
  readonly loadSpec: { readonly type: 'local' | 's3'; readonly path: string } | { readonly type: 'tombstone' };
  readonly columns: readonly SegmentColumn[];
  /** Names of the columns that hold aggregates of rolled up rows; absent when there are none. */
  readonly metrics?: readonly string[];
  /** How the segment was made, for compaction to compare: Druid's JSON (CompactionState); kept when storeCompactionState asks. */
  readonly lastCompactionState?: unknown;
  /** Names of the columns that the rows are sorted by, first to last. */
  readonly sortedBy: readonly string[];
  readonly rows: number;
  /** Bytes of the file. */
  readonly size: number;
  /** Least and greatest __time in the segment, milliseconds; absent when it has no rows. */
  readonly timeRange?: { readonly min: number; readonly max: number };
  /** What higher versions leave of the interval, where they hide a part of it; never stored. */
  readonly visible?: readonly Interval[];
}

/** The columns by which rolled up rows differ: all but __time and the metrics. Every column is one where nothing rolled up. */
export function dimensionsOf({ columns, metrics = [] }: DataSegment): readonly SegmentColumn[] {
  return columns.filter(({ name }) => name !== '__time' && !metrics.includes(name));
}
