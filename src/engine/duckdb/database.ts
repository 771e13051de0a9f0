import { type Database, type DatabaseSettings, openInstance } from './instance.js';
import { engineMacros } from './macros.js';

/** Opens an in-memory DuckDB on which everything runs that `duckdbDialect` emits. */
export function openDatabase(settings: DatabaseSettings): Promise<Database> {
  return openInstance(settings, engineMacros());
}

export type { Database, DatabaseSettings } from './instance.js';
export type { DuckdbSession, QueryProgress } from './duckdb-session.js';
