import { VARCHAR } from '../../sql/types.js';
import type { DuckdbSession } from '../../engine/duckdb/index.js';
import type { RunningJob } from './job.js';
import { runWithinMemory } from './memory.js';
import type { StoredColumn } from './stored-columns.js';

/** Up to this many distinct texts of a column are sorted once each; more of them are sorted row by row. */
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
 * over those that don't are simpler (`hasMultipleValues` of Druid's ColumnCapabilities).
 */
export async function sortValues(
  running: RunningJob,
  session: DuckdbSession,
  table: string,
  columns: readonly StoredColumn[],
): Promise<RowsInOrderOfValues> {
  const found = await columnsWithLists(session, table, columns);
  const replaced: string[] = [];
  const joins: string[] = [];
  const multiple = new Set<StoredColumn>();
  for (const column of found) {
    const { sqlName } = column;
    const texts = `FROM ${table} WHERE ${isList(sqlName)}`;
    const [[distinct] = []] = await session.rows(`SELECT approx_count_distinct(${sqlName}) ${texts}`);
    if (Number(distinct) > MOST_DISTINCT) {
      replaced.push(`multi_sorted(r.${sqlName}) AS ${sqlName}`);
      multiple.add(column);
      continue;
    }
    const sorted = running.newTable();
    await runWithinMemory(
      running,
      session,
      `CREATE TABLE ${sorted} AS SELECT value, multi_sorted(value) AS sorted FROM (SELECT DISTINCT ${sqlName} AS value ${texts})`,
    );
    const [[changes, lists] = []] = await session.rows(
      `SELECT bool_or(sorted IS DISTINCT FROM value), bool_or(${isList('sorted')}) FROM ${sorted}`,
    );
    if (lists === true) multiple.add(column);
    if (changes !== true) continue;
    replaced.push(`CASE WHEN ${sorted}.value IS NULL THEN r.${sqlName} ELSE ${sorted}.sorted END AS ${sqlName}`);
    joins.push(` LEFT JOIN ${sorted} ON ${sorted}.value = r.${sqlName}`);
  }
  return {
    source:
      replaced.length === 0 ? table : `(SELECT r.* REPLACE (${replaced.join(', ')}) FROM ${table} r${joins.join('')})`,
    columns: columns.map((column) =>
      column.type.multiValue === true && !multiple.has(column) ? { ...column, type: VARCHAR } : column,
    ),
  };
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
