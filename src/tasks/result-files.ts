import { duckdbType, quoteIdentifier, quoteText } from '../engine/duckdb/index.js';
import type { SqlType } from '../sql/types.js';
import type { JobColumn } from './worker/protocol.js';

/** Integers may be wider in the engine than their type says, and Parquet would make floating-point numbers of them. */
const stored = (sql: string, type: SqlType): string =>
  ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE', 'FLOAT', 'REAL'].includes(type.name)
    ? `CAST(${sql} AS ${duckdbType(type)})`
    : sql;

/** The statement that writes a page of results as a file, in the engine's values. */
export function writeResultFileSql(columns: readonly JobColumn[], rows: string, file: string): string {
  const list = columns.map(({ sqlName, type }, index) => `${stored(sqlName, type)} AS c${index}`);
  return `COPY (SELECT ${list.join(', ')} ${rows}) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION snappy)`;
}

/** The query over such files, one after the other: columns `c0`, `c1` … */
export function resultFilesSql(columns: number, files: readonly string[]): string {
  const list = Array.from({ length: columns }, (_, index) => `c${index}`).join(', ');
  return `SELECT ${list} FROM read_parquet([${files.map(quoteText).join(', ')}])`;
}

/**
 * The statement that writes rows as CSV below a line of the columns' names.
 * @param rows a query whose columns are `c0`, `c1` …, as results show them
 */
export function writeCsvFileSql(columns: readonly JobColumn[], rows: string, file: string): string {
  const list = columns.map(({ name }, index) => `c${index} AS ${quoteIdentifier(name)}`);
  return `COPY (SELECT ${list.join(', ')} FROM (${rows})) TO ${quoteText(file)} (FORMAT csv, HEADER true)`;
}
