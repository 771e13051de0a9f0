import type { TableColumn, TableDefinition } from '../../sql/catalog.js';
import { BIGINT, VARCHAR, withNullability, type SqlType } from '../../sql/types.js';
import type { ServerCatalog } from '../catalog.js';
import type { LookupTiers } from '../lookups.js';
import type { TaskStatus } from '../task-status.js';
import type { TimelineSnapshot } from '../timeline.js';

export type SystemValue = string | number | bigint | boolean | null;
export type SystemRow = Readonly<Record<string, SystemValue>>;

/** What system tables are made of. */
export interface SystemSource {
  readonly snapshot: TimelineSnapshot;
  readonly catalog: ServerCatalog;
  readonly lookups: LookupTiers;
  readonly server: ServerIdentity;
  tasks(): Promise<readonly TaskStatus[]>;
}

export interface ServerIdentity {
  readonly host: string;
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  /** Of this program. */
  readonly version: string;
  /** Bytes that the file system of the data directory holds. */
  readonly capacity: number;
}

/** A table that the server answers itself. */
export interface SystemTable extends TableDefinition {
  /** Rows by column name; a missing column is null. */
  rows(source: SystemSource): Promise<readonly SystemRow[]> | readonly SystemRow[];
}

/** Reads a column: `name` for text, `name:long` for integers, with `!` behind where Druid declares it NOT NULL. */
function systemColumn(column: string): TableColumn {
  const [name = '', kind] = column.replace('!', '').split(':');
  const type: SqlType = kind === 'long' ? BIGINT : VARCHAR;
  return { name, type: withNullability(type, !column.endsWith('!')) };
}

/** Declares a table with its columns in order. */
export function systemTable(
  schema: string,
  name: string,
  columns: readonly string[],
  rows: SystemTable['rows'],
): SystemTable {
  return {
    schema,
    name,
    columns: columns.map(systemColumn),
    rows,
  };
}

type Address = Pick<ServerIdentity, 'host' | 'port'>;

/** The server as what runs the tasks. */
export const serverName = ({ host, port }: Address): string => `${host}:${port}`;

/**
 * The server in one of its other roles. Each has a name of its own, as the name is the table's key in Druid: a join of
 * segments with servers must find one row.
 */
export const roleName = (server: Address, role: string): string => `${serverName(server)}/${role}`;

/** The server as the historical that has all segments. */
export const historicalName = (server: Address): string => roleName(server, 'historical');
