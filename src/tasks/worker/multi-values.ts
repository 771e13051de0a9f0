import { VARCHAR } from '../../sql/types.js';
import type { DuckdbSession } from '../../engine/duckdb/index.js';
import type { StoredColumn } from './stored-columns.js';

/** Up to this many distinct texts of a column are looked at; with more, its rows are taken to need what rows may need. */
const MOST_DISTINCT = 100_000;

/** Rows whose multi-value strings are as segments store them: their values in order, null when there is none. */
export interface RowsInOrderOfValues {
  /** What stands behind FROM: a table, or a query over it with the table's columns but without its `rowid`. */
  readonly source: string;
  /** Those that turned out to have one value in every row are plain text. */
  readonly columns: readonly StoredColumn[];
}

/**
 * Brings the values of multi-value strings in order, as Druid's dimensions are SORTED_ARRAY unless an array is stored in
 * them (DimensionSchemaUtils). Nearly any text of external data may hold several values, but few columns do, and queries
 * over those that don't are simpler (`hasMultipleValues` of Druid's ColumnCapabilities). The rows stay in their order.
 */
export async function sortValues(
  session: DuckdbSession,
  table: string,
  columns: readonly StoredColumn[],
): Promise<RowsInOrderOfValues> {
  const sorted: string[] = [];
  const multiple = new Set<StoredColumn>();
  for (const column of await columnsWithLists(session, table, columns)) {
    const { changes, lists } = await look(session, table, column);
    if (changes) sorted.push(`multi_sorted(${column.sqlName}) AS ${column.sqlName}`);
    if (lists) multiple.add(column);
  }
  return {
    source: sorted.length === 0 ? table : `(SELECT * REPLACE (${sorted.join(', ')}) FROM ${table})`,
    columns: columns.map((column) =>
      column.type.multiValue === true && !multiple.has(column) ? { ...column, type: VARCHAR } : column,
    ),
  };
}

/** Whether texts of a column change when their values are brought in order, and whether they hold several values then. */
async function look(
  session: DuckdbSession,
  table: string,
  { sqlName }: StoredColumn,
): Promise<{ readonly changes: boolean; readonly lists: boolean }> {
  const texts = `FROM ${table} WHERE ${isList(sqlName)}`;
  const [[distinct] = []] = await session.rows(`SELECT approx_count_distinct(${sqlName}) ${texts}`);
  if (Number(distinct) > MOST_DISTINCT) return { changes: true, lists: true };
  const [[changes, lists] = []] = await session.rows(
    `SELECT bool_or(sorted IS DISTINCT FROM value), bool_or(${isList('sorted')})
     FROM (SELECT value, multi_sorted(value) AS sorted FROM (SELECT DISTINCT ${sqlName} AS value ${texts}))`,
  );
  return { changes: changes === true, lists: lists === true };
}

/** A range of texts, unlike a prefix, is compared with the least and greatest text of each row group before any row is read. */
const isList = (sql: string): string => `${sql} >= chr(29) AND ${sql} < chr(30)`;

/** The columns in which a row's text is a list, whatever its length. */
async function columnsWithLists(
  session: DuckdbSession,
  table: string,
  columns: readonly StoredColumn[],
): Promise<readonly StoredColumn[]> {
  const doubtful = columns.filter(({ type }) => type.multiValue === true);
  if (doubtful.length === 0) return [];
  const tests = doubtful.map(
    ({ sqlName }, index) =>
      `SELECT ${index} AS number, EXISTS (SELECT 1 FROM ${table} WHERE ${isList(sqlName)}) AS found`,
  );
  const found = await session.rows(`SELECT found FROM (${tests.join(' UNION ALL ')}) ORDER BY number`);
  return doubtful.filter((_, index) => found[index]?.[0] === true);
}
