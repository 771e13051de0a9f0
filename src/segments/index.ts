export { bucketOf, bucketStartSql, isAligned, sparkBucketStartSql } from './granularity.js';
export {
  addPeriod,
  condense,
  contains,
  ETERNITY,
  formatInterval,
  formatTime,
  MAX_TIME,
  MIN_TIME,
  overlaps,
  parseInterval,
  subtract,
} from './interval.js';
export { copySql, segmentsSql, type SegmentsToRead, type WrittenColumn } from './parquet-format.js';
export { sparkSchema, sparkSegmentColumns, sparkSegments, type SparkFiles } from './spark-format.js';
export type { DataSegment, Interval, SegmentColumn, ShardSpec } from './segment.js';
export { formatSegmentId } from './segment-id.js';
export { visibleSegments } from './timeline.js';
export { mayMatch } from './pruning.js';
