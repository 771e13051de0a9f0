import { type SqlType, VARCHAR } from '../../sql/types.js';
import type { ResultColumn, ResultOptions } from '../results.js';
import { type ListSyntax, mapList } from './lists.js';
import { columnName } from './names.js';

/** How an engine tells values as results show them. */
export interface ResultSyntax {
  readonly lists: ListSyntax;
  typeName(type: SqlType): string;
  /** ISO 8601 with milliseconds and the zone's offset, as Druid prints times. */
  isoText(sql: string, timeZone: string): string;
  /** Milliseconds since 1970; `timeZone`, where given, is the one whose clock counts. */
  milliseconds(sql: string, timeZone?: string): string;
  isMulti(text: string): string;
  /** A list as JSON text, as Jackson writes it. */
  listText(sql: string, type: SqlType): string;
  complexText(sql: string, type: SqlType): string;
}

/** Milliseconds, or days of a date, since 1970 by the zone's clock. */
function timeNumber(syntax: ResultSyntax, sql: string, type: SqlType, timeZone: string): string {
  const milliseconds = syntax.milliseconds(sql, timeZone);
  return type.name === 'DATE' ? `CAST(floor(${milliseconds} / CAST(86400000 AS DOUBLE)) AS BIGINT)` : milliseconds;
}

/** An element of a list, or the whole list, as results show it. */
export function resultElement(syntax: ResultSyntax, sql: string, type: SqlType): string {
  switch (type.name) {
    case 'ARRAY':
      return mapList(syntax.lists, sql, (element) => resultElement(syntax, element, type.element ?? VARCHAR));
    case 'DATE':
    case 'TIMESTAMP':
      // Druid's arrays know numbers only.
      return syntax.milliseconds(sql);
    default:
      return resultValue(syntax, sql, type, {});
  }
}

function resultValue(syntax: ResultSyntax, sql: string, type: SqlType, options: ResultOptions): string {
  const { timeZone = 'UTC' } = options;
  switch (type.name) {
    case 'DATE':
    case 'TIMESTAMP':
      return options.numericTimes ? timeNumber(syntax, sql, type, timeZone) : syntax.isoText(sql, timeZone);
    case 'FLOAT':
    case 'REAL':
      // By way of its shortest text: 0.1 must not become 0.10000000149011612.
      return `CAST(CAST(${sql} AS ${syntax.typeName(VARCHAR)}) AS DOUBLE)`;
    case 'CHAR':
    case 'VARCHAR':
    case 'ANY':
      // Several values are answered as the JSON array that stands behind the marker.
      return `CASE WHEN ${syntax.isMulti(sql)} THEN substr(${sql}, 2) ELSE ${sql} END`;
    case 'ARRAY':
      return options.stringifyArrays ? syntax.listText(sql, type) : resultElement(syntax, sql, type);
    case 'COMPLEX':
      return syntax.complexText(sql, type);
    default:
      return `CAST(${sql} AS ${syntax.typeName(type)})`;
  }
}

/**
 * A query whose rows are what a result shows: timestamps as ISO text or as numbers, integers of 64 bits, floats as
 * doubles, several values of a multi-value string as JSON text, COMPLEX<json> as JSON text. The order of the rows stays.
 */
export function resultQuery(
  syntax: ResultSyntax,
  sql: string,
  columns: readonly ResultColumn[],
  options: ResultOptions,
): string {
  const items = columns.map(
    ({ sqlName, type }, index) => `${resultValue(syntax, sqlName, type, options)} AS ${columnName(index)}`,
  );
  return `SELECT ${items.join(', ')}\nFROM (\n${sql}\n)`;
}
