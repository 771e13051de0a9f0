import { SqlError } from '../../sql/errors.js';
import type { LiteralExpression } from '../../sql/plan/index.js';
import { isDatetime, isFractional, isInteger, isInterval } from '../../sql/types.js';
import { quoteText } from './quoting.js';
import { duckdbType } from './types.js';

/** DuckDB's TIMESTAMP counts microseconds in 64 bits: a little more than this many milliseconds, 285,000 years. */
const TIMESTAMP_LIMIT_MS = 9_000_000_000_000_000;

const MIN_PLAIN_YEAR_MS = Date.UTC(1000, 0, 1);
const MAX_PLAIN_YEAR_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A moment, milliseconds since 1970, as a TIMESTAMP constant. Moments that DuckDB cannot hold become its last and first ones. */
export function timestampLiteral(milliseconds: number): string {
  if (milliseconds >= MIN_PLAIN_YEAR_MS && milliseconds <= MAX_PLAIN_YEAR_MS) {
    const iso = new Date(milliseconds).toISOString();
    return `TIMESTAMP '${iso.slice(0, 10)} ${iso.slice(11, iso.endsWith('.000Z') ? 19 : 23)}'`;
  }
  const held = Math.min(Math.max(milliseconds, -TIMESTAMP_LIMIT_MS), TIMESTAMP_LIMIT_MS);
  return `make_timestamp((${String(held)}000)::BIGINT)`;
}

/** A 64-bit float constant; plain decimals would be DECIMAL in DuckDB. */
export function doubleLiteral(value: number): string {
  if (!Number.isFinite(value)) return `'${String(value)}'::DOUBLE`;
  const text = Object.is(value, -0) ? '-0' : String(value);
  const exact = text.includes('e') ? text : `${text}e0`;
  return value < 0 || Object.is(value, -0) ? `(${exact})` : exact;
}

/** An integer without its type, for places where the other side decides it: comparisons with a column, LIMIT. */
export function bareInteger(value: bigint): string {
  return value < 0n ? `(${value.toString()})` : value.toString();
}

/** A constant with its type made plain. */
export function literalSql(literal: LiteralExpression): string {
  const { value, type } = literal;
  if (value === null) return type.name === 'NULL' || type.name === 'ANY' ? 'NULL' : `NULL::${duckdbType(type)}`;
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'string') {
    if (type.name === 'COMPLEX') return `${quoteText(value)}::JSON`;
    return quoteText(value);
  }
  if (isDatetime(type)) return timestampLiteral(Number(value));
  if (isFractional(type)) {
    const double = doubleLiteral(Number(value));
    return duckdbType(type) === 'FLOAT' ? `(${double})::FLOAT` : double;
  }
  if (isInteger(type) || isInterval(type)) return `${bareInteger(BigInt(value))}::BIGINT`;
  throw new SqlError('unsupported', `A constant of type ${type.name} is not supported by the duckdb engine`);
}
