import { isUtcZone, localSql, readZone } from '../../sql/functions/time-zone.js';
import { isFractional, type SqlType, VARCHAR } from '../../sql/types.js';
import { resultElement, resultQuery, type ResultSyntax } from '../emission/results.js';
import type { ResultColumn, ResultOptions } from '../results.js';
import { listSyntax } from './lists.js';
import { duckdbType } from './types.js';

const ISO_PATTERN = '%Y-%m-%dT%H:%M:%S.%g';

function isoText(sql: string, timeZone: string): string {
  const zone = readZone(timeZone);
  if (isUtcZone(zone)) return `strftime(${sql}, '${ISO_PATTERN}Z')`;
  const local = localSql(sql, zone);
  return `strftime(${local}, '${ISO_PATTERN}') || druid_zone_suffix(epoch_ms(${local}) - epoch_ms(${sql}))`;
}

/** The macros that the SQL of results calls. */
export const resultMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO druid_zone_suffix(ms) AS CASE WHEN ms = 0 THEN 'Z' ELSE druid_offset_text(ms, ':') END`,
  // Floating-point numbers of arrays are text before they are JSON: as Java prints them, and in quotes what is no number.
  `CREATE OR REPLACE TEMP MACRO druid_json_double(x) AS
    CASE WHEN x IS NULL THEN 'null' WHEN isfinite(x) THEN druid_double_text(x) ELSE '"' || druid_double_text(x) || '"' END`,
];

const isNested = (type: SqlType): boolean => type.name === 'ARRAY';

function listText(sql: string, type: SqlType): string {
  const element = type.element ?? VARCHAR;
  if (!isFractional(element) && !isNested(element)) {
    return `CAST(to_json(${resultElement(syntax, sql, type)}) AS VARCHAR)`;
  }
  const text = isNested(element)
    ? `coalesce(${listText('v', element)}, 'null')`
    : `druid_json_double(${resultElement(syntax, 'v', element)})`;
  return `'[' || array_to_string(${listSyntax.transform(sql, 'v', text)}, ',') || ']'`;
}

const syntax: ResultSyntax = {
  lists: listSyntax,
  typeName: duckdbType,
  isoText,
  milliseconds: (sql, timeZone = 'UTC') => `epoch_ms(${localSql(sql, readZone(timeZone))})`,
  isMulti: (text) => `is_multi(${text})`,
  listText,
  complexText: (sql, type) => `CAST(${type.complex === 'json' ? 'json' : 'to_json'}(${sql}) AS VARCHAR)`,
};

/** The query whose rows are what a result shows; see `resultQuery`. */
export const resultSql = (sql: string, columns: readonly ResultColumn[], options: ResultOptions = {}): string =>
  resultQuery(syntax, sql, columns, options);
