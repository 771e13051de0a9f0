import { unsupportedError } from '../../sql/errors.js';
import type { AggregateCall, AggregateNode, Expression, Field } from '../../sql/plan/index.js';
import type { Emission } from './emission.js';
import { emitterOf, expressionSql } from './expressions.js';
import { columnName, operand } from './names.js';
import { sortKeySql } from './sorting.js';

/** The SQL of an aggregate call; `over` is ` OVER (…)` when it stands over a window. */
export function aggregateSql(call: AggregateCall, emission: Emission, over = ''): string {
  const emitter = emitterOf(call.function, emission);
  const emit = (expression: Expression): string => expressionSql(expression, emission);
  const keys = call.orderBy ?? [];
  // Where FILTER may not stand before OVER, values of other rows become NULL, which aggregates pass over.
  const guarded = call.filter && over !== '' && !emission.syntax.filtersWindows ? emit(call.filter) : undefined;
  const filter = call.filter && guarded === undefined ? ` FILTER (WHERE ${emit(call.filter)})` : '';
  const args = call.args.map((arg) => operand(emit(arg)));
  return emitter(guarded === undefined ? args : filteredArguments(call, args, guarded), {
    args: call.args,
    type: call.type,
    timeZone: emission.options.timeZone,
    distinct: call.distinct,
    sortKeys: keys.map((key) => ({ ...key, sql: emit(key.expression) })),
    orderBy: keys.length > 0 ? ` ORDER BY ${keys.map((key) => sortKeySql(key, emission)).join(', ')}` : '',
    suffix: filter + over,
    now: emission.options.now,
    emit,
  });
}

/** The arguments of an aggregate so that rows which do not satisfy a condition do not count. */
function filteredArguments(call: AggregateCall, args: readonly string[], condition: string): readonly string[] {
  if (call.function.startsWith('ARRAY_')) {
    throw unsupportedError(`FILTER of '${call.function}' over a window is not supported by this engine`);
  }
  const [value = '1', ...rest] = args;
  return [`CASE WHEN ${condition} THEN ${value} END`, ...rest];
}

/** What follows GROUP BY, and nothing for a grand total. */
export function groupBySql(node: AggregateNode): string | undefined {
  const names = node.keys.map((key) => columnName(key.field.id));
  if (names.length === 0) return undefined;
  const isOrdinary = node.groupingSets.length === 1 && node.groupingSets[0]?.length === names.length;
  if (isOrdinary) return names.join(', ');
  const sets = node.groupingSets.map((set) => `(${set.map((index) => names[index]).join(', ')})`);
  return `GROUPING SETS (${sets.join(', ')})`;
}

/** Whether any grouping set has the key; one that none has is null in every row. */
export const isGrouped = (index: number, node: AggregateNode): boolean =>
  node.groupingSets.some((set) => set.includes(index));

const withoutSpans = (expression: Expression): string =>
  JSON.stringify(expression, (key, value: unknown) =>
    key === 'span' || key === 'nullable' ? undefined : typeof value === 'bigint' ? `${value.toString()}n` : value,
  );

/** GROUPING(keys…): for each key a bit that is set where the key is rolled up, the first key's highest. */
export function groupingSql(call: AggregateCall, node: AggregateNode, { syntax }: Emission): string {
  const keys = call.args.map((arg): Field => {
    const found = node.keys.find(
      (key) => (arg.kind === 'column' && arg.id === key.field.id) || withoutSpans(arg) === withoutSpans(key.expression),
    );
    if (!found) throw unsupportedError("Argument to operator 'GROUPING' must be a grouped expression");
    return found.field;
  });
  const indexes = keys.map((field) => node.keys.findIndex((key) => key.field.id === field.id));
  const [onlySet] = node.groupingSets;
  if (onlySet && node.groupingSets.length === 1) {
    const bits = indexes.reduce((mask, index) => mask * 2 + (onlySet.includes(index) ? 0 : 1), 0);
    return syntax.toBigint(String(bits));
  }
  const names = keys.map((field) => columnName(field.id));
  if (indexes.every((index) => isGrouped(index, node))) return syntax.toBigint(syntax.grouping(names));
  const bits = indexes.map((index, place) => {
    const weight = 2 ** (indexes.length - 1 - place);
    return isGrouped(index, node) ? `${syntax.grouping(names.slice(place, place + 1))} * ${weight}` : String(weight);
  });
  return syntax.toBigint(bits.join(' + '));
}
