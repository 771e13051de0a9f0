/** Implicit conversions: brings an expression to a type, folding constants where that is cheap and cannot fail later. */
import type { Expression, LiteralExpression } from '../plan/index.js';
import { isDatetime, isFractional, isInteger, isNumeric, isString, type SqlType } from '../types.js';
import { literal } from './build.js';
import { floorToDay, parseTimestamp } from './timestamps.js';

type Storage = 'boolean' | 'integer' | 'double' | 'float' | 'text' | 'time' | 'other';

/** How engines hold a value of the type (plan/expression.ts); types of one storage need no cast between them. */
function storageOf(type: SqlType): Storage {
  if (isInteger(type)) return 'integer';
  if (type.name === 'FLOAT' || type.name === 'REAL') return 'float';
  if (isFractional(type)) return 'double';
  if (isString(type)) return 'text';
  if (isDatetime(type)) return 'time';
  return type.name === 'BOOLEAN' ? 'boolean' : 'other';
}

/** Whether a value of one type is held exactly as one of the other. */
export function sameStorage(a: SqlType, b: SqlType): boolean {
  if (a.name === 'ARRAY' && b.name === 'ARRAY') {
    return a.element !== undefined && b.element !== undefined && sameStorage(a.element, b.element);
  }
  if (b.name === 'DATE' && a.name === 'TIMESTAMP') return false;
  const storage = storageOf(a);
  return storage === 'other' ? a.name === b.name && a.complex === b.complex : storage === storageOf(b);
}

/** The constant as a value of the type, or undefined when the conversion is not certain. */
export function convertLiteral(
  from: LiteralExpression,
  type: SqlType,
  timeZone: string,
): LiteralExpression | undefined {
  const { value } = from;
  if (value === null) return literal(null, { ...type, nullable: true });
  const to: SqlType = { ...type, nullable: false };
  if (typeof value === 'bigint' && isNumeric(from.type)) {
    if (isInteger(type)) return literal(value, to);
    if (isFractional(type)) return literal(Number(value), to);
  }
  if (typeof value === 'number' && isNumeric(from.type) && isFractional(type)) return literal(value, to);
  if (typeof value === 'string' && isString(from.type)) {
    if (isString(type)) return literal(value, to);
    if (isInteger(type) && /^[+-]?\d{1,18}$/.test(value)) return literal(BigInt(value), to);
    if (isFractional(type) && /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return literal(Number(value), to);
    if (isDatetime(type)) {
      const instant = parseTimestamp(value, timeZone);
      if (instant === undefined) return undefined;
      return literal(type.name === 'DATE' ? floorToDay(instant, timeZone) : instant, to);
    }
    if (type.name === 'BOOLEAN' && /^(true|false)$/i.test(value)) return literal(value.toLowerCase() === 'true', to);
  }
  if (typeof value === 'number' && isDatetime(from.type) && isDatetime(type)) {
    return literal(type.name === 'DATE' && from.type.name !== 'DATE' ? floorToDay(value, timeZone) : value, to);
  }
  return undefined;
}

/**
 * The expression as a value of the type. A conversion that the storage makes needless leaves no cast. Conversions from
 * text give NULL when the text does not fit, as Druid's do.
 */
export function convert(expression: Expression, type: SqlType, timeZone: string): Expression {
  if (expression.kind === 'literal') {
    const folded = convertLiteral(expression, type, timeZone);
    if (folded) return folded;
  }
  if (sameStorage(expression.type, type)) return expression;
  if (expression.kind === 'call' && expression.function === 'ARRAY' && type.name === 'ARRAY' && type.element) {
    const { element } = type;
    return { ...expression, args: expression.args.map((item) => convert(item, element, timeZone)), type };
  }
  return makeCast(expression, { ...type, nullable: expression.type.nullable || isString(expression.type) });
}

/** A cast, marked safe where Druid's gives NULL for what does not convert. */
export function makeCast(input: Expression, type: SqlType): Expression {
  return isString(input.type) && !isString(type)
    ? { kind: 'cast', input, type, safe: true }
    : { kind: 'cast', input, type };
}
