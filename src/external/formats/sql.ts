import { duckdbType, quoteIdentifier, quoteText } from '../../engine/duckdb/index.js';
import type { Column } from '../flatten.js';
import type { InputFile } from '../input-file.js';

/** A list of the files' paths in SQL. */
export const fileList = (files: readonly InputFile[]): string =>
  `[${files.map(({ path }) => quoteText(path)).join(', ')}]`;

/** A NULL of the column's type. */
export const nullColumn = ({ name, type }: Column): string =>
  `CAST(NULL AS ${duckdbType(type)}) AS ${quoteIdentifier(name)}`;

/** The list of a SELECT; a relation of which no column is used still has rows. */
export const selectList = (columns: readonly string[]): string => columns.join(', ') || '1 AS "row"';

/** Files in groups that one SELECT can read, in the order of their first files. */
export function groupFiles<T extends { readonly file: InputFile }>(
  entries: readonly T[],
  keyOf: (entry: T) => unknown,
): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const entry of entries) {
    const key = JSON.stringify(keyOf(entry));
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()];
}

/** What a WHERE demands of a record: when strict, a bad one fails the statement, otherwise it is left out. */
export const recordFilter = (isGood: string, strict: boolean, message: string): string =>
  strict ? `CASE WHEN ${isGood} THEN true ELSE error(${quoteText(message)}) END` : isGood;

/** The option `compression` of DuckDB's readers. */
export const compressionOption = (file: InputFile): string =>
  `compression = '${file.compression === 'none' ? 'uncompressed' : file.compression}'`;
