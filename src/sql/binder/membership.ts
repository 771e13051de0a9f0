/** IN, EXISTS, quantified comparisons and scalar subqueries. */
import type { Exists, Expr, In, Quantified, Query, ScalarSubquery } from '../ast.js';
import { validationError, type Span } from '../errors.js';
import type { Expression, Plan } from '../plan/index.js';
import { BOOLEAN, isNumeric, type SqlType } from '../types.js';
import type { Binding, BoundQuery, ExpressionEnvironment } from './binding.js';
import { call, columnOf, not, nullable, project } from './build.js';
import { bindComparison } from './comparison.js';
import { convert, sameStorage } from './convert.js';
import { comparisonType, leastRestrictive, widestType } from './lattice.js';

const INCOMPATIBLE_IN = 'Values passed to IN operator must have compatible types';

function bindSubquery(query: Query, binding: Binding, environment: ExpressionEnvironment): BoundQuery {
  return binding.query(query, {
    outer: environment.scope,
    ...(environment.tables ? { tables: environment.tables } : {}),
  });
}

/** The query's plan with each output brought to a type. */
function convertOutputs(query: BoundQuery, types: readonly SqlType[], binding: Binding): Plan {
  const exact =
    query.plan.fields.length === query.outputs.length &&
    query.outputs.every((output, index) => {
      const type = types[index];
      return (
        query.plan.fields[index]?.id === output.field.id && type !== undefined && sameStorage(output.field.type, type)
      );
    });
  if (exact) return query.plan;
  return project(
    query.plan,
    query.outputs.map((output, index) => {
      const expression = convert(columnOf(output.field), types[index] ?? output.field.type, binding.options.timeZone);
      return { field: binding.newField(output.name, expression.type), expression };
    }),
  );
}

const elementsOf = (node: Expr): readonly Expr[] => (node.kind === 'row' ? node.elements : [node]);

/** The type in which IN compares: the items meet first, as text when they are of several kinds (SqlInOperator.deriveType). */
function listType(needle: SqlType, items: readonly SqlType[]): SqlType | undefined {
  const item = leastRestrictive(items) ?? widestType(items);
  // A truth value equals a number, but is not looked for among numbers.
  if (!item || (needle.name === 'BOOLEAN' && isNumeric(item)) || (item.name === 'BOOLEAN' && isNumeric(needle))) {
    return undefined;
  }
  return comparisonType(needle, item);
}

/** Binds `x IN (…)`; a row on the left meets rows in the list. */
export function bindIn(node: In, binding: Binding, environment: ExpressionEnvironment): Expression {
  if (node.query) return bindInQuery(node, node.query, binding, environment);
  const list = node.list ?? [];
  if (node.operand.kind === 'row') return bindRowIn(node, list, binding, environment);
  const needle = binding.expression(node.operand, environment);
  const items = list.map((item) => binding.expression(item, environment));
  const common = listType(needle.type, [...new Set(items.map((item) => item.type))]);
  if (!common) throw validationError(INCOMPATIBLE_IN, node.span);
  const { timeZone } = binding.options;
  const bound = items.map((item) => convert(item, common, timeZone));
  return {
    kind: 'inList',
    needle: convert(needle, common, timeZone),
    items: bound,
    negated: node.negated,
    type: { ...BOOLEAN, nullable: needle.type.nullable || bound.some((item) => item.type.nullable) },
  };
}

function bindRowIn(node: In, list: readonly Expr[], binding: Binding, environment: ExpressionEnvironment): Expression {
  const needles = elementsOf(node.operand).map((element) => binding.expression(element, environment));
  const rows = list.map((row) => {
    const elements = elementsOf(row);
    if (elements.length !== needles.length) throw validationError(INCOMPATIBLE_IN, node.span);
    const equalities = elements.map((element, index) => {
      const needle = needles[index];
      if (!needle) throw validationError(INCOMPATIBLE_IN, node.span);
      const item = binding.expression(element, environment);
      return bindComparison('=', needle, item, binding.options.timeZone, node.span);
    });
    return equalities.length > 1 ? call('AND', equalities, BOOLEAN) : (equalities[0] as Expression);
  });
  const found = rows.length > 1 ? call('OR', rows, BOOLEAN, node.span) : (rows[0] as Expression);
  return node.negated ? not(found, node.span) : found;
}

function bindInQuery(node: In, query: Query, binding: Binding, environment: ExpressionEnvironment): Expression {
  const needles = elementsOf(node.operand).map((element) => binding.expression(element, environment));
  const subquery = bindSubquery(query, binding, environment);
  if (subquery.outputs.length !== needles.length) throw validationError(INCOMPATIBLE_IN, node.span);
  const types = subquery.outputs.map((output, index) => {
    const needle = needles[index];
    const common = needle && comparisonType(needle.type, output.field.type);
    if (!common) throw validationError(INCOMPATIBLE_IN, node.span);
    return common;
  });
  return {
    kind: 'inSubquery',
    needles: needles.map((needle, index) => convert(needle, types[index] ?? needle.type, binding.options.timeZone)),
    plan: convertOutputs(subquery, types, binding),
    negated: node.negated,
    type: BOOLEAN,
  };
}

/** Binds EXISTS. */
export function bindExists(node: Exists, binding: Binding, environment: ExpressionEnvironment): Expression {
  return {
    kind: 'exists',
    plan: bindSubquery(node.query, binding, environment).plan,
    type: { ...BOOLEAN, nullable: false },
  };
}

/** Binds a query that stands for a value. */
export function bindScalarSubquery(
  node: ScalarSubquery,
  binding: Binding,
  environment: ExpressionEnvironment,
): Expression {
  const subquery = bindSubquery(node.query, binding, environment);
  const [output] = subquery.outputs;
  if (!output || subquery.outputs.length !== 1) throw manyColumns(node.span);
  const plan = convertOutputs(subquery, [output.field.type], binding);
  return { kind: 'scalarSubquery', plan, type: nullable(output.field.type) };
}

const manyColumns = (span: Span): Error =>
  validationError("Cannot apply '$SCALAR_QUERY' to a query of several columns", span);

/** Binds `x op ANY (…)` and `x op ALL (…)`; a list becomes OR or AND. */
export function bindQuantified(node: Quantified, binding: Binding, environment: ExpressionEnvironment): Expression {
  const needle = binding.expression(node.operand, environment);
  const { timeZone } = binding.options;
  if (node.list) {
    const each = node.list.map((item) =>
      bindComparison(node.operator, needle, binding.expression(item, environment), timeZone, node.span),
    );
    return each.length === 1 && each[0]
      ? each[0]
      : call(node.quantifier === 'ANY' ? 'OR' : 'AND', each, BOOLEAN, node.span);
  }
  if (!node.query) throw validationError(INCOMPATIBLE_IN, node.span);
  const subquery = bindSubquery(node.query, binding, environment);
  const [output] = subquery.outputs;
  if (!output || subquery.outputs.length !== 1) throw manyColumns(node.span);
  const common = comparisonType(needle.type, output.field.type);
  if (!common) throw validationError(INCOMPATIBLE_IN, node.span);
  return {
    kind: 'quantified',
    operator: node.operator,
    quantifier: node.quantifier,
    needle: convert(needle, common, timeZone),
    plan: convertOutputs(subquery, [common], binding),
    type: BOOLEAN,
  };
}
