/**
 * Druid's CAST on Spark's values: casts between Druid's native types, so text that is no number gives NULL, fractions are
 * cut off, and numbers outside of 64 bits saturate as Java's narrowing does, which is also Spark's
 * (ExprEval.computeNumber and castTo of org.apache.druid.math.expr).
 */
import { unsupportedError } from '../../sql/errors.js';
import {
  BIGINT,
  formatType,
  isDatetime,
  isFractional,
  isInteger,
  isInterval,
  isNumeric,
  isString,
  type SqlType,
  VARCHAR,
} from '../../sql/types.js';
import { operand } from '../emission/names.js';
import type { CastOptions } from '../emission/syntax.js';
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

function arrayCast(sql: string, from: SqlType, to: SqlType, options: CastOptions): string {
  const target = to.element ?? VARCHAR;
  if (from.name !== 'ARRAY') {
    return `CASE WHEN ${operand(sql)} IS NOT NULL THEN array(${castSql(sql, from, target, options)}) END`;
  }
  const element = castSql('v', from.element ?? VARCHAR, target, options);
  return element === 'v' ? sql : `transform(${sql}, v -> ${element})`;
}

function toText(sql: string, from: SqlType, timeZone: string | undefined): string {
  if (isDatetime(from)) {
    const format = from.name === 'DATE' ? 'yyyy-MM-dd' : 'yyyy-MM-dd HH:mm:ss';
    return `date_format(${localSql(sql, readSparkZone(timeZone ?? 'UTC'))}, ${quoteText(format)})`;
  }
  if (from.name === 'BOOLEAN') return `CAST(CAST(${sql} AS INT) AS STRING)`;
  if (from.name === 'COMPLEX' && from.complex === 'json') {
    return `CASE WHEN ${sql} RLIKE '^"' THEN from_json(concat('[', ${sql}, ']'), 'array<string>')[0] ELSE nullif(${sql}, 'null') END`;
  }
  if (from.name === 'ARRAY') {
    const options = timeZone === undefined ? {} : { timeZone };
    return `CASE WHEN array_size(${sql}) = 1 THEN ${castSql(`${operand(sql)}[0]`, from.element ?? VARCHAR, VARCHAR, options)} END`;
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

function toTimestamp(sql: string, from: SqlType, to: SqlType, options: CastOptions): string | undefined {
  const zone = readSparkZone(options.timeZone ?? 'UTC');
  let timestamp: string | undefined;
  if (isDatetime(from)) timestamp = sql;
  else if (isString(from)) timestamp = textToTimestamp(operand(sql), zone);
  else if (isNumeric(from)) timestamp = ceilingSafe(toNumber(sql, from, BIGINT) ?? sql);
  if (timestamp === undefined) return undefined;
  return to.name === 'DATE' && from.name !== 'DATE'
    ? instantSql(`date_trunc('DAY', ${localSql(timestamp, zone)})`, zone)
    : timestamp;
}

function toBoolean(sql: string, from: SqlType): string | undefined {
  if (from.name === 'BOOLEAN') return sql;
  if (isInteger(from)) return `${operand(sql)} <> 0`;
  const number = isString(from) || isNumeric(from) ? toNumber(sql, from, BIGINT) : undefined;
  return number === undefined ? undefined : `${operand(number)} > 0`;
}

/**
 * The SQL of `CAST(sql AS to)` for a value of type `from`. The result is a whole expression, not yet an operand. Nothing
 * that Spark's session is set to do fails, so `safe` changes nothing.
 * Throws SqlError `unsupported` where Druid has no such cast.
 */
export function castSql(sql: string, from: SqlType, to: SqlType, options: CastOptions = {}): string {
  if (to.name === 'ANY' || to.name === 'NULL') return sql;
  if (from.name === 'NULL' || from.name === 'ANY') return `CAST(${sql} AS ${sparkType(to)})`;
  let result: string | undefined;
  if (isString(to)) result = isString(from) ? sql : toText(sql, from, options.timeZone);
  else if (to.name === 'ARRAY') result = arrayCast(sql, from, to, options);
  else if (from.name === 'ARRAY') {
    result = `CASE WHEN array_size(${sql}) = 1 THEN ${castSql(`${operand(sql)}[0]`, from.element ?? VARCHAR, to, options)} END`;
  } else if (to.name === 'COMPLEX') {
    if (from.name === 'COMPLEX') result = from.complex === to.complex ? sql : undefined;
    else if (to.complex === 'json') result = jsonText(sql, from);
  } else if (to.name === 'BOOLEAN') result = toBoolean(sql, from);
  else if (isDatetime(to)) result = toTimestamp(sql, from, to, options);
  else if (isNumeric(to)) result = toNumber(sql, from, to);
  else if (isInterval(to)) result = isInterval(from) ? sql : toNumber(sql, from, BIGINT);
  if (result === undefined) {
    throw unsupportedError(`Cast from ${formatType(from)} to ${formatType(to)} is not supported by the spark engine`);
  }
  return result;
}

/** A value that is no JSON yet as JSON text. Spark makes JSON of collections only, so a scalar passes through a list. */
export function jsonText(sql: string, from: SqlType): string {
  if (from.name === 'ARRAY') return `to_json(${sql})`;
  if (isInteger(from) || isFractional(from) || from.name === 'BOOLEAN') return `CAST(${sql} AS STRING)`;
  return `CASE WHEN ${operand(sql)} IS NOT NULL THEN regexp_replace(to_json(array(${sql})), '^\\\\[|\\\\]\\\\z', '') END`;
}
