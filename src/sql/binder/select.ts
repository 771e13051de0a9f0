/** SELECT: from rows to groups, windows and named outputs, with the order asked for. */
import type { Expr, OrderItem, Select, SelectItem } from '../ast.js';
import { validationError } from '../errors.js';
import {
  expressionKey,
  rewriteExpression,
  rewriteWindow,
  type AggregateCall,
  type Computed,
  type Expression,
  type ExpressionRewrite,
  type Plan,
  type SortKey,
  type WindowCall,
} from '../plan/index.js';
import { BOOLEAN } from '../types.js';
import type { Binding, BoundQuery, ExpressionEnvironment, Output, QueryEnvironment } from './binding.js';
import { columnOf, filter } from './build.js';
import { convert } from './convert.js';
import { bindTable, oneRow, scopeOf, type BoundTable } from './from.js';
import { bindGrouping, overGroups, type Grouping } from './grouping.js';
import { sortKey } from './ordering.js';
import { scopeIds, type Scope } from './scope.js';
import { expandStar, outputName, uniqueName } from './star.js';

interface Item {
  readonly name: string;
  readonly named: boolean;
  readonly expression: Expression;
  readonly node: SelectItem;
}

interface OrderedExpression {
  readonly item: OrderItem;
  readonly expression: Expression;
}

/** Binds a SELECT with the ORDER BY of the query that it is the body of. */
export function bindSelect(
  select: Select,
  orderBy: readonly OrderItem[],
  binding: Binding,
  environment: QueryEnvironment,
): BoundQuery {
  const table: BoundTable = select.from
    ? bindTable(select.from, binding, environment)
    : { plan: oneRow(), relations: [], merged: [] };
  const scope = scopeOf(table, environment);
  const base: ExpressionEnvironment = {
    scope,
    clause: 'SELECT',
    ...(environment.tables && { tables: environment.tables }),
  };
  const rows = select.where
    ? filter(table.plan, bindCondition(select.where, 'WHERE', binding, { ...base, clause: 'WHERE' }))
    : table.plan;

  const aggregates: Computed<AggregateCall>[] = [];
  const windows: Computed<WindowCall>[] = [];
  const namedWindows = new Map((select.windows ?? []).map((window) => [window.name, window.window]));
  const full: ExpressionEnvironment = {
    ...base,
    aggregates: { calls: aggregates },
    windows: { calls: windows },
    namedWindows,
  };
  const items = bindItems(select, binding, full, scope);
  const aliases = new Map<string, Expression>();
  for (const item of items) if (item.named && !aliases.has(item.name)) aliases.set(item.name, item.expression);

  const grouping =
    select.groupBy && bindGrouping(select.groupBy, select.items, binding, { ...base, clause: 'GROUP BY' });
  const { windows: ofSelect, ...withoutWindows } = full;
  const having =
    select.having && bindCondition(select.having, 'HAVING', binding, { ...withoutWindows, clause: 'HAVING', aliases });
  const qualify =
    select.qualify && bindCondition(select.qualify, 'QUALIFY', binding, { ...full, clause: 'QUALIFY', aliases });
  const ordered = orderBy.map((item) => ({
    item,
    expression: bindOrderItem(item, items, binding, { ...full, clause: 'ORDER BY', aliases, aliasesFirst: true }),
  }));

  const isGrouped = grouping !== undefined || having !== undefined || aggregates.length > 0;
  const groups = isGrouped ? groupRows(rows, grouping, aggregates, having, scope, binding) : undefined;
  const rewrite: ExpressionRewrite = groups ? groups.rewrite : () => undefined;
  const outOf = (expression: Expression): Expression => (groups ? rewriteExpression(expression, rewrite) : expression);
  let plan = groups ? groups.plan : rows;
  if (windows.length > 0) {
    const calls = windows.map((call) => ({
      ...call,
      expression: groups ? rewriteWindow(call.expression, rewrite) : call.expression,
    }));
    plan = { kind: 'window', input: plan, calls, fields: [...plan.fields, ...calls.map((call) => call.field)] };
  }
  if (qualify) plan = filter(plan, outOf(qualify));

  return projectItems(
    plan,
    items.map((item) => ({ ...item, expression: outOf(item.expression) })),
    ordered.map((order) => ({ ...order, expression: outOf(order.expression) })),
    plan.kind === 'window' && ordered.length > 0 && !select.distinct ? windowOrder(plan.calls) : [],
    select.distinct,
    binding,
  );
}

/**
 * The order in which Druid computes windows, which its stable sort leaves rows in that ORDER BY does not tell apart: that
 * of the last window, and windows over all rows come first (Windowing.computeWindowOperations).
 */
function windowOrder(calls: readonly Computed<WindowCall>[]): readonly SortKey[] {
  const windows = calls.map(({ expression }) => expression);
  const last = windows.findLast(({ partitionBy }) => partitionBy.length > 0) ?? windows.at(-1);
  if (!last) return [];
  const partitions = last.partitionBy.map((expression) => ({ expression, descending: false, nullsFirst: true }));
  return [...partitions, ...last.windowOrderBy];
}

function bindCondition(node: Expr, clause: string, binding: Binding, environment: ExpressionEnvironment): Expression {
  const bound = binding.expression(node, environment);
  if (bound.type.name !== 'BOOLEAN' && bound.type.name !== 'NULL' && bound.type.name !== 'ANY') {
    throw validationError(`${clause} clause must be a condition`, node.span);
  }
  return convert(bound, BOOLEAN, binding.options.timeZone);
}

function bindItems(
  select: Select,
  binding: Binding,
  environment: ExpressionEnvironment,
  scope: Scope,
): readonly Item[] {
  const used = new Set<string>();
  return select.items.flatMap((node, index): readonly Item[] => {
    if (node.expr.kind === 'star') {
      const columns = expandStar(node.expr, scope);
      return columns.map((column) => {
        const expression = { ...column.expression };
        binding.places.set(expression, { span: node.span, text: column.name });
        return { name: uniqueName(column.name, used), named: true, expression, node };
      });
    }
    const { name, named } = outputName(node, index);
    used.add(name);
    return [{ name, named, expression: binding.expression(node.expr, environment), node }];
  });
}

/** ORDER BY takes an ordinal, an output's name or an expression. */
function bindOrderItem(
  item: OrderItem,
  items: readonly Item[],
  binding: Binding,
  environment: ExpressionEnvironment,
): Expression {
  const { expr } = item;
  if (expr.kind === 'literal' && expr.value.type === 'decimal' && /^\d+$/.test(expr.value.text)) {
    const target = items[Number(expr.value.text) - 1];
    if (!target) throw validationError('Ordinal out of range', expr.span);
    return target.expression;
  }
  return binding.expression(expr, environment);
}

function groupRows(
  rows: Plan,
  grouping: Grouping | undefined,
  aggregates: readonly Computed<AggregateCall>[],
  having: Expression | undefined,
  scope: Scope,
  binding: Binding,
): { readonly plan: Plan; readonly rewrite: ExpressionRewrite } {
  const keys = grouping?.keys ?? [];
  const rewrite = overGroups(keys, scopeIds(scope), binding);
  const plan: Plan = {
    kind: 'aggregate',
    input: rows,
    keys,
    groupingSets: grouping?.sets ?? [[]],
    aggregates,
    fields: [...keys.map((key) => key.field), ...aggregates.map((call) => call.field)],
  };
  return { plan: having ? filter(plan, rewriteExpression(having, rewrite)) : plan, rewrite };
}

function projectItems(
  input: Plan,
  items: readonly Item[],
  ordered: readonly OrderedExpression[],
  ties: readonly SortKey[],
  distinct: boolean,
  binding: Binding,
): BoundQuery {
  const columns = items.map((item): Computed<Expression> => ({
    field: binding.newField(item.name, item.expression.type),
    expression: item.expression,
  }));
  const outputs = items.map((item, index): Output => {
    const field = columns[index]?.field ?? binding.newField(item.name, item.expression.type);
    return { name: item.name, field, named: item.named, span: item.node.span };
  });
  const hidden: Computed<Expression>[] = [];
  const keys: SortKey[] = [];
  const columnFor = (expression: Expression): Expression | undefined => {
    const key = expressionKey(expression);
    const found = [...columns, ...hidden].find((candidate) => expressionKey(candidate.expression) === key);
    return found && columnOf(found.field);
  };
  const hide = (expression: Expression): Expression => {
    const field = binding.newField(`EXPR$${columns.length + hidden.length}`, expression.type);
    hidden.push({ field, expression });
    return columnOf(field);
  };
  for (const { item, expression } of ordered) {
    if (expression.kind === 'literal') continue;
    const column = columnFor(expression);
    if (!column && distinct) {
      throw validationError('ORDER BY expression of a SELECT DISTINCT must be in its list', item.span);
    }
    keys.push(sortKey(item, column ?? hide(expression)));
  }
  for (const tie of ties) {
    if (tie.expression.kind === 'literal') continue;
    keys.push({ ...tie, expression: columnFor(tie.expression) ?? hide(tie.expression) });
  }
  const all = [...columns, ...hidden];
  let plan: Plan = { kind: 'project', input, columns: all, fields: all.map((column) => column.field) };
  let visible = outputs;
  if (distinct) ({ plan, outputs: visible } = distinctRows(plan, outputs, keys, binding));
  if (keys.length > 0) plan = { kind: 'sort', input: plan, keys, fields: plan.fields };
  return { plan, outputs: visible };
}

/** SELECT DISTINCT groups by all outputs; `keys` are changed to the groups' fields. */
function distinctRows(
  input: Plan,
  outputs: readonly Output[],
  sortKeys: SortKey[],
  binding: Binding,
): { plan: Plan; outputs: Output[] } {
  const keys = input.fields.map((field) => ({
    field: binding.newField(field.name, field.type),
    expression: columnOf(field),
  }));
  const after = new Map(input.fields.map((field, index) => [field.id, keys[index]?.field ?? field]));
  for (const [index, key] of sortKeys.entries()) {
    const field = key.expression.kind === 'column' ? after.get(key.expression.id) : undefined;
    if (field) sortKeys[index] = { ...key, expression: columnOf(field) };
  }
  return {
    plan: {
      kind: 'aggregate',
      input,
      keys,
      groupingSets: [keys.map((_, index) => index)],
      aggregates: [],
      fields: keys.map((key) => key.field),
    },
    outputs: outputs.map((output) => ({ ...output, field: after.get(output.field.id) ?? output.field })),
  };
}
