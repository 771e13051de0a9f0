/** Binds expressions: names and types of everything that may stand where a value is due. */
import type { ArrayConstructor, Binary, Case, Expr, Identifier, ItemAccess, Unary } from '../ast.js';
import { unsupportedError, validationError } from '../errors.js';
import type { Expression } from '../plan/index.js';
import { arrayOf, BIGINT, BOOLEAN, DOUBLE, isInteger, VARCHAR } from '../types.js';
import { bindArithmetic, bindConcat, bindSign, checkChainLength } from './arithmetic.js';
import type { Binding, ExpressionEnvironment } from './binding.js';
import { call, literal, nullable } from './build.js';
import { bindCall } from './calls.js';
import { bindCast } from './cast.js';
import { bindBetween, bindComparison, bindLike, bindTest } from './comparison.js';
import { convert } from './convert.js';
import { leastRestrictive, widestType } from './lattice.js';
import { bindLiteral } from './literal.js';
import { bindLogic, bindNot } from './logic.js';
import { bindExists, bindIn, bindQuantified, bindScalarSubquery } from './membership.js';
import { findColumn, resolveColumn } from './names.js';
import { parameterNode } from './parameter.js';
import { resolveTypeName } from './type-name.js';

/** Binds one expression. */
export function bindExpression(node: Expr, binding: Binding, environment: ExpressionEnvironment): Expression {
  const { timeZone } = binding.options;
  const inner = (each: Expr): Expression => binding.expression(each, environment);
  switch (node.kind) {
    case 'literal':
      return bindLiteral(node, binding);
    case 'parameter':
      return inner(parameterNode(node, binding));
    case 'identifier':
      return bindColumn(node, binding, environment);
    case 'star':
      throw validationError("Unknown identifier '*'", node.span);
    case 'unary':
      return bindUnary(node, binding, environment);
    case 'binary':
      return bindBinary(node, binding, environment);
    case 'between':
      return bindBetween(inner(node.operand), inner(node.low), inner(node.high), node, timeZone, node.span);
    case 'like': {
      const operands = [node.operand, node.pattern, ...(node.escape ? [node.escape] : [])].map(inner);
      return bindLike(node.operator, node.negated, operands, timeZone, node.span);
    }
    case 'in':
      return bindIn(node, binding, environment);
    case 'quantified':
      return bindQuantified(node, binding, environment);
    case 'exists':
      return bindExists(node, binding, environment);
    case 'scalarSubquery':
      return bindScalarSubquery(node, binding, environment);
    case 'case':
      return bindCase(node, binding, environment);
    case 'cast': {
      const cast = bindCast(inner(node.operand), resolveTypeName(node.type), timeZone, node.span);
      return node.operator !== 'CAST' && cast.kind === 'cast' ? { ...cast, safe: true } : cast;
    }
    case 'array':
      return bindArray(node, binding, environment);
    case 'row':
      throw unsupportedError('Row values are supported only on the left of IN', node.span);
    case 'call':
      return bindCall(node, binding, environment);
    case 'item':
      return bindItem(node, binding, environment);
    default:
      return node satisfies never;
  }
}

function bindColumn(node: Identifier, binding: Binding, environment: ExpressionEnvironment): Expression {
  if (isBarePi(node, environment)) return call('PI', [], { ...DOUBLE, nullable: false }, node.span);
  const bound = lookUpColumn(node, environment);
  // A copy, so that its place in the text is its own.
  const reference = { ...bound };
  binding.places.set(reference, { span: node.span, text: node.names.join('.') });
  return reference;
}

/** PI stands without parentheses, unless there is a column of that name. */
const isBarePi = (node: Identifier, { scope }: ExpressionEnvironment): boolean =>
  node.names.length === 1 &&
  node.names[0]?.toUpperCase() === 'PI' &&
  node.quoted[0] === false &&
  !findColumn(node.names[0], scope, node);

function lookUpColumn(node: Identifier, environment: ExpressionEnvironment): Expression {
  const { aliases, aliasesFirst, scope } = environment;
  const alias = node.names.length === 1 ? aliases?.get(node.names[0] ?? '') : undefined;
  if (!alias) return resolveColumn(node, scope);
  if (aliasesFirst) return alias;
  return findColumn(node.names[0] ?? '', scope, node) ?? alias;
}

function bindUnary(node: Unary, binding: Binding, environment: ExpressionEnvironment): Expression {
  const operand = binding.expression(node.operand, environment);
  const { timeZone } = binding.options;
  switch (node.operator) {
    case '-':
    case '+':
      return bindSign(node.operator, operand, timeZone, node.span);
    case 'NOT':
      return bindNot(operand, binding, node.span);
    default:
      return bindTest(node.operator, operand, timeZone, node.span);
  }
}

/** Left-deep chains of arithmetic are walked in a loop: generated SQL adds up hundreds of terms. */
function bindBinary(node: Binary, binding: Binding, environment: ExpressionEnvironment): Expression {
  if (node.operator === 'AND' || node.operator === 'OR') return bindLogic(node, node.operator, binding, environment);
  const chain: Binary[] = [];
  let leftmost: Expr = node;
  while (leftmost.kind === 'binary' && leftmost.operator !== 'AND' && leftmost.operator !== 'OR') {
    chain.push(leftmost);
    leftmost = leftmost.left;
  }
  checkChainLength(chain.length, node.span);
  let bound = binding.expression(leftmost, environment);
  for (const each of chain.reverse()) {
    bound = bindOperator(each, bound, binding.expression(each.right, environment), binding);
  }
  return bound;
}

function bindOperator(node: Binary, left: Expression, right: Expression, binding: Binding): Expression {
  const { timeZone } = binding.options;
  switch (node.operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return bindArithmetic(node.operator, left, right, timeZone, node.span);
    case '||':
      return bindConcat(left, right, timeZone, node.span);
    case 'OVERLAPS':
      throw unsupportedError("Operator 'OVERLAPS' is not supported", node.operatorSpan);
    case 'AND':
    case 'OR':
      throw new Error('Chains of AND and OR are bound as a whole');
    default:
      return bindComparison(node.operator, left, right, timeZone, node.span);
  }
}

function bindCase(node: Case, binding: Binding, environment: ExpressionEnvironment): Expression {
  const { timeZone } = binding.options;
  const operand = node.operand && binding.expression(node.operand, environment);
  const whens = node.whens.map(({ when, then }) => {
    const bound = binding.expression(when, environment);
    if (!operand && bound.type.name !== 'BOOLEAN' && bound.type.name !== 'NULL' && bound.type.name !== 'ANY') {
      throw validationError('Expected a boolean type', node.span);
    }
    return {
      when: operand ? bindComparison('=', operand, bound, timeZone, when.span) : convert(bound, BOOLEAN, timeZone),
      then: binding.expression(then, environment),
    };
  });
  const otherwise = node.otherwise ? binding.expression(node.otherwise, environment) : undefined;
  const types = [...whens.map(({ then }) => then.type), ...(otherwise ? [otherwise.type] : [])];
  const common = widestType(types);
  if (!common) throw validationError('Illegal mixing of types in CASE or COALESCE statement', node.span);
  const type = otherwise ? common : nullable(common);
  return {
    kind: 'case',
    whens: whens.map(({ when, then }) => ({ when, then: convert(then, type, timeZone) })),
    otherwise: otherwise ? convert(otherwise, type, timeZone) : literal(null, type),
    type,
  };
}

function bindArray(node: ArrayConstructor, binding: Binding, environment: ExpressionEnvironment): Expression {
  const items = node.elements.map((element) => binding.expression(element, environment));
  const common = items.length === 0 ? VARCHAR : leastRestrictive(items.map((item) => item.type));
  if (!common) throw validationError('Parameters must be of the same type', node.span);
  const element = common.name === 'NULL' ? VARCHAR : common;
  const args = items.map((item) => convert(item, element, binding.options.timeZone));
  return call('ARRAY', args, arrayOf(element, false), node.span);
}

function bindItem(node: ItemAccess, binding: Binding, environment: ExpressionEnvironment): Expression {
  const operand = binding.expression(node.operand, environment);
  const index = binding.expression(node.index, environment);
  if (operand.type.name !== 'ARRAY' || !isInteger(index.type)) {
    throw validationError("Cannot apply 'ITEM': an array and a whole number as its index are expected", node.span);
  }
  const position = convert(index, BIGINT, binding.options.timeZone);
  return call('ITEM', [operand, position], nullable(operand.type.element ?? VARCHAR), node.span);
}
