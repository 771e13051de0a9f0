/** The names that WITH clauses bring into sight, innermost first. */
import type { CommonTable } from '../ast.js';

export interface CommonTables {
  readonly table: CommonTable;
  /** What the table's own query sees: the names before it. */
  readonly before: CommonTables | undefined;
}

/** Adds the tables of one WITH clause; each sees those before it. */
export function withCommonTables(
  tables: readonly CommonTable[],
  around: CommonTables | undefined,
): CommonTables | undefined {
  return tables.reduce<CommonTables | undefined>((before, table) => ({ table, before }), around);
}

/** Finds the nearest common table of that name (exact case). */
export function findCommonTable(name: string, tables: CommonTables | undefined): CommonTables | undefined {
  for (let at = tables; at; at = at.before) if (at.table.name === name) return at;
  return undefined;
}
