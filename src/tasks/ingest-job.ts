import type { QueryContext } from '../msq/context.js';
import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { limits } from '../msq/limits.js';
import type { SegmentsPublished } from '../msq/report.js';
import { ETERNITY } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';
import type { IngestStatement } from '../sql/plan/index.js';
import type { CompiledStatement } from './compile.js';
import { tooManyInputFiles } from './worker/faults.js';
import type { JobRelation, SegmentsDestination } from './worker/protocol.js';

/** The time that a REPLACE overwrites; undefined for INSERT. */
export function replacedIntervals({ overwrite }: IngestStatement): readonly Interval[] | undefined {
  return overwrite === 'all' ? [ETERNITY] : overwrite;
}

/** Names that Druid keeps for itself (QueryKitUtils.verifyRowSignature). */
const restrictedNames = ['__boost', '__bucket'];

/**
 * Druid's limits that the statement alone decides.
 * @throws FaultError TooManyWorkers, ColumnNameRestricted, TooManyColumns, TooManyClusteredByColumns
 */
export function checkStatementLimits({ statement, context, emitted }: CompiledStatement): void {
  if (statement.kind === 'explain') return;
  const workers = context.maxNumTasks - 1;
  if (workers > limits.workers) throw new FaultError(faults.TooManyWorkers(workers, limits.workers));
  const inputs = emitted.relations.flatMap(({ node }) => node.fields.map(({ name }) => name));
  const names = new Set([...inputs, ...statement.columns.map(({ name }) => name)]);
  const restricted = restrictedNames.find((name) => names.has(name));
  if (restricted !== undefined) throw new FaultError(faults.ColumnNameRestricted(restricted));
  const { length } = statement.columns;
  if (length > limits.columns) throw new FaultError(faults.TooManyColumns(length, limits.columns));
  if (statement.kind === 'select') return;
  // The time chunk is the first column of the key.
  const keys = statement.clusteredBy.length + 1;
  if (keys > limits.clusteredByColumns) {
    throw new FaultError(faults.TooManyClusteredByColumns(keys, limits.clusteredByColumns, 0));
  }
}

/** Files or segments that the workers of a statement may read. */
export const maxInputFiles = ({ maxNumTasks }: QueryContext): number => limits.inputFilesPerWorker * (maxNumTasks - 1);

/**
 * Druid's limit of what one worker reads, for segments; a worker counts external files when it lists them.
 * @throws FaultError TooManyInputFiles
 */
export function checkInputSegments(relations: readonly JobRelation[], { context }: CompiledStatement): void {
  const count = relations.reduce(
    (total, relation) => total + ('segments' in relation ? relation.segments.length : 0),
    0,
  );
  if (count > maxInputFiles(context)) throw tooManyInputFiles(count);
}

/** Where the rows of an INSERT or REPLACE go. */
export function segmentsDestination(statement: IngestStatement, { context }: CompiledStatement): SegmentsDestination {
  const replaced = replacedIntervals(statement);
  return {
    kind: 'segments',
    dataSource: statement.dataSource,
    granularity: statement.partitionedBy,
    ...(replaced && { replaceIntervals: replaced }),
    clusteredBy: statement.clusteredBy,
    segmentSortOrder: context.segmentSortOrder,
    ...(!context.forceSegmentSortByTime && { forceSegmentSortByTime: false }),
    rowsPerSegment: context.rowsPerSegment,
    ...(context.maxNumSegments !== undefined && { maxNumSegments: context.maxNumSegments }),
    failOnEmptyInsert: context.failOnEmptyInsert,
    removeNullBytes: context.removeNullBytes,
    maxFrameSize: context.maxFrameSize,
  };
}

/** What the report says of the segments that a statement wrote. */
export function segmentReport(
  statement: IngestStatement,
  segments: readonly DataSegment[],
): Pick<SegmentsPublished, 'shardSpec' | 'details' | 'count'> {
  const ranged = segments.find(({ shardSpec }) => shardSpec.type === 'range');
  if (ranged?.shardSpec.type === 'range') {
    const { dimensions } = ranged.shardSpec;
    return {
      shardSpec: 'DimensionRangeShardSpec',
      details: `Using 'range' shard specs on the CLUSTERED BY fields [${dimensions.join(', ')}].`,
      count: segments.length,
    };
  }
  const details =
    statement.kind === 'insert'
      ? 'Using NumberedShardSpec to generate segments since the query is inserting rows.'
      : statement.clusteredBy.length > 0
        ? 'Using NumberedShardSpec to generate segments since the CLUSTERED BY columns do not begin with text, or one segment a time chunk was enough.'
        : 'Using NumberedShardSpec to generate segments since no CLUSTERED BY columns were given.';
  return { shardSpec: 'NumberedShardSpec', details, count: segments.length };
}
