/** Druid's CAST on DuckDB values. */
import { isDatetime, isFractional, isInteger, isInterval, isString, type SqlType } from '../../sql/types.js';
import { instantSql, localSql, readZone } from '../../sql/functions/time-zone.js';
import { type CastSyntax, castWith } from '../emission/casts.js';
import type { CastOptions } from '../emission/syntax.js';
import { listSyntax } from './lists.js';
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

function toText(sql: string, from: SqlType, timeZone: string): string {
  if (isDatetime(from)) {
    const format = from.name === 'DATE' ? '%Y-%m-%d' : '%Y-%m-%d %H:%M:%S';
    return `strftime(${localSql(sql, readZone(timeZone))}, ${quoteText(format)})`;
  }
  // Expressions know no FLOAT, so that its text is the one of the DOUBLE that it becomes.
  if (isFractional(from)) return `druid_double_text(${sql})`;
  if (from.name === 'BOOLEAN') return `CAST(CAST(${sql} AS BIGINT) AS VARCHAR)`;
  if (from.name === 'COMPLEX' && from.complex === 'json') return `json_extract_string(${sql}, '$')`;
  return `CAST(${sql} AS VARCHAR)`;
}

function toNumber(sql: string, from: SqlType, to: SqlType): string | undefined {
  const target = duckdbType(to);
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
    return target === duckdbType(from) ? sql : `CAST(${sql} AS ${target})`;
  }
  if (isInteger(from) || isInterval(from)) return target === 'BIGINT' ? sql : `CAST(${sql} AS ${target})`;
  return from.name === 'BOOLEAN' ? `CAST(${sql} AS ${target})` : undefined;
}

const syntax: CastSyntax = {
  engine: 'duckdb',
  lists: listSyntax,
  typeName: duckdbType,
  toText,
  toNumber,
  textToTimestamp: (sql, timeZone) => `druid_text_to_timestamp(${sql}, ${quoteText(timeZone)})`,
  numberToTimestamp: (milliseconds) => `make_timestamp_ms(${milliseconds})`,
  floorToDay: (sql, timeZone) => {
    const zone = readZone(timeZone);
    return instantSql(`date_trunc('day', ${localSql(sql, zone)})::TIMESTAMP`, zone);
  },
  toJson: (sql) => `to_json(${sql})`,
  attempt: (sql) => `TRY(${sql})`,
};

/** The SQL of `CAST(sql AS to)` for a value of type `from`; see `castWith`. */
export const castSql = (sql: string, from: SqlType, to: SqlType, options: CastOptions = {}): string =>
  castWith(syntax, sql, from, to, options);
