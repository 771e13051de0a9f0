/** Druid's CAST on Spark's values, whose own casts saturate as Java's narrowing does. */
import { isDatetime, isFractional, isInteger, isInterval, isNumeric, isString, type SqlType } from '../../sql/types.js';
import { type CastSyntax, castWith } from '../emission/casts.js';
import { operand } from '../emission/names.js';
import type { CastOptions } from '../emission/syntax.js';
import { listSyntax } from './lists.js';
import { quoteText } from './quoting.js';
import { ceilingSafe, textToTimestamp } from './text-times.js';
import { readSparkZone, localSql, instantSql } from './zones.js';
import { sparkType } from './types.js';

const DECIMAL = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?[fFdD]?\\z';

/** A text as a double: NULL unless it is a number as Java reads one, or a truth value. */
export const textToDouble = (x: string): string =>
  `CASE WHEN ${x} RLIKE ${quoteText(DECIMAL)} THEN CAST(rtrim('fFdD', ${x}) AS DOUBLE)` +
  ` WHEN lower(${x}) = 'true' THEN 1D WHEN lower(${x}) = 'false' THEN 0D` +
  ` WHEN ${x} RLIKE ${quoteText('^[+-]?(NaN|Infinity)\\z')} THEN CAST(${x} AS DOUBLE) END`;

/** A text as a whole number, fractions cut off. */
export const textToLong = (x: string): string =>
  `CASE WHEN ${x} RLIKE ${quoteText('^[+-]?[0-9]{1,18}\\z')} THEN CAST(${x} AS BIGINT)` +
  ` ELSE coalesce(CASE WHEN ${x} RLIKE ${quoteText('^[+-]?[0-9]+\\z')} THEN CAST(${x} AS BIGINT) END,` +
  ` CAST(${textToDouble(x)} AS BIGINT)) END`;

function toText(sql: string, from: SqlType, timeZone: string): string {
  if (isDatetime(from)) {
    const format = from.name === 'DATE' ? 'yyyy-MM-dd' : 'yyyy-MM-dd HH:mm:ss';
    return `date_format(${localSql(sql, readSparkZone(timeZone))}, ${quoteText(format)})`;
  }
  if (from.name === 'BOOLEAN') return `CAST(CAST(${sql} AS INT) AS STRING)`;
  if (from.name === 'COMPLEX' && from.complex === 'json') {
    return `CASE WHEN ${sql} RLIKE '^"' THEN from_json(concat('[', ${sql}, ']'), 'array<string>')[0] ELSE nullif(${sql}, 'null') END`;
  }
  return `CAST(${sql} AS STRING)`;
}

function toNumber(sql: string, from: SqlType, to: SqlType): string | undefined {
  const target = sparkType(to);
  if (isString(from)) {
    if (target === 'BIGINT') return textToLong(operand(sql));
    return target === 'DOUBLE' ? textToDouble(operand(sql)) : `CAST(${textToDouble(operand(sql))} AS ${target})`;
  }
  if (isDatetime(from)) return target === 'BIGINT' ? `unix_millis(${sql})` : `CAST(unix_millis(${sql}) AS ${target})`;
  if (isNumeric(from) || isInterval(from) || from.name === 'BOOLEAN') {
    return sparkType(from) === target ? sql : `CAST(${sql} AS ${target})`;
  }
  return undefined;
}

/** A value that is no JSON yet as JSON text. Spark makes JSON of collections only, so a scalar passes through a list. */
export function jsonText(sql: string, from: SqlType): string {
  if (from.name === 'ARRAY') return `to_json(${sql})`;
  if (isInteger(from) || isFractional(from) || from.name === 'BOOLEAN') return `CAST(${sql} AS STRING)`;
  return `CASE WHEN ${operand(sql)} IS NOT NULL THEN regexp_replace(to_json(array(${sql})), '^\\\\[|\\\\]\\\\z', '') END`;
}

const syntax: CastSyntax = {
  engine: 'spark',
  lists: listSyntax,
  typeName: sparkType,
  toText,
  toNumber,
  textToTimestamp: (sql, timeZone) => textToTimestamp(operand(sql), readSparkZone(timeZone)),
  numberToTimestamp: ceilingSafe,
  floorToDay: (sql, timeZone) => {
    const zone = readSparkZone(timeZone);
    return instantSql(`date_trunc('DAY', ${localSql(sql, zone)})`, zone);
  },
  toJson: jsonText,
  // Nothing that Spark's session is set to do fails.
  attempt: (sql) => sql,
};

/** The SQL of `CAST(sql AS to)` for a value of type `from`; see `castWith`. */
export const castSql = (sql: string, from: SqlType, to: SqlType, options: CastOptions = {}): string =>
  castWith(syntax, sql, from, to, options);
