/** GROUP BY: its sets, and expressions over groups instead of over rows. */
import type { Expr, GroupItem, SelectItem } from '../ast.js';
import { unsupportedError, validationError } from '../errors.js';
import { expressionKey, type Computed, type Expression, type ExpressionRewrite } from '../plan/index.js';
import type { Binding, ExpressionEnvironment } from './binding.js';
import { columnOf } from './build.js';

/** Keys of an aggregation and the sets of them that it groups by. */
export interface Grouping {
  readonly keys: readonly Computed<Expression>[];
  readonly sets: readonly (readonly number[])[];
}

/** Sets of more than these many would be a mistake: CUBE doubles them with each element. */
const MAX_GROUPING_SETS = 4096;

/** Binds GROUP BY. An ordinal means the item of the SELECT list at that place. */
export function bindGrouping(
  items: readonly GroupItem[],
  selectItems: readonly SelectItem[],
  binding: Binding,
  environment: ExpressionEnvironment,
): Grouping {
  const keys: Computed<Expression>[] = [];
  const indexes = new Map<string, number>();

  const keyIndex = (node: Expr): number => {
    const expression = binding.expression(ordinalTarget(node, selectItems), environment);
    if (expression.type.name === 'COMPLEX' && expression.type.complex !== 'json') {
      throw unsupportedError(`Cannot group by a value of type ${expression.type.complex ?? 'COMPLEX'}`, node.span);
    }
    const key = expressionKey(expression);
    const known = indexes.get(key);
    if (known !== undefined) return known;
    const name = node.kind === 'identifier' ? (node.names[node.names.length - 1] ?? '') : `EXPR$${keys.length}`;
    keys.push({ field: binding.newField(name, expression.type), expression });
    indexes.set(key, keys.length - 1);
    return keys.length - 1;
  };
  const element = (nodes: readonly Expr[]): readonly number[] => nodes.map(keyIndex);

  const setsOf = (item: GroupItem): (readonly number[])[] => {
    switch (item.kind) {
      case 'expr':
        return [[keyIndex(item.expr)]];
      case 'tuple':
        return [element(item.elements)];
      case 'emptySet':
        return [[]];
      case 'rollup': {
        const elements = item.elements.map(element);
        return Array.from({ length: elements.length + 1 }, (_, dropped) =>
          elements.slice(0, elements.length - dropped).flat(),
        );
      }
      case 'cube': {
        const elements = item.elements.map(element);
        if (elements.length > 12) throw validationError('CUBE has too many elements', item.span);
        return Array.from({ length: 2 ** elements.length }, (_, mask) =>
          elements.filter((__, index) => (mask & (1 << (elements.length - 1 - index))) === 0).flat(),
        );
      }
      case 'groupingSets':
        return item.sets.flatMap(setsOf);
      default:
        return item satisfies never;
    }
  };

  let sets: (readonly number[])[] = [[]];
  for (const item of items) {
    const own = setsOf(item);
    sets = sets.flatMap((left) => own.map((right) => [...new Set([...left, ...right])]));
    if (sets.length > MAX_GROUPING_SETS)
      throw validationError(`GROUP BY makes more than ${MAX_GROUPING_SETS} grouping sets`);
  }
  return { keys, sets };
}

function ordinalTarget(node: Expr, selectItems: readonly SelectItem[]): Expr {
  if (node.kind !== 'literal' || node.value.type !== 'decimal' || !/^\d+$/.test(node.value.text)) return node;
  const item = selectItems[Number(node.value.text) - 1];
  if (!item || item.expr.kind === 'star') throw validationError('Ordinal out of range', node.span);
  return item.expr;
}

/**
 * Turns expressions over rows into expressions over groups: what equals a key becomes the key's field. Refuses what is
 * left of the rows in Calcite's words.
 */
export function overGroups(
  keys: readonly Computed<Expression>[],
  rowIds: ReadonlySet<number>,
  binding: Binding,
): ExpressionRewrite {
  const byKey = new Map(keys.map((key) => [expressionKey(key.expression), key.field]));
  return (expression) => {
    const field = byKey.get(expressionKey(expression));
    if (field) return columnOf(field);
    if (expression.kind !== 'column' || !rowIds.has(expression.id)) return undefined;
    const place = binding.places.get(expression);
    throw validationError(`Expression '${place?.text ?? expression.name}' is not being grouped`, place?.span);
  };
}
