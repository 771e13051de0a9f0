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
  const tests = doubtful.map(({ sqlName }) => `bool_or(starts_with(${sqlName}, chr(29)))`);
  const [answers = []] = await session.rows(`SELECT ${tests.join(', ')} FROM ${table}`);
  const single = new Set(doubtful.filter((_, index) => answers[index] !== true));
  return columns.map((column) => (single.has(column) ? { ...column, type: VARCHAR } : column));
}
