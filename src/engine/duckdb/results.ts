import { type SqlType, VARCHAR } from '../../sql/types.js';
import { columnName } from '../emission/names.js';
import type { ResultColumn, ResultOptions } from '../results.js';
import { duckdbType } from './types.js';

/** ISO 8601 with milliseconds, UTC, as Druid prints times. */
const isoText = (sql: string): string => `strftime(${sql}, '%Y-%m-%dT%H:%M:%S.%gZ')`;

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
      return isoText(sql);
    case 'FLOAT':
    case 'REAL':
      // By way of its shortest text: 0.1 must not become 0.10000000149011612.
      return `CAST(CAST(${sql} AS VARCHAR) AS DOUBLE)`;
    case 'CHAR':
    case 'VARCHAR':
    case 'ANY':
      // Several values are answered as the JSON array that stands behind the marker.
      return `CASE WHEN is_multi(${sql}) THEN substr(${sql}, 2) ELSE ${sql} END`;
    case 'ARRAY': {
      const list = elementSql(sql, type);
      return options.stringifyArrays ? `CAST(to_json(${list}) AS VARCHAR)` : list;
    }
    case 'COMPLEX':
      return type.complex === 'json' ? `CAST(json(${sql}) AS VARCHAR)` : `CAST(${sql} AS VARCHAR)`;
    case 'NULL':
      return sql;
    default:
      return `CAST(${sql} AS ${duckdbType(type)})`;
  }
}

/**
 * A query whose rows are what a result shows: timestamps as ISO text, integers of 64 bits, floats as doubles, several values of a
 * multi-value string as JSON text, COMPLEX<json> as JSON text. The order of the rows stays.
 */
export function resultSql(sql: string, columns: readonly ResultColumn[], options: ResultOptions = {}): string {
  const items = columns.map(
    ({ sqlName, type }, index) => `${valueSql(sqlName, type, options)} AS ${columnName(index)}`,
  );
  return `SELECT ${items.join(', ')}\nFROM (\n${sql}\n)`;
}
