import { type SqlType, VARCHAR } from '../../sql/types.js';
import { columnName } from '../emission/names.js';
import type { ResultColumn, ResultOptions } from '../results.js';
import { isMulti } from './multi-value.js';
import { quoteText } from './quoting.js';
import { offsetSql } from './functions/joda.js';
import { sparkType } from './types.js';
import { localSql, readSparkZone } from './zones.js';

/** ISO 8601 with milliseconds and the zone's offset, as Druid prints times. */
function isoText(sql: string, timeZone = 'UTC'): string {
  const zone = readSparkZone(timeZone);
  const local = localSql(sql, zone);
  if (local === sql) return `date_format(${sql}, ${quoteText("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")})`;
  const offset = `CASE WHEN ${local} = ${sql} THEN 'Z' ELSE ${offsetSql(sql, local, 2, zone)} END`;
  return `concat(date_format(${local}, ${quoteText("yyyy-MM-dd'T'HH:mm:ss.SSS")}), ${offset})`;
}

/** Milliseconds, or days of a date, since 1970 by the zone's clock. */
function timeNumber(sql: string, type: SqlType, timeZone = 'UTC'): string {
  const milliseconds = `unix_millis(${localSql(sql, readSparkZone(timeZone))})`;
  return type.name === 'DATE' ? `CAST(floor(${milliseconds} / 86400000D) AS BIGINT)` : milliseconds;
}

function elementSql(sql: string, type: SqlType): string {
  switch (type.name) {
    case 'ARRAY': {
      const element = elementSql('v', type.element ?? VARCHAR);
      return element === 'v' ? sql : `transform(${sql}, v -> ${element})`;
    }
    case 'DATE':
    case 'TIMESTAMP':
      // Druid's arrays know numbers only.
      return `unix_millis(${sql})`;
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
      return `CAST(CAST(${sql} AS STRING) AS DOUBLE)`;
    case 'CHAR':
    case 'VARCHAR':
    case 'ANY':
      // Several values are answered as the JSON array that stands behind the marker.
      return `CASE WHEN ${isMulti(sql)} THEN substr(${sql}, 2) ELSE ${sql} END`;
    case 'ARRAY': {
      const list = elementSql(sql, type);
      return options.stringifyArrays ? `to_json(${list})` : list;
    }
    case 'COMPLEX':
      return sql;
    case 'NULL':
      return `CAST(${sql} AS STRING)`;
    default:
      return `CAST(${sql} AS ${sparkType(type)})`;
  }
}

/** The query whose rows are what a result shows; see the same of DuckDB. */
export function resultSql(sql: string, columns: readonly ResultColumn[], options: ResultOptions = {}): string {
  const items = columns.map(
    ({ sqlName, type }, index) => `${valueSql(sqlName, type, options)} AS ${columnName(index)}`,
  );
  return `SELECT ${items.join(', ')}\nFROM (\n${sql}\n)`;
}
