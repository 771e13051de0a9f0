/** `+ - * / %`, sign and `||`: result types after Calcite's ReturnTypes, with Druid's type system. */
import { validationError, type Span } from '../errors.js';
import type { Expression } from '../plan/index.js';
import { DOUBLE, isDatetime, isFractional, isInterval, isNumeric, isString, VARCHAR, type SqlType } from '../types.js';
import { call, literal, nullable } from './build.js';
import { convert } from './convert.js';
import { decimalShape, isAtomic, leastRestrictive, MAX_DECIMAL_DIGITS } from './lattice.js';
import { binaryShape, cannotApplyOperator, prefixShape } from './refusal.js';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

const forms: Readonly<Record<ArithmeticOperator, readonly string[]>> = {
  '+': [
    '<NUMERIC> + <NUMERIC>',
    '<DATETIME_INTERVAL> + <DATETIME_INTERVAL>',
    '<DATETIME> + <DATETIME_INTERVAL>',
    '<DATETIME_INTERVAL> + <DATETIME>',
  ],
  '-': ['<NUMERIC> - <NUMERIC>', '<DATETIME_INTERVAL> - <DATETIME_INTERVAL>', '<DATETIME> - <DATETIME_INTERVAL>'],
  '*': ['<NUMERIC> * <NUMERIC>', '<DATETIME_INTERVAL> * <NUMERIC>', '<NUMERIC> * <DATETIME_INTERVAL>'],
  '/': ['<NUMERIC> / <NUMERIC>', '<DATETIME_INTERVAL> / <NUMERIC>'],
  '%': ['<EXACT_NUMERIC> % <EXACT_NUMERIC>'],
};

/** DECIMAL(p, s) of a result, after Calcite's RelDataTypeSystem defaults. */
function decimalResult(operator: ArithmeticOperator, a: SqlType, b: SqlType, isNullable: boolean): SqlType {
  const left = decimalShape(a);
  const right = decimalShape(b);
  const leftDigits = left.precision - left.scale;
  const rightDigits = right.precision - right.scale;
  let precision: number;
  let scale: number;
  switch (operator) {
    case '+':
    case '-':
      scale = Math.max(left.scale, right.scale);
      precision = Math.max(leftDigits, rightDigits) + scale + 1;
      break;
    case '*':
      scale = Math.min(left.scale + right.scale, MAX_DECIMAL_DIGITS);
      precision = left.precision + right.precision;
      break;
    case '/': {
      const digits = leftDigits + right.scale;
      scale = Math.min(
        Math.max(6, left.scale + right.precision + 1),
        MAX_DECIMAL_DIGITS - Math.min(digits, MAX_DECIMAL_DIGITS),
      );
      precision = digits + scale;
      break;
    }
    case '%':
      scale = Math.max(left.scale, right.scale);
      precision = Math.min(leftDigits, rightDigits) + scale;
      break;
    default:
      return operator satisfies never;
  }
  return { name: 'DECIMAL', nullable: isNullable, precision: Math.min(precision, MAX_DECIMAL_DIGITS), scale };
}

function numericResult(operator: ArithmeticOperator, a: SqlType, b: SqlType): SqlType {
  const isNullable = a.nullable || b.nullable || operator === '/' || operator === '%';
  const decimal = a.name === 'DECIMAL' || b.name === 'DECIMAL';
  const approximate = [a, b].some((type) => isFractional(type) && type.name !== 'DECIMAL');
  if (decimal && !approximate) return decimalResult(operator, a, b, isNullable);
  if (operator === '%') return { ...b, nullable: isNullable };
  return { ...(leastRestrictive([a, b]) ?? DOUBLE), nullable: isNullable };
}

/** The type of a result that is not a number, or undefined when the operator does not take the operands. */
function temporalResult(operator: ArithmeticOperator, a: SqlType, b: SqlType): SqlType | undefined {
  const isNullable = a.nullable || b.nullable;
  const additive = operator === '+' || operator === '-';
  if (additive && isDatetime(a) && isInterval(b)) return { name: 'TIMESTAMP', nullable: isNullable };
  if (operator === '+' && isInterval(a) && isDatetime(b)) return { name: 'TIMESTAMP', nullable: isNullable };
  if (additive && isInterval(a) && a.name === b.name) return { name: a.name, nullable: isNullable };
  if ((operator === '*' || operator === '/') && isInterval(a) && isNumeric(b)) return { ...a, nullable: isNullable };
  if (operator === '*' && isNumeric(a) && isInterval(b)) return { ...b, nullable: isNullable };
  return undefined;
}

/** Text beside a number becomes that number's type; two texts become DOUBLE; NULL takes the other side's type. */
function agree(operand: Expression, other: SqlType, timeZone: string): Expression {
  const { type } = operand;
  if (type.name === 'NULL') return convert(operand, isNumeric(other) ? other : DOUBLE, timeZone);
  if (!isString(type)) return operand;
  if (isNumeric(other)) return convert(operand, nullable(other), timeZone);
  return isString(other) || other.name === 'NULL' ? convert(operand, DOUBLE, timeZone) : operand;
}

/** Exact arithmetic on two integer constants, when the result stays in 64 bits. */
function foldIntegers(
  operator: ArithmeticOperator,
  a: Expression,
  b: Expression,
  type: SqlType,
): Expression | undefined {
  if (a.kind !== 'literal' || b.kind !== 'literal') return undefined;
  if (typeof a.value !== 'bigint' || typeof b.value !== 'bigint' || !isNumeric(type)) return undefined;
  let value: bigint;
  if (operator === '+') value = a.value + b.value;
  else if (operator === '-') value = a.value - b.value;
  else if (operator === '*') value = a.value * b.value;
  else return undefined;
  return BigInt.asIntN(64, value) === value ? literal(value, type) : undefined;
}

/** Binds a binary arithmetic operator. */
export function bindArithmetic(
  operator: ArithmeticOperator,
  left: Expression,
  right: Expression,
  timeZone: string,
  span: Span,
): Expression {
  const temporal = temporalResult(operator, left.type, right.type);
  if (temporal) return call(operator, [left, right], temporal, span);
  const a = agree(left, right.type, timeZone);
  const b = agree(right, a.type, timeZone);
  if (!isNumeric(a.type) || !isNumeric(b.type)) {
    throw cannotApplyOperator(operator, binaryShape(operator, left.type, right.type), forms[operator], span);
  }
  const type = numericResult(operator, a.type, b.type);
  return foldIntegers(operator, a, b, type) ?? call(operator, [a, b], type, span);
}

/** Binds `-x` and `+x`; a signed constant stays a constant. */
export function bindSign(operator: '+' | '-', operand: Expression, timeZone: string, span: Span): Expression {
  const value = isString(operand.type) || operand.type.name === 'NULL' ? convert(operand, DOUBLE, timeZone) : operand;
  if (!isNumeric(value.type) && !isInterval(value.type)) {
    throw cannotApplyOperator(
      operator,
      prefixShape(operator, operand.type),
      [`${operator}<NUMERIC>`, `${operator}<DATETIME_INTERVAL>`],
      span,
    );
  }
  if (operator === '+') return value;
  if (value.kind === 'literal' && (typeof value.value === 'bigint' || typeof value.value === 'number')) {
    return literal(typeof value.value === 'bigint' ? -value.value : -value.value, value.type);
  }
  return call('-', [value], value.type, span);
}

/** Binds `||`, which takes any atomic value and gives text. */
export function bindConcat(left: Expression, right: Expression, timeZone: string, span: Span): Expression {
  for (const operand of [left, right]) {
    if (operand.type.name !== 'NULL' && !isAtomic(operand.type)) {
      throw cannotApplyOperator('||', binaryShape('||', left.type, right.type), ['<STRING> || <STRING>'], span);
    }
  }
  const multiValue = left.type.multiValue === true || right.type.multiValue === true;
  const type: SqlType = {
    name: 'VARCHAR',
    nullable: left.type.nullable || right.type.nullable,
    ...(multiValue ? { multiValue } : {}),
  };
  return call('||', [convert(left, VARCHAR, timeZone), convert(right, VARCHAR, timeZone)], type, span);
}

/** Refuses a chain so long that trees over it could not be walked. */
export function checkChainLength(length: number, span: Span): void {
  if (length > 2000) throw validationError(`Expression has too many operands in a row: ${length}`, span);
}
