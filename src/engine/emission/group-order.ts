import type { Field, Plan, SortKey, WindowCall } from '../../sql/plan/index.js';

/** Functions whose answer depends on the order of a partition's rows. */
const ordered: ReadonlySet<string> = new Set([
  'ROW_NUMBER',
  'NTILE',
  'LEAD',
  'LAG',
  'FIRST_VALUE',
  'LAST_VALUE',
  'NTH_VALUE',
]);

/** The fields of a plan that carry the keys of the aggregation that it is made of; none if it is not made of one. */
function groupKeys(plan: Plan): readonly Field[] {
  switch (plan.kind) {
    case 'aggregate':
      return plan.keys.map((key) => key.field);
    case 'filter':
      return groupKeys(plan.input);
    case 'project': {
      return groupKeys(plan.input).flatMap((key) => {
        const carrier = plan.columns.find(({ expression }) => expression.kind === 'column' && expression.id === key.id);
        return carrier ? [carrier.field] : [];
      });
    }
    default:
      return [];
  }
}

/**
 * Gives a window function without ORDER BY the order in which Druid's groups come: by their keys. Elsewhere the order of
 * such a function's rows is nobody's promise.
 */
export function withGroupOrder(call: WindowCall, input: Plan): WindowCall {
  if (call.windowOrderBy.length > 0 || !ordered.has(call.function)) return call;
  const windowOrderBy = groupKeys(input).map((field): SortKey => ({
    expression: { kind: 'column', id: field.id, name: field.name, type: field.type },
    descending: false,
    nullsFirst: true,
  }));
  if (windowOrderBy.length === 0) return call;
  return {
    ...call,
    windowOrderBy,
    frame: { unit: 'ROWS', start: { kind: 'unboundedPreceding' }, end: { kind: 'unboundedFollowing' } },
  };
}
