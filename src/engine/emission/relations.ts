/** Plan nodes as blocks of SQL. */
import type {
  AggregateNode,
  Expression,
  ExternalNode,
  FilterNode,
  JoinNode,
  LimitNode,
  Plan,
  ProjectNode,
  ScanNode,
  SetOperationNode,
  SortNode,
  UnnestNode,
  ValuesNode,
  WindowNode,
} from '../../sql/plan/index.js';
import { isString } from '../../sql/types.js';
import { aggregateSql, groupBySql, groupingSql } from './aggregates.js';
import { type Block, blockOver, itemOf, renderBlock, subquery, wrap } from './block.js';
import type { Emission } from './emission.js';
import { expressionSql } from './expressions.js';
import { withGroupOrder } from './group-order.js';
import { groupedKeys } from './grouping.js';
import { columnName, operand } from './names.js';
import { sortKeySql } from './sorting.js';
import { sharedSql } from './shared.js';
import { mayBeMultiValue } from './sources.js';
import { windowSql } from './windows.js';

const idsOf = (plan: Plan): readonly number[] => plan.fields.map((field) => field.id);

/** The plan as a SELECT that puts out the plan's fields in their order. */
export function planSql(plan: Plan, emission: Emission): string {
  return renderBlock(blockOf(plan, emission), idsOf(plan));
}

/** The plan as a block to build on. */
export function blockOf(plan: Plan, emission: Emission): Block {
  const stored = emission.stored.get(plan);
  if (stored) return stored;
  switch (plan.kind) {
    case 'scan':
    case 'external':
      return leafBlock(plan, emission);
    case 'values':
      return valuesBlock(plan, emission);
    case 'filter':
      return filterBlock(plan, emission);
    case 'project':
      return projectBlock(plan, emission);
    case 'aggregate':
      return aggregateBlock(plan, emission);
    case 'window':
      return windowBlock(plan, emission);
    case 'join':
      return joinBlock(plan, emission);
    case 'unnest':
      return unnestBlock(plan, emission);
    case 'sort':
      return sortBlock(plan, emission);
    case 'limit':
      return limitBlock(plan, emission);
    case 'setOperation':
      return setOperationBlock(plan, emission);
  }
}

/** The block below, as one whose rows come straight from its FROM and WHERE. */
function openBlock(input: Plan, emission: Emission): Block {
  const block = blockOf(input, emission);
  return block.computed || block.limit !== undefined || block.orderBy || block.from === undefined ? wrap(block) : block;
}

function leafBlock(node: ScanNode | ExternalNode, emission: Emission): Block {
  const { quoteIdentifier } = emission.syntax;
  const relation = quoteIdentifier(emission.relation(node));
  if (node.fields.length === 0) return blockOver(relation, []);
  const columns = node.fields.map((field) => `${quoteIdentifier(field.name)} AS ${columnName(field.id)}`);
  return blockOver(`(SELECT ${columns.join(', ')} FROM ${relation})`, idsOf(node));
}

function valuesBlock(node: ValuesNode, emission: Emission): Block {
  const [firstRow] = node.rows;
  if (node.rows.length === 1 && firstRow) {
    const columns = node.fields.map((field, index) => {
      const value = firstRow[index];
      return { id: field.id, sql: value ? expressionSql(value, emission) : 'NULL' };
    });
    return { where: [], columns, computed: true };
  }
  if (node.fields.length === 0) return blockOver(`range(${node.rows.length})`, []);
  if (!firstRow) {
    const nulls = node.fields.map((field) => ({
      id: field.id,
      sql: emission.syntax.literal({ kind: 'literal', value: null, type: field.type }),
    }));
    return { where: ['FALSE'], columns: nulls, computed: true };
  }
  const rows = node.rows.map((row) => `(${row.map((value) => expressionSql(value, emission)).join(', ')})`);
  const names = node.fields.map((field) => columnName(field.id));
  return blockOver(`(VALUES ${rows.join(', ')}) AS ${emission.fresh('rows')}(${names.join(', ')})`, idsOf(node));
}

/** The parts of a conjunction. */
function conjuncts(condition: Expression): readonly Expression[] {
  return condition.kind === 'call' && condition.function === 'AND' ? condition.args.flatMap(conjuncts) : [condition];
}

function conditionSql(parts: readonly Expression[], emit: (expression: Expression) => string): readonly string[] {
  return parts.length === 1 ? parts.map(emit) : parts.map((part) => operand(emit(part)));
}

function filterBlock(node: FilterNode, emission: Emission): Block {
  const block = openBlock(node.input, emission);
  const added = conditionSql(conjuncts(node.condition), (part) => sharedSql(part, emission));
  const where = block.where.length === 0 ? added : [...block.where, ...added].map(operand);
  return { ...block, where };
}

function projectBlock(node: ProjectNode, emission: Emission): Block {
  const input = blockOf(node.input, emission);
  for (const { field, expression } of node.columns) {
    emission.multiValueFields.set(field.id, mayBeMultiValue(expression, emission));
  }
  const isRenaming = node.columns.every(({ expression }) => expression.kind === 'column');
  const columnsOver = (): Block['columns'] =>
    node.columns.map(({ field, expression }) => ({ id: field.id, sql: sharedSql(expression, emission) }));

  if (input.computed && isRenaming && input.groupBy === undefined && !input.orderBy) {
    const known = new Map(input.columns.map((column) => [column.id, column.sql]));
    const columns = node.columns.map(({ field, expression }) => {
      const inner = expression.kind === 'column' ? known.get(expression.id) : undefined;
      return { id: field.id, sql: inner ?? sharedSql(expression, emission) };
    });
    return { ...input, columns };
  }
  const ordered = input.orderBy;
  if (!input.computed && input.from !== undefined && (input.limit === undefined || isRenaming)) {
    return { ...input, columns: columnsOver(), computed: true };
  }
  if (!ordered) return { ...wrap(input), columns: columnsOver(), computed: true };
  const { orderBy: _, ...unordered } = input;
  const inner = input.limit === undefined ? unordered : input;
  return { ...wrap(inner), columns: columnsOver(), computed: true, orderBy: ordered };
}

function aggregateBlock(node: AggregateNode, emission: Emission): Block {
  const { block, keys } = groupedKeys(node, openBlock(node.input, emission), emission);
  const aggregates = node.aggregates.map(({ field, expression }) => ({
    id: field.id,
    sql:
      expression.function === 'GROUPING' ? groupingSql(expression, node, emission) : aggregateSql(expression, emission),
  }));
  // Without any aggregate DuckDB would not see that this is a grand total of one row.
  const isBareTotal = keys.length === 0 && aggregates.length === 0;
  const columns = isBareTotal ? [{ id: emission.freshId(), sql: 'count(*)' }] : [...keys, ...aggregates];
  const groupBy = groupBySql(node);
  const grouped = { ...block, columns, computed: true, ...(groupBy === undefined ? {} : { groupBy }) };
  // A grand total is one only as long as its aggregates stand in the SELECT.
  return groupBy === undefined ? wrap(grouped) : grouped;
}

function windowBlock(node: WindowNode, emission: Emission): Block {
  const block = openBlock(node.input, emission);
  const calls = node.calls.map(({ field, expression }) => ({
    id: field.id,
    sql: windowSql(withGroupOrder(expression, node.input), emission),
  }));
  return { ...block, columns: [...block.columns, ...calls], computed: true };
}

const joinWords = {
  inner: 'JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
  full: 'FULL JOIN',
  cross: 'CROSS JOIN',
} as const;

function joinBlock(node: JoinNode, emission: Emission): Block {
  const left = itemOf(blockOf(node.left, emission));
  const rightBlock = blockOf(node.right, emission);
  const right = rightBlock.joined && !rightBlock.computed ? `(${itemOf(rightBlock)})` : itemOf(rightBlock);
  const isCross = !node.condition && (node.type === 'cross' || node.type === 'inner');
  const word = isCross ? 'CROSS JOIN' : node.type === 'cross' ? 'JOIN' : joinWords[node.type];
  const parts = node.condition ? conjuncts(node.condition) : [];
  const condition = conditionSql(parts, (part) => expressionSql(part, emission)).join(' AND ');
  const on = isCross ? '' : ` ON ${condition === '' ? 'TRUE' : condition}`;
  return { ...blockOver(`${left}\n${word} ${right}${on}`, idsOf(node)), joined: true };
}

/**
 * The list to unnest. UNNEST(MV_TO_ARRAY(x)) goes over the values of the dimension itself, in which Druid sees a null in a
 * row that has none.
 */
function elementsSql(expression: Expression, emission: Emission): string {
  if (isString(expression.type)) return emission.syntax.multiValues(expressionSql(expression, emission));
  const [argument] = expression.kind === 'call' && expression.function === 'MV_TO_ARRAY' ? expression.args : [];
  if (argument && isString(argument.type)) return emission.syntax.multiValues(expressionSql(argument, emission));
  return expressionSql(expression, emission);
}

/** The block is closed, because UNNEST multiplies rows even where nobody wants its element. */
function unnestBlock(node: UnnestNode, emission: Emission): Block {
  const { syntax } = emission;
  const block = openBlock(node.input, emission);
  const list = elementsSql(node.expression, emission);
  const filled =
    node.type === 'left' ? `CASE WHEN ${syntax.size(list)} > 0 THEN ${list} ELSE ${syntax.list(['NULL'])} END` : list;
  const unnested = (id: number, sql: string): Block =>
    wrap({ ...block, columns: [...block.columns, { id, sql: syntax.unnest(sql) }], computed: true });
  if (!node.ordinality) return unnested(node.element.id, filled);
  const numbered = emission.freshId();
  const inner = unnested(numbered, syntax.numbered(filled));
  return wrap({
    ...inner,
    columns: [
      ...block.columns.map(({ id }) => ({ id, sql: columnName(id) })),
      { id: node.element.id, sql: `${columnName(numbered)}.v` },
      { id: node.ordinality.id, sql: `${columnName(numbered)}.i` },
    ],
    computed: true,
  });
}

function sortBlock(node: SortNode, emission: Emission): Block {
  const block = blockOf(node.input, emission);
  const isPlain = node.keys.every(({ expression }) => expression.kind === 'column');
  const isOpen =
    block.limit === undefined && !block.orderBy && block.from !== undefined && (isPlain || !block.computed);
  const orderBy = node.keys.map((key) => sortKeySql(key, emission));
  return { ...(isOpen ? block : wrap(block)), orderBy };
}

function limitBlock(node: LimitNode, emission: Emission): Block {
  const block = blockOf(node.input, emission);
  const parts = [
    ...(node.limit === undefined ? [] : [`LIMIT ${node.limit}`]),
    ...(node.offset > 0 ? [`OFFSET ${node.offset}`] : []),
  ];
  if (parts.length === 0) return block;
  const limit = parts.join(' ');
  if (block.limit === undefined) return { ...block, limit };
  return { ...wrap(block), limit, ...(block.orderBy && !block.computed ? { orderBy: block.orderBy } : {}) };
}

const setWords = { union: 'UNION', intersect: 'INTERSECT', except: 'EXCEPT' } as const;

function setOperationBlock(node: SetOperationNode, emission: Emission): Block {
  const inputs = node.inputs.map((input) => `(${planSql(input, emission)})`);
  node.fields.forEach((field, index) => {
    const isMulti = node.inputs.some((input) => {
      const source = input.fields[index];
      return source !== undefined && (emission.multiValueFields.get(source.id) ?? source.type.multiValue === true);
    });
    emission.multiValueFields.set(field.id, isMulti);
  });
  const word = `${setWords[node.operator]}${node.all ? ' ALL' : ''}`;
  const query = inputs.reduce((left, right) =>
    node.operator === 'union' ? `${left}\n${word}\n${right}` : `(${left}\n${word}\n${right})`,
  );
  const names = node.fields.map((field) => columnName(field.id));
  return blockOver(`${subquery(query)} AS ${emission.fresh('set')}(${names.join(', ')})`, idsOf(node));
}
