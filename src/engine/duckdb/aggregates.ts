import { unsupportedError } from '../../sql/errors.js';
import type { AggregateCall, AggregateNode, Expression, Field } from '../../sql/plan/index.js';
import type { Emission } from './emission.js';
import { expressionSql } from './expressions.js';
import { columnName, operand } from './quoting.js';
import { sortKeySql } from './sorting.js';

/** The SQL of an aggregate call; `over` is ` OVER (…)` when it stands over a window. */
export function aggregateSql(call: AggregateCall, emission: Emission, over = ''): string {
  const emitter = emission.lookUp(call.function)?.emit.duckdb;
  if (!emitter) throw unsupportedError(`Function '${call.function}' is not supported by the duckdb engine`);
  const emit = (expression: Expression): string => expressionSql(expression, emission);
  const filter = call.filter ? ` FILTER (WHERE ${emit(call.filter)})` : '';
  const keys = call.orderBy ?? [];
  return emitter(
    call.args.map((arg) => operand(emit(arg))),
    {
      args: call.args,
      type: call.type,
      timeZone: emission.options.timeZone,
      distinct: call.distinct,
      orderBy: keys.length > 0 ? ` ORDER BY ${keys.map((key) => sortKeySql(key, emission)).join(', ')}` : '',
      suffix: filter + over,
      now: emission.options.now,
      emit,
    },
  );
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
export function groupingSql(call: AggregateCall, node: AggregateNode): string {
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
    return `${bits}::BIGINT`;
  }
  const names = keys.map((field) => columnName(field.id));
  if (indexes.every((index) => isGrouped(index, node))) return `GROUPING(${names.join(', ')})::BIGINT`;
  const bits = indexes.map((index, place) => {
    const weight = 2 ** (indexes.length - 1 - place);
    return isGrouped(index, node) ? `GROUPING(${names[place] ?? ''}) * ${weight}` : String(weight);
  });
  return `(${bits.join(' + ')})::BIGINT`;
}
