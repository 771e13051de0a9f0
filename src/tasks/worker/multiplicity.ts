import type { SqlSession } from '../../engine/session.js';
import { VARCHAR } from '../../sql/types.js';
import type { StoredColumn } from './stored-columns.js';

/**
 * The columns with what the rows tell of their texts: nearly any text of external data may hold several values, but few
 * columns do, and queries over those that don't are simpler (`hasMultipleValues` of Druid's ColumnCapabilities).
 */
export async function withMultiplicity(
  session: Pick<SqlSession, 'rows'>,
  table: string,
  columns: readonly StoredColumn[],
): Promise<readonly StoredColumn[]> {
  const doubtful = columns.filter(({ type }) => type.multiValue === true);
  if (doubtful.length === 0) return columns;
  // A range of texts, unlike a prefix, is compared with the least and greatest text of each row group before any row is read.
  const tests = doubtful.map(
    ({ sqlName }, index) =>
      `SELECT ${index} AS number, EXISTS (SELECT 1 FROM ${table} WHERE ${sqlName} >= chr(29) AND ${sqlName} < chr(30)) AS multiple`,
  );
  const found = await session.rows(`SELECT multiple FROM (${tests.join(' UNION ALL ')}) ORDER BY number`);
  const single = new Set(doubtful.filter((_, index) => found[index]?.[0] !== true));
  return columns.map((column) => (single.has(column) ? { ...column, type: VARCHAR } : column));
}
