import Database from 'libsql';
import { Kysely, type SqliteDatabase } from 'kysely';
import type { MetadataStore } from './metadata-store.js';
import { openTables } from './open-tables.js';
import type { MetadataTables } from './schema.js';
import { SqlMetadataStore } from './sql-metadata-store.js';
import { ImmediateSqliteDialect } from './sqlite-dialect.js';

/** Milliseconds that a statement waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the metadata store in a SQLite file, making or upgrading its tables.
 * @throws when the file is no database or was written by a newer version
 */
export async function openSqliteMetadataStore({ file }: { readonly file: string }): Promise<MetadataStore> {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  // A commit is on disk when it returns: published data must survive a loss of power, too.
  database.pragma('synchronous = FULL');
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  // libsql answers better-sqlite3's interface, which is what the dialect wants; only the declared types differ.
  const db = new Kysely<MetadataTables>({
    dialect: new ImmediateSqliteDialect({ database: database as unknown as SqliteDatabase }),
  });
  try {
    await openTables(db, 'sqlite', file);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new SqlMetadataStore(db);
}
