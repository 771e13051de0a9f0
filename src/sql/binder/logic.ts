/** AND, OR and NOT. Chains of any length become one call, so that no tree grows deep. */
import type { Binary, Expr } from '../ast.js';
import type { Span } from '../errors.js';
import type { Expression } from '../plan/index.js';
import { BOOLEAN, isString } from '../types.js';
import type { Binding, ExpressionEnvironment } from './binding.js';
import { call, not } from './build.js';
import { convert } from './convert.js';
import { binaryShape, cannotApplyOperator, prefixShape } from './refusal.js';

/** The operands of a chain of one operator, from left to right, without recursion. */
export function chainOperands(node: Binary): Expr[] {
  const operands: Expr[] = [];
  const pending: Expr[] = [node];
  for (let at = pending.pop(); at; at = pending.pop()) {
    if (at.kind === 'binary' && at.operator === node.operator) pending.push(at.right, at.left);
    else operands.push(at);
  }
  return operands;
}

const isTruthLike = (operand: Expression): boolean =>
  operand.type.name === 'BOOLEAN' ||
  operand.type.name === 'NULL' ||
  operand.type.name === 'ANY' ||
  isString(operand.type);

/** Binds a chain of AND or of OR. */
export function bindLogic(
  node: Binary,
  operator: 'AND' | 'OR',
  binding: Binding,
  environment: ExpressionEnvironment,
): Expression {
  const operands = chainOperands(node).map((operand) => binding.expression(operand, environment));
  const wrong = operands.findIndex((operand) => !isTruthLike(operand));
  if (wrong >= 0) {
    const left = operands[Math.max(wrong - 1, 0)] ?? operands[0];
    const right = operands[Math.max(wrong, 1)];
    const shape = left && right ? binaryShape(operator, left.type, right.type) : operator;
    throw cannotApplyOperator(operator, shape, [`<BOOLEAN> ${operator} <BOOLEAN>`], node.span);
  }
  const args = operands.map((operand) => convert(operand, BOOLEAN, binding.options.timeZone));
  return call(operator, args, { ...BOOLEAN, nullable: args.some((arg) => arg.type.nullable) }, node.span);
}

/** Binds NOT. */
export function bindNot(operand: Expression, binding: Binding, span: Span): Expression {
  if (!isTruthLike(operand)) {
    throw cannotApplyOperator('NOT', prefixShape('NOT', operand.type), ['NOT<BOOLEAN>'], span);
  }
  return not(convert(operand, BOOLEAN, binding.options.timeZone), span);
}
