/** Binds calls of functions by their declarations. */
import type { Expr, FunctionCall } from '../ast.js';
import { unsupportedError, validationError } from '../errors.js';
import { lookUpFunction } from '../functions/index.js';
import type { Expression } from '../plan/index.js';
import { VARCHAR } from '../types.js';
import { bindAggregate } from './aggregate-call.js';
import type { Binding, ExpressionEnvironment } from './binding.js';
import { call, literal, notNull } from './build.js';
import { resultType } from './declared.js';
import { bindOperands } from './operands.js';
import { noSuchFunction } from './refusal.js';
import { bindSpecialCall } from './special-calls.js';
import { bindWindowCall } from './window-call.js';

const textLiteral = (text: string): Expression => literal(text, notNull(VARCHAR));

/** The function and the arguments that a keyword form stands for. */
function canonicalForm(node: FunctionCall, args: readonly Expression[]): { name: string; args: readonly Expression[] } {
  const { name, unit } = node;
  if (unit === undefined) {
    if (node.trimSide !== undefined) return { name: 'TRIM', args: [textLiteral(node.trimSide), ...args] };
    return { name, args };
  }
  if (name === 'FLOOR') return { name: 'FLOOR_TO', args: [...args, textLiteral(unit)] };
  if (name === 'CEIL' || name === 'CEILING') return { name: 'CEIL_TO', args: [...args, textLiteral(unit)] };
  return { name, args: [textLiteral(unit), ...args] };
}

/** Binds a call of any kind: scalar, aggregate or over a window. */
export function bindCall(node: FunctionCall, binding: Binding, environment: ExpressionEnvironment): Expression {
  if (node.over) return bindWindowCall(node, node.over, binding, environment);
  const declared = lookUpFunction(node.name);
  if (declared?.kind === 'aggregate') return bindAggregate(node, declared, binding, environment);
  if (declared?.kind === 'window') throw validationError(`OVER clause is necessary for window functions`, node.span);
  if (node.namedArgs) throw unsupportedError(`Function '${node.name}' does not take named arguments`, node.span);
  if (node.star) throw validationError(`Unknown identifier '*'`, node.span);
  if (node.distinct || node.orderBy || node.filter || node.withinGroup) {
    throw validationError(`DISTINCT, ORDER BY and FILTER are only allowed in aggregate functions`, node.span);
  }
  const special = bindSpecialCall(node, binding, environment);
  if (special) return special;
  const bound = node.args.map((arg: Expr) => binding.expression(arg, environment));
  return bindScalar(node, bound, binding);
}

/** Binds a scalar call whose arguments are bound already. */
export function bindScalar(node: FunctionCall, bound: readonly Expression[], binding: Binding): Expression {
  const canonical = canonicalForm(node, bound);
  const declaration = lookUpFunction(canonical.name);
  // Operators that only a keyword form can reach count as functions here.
  const usable = declaration && (declaration.kind === 'scalar' || canonical.name !== node.name);
  if (!usable) throw noSuchFunction(node.name, bound, node.span);
  const args = bindOperands(declaration, canonical.args, binding.options.timeZone, node.span);
  return call(declaration.name, args, resultType(declaration, args), node.span);
}
