/**
 * How types meet, after Calcite's SqlTypeFactoryImpl.leastRestrictive and TypeCoercionImpl, with Druid's type system
 * (character types of different lengths meet in VARCHAR).
 */
import {
  isDatetime,
  isFractional,
  isInteger,
  isInterval,
  isNumeric,
  isString,
  NULL_TYPE,
  type SqlType,
} from '../types.js';

/** Largest precision of DECIMAL in Calcite's default type system. */
export const MAX_DECIMAL_DIGITS = 19;

const integerDigits: Readonly<Record<string, number>> = { TINYINT: 3, SMALLINT: 5, INTEGER: 10, BIGINT: 19 };
const integerOrder = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'];
const approximate = (type: SqlType): boolean => isFractional(type) && type.name !== 'DECIMAL';
const approximateOrder = ['REAL', 'FLOAT', 'DOUBLE'];

const isVoid = (type: SqlType): boolean => type.name === 'NULL';

/** A type of at most one value a row that text can be cast to and from. */
export const isAtomic = (type: SqlType): boolean =>
  isNumeric(type) || isString(type) || isDatetime(type) || isInterval(type) || type.name === 'BOOLEAN';

/** Digits and scale of an exact number, INTEGER being DECIMAL(10, 0). */
export function decimalShape(type: SqlType): { readonly precision: number; readonly scale: number } {
  if (type.name === 'DECIMAL') return { precision: type.precision ?? MAX_DECIMAL_DIGITS, scale: type.scale ?? 0 };
  return { precision: integerDigits[type.name] ?? MAX_DECIMAL_DIGITS, scale: 0 };
}

function meetNumbers(a: SqlType, b: SqlType, nullable: boolean): SqlType {
  if (isInteger(a) && isInteger(b)) {
    const wider = integerOrder.indexOf(a.name) >= integerOrder.indexOf(b.name) ? a : b;
    return { name: wider.name, nullable };
  }
  if (approximate(a) && approximate(b)) {
    const wider = approximateOrder.indexOf(a.name) >= approximateOrder.indexOf(b.name) ? a : b;
    return { name: wider.name, nullable };
  }
  if (approximate(a)) return { name: b.name === 'DECIMAL' ? 'DOUBLE' : a.name, nullable };
  if (approximate(b)) return { name: a.name === 'DECIMAL' ? 'DOUBLE' : b.name, nullable };
  const left = decimalShape(a);
  const right = decimalShape(b);
  const scale = Math.max(left.scale, right.scale);
  const digits = Math.max(left.precision - left.scale, right.precision - right.scale);
  return { name: 'DECIMAL', nullable, precision: Math.min(digits + scale, MAX_DECIMAL_DIGITS), scale };
}

function meetStrings(a: SqlType, b: SqlType, nullable: boolean): SqlType {
  const multiValue = a.multiValue === true || b.multiValue === true;
  if (multiValue) return { name: 'VARCHAR', nullable, multiValue };
  if (a.precision === undefined || b.precision === undefined) return { name: 'VARCHAR', nullable };
  const precision = Math.max(a.precision, b.precision);
  const name = a.name === 'CHAR' && b.name === 'CHAR' && a.precision === b.precision ? 'CHAR' : 'VARCHAR';
  return { name, nullable, precision };
}

function meet(a: SqlType, b: SqlType): SqlType | undefined {
  const nullable = a.nullable || b.nullable;
  if (isVoid(a)) return isVoid(b) ? a : { ...b, nullable: true };
  if (isVoid(b)) return { ...a, nullable: true };
  if (a.name === 'ANY' || b.name === 'ANY') return { name: 'ANY', nullable };
  if (isNumeric(a) && isNumeric(b)) return meetNumbers(a, b, nullable);
  if (isString(a) && isString(b)) return meetStrings(a, b, nullable);
  if (isDatetime(a) && isDatetime(b)) return { name: a.name === b.name ? a.name : 'TIMESTAMP', nullable };
  if (a.name === 'ARRAY' && b.name === 'ARRAY') {
    const element = meet(a.element ?? NULL_TYPE, b.element ?? NULL_TYPE);
    return element && { name: 'ARRAY', nullable, element };
  }
  if (a.name === 'COMPLEX' && b.name === 'COMPLEX') return a.complex === b.complex ? { ...a, nullable } : undefined;
  return a.name === b.name ? { ...a, nullable } : undefined;
}

const fold = (types: readonly SqlType[], step: (a: SqlType, b: SqlType) => SqlType | undefined): SqlType | undefined =>
  types.slice(1).reduce<SqlType | undefined>((a, b) => a && step(a, b), types[0]);

/** The narrowest type that holds all of them without a cast that changes their kind; undefined when there is none. */
export const leastRestrictive = (types: readonly SqlType[]): SqlType | undefined => fold(types, meet);

/** As leastRestrictive, but text absorbs any atomic type (CASE, COALESCE, set operations, VALUES). */
export const widestType = (types: readonly SqlType[]): SqlType | undefined => fold(types, widen);

function widen(a: SqlType, b: SqlType): SqlType | undefined {
  const met = meet(a, b);
  if (met) return met;
  const nullable = a.nullable || b.nullable;
  if ((isString(a) && isAtomic(b)) || (isString(b) && isAtomic(a))) return { name: 'VARCHAR', nullable };
  if (a.name === 'ARRAY' && b.name === 'ARRAY') {
    const element = widen(a.element ?? NULL_TYPE, b.element ?? NULL_TYPE);
    return element && { name: 'ARRAY', nullable, element };
  }
  return undefined;
}

/** The type in which two values are compared: text becomes the other side's type; undefined when they are incomparable. */
export function comparisonType(a: SqlType, b: SqlType): SqlType | undefined {
  const met = meet(a, b);
  if (met) return met;
  const nullable = a.nullable || b.nullable;
  if (isString(a) && isAtomic(b)) return { ...b, nullable: true };
  if (isString(b) && isAtomic(a)) return { ...a, nullable: true };
  if (a.name === 'BOOLEAN' && isNumeric(b)) return { name: 'BIGINT', nullable };
  if (b.name === 'BOOLEAN' && isNumeric(a)) return { name: 'BIGINT', nullable };
  if (a.name === 'ARRAY' && b.name === 'ARRAY') {
    const [left, right] = [a.element ?? NULL_TYPE, b.element ?? NULL_TYPE];
    // Druid compares the values of arrays as text as soon as one side has texts (ExpressionTypeConversion).
    const element = widen(left, right) ?? comparisonType(left, right);
    return element && { name: 'ARRAY', nullable, element };
  }
  return undefined;
}

/** The type in which several values are compared with each other, as IN does. */
export const commonComparisonType = (types: readonly SqlType[]): SqlType | undefined => fold(types, comparisonType);
