/** Queries: WITH, set operations, VALUES, ORDER BY and LIMIT around a SELECT. */
import type { Expr, OrderItem, Query, QueryBody, SetOperation, Values } from '../ast.js';
import { validationError } from '../errors.js';
import type { Plan, SortKey } from '../plan/index.js';
import type { SqlType } from '../types.js';
import type { Binding, BoundQuery, Output, QueryEnvironment } from './binding.js';
import { columnOf } from './build.js';
import { withCommonTables } from './common-tables.js';
import { convert } from './convert.js';
import { withFields } from './from.js';
import { widestType } from './lattice.js';
import { sortKey } from './ordering.js';
import { EMPTY_SCOPE } from './scope.js';
import { bindSelect } from './select.js';

/** Binds a query. Its plan may have more fields than outputs, where an order needs what is not shown. */
export function bindQuery(node: Query, binding: Binding, environment: QueryEnvironment): BoundQuery {
  const tables = node.with ? withCommonTables(node.with, environment.tables) : environment.tables;
  const inside: QueryEnvironment = {
    ...(environment.outer && { outer: environment.outer }),
    ...(tables && { tables }),
  };
  const orderBy = node.orderBy ?? [];
  const bound =
    node.body.kind === 'select'
      ? bindSelect(node.body, orderBy, binding, inside)
      : orderOutputs(bindBody(node.body, binding, inside), orderBy);
  return withBounds(bound, node, binding);
}

function bindBody(body: QueryBody, binding: Binding, environment: QueryEnvironment): BoundQuery {
  switch (body.kind) {
    case 'select':
      return bindSelect(body, [], binding, environment);
    case 'query':
      return binding.query(body, environment);
    case 'values':
      return bindValues(body, binding, environment);
    case 'setOperation':
      return bindSetOperation(body, binding, environment);
    default:
      return body satisfies never;
  }
}

function withBounds(query: BoundQuery, node: Query, binding: Binding): BoundQuery {
  if (!node.limit && !node.offset) return query;
  const limit = node.limit && rowCount(node.limit, 'LIMIT', binding);
  const offset = node.offset ? rowCount(node.offset, 'OFFSET', binding) : 0;
  const plan: Plan = {
    kind: 'limit',
    input: query.plan,
    ...(limit !== undefined && { limit }),
    offset,
    fields: query.plan.fields,
  };
  return { ...query, plan };
}

function rowCount(node: Expr, clause: string, binding: Binding): number {
  const bound = binding.expression(node, { scope: EMPTY_SCOPE, clause: 'SELECT' });
  const count = bound.kind === 'literal' && typeof bound.value === 'bigint' ? Number(bound.value) : -1;
  if (count < 0) throw validationError(`${clause} must be a whole number of rows, not negative`, node.span);
  return count;
}

/** Orders what is no SELECT: only outputs can be named. */
function orderOutputs(query: BoundQuery, orderBy: readonly OrderItem[]): BoundQuery {
  if (orderBy.length === 0) return query;
  const keys = orderBy.map((item): SortKey => {
    const { expr } = item;
    let output: Output | undefined;
    if (expr.kind === 'literal' && expr.value.type === 'decimal') output = query.outputs[Number(expr.value.text) - 1];
    else if (expr.kind === 'identifier') {
      output = query.outputs.find((each) => each.name === expr.names[expr.names.length - 1]);
      if (!output) throw validationError(`Column '${expr.names.join('.')}' not found in any table`, expr.span);
    }
    if (!output) throw validationError('ORDER BY of a set operation takes names or ordinals of its columns', expr.span);
    return sortKey(item, columnOf(output.field));
  });
  return { ...query, plan: { kind: 'sort', input: query.plan, keys, fields: query.plan.fields } };
}

function bindValues(node: Values, binding: Binding, environment: QueryEnvironment): BoundQuery {
  const scope = environment.outer ? { ...EMPTY_SCOPE, outer: environment.outer } : EMPTY_SCOPE;
  const rows = node.rows.map((row) =>
    row.map((value) =>
      binding.expression(value, {
        scope,
        clause: 'VALUES',
        ...(environment.tables && { tables: environment.tables }),
      }),
    ),
  );
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) {
    throw validationError('Values passed to VALUES operator must have compatible types', node.span);
  }
  const types = Array.from({ length: width }, (_, index): SqlType => {
    const type = widestType(rows.flatMap((row) => row.slice(index, index + 1)).map((value) => value.type));
    if (!type) throw validationError('Values passed to VALUES operator must have compatible types', node.span);
    return type;
  });
  const fields = types.map((type, index) => binding.newField(`EXPR$${index}`, type));
  const plan: Plan = {
    kind: 'values',
    rows: rows.map((row) =>
      row.map((value, index) => convert(value, types[index] ?? value.type, binding.options.timeZone)),
    ),
    fields,
  };
  return { plan, outputs: fields.map((field) => ({ name: field.name, field, named: false })) };
}

const operators = { UNION: 'union', INTERSECT: 'intersect', EXCEPT: 'except' } as const;

/** The operands of a chain of the same operator, so that long UNION ALL chains stay flat. */
function operandsOf(node: SetOperation): QueryBody[] {
  const right: QueryBody[] = [];
  let at: QueryBody = node;
  while (at.kind === 'setOperation' && at.operator === node.operator && at.all === node.all) {
    right.push(at.right);
    at = at.left;
    if (node.operator === 'EXCEPT') break;
  }
  return [at, ...right.reverse()];
}

function bindSetOperation(node: SetOperation, binding: Binding, environment: QueryEnvironment): BoundQuery {
  const queries = operandsOf(node).map((body) => bindBody(body, binding, environment));
  const [first] = queries;
  if (!first) throw new Error('A set operation has operands');
  if (queries.some((query) => query.outputs.length !== first.outputs.length)) {
    throw validationError(`Column count mismatch in ${node.operator}`, node.span);
  }
  const types = first.outputs.map((_, index) => {
    const type = widestType(
      queries.flatMap((query) => query.outputs.slice(index, index + 1)).map((output) => output.field.type),
    );
    if (!type) throw validationError(`Type mismatch in column ${index + 1} of ${node.operator}`, node.span);
    return type;
  });
  const inputs = queries.map((query) => castOutputs(query, types, binding));
  const fields = first.outputs.map((output, index) => binding.newField(output.name, types[index] ?? output.field.type));
  return {
    plan: { kind: 'setOperation', operator: operators[node.operator], all: node.all, inputs, fields },
    outputs: first.outputs.map((output, index) => ({ ...output, field: fields[index] ?? output.field })),
  };
}

function castOutputs(query: BoundQuery, types: readonly SqlType[], binding: Binding): Plan {
  const columns = query.outputs.map((output, index) => {
    const expression = convert(columnOf(output.field), types[index] ?? output.field.type, binding.options.timeZone);
    const same = expression.kind === 'column' && expression.id === output.field.id;
    return { field: same ? output.field : binding.newField(output.name, expression.type), expression };
  });
  if (columns.every((column, index) => column.field.id === query.outputs[index]?.field.id)) {
    return withFields(
      query.plan,
      columns.map((column) => column.field),
    );
  }
  return { kind: 'project', input: query.plan, columns, fields: columns.map((column) => column.field) };
}
