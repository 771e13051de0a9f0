import { quoteIdentifier, quoteText } from '../../engine/spark/quoting.js';
import { sparkType } from '../../engine/spark/types.js';
import type { Column } from '../flatten.js';

/** How Spark's message of a bad record begins; what follows is the text of the fault. */
export const PARSE_FAILURE = 'Unable to parse row ';

/** How the records of some files are read. */
export interface Reading {
  /** Puts out the relation's columns by name, without unparseable records. */
  readonly sql: string;
  /** Unparseable records: `value` and `file`; undefined where there cannot be any. */
  readonly badRecordsSql?: string;
  /** How many records there are, unparseable ones included. */
  readonly rowsSql: string;
}

/** The number of lines in which something stands. */
export const linesSql = (source: string): string => `SELECT count(*) FROM ${source} WHERE trim(value) <> ''`;

/** The column as a SELECT lists it. */
export const selectAs = (sql: string, name: string): string => `${sql} AS ${quoteIdentifier(name)}`;

/** What a column is that the files lack. */
export const nullColumn = ({ name, type }: Pick<Column, 'name' | 'type'>): string =>
  selectAs(`CAST(NULL AS ${sparkType(type)})`, name);

/** Leaves bad records out or, where none is accepted, fails at the first one. */
export function guarded(
  good: string,
  reason: string,
  source: string,
  strict: boolean,
): { readonly where: string; readonly bad: string } {
  const failure = `raise_error(concat(${quoteText(`${PARSE_FAILURE}[`)}, left(value, 500), ${quoteText(`]: ${reason} (Path: `)}, input_file_name(), ')'))`;
  const isBlank = `trim(value) = ''`;
  return {
    where: strict
      ? `NOT (${isBlank}) AND CASE WHEN ${good} THEN TRUE ELSE ${failure} IS NOT NULL END`
      : `NOT (${isBlank}) AND ${good}`,
    bad: `SELECT left(value, 500) AS value, input_file_name() AS file FROM ${source} WHERE NOT (${isBlank}) AND NOT coalesce(${good}, FALSE)`,
  };
}
