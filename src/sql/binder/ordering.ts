/** Sort keys. */
import type { OrderItem } from '../ast.js';
import { validationError } from '../errors.js';
import type { Expression, SortKey } from '../plan/index.js';
import type { Binding, ExpressionEnvironment } from './binding.js';

/** Calcite as Druid sets it up takes NULL for the least value: first when ascending, last when descending. */
export function sortKey(item: OrderItem, expression: Expression): SortKey {
  return {
    expression,
    descending: item.descending,
    nullsFirst: item.nulls === undefined ? !item.descending : item.nulls === 'FIRST',
  };
}

/** Binds the keys of an order inside a call or a window. */
export function bindSortKeys(
  items: readonly OrderItem[],
  binding: Binding,
  environment: ExpressionEnvironment,
): readonly SortKey[] {
  return items.map((item) => {
    const expression = binding.expression(item.expr, environment);
    if (expression.type.name === 'COMPLEX') throw validationError('Values of a complex type have no order', item.span);
    return sortKey(item, expression);
  });
}
