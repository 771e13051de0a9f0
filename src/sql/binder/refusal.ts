/** Calcite's words for operators and functions that do not take what they were given. */
import { validationError, type Span, type SqlError } from '../errors.js';
import type { FunctionDeclaration } from '../functions/declaration.js';
import { signaturesText } from '../functions/signatures.js';
import type { Expression } from '../plan/index.js';
import { formatType, isInterval, isNumeric, isString, type SqlType } from '../types.js';

const quoteType = (type: SqlType): string => `<${formatType(type)}>`;

/** The family that Calcite prints when no function of a name takes the operands. */
export function familyOf(type: SqlType): string {
  if (isNumeric(type)) return 'NUMERIC';
  if (isString(type)) return 'CHARACTER';
  if (isInterval(type)) return 'DATETIME_INTERVAL';
  return type.name === 'COMPLEX' ? formatType(type) : type.name;
}

/** "Cannot apply 'ABS' to arguments of type 'ABS(<VARCHAR>)'. Supported form(s): 'ABS(<NUMERIC>)'". */
export function cannotApplyFunction(
  declaration: FunctionDeclaration,
  args: readonly Expression[],
  span: Span,
): SqlError {
  const { name } = declaration;
  const given = args.map((arg) => quoteType(arg.type)).join(', ');
  return validationError(
    `Cannot apply '${name}' to arguments of type '${name}(${given})'. Supported form(s): ${signaturesText(name, declaration)}`,
    span,
  );
}

/** NULL where a function needs a value. */
export const illegalNull = (span: Span): SqlError => validationError(`Illegal use of 'NULL'`, span);

/** The same for an operator whose call is printed in its own way, such as `<A> + <B>`. */
export function cannotApplyOperator(name: string, shape: string, forms: readonly string[], span: Span): SqlError {
  const supported = forms.map((form) => `'${form}'`).join('\n');
  return validationError(
    `Cannot apply '${name}' to arguments of type '${shape}'. Supported form(s): ${supported}`,
    span,
  );
}

/** `<A> + <B>`. */
export const binaryShape = (operator: string, left: SqlType, right: SqlType): string =>
  `${quoteType(left)} ${operator} ${quoteType(right)}`;

/** `- <A>` or `<A> IS TRUE`. */
export const prefixShape = (operator: string, operand: SqlType): string => `${operator}${quoteType(operand)}`;
export const postfixShape = (operator: string, operand: SqlType): string => `${quoteType(operand)} ${operator}`;

/** `LIKE(<A>, <B>)`. */
export const callShape = (name: string, types: readonly SqlType[]): string =>
  `${name}(${types.map(quoteType).join(', ')})`;

/** `<A> BETWEEN ASYMMETRIC <B> AND <C>`. */
export const betweenShape = (name: string, a: SqlType, b: SqlType, c: SqlType): string =>
  `${quoteType(a)} ${name} ${quoteType(b)} AND ${quoteType(c)}`;

/** No function has this name with so many operands. */
export function noSuchFunction(name: string, args: readonly Expression[], span: Span): SqlError {
  const given = args.map((arg) => `<${familyOf(arg.type)}>`).join(', ');
  return validationError(`No match found for function signature ${name}(${given})`, span);
}

/** A call with too few or too many operands. */
export function wrongArity(declaration: FunctionDeclaration, given: number, span: Span): SqlError {
  const counts = declaration.signatures.map((signature) => {
    const variadic = signature.operands.some((operand) => operand.variadic === true);
    const required = signature.operands.filter(
      (operand) => operand.optional !== true && operand.variadic !== true,
    ).length;
    return { least: required, most: variadic ? Infinity : signature.operands.length };
  });
  const least = Math.min(...counts.map((count) => count.least));
  const most = Math.max(...counts.map((count) => count.most));
  const expected =
    least === most
      ? `${least} arguments`
      : most === Infinity
        ? `at least ${least} arguments`
        : `${least} to ${most} arguments`;
  return validationError(
    `Invalid number of arguments to function '${declaration.name}'. Was expecting ${expected}, but got ${given}`,
    span,
  );
}
