import type { QueryContext } from '../msq/context.js';
import type { AggregateCall, Expression, IngestStatement, Plan } from '../sql/plan/index.js';
import { nativeTypeName, type SqlType } from '../sql/types.js';
import { pairedValue } from '../sql/serializable-pair.js';

/** An aggregation as Druid's JSON writes it (AggregatorFactory); `fieldName` is the column that it reads. */
export interface Aggregator {
  readonly type: string;
  readonly name: string;
  readonly fieldName?: string;
  readonly timeColumn?: string;
}

/** The aggregate that a field of the plan hands on as it is. */
function aggregateOf(plan: Plan, id: number): AggregateCall | undefined {
  switch (plan.kind) {
    case 'aggregate':
      return plan.aggregates.find(({ field }) => field.id === id)?.expression;
    case 'project': {
      const expression = plan.columns.find(({ field }) => field.id === id)?.expression;
      return expression?.kind === 'column' ? aggregateOf(plan.input, expression.id) : undefined;
    }
    case 'filter':
    case 'sort':
    case 'limit':
      return aggregateOf(plan.input, id);
    default:
      return undefined;
  }
}

function groups(plan: Plan): boolean {
  if (plan.kind === 'aggregate') return true;
  return (
    (plan.kind === 'project' || plan.kind === 'filter' || plan.kind === 'sort' || plan.kind === 'limit') &&
    groups(plan.input)
  );
}

/**
 * Whether an ingestion rolls up in Druid's sense (SegmentGenerationUtils.isRollupQuery): it groups, keeps intermediate
 * values, and does not take values of multi-value strings apart. Only then are some of its columns metrics.
 */
export const isRollup = ({ plan }: IngestStatement, context: QueryContext): boolean =>
  !context.finalizeAggregations && !context.groupByEnableMultiValueUnnesting && groups(plan);

const numericPrefix = (type: SqlType): string => nativeTypeName(type).toLowerCase();

const nameOf = (expression: Expression | undefined): string | undefined =>
  expression?.kind === 'column' ? expression.name : undefined;

/** Aggregates that Druid has an aggregator of its own for which combines its own results. */
function aggregator(
  name: string,
  { function: kind, args, type, distinct, filter }: AggregateCall,
): Aggregator | undefined {
  if (distinct || filter) return undefined;
  const [argument, time] = args.map(nameOf);
  const reads = { name, fieldName: argument ?? name };
  switch (kind) {
    case 'COUNT':
      return args.length === 0 ? { type: 'count', name } : undefined;
    case 'SUM':
    case 'MIN':
    case 'MAX':
      return { type: `${numericPrefix(type)}${kind.charAt(0)}${kind.slice(1).toLowerCase()}`, ...reads };
    case 'EARLIEST_BY':
    case 'LATEST_BY': {
      const which = kind === 'EARLIEST_BY' ? 'First' : 'Last';
      const value = pairedValue(type) ?? type;
      return { type: `${numericPrefix(value)}${which}`, ...reads, timeColumn: time ?? '__time' };
    }
    default:
      return undefined;
  }
}

/** The metrics of an ingestion that rolls up; none for any other. Every other column is a dimension. */
export function metricsOf(statement: IngestStatement, context: QueryContext): readonly Aggregator[] {
  if (!isRollup(statement, context)) return [];
  return statement.columns.flatMap(({ fieldId, name }) => {
    const found = name === '__time' ? undefined : aggregateOf(statement.plan, fieldId);
    const metric = found && aggregator(name, found);
    return metric ? [metric] : [];
  });
}
