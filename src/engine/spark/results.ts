import { resultElement, resultQuery, type ResultSyntax } from '../emission/results.js';
import type { ResultColumn, ResultOptions } from '../results.js';
import { listSyntax } from './lists.js';
import { isMulti } from './multi-value.js';
import { quoteText } from './quoting.js';
import { offsetSql } from './functions/joda.js';
import { sparkType } from './types.js';
import { localSql, readSparkZone } from './zones.js';

function isoText(sql: string, timeZone: string): string {
  const zone = readSparkZone(timeZone);
  const local = localSql(sql, zone);
  if (local === sql) return `date_format(${sql}, ${quoteText("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")})`;
  const offset = `CASE WHEN ${local} = ${sql} THEN 'Z' ELSE ${offsetSql(sql, local, 2, zone)} END`;
  return `concat(date_format(${local}, ${quoteText("yyyy-MM-dd'T'HH:mm:ss.SSS")}), ${offset})`;
}

const syntax: ResultSyntax = {
  lists: listSyntax,
  typeName: sparkType,
  isoText,
  milliseconds: (sql, timeZone = 'UTC') => `unix_millis(${localSql(sql, readSparkZone(timeZone))})`,
  isMulti,
  listText: (sql, type) => `to_json(${resultElement(syntax, sql, type)})`,
  complexText: (sql) => sql,
};

/** The query whose rows are what a result shows; see `resultQuery`. */
export const resultSql = (sql: string, columns: readonly ResultColumn[], options: ResultOptions = {}): string =>
  resultQuery(syntax, sql, columns, options);
