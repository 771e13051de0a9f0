import type { Database, DatabaseSettings } from './instance.js';
import { engineMacros } from './macros.js';

/**
 * Opens an in-memory DuckDB on which everything runs that `duckdbDialect` emits. DuckDB's binary is loaded here and not with
 * this module: the server process uses the dialect and never computes.
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const { openInstance } = await import('./instance.js');
  return openInstance(settings, engineMacros());
}

export type { Database, DatabaseSettings } from './instance.js';
export type { DuckdbSession, QueryProgress } from './duckdb-session.js';
