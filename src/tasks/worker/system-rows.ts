import { duckdbType, quoteIdentifier, quoteText } from '../../engine/duckdb/index.js';
import { BOOLEAN, type SqlType } from '../../sql/types.js';
import type { JobRelation } from './protocol.js';

/** Rows of one INSERT: DuckDB parses long lists slowly. */
const ROWS_PER_STATEMENT = 500;

function literal(value: string | number | bigint | boolean | null | undefined, type: SqlType): string {
  if (value === null || value === undefined) return 'NULL';
  if (type.name === 'TIMESTAMP' || type.name === 'DATE') return `epoch_ms(${String(value)}::BIGINT)`;
  return typeof value === 'string' ? quoteText(value) : String(value);
}

/** Statements that make a table of the session from rows that the server computed. */
export function systemRowsStatements(relation: Extract<JobRelation, { kind: 'rows' }>): readonly string[] {
  const { rows } = relation;
  // A query that only counts needs no column, but a table does.
  const columns = relation.columns.length > 0 ? relation.columns : [{ name: 'none', type: BOOLEAN }];
  const name = quoteIdentifier(relation.name);
  const declared = columns.map((column) => `${quoteIdentifier(column.name)} ${duckdbType(column.type)}`);
  const statements = [`CREATE OR REPLACE TEMP TABLE ${name} (${declared.join(', ')})`];
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    const values = rows
      .slice(from, from + ROWS_PER_STATEMENT)
      .map((row) => `(${columns.map(({ type }, index) => literal(row[index], type)).join(', ')})`);
    statements.push(`INSERT INTO ${name} VALUES ${values.join(', ')}`);
  }
  return statements;
}
