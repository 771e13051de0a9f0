import { formatTime } from './interval.js';
import type { DataSegment } from './segment.js';

/** A segment's id as org.apache.druid.timeline.SegmentId prints it; partition 0 is left out. */
export function formatSegmentId({
  dataSource,
  interval,
  version,
  shardSpec,
}: Pick<DataSegment, 'dataSource' | 'interval' | 'version' | 'shardSpec'>): string {
  const partition = shardSpec.partitionNum === 0 ? '' : `_${shardSpec.partitionNum}`;
  return `${dataSource}_${formatTime(interval.start)}_${formatTime(interval.end)}_${version}${partition}`;
}
