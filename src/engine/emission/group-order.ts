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

/** Functions of `ordered` that look at a frame, and so at peers. */
const framed: ReadonlySet<string> = new Set(['FIRST_VALUE', 'LAST_VALUE', 'NTH_VALUE']);

/** Whether rows that the window's order leaves equal have an order all the same. */
const ordersPeers = (call: WindowCall): boolean =>
  call.frame?.unit === 'ROWS' || (ordered.has(call.function) && !framed.has(call.function));

/**
 * Gives a window function the order in which Druid's groups come, by their keys, where the window itself does not say:
 * without ORDER BY, and among the rows that its ORDER BY leaves equal. Elsewhere the order of such rows is nobody's
 * promise.
 */
export function withGroupOrder(call: WindowCall, input: Plan): WindowCall {
  const isOrdered = call.windowOrderBy.length > 0;
  if (isOrdered ? !ordersPeers(call) : !ordered.has(call.function)) return call;
  const windowOrderBy = groupKeys(input).map((field): SortKey => ({
    expression: { kind: 'column', id: field.id, name: field.name, type: field.type },
    descending: false,
    nullsFirst: true,
  }));
  if (windowOrderBy.length === 0) return call;
  if (isOrdered) return { ...call, windowOrderBy: [...call.windowOrderBy, ...windowOrderBy] };
  return {
    ...call,
    windowOrderBy,
    frame: { unit: 'ROWS', start: { kind: 'unboundedPreceding' }, end: { kind: 'unboundedFollowing' } },
  };
}
