import { DuckDBInstance } from '@duckdb/node-api';
import { DuckdbSession } from './duckdb-session.js';
import { toEngineError } from './failures.js';

/** What a DuckDB of ours may use. */
export interface DatabaseSettings {
  readonly threads: number;
  /** Bytes that DuckDB holds in memory before it spills. */
  readonly memoryBytes: number;
  /** Directory of spilled data; DuckDB makes it when it needs it. */
  readonly spillDirectory: string;
}

/** An in-memory DuckDB. */
export interface Database {
  /** A connection of its own: temporary views and settings are not shared. */
  connect(): Promise<DuckdbSession>;
  /** Frees the database; sessions are to be closed before. */
  close(): void;
}

const sharedMacro = /^CREATE OR REPLACE TEMP MACRO/;

/** Opens DuckDB and creates the macros. They go into the database itself, so that connecting again costs nothing. */
export async function openInstance(settings: DatabaseSettings, macros: readonly string[]): Promise<Database> {
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(settings.threads),
      memory_limit: `${Math.floor(settings.memoryBytes)}B`,
      temp_directory: settings.spillDirectory,
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    });
    const first = await instance.connect();
    const script = [
      `SET GLOBAL TimeZone = 'UTC'`,
      ...macros.map((text) => text.replace(sharedMacro, 'CREATE OR REPLACE MACRO')),
    ];
    await first.run(`${script.join(';\n')};`);
    first.disconnectSync();
    return {
      async connect() {
        try {
          const connection = await instance.connect();
          await connection.run(`SET enable_progress_bar = true; SET enable_progress_bar_print = false;`);
          return new DuckdbSession(connection);
        } catch (error) {
          throw toEngineError(error);
        }
      },
      close: () => {
        instance.closeSync();
      },
    };
  } catch (error) {
    throw toEngineError(error);
  }
}
