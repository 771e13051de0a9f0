/** The FROM clause: tables, derived tables, joins and UNNEST, with the scope that they make. */
import type { DerivedTable, JoinTable, NamedTable, TableAlias, TableRef, UnnestTable } from '../ast.js';
import { unsupportedError, validationError } from '../errors.js';
import type { Expression, Plan } from '../plan/index.js';
import { BIGINT, BOOLEAN, VARCHAR } from '../types.js';
import type { Binding, QueryEnvironment } from './binding.js';
import { call, columnOf, conjunction, filter, nullable } from './build.js';
import { findCommonTable } from './common-tables.js';
import { bindComparison } from './comparison.js';
import { convert } from './convert.js';
import { pivotQuery, unpivotQuery } from './pivot.js';
import { bindTableFunction } from './table-functions.js';
import { EMPTY_SCOPE, relationOf, type MergedColumn, type Relation, type Scope } from './scope.js';

/** A bound table reference. */
export interface BoundTable {
  readonly plan: Plan;
  readonly relations: readonly Relation[];
  readonly merged: readonly MergedColumn[];
}

/** What a SELECT without FROM reads: one row without columns. */
export const oneRow = (): Plan => ({ kind: 'values', rows: [[]], fields: [] });

/** The scope of a table reference inside of a query's environment. */
export function scopeOf(table: BoundTable, environment: QueryEnvironment): Scope {
  return {
    relations: table.relations,
    merged: table.merged,
    ...(environment.outer && { outer: environment.outer }),
  };
}

function single(plan: Plan, relation: Relation): BoundTable {
  return { plan, relations: [relation], merged: [] };
}

/** Binds a table reference. `left` is what a lateral table sees beside the queries around. */
export function bindTable(
  node: TableRef,
  binding: Binding,
  environment: QueryEnvironment,
  left?: BoundTable,
): BoundTable {
  switch (node.kind) {
    case 'table':
      return bindNamed(node, binding, environment);
    case 'derived':
      return bindDerived(node, binding, environment, left);
    case 'tableFunction': {
      const plan = bindTableFunction(node, binding);
      return single(plan, renamed(plan, node.alias, node.alias?.name, node));
    }
    case 'unnest':
      return bindUnnest(node, binding, environment, left, 'inner');
    case 'join':
      return bindJoin(node, binding, environment, left);
    case 'pivot':
    case 'unpivot': {
      const source = bindTable(node.input, binding, environment, left);
      const columns = source.relations.flatMap((relation) => relation.columns);
      const query = node.kind === 'pivot' ? pivotQuery(node, columns) : unpivotQuery(node, columns);
      const derived = {
        kind: 'derived',
        lateral: 'lateral' in node.input && node.input.lateral,
        query,
        span: node.span,
        ...(node.alias && { alias: node.alias }),
      } as const;
      return bindDerived(derived, binding, environment, left);
    }
    default:
      return node satisfies never;
  }
}

/** The relation over a plan's fields, under the columns' new names if the alias gives them. */
function renamed(
  plan: Plan,
  alias: TableAlias | undefined,
  name: string | undefined,
  node: TableRef,
  names: readonly string[] = plan.fields.map((field) => field.name),
  schema?: string,
): Relation {
  if (alias?.columns && alias.columns.length !== plan.fields.length) {
    throw validationError(
      `List of column aliases must have same degree as table; table has ${plan.fields.length} columns, whereas alias list has ${alias.columns.length} columns`,
      node.span,
    );
  }
  return relationOf(plan.fields, name, schema, alias?.columns ?? names);
}

function bindNamed(node: NamedTable, binding: Binding, environment: QueryEnvironment): BoundTable {
  const { names } = node.name;
  const table = names[names.length - 1] ?? '';
  if (names.length === 1) {
    const common = findCommonTable(table, environment.tables);
    if (common) {
      const { table: definition, before } = common;
      const query = binding.query(definition.query, before ? { tables: before } : {});
      const fields = query.outputs.map((output) => output.field);
      const outputNames = definition.columns ?? query.outputs.map((output) => output.name);
      if (outputNames.length !== fields.length) {
        throw validationError(`Number of columns must match number of query columns`, definition.span);
      }
      const plan = withFields(query.plan, fields);
      return single(plan, renamed(plan, node.alias, node.alias?.name ?? table, node, outputNames));
    }
  }
  const schema = names.length > 1 ? names[names.length - 2] : undefined;
  const definition = names.length <= 2 ? binding.options.catalog.table(schema, table) : undefined;
  if (!definition) {
    const within = schema === undefined ? '' : ` within '${schema}'`;
    throw validationError(`Object '${table}' not found${within}`, node.name.span);
  }
  if (definition.schema === 'druid') binding.reads.add(definition.name);
  const fields = definition.columns.map((column) => binding.newField(column.name, column.type));
  const plan: Plan = { kind: 'scan', schema: definition.schema, table: definition.name, fields };
  const relationSchema = node.alias ? undefined : definition.schema;
  return single(plan, renamed(plan, node.alias, node.alias?.name ?? table, node, undefined, relationSchema));
}

/** The plan cut to some of its fields; a plan with exactly these stays as it is. */
export function withFields(plan: Plan, fields: Plan['fields']): Plan {
  const same =
    plan.fields.length === fields.length && fields.every((field, index) => plan.fields[index]?.id === field.id);
  if (same) return plan;
  const columns = fields.map((field) => ({ field, expression: columnOf(field) }));
  return { kind: 'project', input: plan, columns, fields };
}

function bindDerived(
  node: DerivedTable,
  binding: Binding,
  environment: QueryEnvironment,
  left: BoundTable | undefined,
): BoundTable {
  const outer = node.lateral && left ? scopeOf(left, environment) : environment.outer;
  const query = binding.query(node.query, {
    ...(outer && { outer }),
    ...(environment.tables && { tables: environment.tables }),
  });
  const plan = withFields(
    query.plan,
    query.outputs.map((output) => output.field),
  );
  const names = query.outputs.map((output) => output.name);
  return single(plan, renamed(plan, node.alias, node.alias?.name, node, names));
}

function bindUnnest(
  node: UnnestTable,
  binding: Binding,
  environment: QueryEnvironment,
  left: BoundTable | undefined,
  type: 'inner' | 'left',
): BoundTable {
  const around: BoundTable = left ?? { plan: oneRow(), relations: [], merged: [] };
  const expression = binding.expression(node.expr, {
    scope: left || environment.outer ? scopeOf(around, environment) : EMPTY_SCOPE,
    clause: 'UNNEST',
    ...(environment.tables && { tables: environment.tables }),
  });
  if (expression.type.name !== 'ARRAY') {
    throw validationError(
      `Cannot apply 'UNNEST' to arguments of type 'UNNEST(<${expression.type.name}>)'. Supported form(s): 'UNNEST(<MULTISET>)'\n'UNNEST(<ARRAY>)'\n'UNNEST(<MAP>)'`,
      node.span,
    );
  }
  const [elementName = 'EXPR$0', ordinalityName = 'ORDINALITY'] = node.alias?.columns ?? [];
  const element = binding.newField(elementName, nullable(expression.type.element ?? VARCHAR));
  const ordinality = node.ordinality ? binding.newField(ordinalityName, BIGINT) : undefined;
  const added = [element, ...(ordinality ? [ordinality] : [])];
  const plan: Plan = {
    kind: 'unnest',
    input: around.plan,
    expression,
    element,
    ...(ordinality && { ordinality }),
    type,
    fields: [...around.plan.fields, ...added],
  };
  // UNNEST(…) AS c names the only column, too.
  const name = node.alias?.columns ? undefined : node.alias?.name;
  const relation = relationOf(
    added,
    node.alias?.name,
    undefined,
    name === undefined ? undefined : [name, ordinalityName],
  );
  return { plan, relations: [...around.relations, relation], merged: around.merged };
}

const joinTypes = {
  INNER: 'inner',
  LEFT: 'left',
  RIGHT: 'right',
  FULL: 'full',
  CROSS: 'cross',
  COMMA: 'cross',
} as const;

const isTrue = (expression: Expression): boolean => expression.kind === 'literal' && expression.value === true;

function bindJoin(
  node: JoinTable,
  binding: Binding,
  environment: QueryEnvironment,
  around: BoundTable | undefined,
): BoundTable {
  const left = bindTable(node.left, binding, environment, around);
  if (node.right.kind === 'unnest') return bindUnnestJoin(node, node.right, left, binding, environment);
  const right = bindTable(node.right, binding, environment, left);
  const plan = { left: left.plan, right: right.plan, fields: [...left.plan.fields, ...right.plan.fields] };
  const relations = [...left.relations, ...right.relations];
  const shared = sharedNames(node, left, right);
  if (shared) return bindUsing(node, shared, left, right, binding);
  const type = joinTypes[node.type];
  if (!node.on) {
    if (type !== 'cross') {
      throw validationError(
        'INNER, LEFT, RIGHT or FULL join requires a condition (NATURAL keyword or ON or USING clause)',
        node.span,
      );
    }
    return { plan: { kind: 'join', type, ...plan }, relations, merged: [...left.merged, ...right.merged] };
  }
  const merged = [...left.merged, ...right.merged];
  const table = { plan: left.plan, relations, merged };
  const condition = bindCondition(node.on, table, binding, environment);
  if (type === 'cross')
    throw validationError(
      'Cannot specify condition (NATURAL keyword, or ON or USING clause) following CROSS JOIN',
      node.span,
    );
  return { plan: { kind: 'join', type, condition, ...plan }, relations, merged };
}

function bindCondition(
  node: NonNullable<JoinTable['on']>,
  table: BoundTable,
  binding: Binding,
  environment: QueryEnvironment,
): Expression {
  const bound = binding.expression(node, {
    scope: scopeOf(table, environment),
    clause: 'ON',
    ...(environment.tables && { tables: environment.tables }),
  });
  if (bound.type.name !== 'BOOLEAN' && bound.type.name !== 'NULL') {
    throw validationError(`ON clause must be a condition`, node.span);
  }
  return convert(bound, BOOLEAN, binding.options.timeZone);
}

function bindUnnestJoin(
  node: JoinTable,
  right: UnnestTable,
  left: BoundTable,
  binding: Binding,
  environment: QueryEnvironment,
): BoundTable {
  const type = node.type === 'LEFT' ? 'left' : 'inner';
  if (node.type === 'RIGHT' || node.type === 'FULL' || node.using || node.natural) {
    throw unsupportedError('UNNEST is supported only in CROSS, INNER and LEFT joins with ON', node.span);
  }
  const table = bindUnnest(right, binding, environment, left, type);
  if (!node.on) return table;
  const condition = bindCondition(node.on, table, binding, environment);
  if (isTrue(condition)) return table;
  if (type === 'left') throw unsupportedError('LEFT JOIN UNNEST is supported only with ON TRUE', node.span);
  return { ...table, plan: filter(table.plan, condition) };
}

function visibleNames(table: BoundTable): Map<string, Expression[]> {
  const covered = new Set(table.merged.flatMap((column) => [...column.covers]));
  const names = new Map<string, Expression[]>();
  const add = (name: string, expression: Expression): void => {
    names.set(name, [...(names.get(name) ?? []), expression]);
  };
  for (const column of table.merged) add(column.name, column.expression);
  for (const relation of table.relations) {
    for (const column of relation.columns) if (!covered.has(column.id)) add(column.name, column.expression);
  }
  return names;
}

/** The column names of USING or NATURAL; undefined for a join that has neither. */
function sharedNames(node: JoinTable, left: BoundTable, right: BoundTable): readonly string[] | undefined {
  if (node.using) return node.using.map((name) => name.names[0] ?? '');
  if (!node.natural) return undefined;
  const names = visibleNames(right);
  return [...visibleNames(left).keys()].filter((name) => names.has(name));
}

function bindUsing(
  node: JoinTable,
  shared: readonly string[],
  left: BoundTable,
  right: BoundTable,
  binding: Binding,
): BoundTable {
  const type = joinTypes[node.type];
  const leftNames = visibleNames(left);
  const rightNames = visibleNames(right);
  const pick = (names: Map<string, Expression[]>, name: string): Expression => {
    const found = names.get(name) ?? [];
    if (found.length > 1) throw validationError(`Column '${name}' is ambiguous`, node.span);
    if (!found[0]) throw validationError(`Column '${name}' not found in any table`, node.span);
    return found[0];
  };
  const idsOf = (table: BoundTable, name: string): number[] =>
    [...table.relations.flatMap((relation) => relation.columns)]
      .filter((column) => column.name === name)
      .map((column) => column.id);
  const conditions: Expression[] = [];
  const merged: MergedColumn[] = [];
  for (const name of shared) {
    const [a, b] = [pick(leftNames, name), pick(rightNames, name)];
    conditions.push(bindComparison('=', a, b, binding.options.timeZone, node.span));
    const both = call('COALESCE', [a, convert(b, a.type, binding.options.timeZone)], a.type);
    const expression = type === 'full' ? both : type === 'right' ? b : a;
    merged.push({ name, expression, covers: new Set([...idsOf(left, name), ...idsOf(right, name)]) });
  }
  const condition = conjunction(conditions);
  const fields = [...left.plan.fields, ...right.plan.fields];
  const kept = [...left.merged, ...right.merged].filter((column) => !shared.includes(column.name));
  return {
    plan: condition
      ? { kind: 'join', type: type === 'cross' ? 'inner' : type, left: left.plan, right: right.plan, condition, fields }
      : { kind: 'join', type: 'cross', left: left.plan, right: right.plan, fields },
    relations: [...left.relations, ...right.relations],
    merged: [...merged, ...kept],
  };
}
