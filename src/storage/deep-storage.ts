import type { DataSegment, Interval, ShardSpec } from '../segments/segment.js';

export interface SegmentLocation {
  readonly loadSpec: DataSegment['loadSpec'];
  /** Absolute path at which a worker writes the file and a query reads it. */
  readonly path: string;
}

/** Where segment files live. */
export interface DeepStorage {
  /** The place of a segment to be written; its directory exists when this resolves. The name is unique for each task. */
  allocate(segment: {
    readonly dataSource: string;
    readonly interval: Interval;
    readonly version: string;
    readonly shardSpec: ShardSpec;
    readonly taskId: string;
  }): Promise<SegmentLocation>;
  /** Absolute path of a published segment's file; undefined for a tombstone. */
  path(segment: DataSegment): string | undefined;
  /** Deletes files that are not in `referenced` (paths as in load specs); answers how many. Called before tasks start. */
  sweep(referenced: ReadonlySet<string>): Promise<number>;
  /** Deletes what an unpublished task wrote. */
  remove(loadSpecs: readonly DataSegment['loadSpec'][]): Promise<void>;
}
