import type { QueryContext } from '../msq/context.js';
import { granularityJson } from '../msq/granularity-name.js';
import { formatInterval } from '../segments/index.js';
import { dimensionsOf, type DataSegment, type SegmentColumn } from '../segments/segment.js';
import type { IngestStatement } from '../sql/plan/index.js';
import { nativeTypeName } from '../sql/types.js';
import { replacedIntervals } from './ingest-job.js';
import { isRollup, metricsOf } from './rollup.js';

/** A column as Druid's JSON of a dimension writes it (DimensionSchema). */
function dimensionJson({ name, type }: SegmentColumn): object {
  const native = nativeTypeName(type);
  switch (native) {
    case 'STRING':
      return { type: 'string', name, multiValueHandling: 'SORTED_ARRAY', createBitmapIndex: true };
    case 'LONG':
    case 'DOUBLE':
    case 'FLOAT':
      return { type: native.toLowerCase(), name, multiValueHandling: 'SORTED_ARRAY', createBitmapIndex: false };
    case 'COMPLEX<json>':
      return { type: 'auto', name, multiValueHandling: 'SORTED_ARRAY', createBitmapIndex: true };
    default:
      return { type: 'auto', castToType: native, name, multiValueHandling: 'SORTED_ARRAY', createBitmapIndex: true };
  }
}

function partitionsJson({ shardSpec }: DataSegment, { rowsPerSegment }: QueryContext): object {
  return shardSpec.type === 'range'
    ? {
        type: 'range',
        targetRowsPerSegment: null,
        maxRowsPerSegment: rowsPerSegment,
        partitionDimensions: shardSpec.dimensions,
        assumeGrouped: false,
      }
    : // A query task has no limit over all segments, which Druid writes as the greatest long; JSON numbers cannot.
      { type: 'dynamic', maxRowsPerSegment: rowsPerSegment, maxTotalRows: null };
}

/** How a statement made a segment, in Druid's JSON of it (CompactionState, ControllerImpl.addCompactionStateToSegments). */
function compactionState(segment: DataSegment, statement: IngestStatement, context: QueryContext): object {
  return {
    partitionsSpec: partitionsJson(segment, context),
    dimensionsSpec: {
      dimensions: dimensionsOf(segment).map(dimensionJson),
      dimensionExclusions: ['__time'],
      includeAllDimensions: false,
      useSchemaDiscovery: false,
      ...(context.forceSegmentSortByTime ? {} : { forceSegmentSortByTime: false }),
    },
    metricsSpec: metricsOf(statement, context),
    indexSpec: context.indexSpec ?? {},
    granularitySpec: {
      type: 'uniform',
      segmentGranularity: granularityJson(statement.partitionedBy),
      queryGranularity: { type: 'none' },
      rollup: isRollup(statement, context),
      intervals: replacedIntervals(statement)?.map(formatInterval) ?? [],
    },
  };
}

/** Segments of a statement with what the metadata keeps of how they were made: metrics, and the state that compaction compares. */
export function describeSegments(
  written: readonly DataSegment[],
  statement: IngestStatement,
  context: QueryContext,
): readonly DataSegment[] {
  const metrics = metricsOf(statement, context).map(({ name }) => name);
  // Druid keeps no state of what an INSERT adds.
  const keepsState = context.storeCompactionState && statement.kind === 'replace';
  return written.map((segment) => {
    const described = metrics.length > 0 ? { ...segment, metrics } : segment;
    return keepsState
      ? { ...described, lastCompactionState: compactionState(described, statement, context) }
      : described;
  });
}
