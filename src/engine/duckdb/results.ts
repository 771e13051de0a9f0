import { isUtcZone, localSql, readZone } from '../../sql/functions/time-zone.js';
import { isFractional, type SqlType, VARCHAR } from '../../sql/types.js';
import { columnName } from '../emission/names.js';
import type { ResultColumn, ResultOptions } from '../results.js';
import { duckdbType } from './types.js';

const ISO_PATTERN = '%Y-%m-%dT%H:%M:%S.%g';

/** ISO 8601 with milliseconds and the zone's offset, as Druid prints times. */
function isoText(sql: string, timeZone = 'UTC'): string {
  const zone = readZone(timeZone);
  if (isUtcZone(zone)) return `strftime(${sql}, '${ISO_PATTERN}Z')`;
  const local = localSql(sql, zone);
  return `strftime(${local}, '${ISO_PATTERN}') || druid_zone_suffix(epoch_ms(${local}) - epoch_ms(${sql}))`;
}

/** Milliseconds, or days of a date, since 1970 by the zone's clock. */
function timeNumber(sql: string, type: SqlType, timeZone = 'UTC'): string {
  const milliseconds = `epoch_ms(${localSql(sql, readZone(timeZone))})`;
  return type.name === 'DATE' ? `CAST(floor(${milliseconds} / 86400000) AS BIGINT)` : milliseconds;
}

/** The macros that the SQL of results calls. */
export const resultMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO druid_zone_suffix(ms) AS CASE WHEN ms = 0 THEN 'Z' ELSE druid_offset_text(ms, ':') END`,
  // Floating-point numbers of arrays are text before they are JSON: as Java prints them, and in quotes what is no number.
  `CREATE OR REPLACE TEMP MACRO druid_json_double(x) AS
    CASE WHEN x IS NULL THEN 'null' WHEN isfinite(x) THEN druid_double_text(x) ELSE '"' || druid_double_text(x) || '"' END`,
];

const isNested = (type: SqlType): boolean => type.name === 'ARRAY';

/** A list as JSON text, as Jackson writes it. */
function listText(sql: string, type: SqlType): string {
  const element = type.element ?? VARCHAR;
  if (!isFractional(element) && !isNested(element)) return `CAST(to_json(${elementSql(sql, type)}) AS VARCHAR)`;
  const text = isNested(element)
    ? `coalesce(${listText('v', element)}, 'null')`
    : `druid_json_double(${elementSql('v', element)})`;
  return `'[' || array_to_string(list_transform(${sql}, lambda v: ${text}), ',') || ']'`;
}

function elementSql(sql: string, type: SqlType): string {
  switch (type.name) {
    case 'ARRAY': {
      const element = elementSql('v', type.element ?? VARCHAR);
      return element === 'v' ? sql : `list_transform(${sql}, lambda v: ${element})`;
    }
    case 'DATE':
    case 'TIMESTAMP':
      // Druid's arrays know numbers only.
      return `epoch_ms(${sql})`;
    default:
      return valueSql(sql, type, {});
  }
}

function valueSql(sql: string, type: SqlType, options: ResultOptions): string {
  switch (type.name) {
    case 'DATE':
    case 'TIMESTAMP':
      return options.numericTimes ? timeNumber(sql, type, options.timeZone) : isoText(sql, options.timeZone);
    case 'FLOAT':
    case 'REAL':
      // By way of its shortest text: 0.1 must not become 0.10000000149011612.
      return `CAST(CAST(${sql} AS VARCHAR) AS DOUBLE)`;
    case 'CHAR':
    case 'VARCHAR':
    case 'ANY':
      // Several values are answered as the JSON array that stands behind the marker.
      return `CASE WHEN is_multi(${sql}) THEN substr(${sql}, 2) ELSE ${sql} END`;
    case 'ARRAY':
      return options.stringifyArrays ? listText(sql, type) : elementSql(sql, type);
    case 'COMPLEX':
      return type.complex === 'json' ? `CAST(json(${sql}) AS VARCHAR)` : `CAST(to_json(${sql}) AS VARCHAR)`;
    case 'NULL':
      return sql;
    default:
      return `CAST(${sql} AS ${duckdbType(type)})`;
  }
}

/**
 * A query whose rows are what a result shows: timestamps as ISO text or as numbers, integers of 64 bits, floats as doubles, several values of a
 * multi-value string as JSON text, COMPLEX<json> as JSON text. The order of the rows stays.
 */
export function resultSql(sql: string, columns: readonly ResultColumn[], options: ResultOptions = {}): string {
  const items = columns.map(
    ({ sqlName, type }, index) => `${valueSql(sqlName, type, options)} AS ${columnName(index)}`,
  );
  return `SELECT ${items.join(', ')}\nFROM (\n${sql}\n)`;
}
