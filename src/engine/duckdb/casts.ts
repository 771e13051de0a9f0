/**
 * Druid's CAST on DuckDB values. Druid runs SQL casts as casts between its native types, so text that is no number gives
 * NULL, fractions are cut off, and numbers outside of 64 bits saturate as Java's narrowing does
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
import { instantSql, localSql, readZone } from '../../sql/functions/time-zone.js';
import { operand } from '../emission/names.js';
import type { CastOptions } from '../emission/syntax.js';
import { quoteText } from './quoting.js';
import { duckdbType } from './types.js';

/** Macros that casts call. */
export const castMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO double_to_long(x) AS coalesce(
    TRY_CAST(trunc(x) AS BIGINT),
    CASE WHEN isnan(x) THEN 0 WHEN x > 0 THEN 9223372036854775807 WHEN x < 0 THEN -9223372036854775808 END)`,
  `CREATE OR REPLACE TEMP MACRO text_to_double(x) AS CASE
    WHEN regexp_full_match(x, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?[fFdD]?') THEN
      coalesce(TRY_CAST(rtrim(x, 'fFdD') AS DOUBLE), CASE WHEN starts_with(x, '-') THEN '-inf'::DOUBLE ELSE 'inf'::DOUBLE END)
    WHEN lower(x) = 'true' THEN 1
    WHEN lower(x) = 'false' THEN 0
    WHEN regexp_full_match(x, '[+-]?(NaN|Infinity)') THEN TRY_CAST(x AS DOUBLE)
  END`,
  `CREATE OR REPLACE TEMP MACRO text_to_long(x) AS CASE
    WHEN regexp_full_match(x, '[+-]?[0-9]{1,18}') THEN CAST(x AS BIGINT)
    ELSE coalesce(CASE WHEN regexp_full_match(x, '[+-]?[0-9]+') THEN TRY_CAST(x AS BIGINT) END, double_to_long(text_to_double(x)))
  END`,
];

const plain = (type: SqlType): string => duckdbType(type);

function arrayCast(sql: string, from: SqlType, to: SqlType, options: CastOptions): string {
  const target = to.element ?? VARCHAR;
  if (from.name !== 'ARRAY')
    return `CASE WHEN ${operand(sql)} IS NOT NULL THEN [${castSql(sql, from, target, options)}] END`;
  const element = castSql('v', from.element ?? VARCHAR, target, options);
  return element === 'v' ? sql : `list_transform(${sql}, lambda v: ${element})`;
}

/** Day that a timestamp lies in. */
function floorToDay(sql: string, timeZone: string | undefined): string {
  const zone = readZone(timeZone ?? 'UTC');
  return instantSql(`date_trunc('day', ${localSql(sql, zone)})::TIMESTAMP`, zone);
}

function toText(sql: string, from: SqlType, timeZone: string | undefined): string {
  if (isDatetime(from)) {
    const format = from.name === 'DATE' ? '%Y-%m-%d' : '%Y-%m-%d %H:%M:%S';
    return `strftime(${localSql(sql, readZone(timeZone ?? 'UTC'))}, ${quoteText(format)})`;
  }
  // Expressions know no FLOAT, so that its text is the one of the DOUBLE that it becomes.
  if (isFractional(from)) return `druid_double_text(${sql})`;
  if (from.name === 'BOOLEAN') return `CAST(CAST(${sql} AS BIGINT) AS VARCHAR)`;
  if (from.name === 'COMPLEX' && from.complex === 'json') return `json_extract_string(${sql}, '$')`;
  if (from.name === 'ARRAY') {
    const element = from.element ?? VARCHAR;
    return `CASE WHEN len(${sql}) = 1 THEN ${castSql(`${operand(sql)}[1]`, element, VARCHAR, timeZone === undefined ? {} : { timeZone })} END`;
  }
  return `CAST(${sql} AS VARCHAR)`;
}

function toNumber(sql: string, from: SqlType, to: SqlType): string | undefined {
  const target = plain(to);
  if (isString(from)) {
    if (target === 'BIGINT') return `text_to_long(${sql})`;
    return target === 'DOUBLE' ? `text_to_double(${sql})` : `CAST(text_to_double(${sql}) AS ${target})`;
  }
  if (isDatetime(from)) {
    const milliseconds = `epoch_ms(${sql})`;
    return target === 'BIGINT' ? milliseconds : `CAST(${milliseconds} AS ${target})`;
  }
  if (isFractional(from)) {
    if (target === 'BIGINT') return `double_to_long(${sql})`;
    return target === plain(from) ? sql : `CAST(${sql} AS ${target})`;
  }
  if (isInteger(from) || isInterval(from)) return target === 'BIGINT' ? sql : `CAST(${sql} AS ${target})`;
  return from.name === 'BOOLEAN' ? `CAST(${sql} AS ${target})` : undefined;
}

function toTimestamp(sql: string, from: SqlType, to: SqlType, options: CastOptions): string | undefined {
  let timestamp: string | undefined;
  if (isDatetime(from)) timestamp = sql;
  else if (isString(from)) timestamp = `druid_text_to_timestamp(${sql}, ${quoteText(options.timeZone ?? 'UTC')})`;
  else if (isNumeric(from)) timestamp = `make_timestamp_ms(${toNumber(sql, from, BIGINT) ?? sql})`;
  if (timestamp === undefined) return undefined;
  return to.name === 'DATE' && from.name !== 'DATE' ? floorToDay(timestamp, options.timeZone) : timestamp;
}

function toBoolean(sql: string, from: SqlType): string | undefined {
  if (from.name === 'BOOLEAN') return sql;
  if (isInteger(from)) return `${operand(sql)} <> 0`;
  // Whatever else is brought to a whole number first, which is true when it is greater than 0 (Evals.asBoolean).
  const number = isString(from) ? `text_to_long(${sql})` : isFractional(from) ? `double_to_long(${sql})` : undefined;
  return number === undefined ? undefined : `${number} > 0`;
}

/**
 * The SQL of `CAST(sql AS to)` for a value of type `from`. The result is a whole expression, not yet an operand.
 * Throws SqlError `unsupported` where Druid has no such cast.
 */
export function castSql(sql: string, from: SqlType, to: SqlType, options: CastOptions = {}): string {
  if (to.name === 'ANY' || to.name === 'NULL') return sql;
  if (from.name === 'NULL' || from.name === 'ANY') return `CAST(${sql} AS ${plain(to)})`;
  let result: string | undefined;
  if (isString(to)) result = isString(from) ? sql : toText(sql, from, options.timeZone);
  else if (to.name === 'ARRAY') result = arrayCast(sql, from, to, options);
  else if (from.name === 'ARRAY') {
    result = `CASE WHEN len(${sql}) = 1 THEN ${castSql(`${operand(sql)}[1]`, from.element ?? VARCHAR, to, options)} END`;
  } else if (to.name === 'COMPLEX') {
    if (from.name === 'COMPLEX') result = from.complex === to.complex ? sql : undefined;
    else if (to.complex === 'json') result = `to_json(${sql})`;
  } else if (to.name === 'BOOLEAN') result = toBoolean(sql, from);
  else if (isDatetime(to)) result = toTimestamp(sql, from, to, options);
  else if (isNumeric(to)) result = toNumber(sql, from, to);
  else if (isInterval(to)) result = isInterval(from) ? sql : toNumber(sql, from, BIGINT);
  if (result === undefined) {
    throw unsupportedError(`Cast from ${formatType(from)} to ${formatType(to)} is not supported by the duckdb engine`);
  }
  return options.safe && to.name !== 'ARRAY' && result !== sql ? `TRY(${result})` : result;
}
