import { unsupportedError } from '../../sql/errors.js';
import type { LiteralExpression } from '../../sql/plan/index.js';
import { isDatetime, isFractional, isInteger, isInterval } from '../../sql/types.js';
import { quoteText } from './quoting.js';
import { sparkType } from './types.js';

/** Spark's TIMESTAMP counts microseconds in 64 bits, and its calendar ends with the year 294247. */
const TIMESTAMP_LIMIT_MS = 9_000_000_000_000_000;

/** A moment, milliseconds since 1970. */
export function timestampLiteral(milliseconds: number): string {
  const held = Math.min(Math.max(milliseconds, -TIMESTAMP_LIMIT_MS), TIMESTAMP_LIMIT_MS);
  return `timestamp_millis(${integerLiteral(BigInt(held))})`;
}

/** An integer of 64 bits; the least one has no notation of its own. */
export function integerLiteral(value: bigint): string {
  if (value === -9223372036854775808n) return `CAST('${value.toString()}' AS BIGINT)`;
  return value < 0n ? `(${value.toString()}L)` : `${value.toString()}L`;
}

/** A 64-bit float; plain decimals would be DECIMAL in Spark. */
export function doubleLiteral(value: number): string {
  if (!Number.isFinite(value)) return `CAST('${String(value)}' AS DOUBLE)`;
  const text = Object.is(value, -0) ? '-0.0' : String(value);
  return text.startsWith('-') ? `(${text}D)` : `${text}D`;
}

/** A constant with its type made plain. */
export function literalSql({ value, type }: LiteralExpression): string {
  if (value === null) return type.name === 'NULL' || type.name === 'ANY' ? 'NULL' : `CAST(NULL AS ${sparkType(type)})`;
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'string') return quoteText(value);
  if (isDatetime(type)) return timestampLiteral(Number(value));
  if (isFractional(type)) {
    const double = doubleLiteral(Number(value));
    return sparkType(type) === 'FLOAT' ? `CAST(${double} AS FLOAT)` : double;
  }
  if (isInteger(type) || isInterval(type)) return integerLiteral(BigInt(value));
  throw unsupportedError(`A constant of type ${type.name} is not supported by the spark engine`);
}
