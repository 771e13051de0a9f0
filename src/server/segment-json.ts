import { formatInterval, formatSegmentId } from '../segments/index.js';
import type { DataSegment } from '../segments/segment.js';

/** A segment in Druid's JSON (DataSegment). Every column counts as a dimension, as for Druid's query tasks. */
export const segmentJson = (segment: DataSegment): object => ({
  dataSource: segment.dataSource,
  interval: formatInterval(segment.interval),
  version: segment.version,
  loadSpec: segment.loadSpec,
  dimensions: segment.columns
    .map(({ name }) => name)
    .filter((name) => name !== '__time')
    .join(','),
  metrics: '',
  shardSpec: segment.shardSpec,
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
