export type { CastOptions } from '../emission/syntax.js';
export { castSql } from './casts.js';
export {
  openDatabase,
  type Database,
  type DatabaseSettings,
  type DuckdbSession,
  type QueryProgress,
} from './database.js';
export { duckdbDialect } from './dialect.js';
export { quoteIdentifier, quoteText } from './quoting.js';
export { resultSql } from './results.js';
export { duckdbType } from './types.js';
