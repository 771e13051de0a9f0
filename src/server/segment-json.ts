import { formatInterval, formatSegmentId } from '../segments/index.js';
import { dimensionsOf, type DataSegment } from '../segments/segment.js';

/** A segment in Druid's JSON (DataSegment). */
export const segmentJson = (segment: DataSegment): object => ({
  dataSource: segment.dataSource,
  interval: formatInterval(segment.interval),
  version: segment.version,
  loadSpec: segment.loadSpec,
  dimensions: dimensionsOf(segment)
    .map(({ name }) => name)
    .join(','),
  metrics: (segment.metrics ?? []).join(','),
  shardSpec: segment.shardSpec,
  ...(segment.lastCompactionState !== undefined && { lastCompactionState: segment.lastCompactionState }),
  binaryVersion: 9,
  size: segment.size,
  totalRows: segment.rows,
  identifier: formatSegmentId(segment),
});

/** A datasource with its segments in Druid's JSON (ImmutableDruidDataSource). */
export const dataSourceJson = (name: string, segments: readonly DataSegment[]): object => ({
  name,
  properties: { client: 'side' },
  segments: segments.map(segmentJson),
});
