/** Brings the arguments of a call to the operands that its declaration asks for. */
import { validationError, type Span } from '../errors.js';
import type { FunctionDeclaration, Operand, OperandFamily, Signature } from '../functions/declaration.js';
import type { Expression } from '../plan/index.js';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  isDatetime,
  isInteger,
  isInterval,
  isJson,
  isNumeric,
  isString,
  TIMESTAMP,
  VARCHAR,
  type SqlType,
} from '../types.js';
import { convert } from './convert.js';
import { isAtomic } from './lattice.js';
import { cannotApplyFunction, illegalNull, wrongArity } from './refusal.js';

/** The type that an argument takes in a family, or undefined when the family refuses it; `same` keeps it as it is. */
function operandType(type: SqlType, family: OperandFamily): SqlType | 'same' | undefined {
  if (type.name === 'ANY') return 'same';
  switch (family) {
    case 'any':
      return 'same';
    case 'boolean':
      if (type.name === 'BOOLEAN') return 'same';
      return type.name === 'NULL' || isString(type) || isNumeric(type) ? BOOLEAN : undefined;
    case 'numeric':
      if (isNumeric(type)) return 'same';
      return type.name === 'NULL' || isString(type) ? DOUBLE : undefined;
    case 'integer':
      if (isInteger(type)) return 'same';
      return type.name === 'NULL' || isString(type) || isNumeric(type) ? BIGINT : undefined;
    case 'double':
      return type.name === 'NULL' || isString(type) || isNumeric(type) ? DOUBLE : undefined;
    case 'string':
      if (isString(type)) return 'same';
      return type.name === 'NULL' || isAtomic(type) ? VARCHAR : undefined;
    case 'timestamp':
      if (isDatetime(type)) return 'same';
      return type.name === 'NULL' || isString(type) ? TIMESTAMP : undefined;
    case 'interval':
      return isInterval(type) ? 'same' : undefined;
    case 'array':
      return type.name === 'ARRAY' || type.name === 'NULL' ? 'same' : undefined;
    case 'stringOrArray':
      if (type.name === 'ARRAY' || isString(type)) return 'same';
      return type.name === 'NULL' ? VARCHAR : undefined;
    case 'json':
      return isJson(type) || type.name === 'NULL' || isAtomic(type) || type.name === 'ARRAY' ? 'same' : undefined;
    default:
      return family satisfies never;
  }
}

/** Whether an argument is of an operand's family as it is (Calcite's SqlTypeFamily, by its type names). */
function isOfFamily(type: SqlType, { family, accepts }: Operand): boolean {
  if (type.name === 'ANY') return true;
  switch (accepts ?? family) {
    case 'exactNumeric':
      return isInteger(type) || type.name === 'DECIMAL';
    case 'double':
      return isNumeric(type);
    case 'timestamp':
      return type.name === 'TIMESTAMP';
    default:
      return operandType(type, accepts === 'numeric' ? accepts : family) === 'same' && type.name !== 'NULL';
  }
}

const spanOf = (expression: Expression): Span | undefined => ('span' in expression ? expression.span : undefined);

function operandAt(signature: Signature, index: number): Operand | undefined {
  const last = signature.operands[signature.operands.length - 1];
  return signature.operands[index] ?? (last?.variadic === true ? last : undefined);
}

function takesCount(signature: Signature, count: number): boolean {
  const required = signature.operands.filter((operand) => operand.optional !== true && operand.variadic !== true);
  if (count < required.length) return false;
  return count === 0 || operandAt(signature, count - 1) !== undefined;
}

/** Whether a signature takes the arguments as they are. */
const fitsExactly = (signature: Signature, args: readonly Expression[]): boolean =>
  args.every((arg, index) => operandType(arg.type, operandAt(signature, index)?.family ?? 'any') === 'same');

/** The arguments for a signature, or undefined when it does not take them. */
function fit(
  signature: Signature,
  args: readonly Expression[],
  timeZone: string,
  span: Span,
): readonly Expression[] | undefined {
  const fitted: Expression[] = [];
  for (const [index, arg] of args.entries()) {
    const operand = operandAt(signature, index);
    if (operand && signature.exact === true && operand.family !== 'any' && !isOfFamily(arg.type, operand)) {
      if (arg.type.name !== 'NULL') return undefined;
      if (operand.optional !== true) throw illegalNull(spanOf(arg) ?? span);
    }
    const type = operand && operandType(arg.type, operand.family);
    if (type === undefined) return undefined;
    fitted.push(type === 'same' ? arg : convert(arg, { ...type, nullable: arg.type.nullable }, timeZone));
  }
  return fitted;
}

function checkConstants(
  declaration: FunctionDeclaration,
  signature: Signature,
  args: readonly Expression[],
  span: Span,
): void {
  for (const [index, arg] of args.entries()) {
    const operand = operandAt(signature, index);
    if (operand?.literal !== true) continue;
    if (arg.kind !== 'literal') {
      throw validationError(`Argument '${operand.name}' of function '${declaration.name}' must be a literal`, span);
    }
    if (operand.values && typeof arg.value === 'string' && !operand.values.includes(arg.value.toUpperCase())) {
      throw validationError(
        `Argument '${operand.name}' of function '${declaration.name}' is [${arg.value}], expected one of [${operand.values.join(', ')}]`,
        span,
      );
    }
  }
}

/**
 * Picks the signature that takes the arguments and casts them for it.
 * @throws SqlError in Calcite's words when there is none
 */
export function bindOperands(
  declaration: FunctionDeclaration,
  args: readonly Expression[],
  timeZone: string,
  span: Span,
): readonly Expression[] {
  const candidates = declaration.signatures.filter((signature) => takesCount(signature, args.length));
  if (candidates.length === 0) throw wrongArity(declaration, args.length, span);
  // A signature that needs no cast comes before those that do.
  const exact = candidates.filter((signature) => fitsExactly(signature, args));
  for (const signature of new Set([...exact, ...candidates])) {
    const fitted = fit(signature, args, timeZone, span);
    if (!fitted) continue;
    checkConstants(declaration, signature, fitted, span);
    const problem = declaration.check?.(fitted);
    if (problem !== undefined) throw validationError(problem, span);
    return fitted;
  }
  throw cannotApplyFunction(declaration, args, span);
}
