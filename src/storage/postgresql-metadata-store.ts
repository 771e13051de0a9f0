import { hostname } from 'node:os';
import {
  CompiledQuery,
  Kysely,
  PostgresDialect,
  PostgresDriver,
  type DatabaseConnection,
  type Driver,
  type PostgresDialectConfig,
  type TransactionSettings,
} from 'kysely';
import pg from 'pg';
import type { MetadataStore } from './metadata-store.js';
import { openTables } from './open-tables.js';
import { claimDatabase, type DatabaseClaim, type StorageLog } from './postgresql-claim.js';
import type { MetadataTables } from './schema.js';
import { shownUrl } from './shown-url.js';
import { SqlMetadataStore } from './sql-metadata-store.js';

/** Connections at most, besides the one that holds the claim. */
const MAX_CONNECTIONS = 8;
/** Milliseconds until a connection must stand. */
const CONNECTION_TIMEOUT = 10_000;

/**
 * Begins every transaction by locking the row that names the server which owns the database. So transactions follow one
 * another, as on SQLite, and a server that lost the database to another one can change nothing any more.
 */
class OwnedDriver extends PostgresDriver {
  constructor(
    config: PostgresDialectConfig,
    readonly owner: string,
  ) {
    super(config);
  }

  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    await super.beginTransaction(connection, settings);
    const { rows } = await connection.executeQuery<{ value: string }>(
      CompiledQuery.raw(`SELECT value FROM installation WHERE name = 'owner' FOR UPDATE`),
    );
    if (rows[0]?.value === this.owner) return;
    await super.rollbackTransaction(connection);
    throw new Error('Another Millrace server has taken over the metadata database; this one must be ended');
  }
}

class OwnedDialect extends PostgresDialect {
  constructor(
    readonly config: PostgresDialectConfig,
    readonly owner: string,
  ) {
    super(config);
  }

  override createDriver(): Driver {
    return new OwnedDriver(this.config, this.owner);
  }
}

/**
 * Opens the metadata store in a PostgreSQL database, making or upgrading its tables, and claims it for this process.
 * @throws an error that names the server which owns it, or that says why it cannot be reached; never with a password
 */
export async function openPostgresqlMetadataStore(options: {
  /** `postgresql://user:password@host:port/database`; what is missing comes from libpq's variables (PGPASSWORD, …). */
  readonly url: string;
  readonly log: StorageLog;
}): Promise<MetadataStore> {
  const { url, log } = options;
  const place = shownUrl(url);
  const connection = {
    connectionString: url,
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
    application_name: 'millrace',
  };
  let claim: DatabaseClaim | undefined;
  const pool = new pg.Pool({ ...connection, max: MAX_CONNECTIONS });
  // The pool replaces a connection that broke while nobody used it.
  pool.on('error', (error) => {
    log.warn({ err: error }, 'a connection to the metadata database broke');
  });
  try {
    claim = await claimDatabase(connection, place, { host: hostname(), pid: process.pid }, log);
    // Not destroyed, which would end the pool.
    await openTables(new Kysely<MetadataTables>({ dialect: new PostgresDialect({ pool }) }), 'postgresql', place);
    await claim.writeOwner();
  } catch (error) {
    await claim?.release();
    await pool.end();
    throw error;
  }
  const { owner } = claim;
  const store = new SqlMetadataStore(new Kysely<MetadataTables>({ dialect: new OwnedDialect({ pool }, owner) }));
  const close = store.close.bind(store);
  return Object.assign(store, {
    close: async (): Promise<void> => {
      await close();
      await claim.release();
    },
  });
}
