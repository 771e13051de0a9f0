import type { TableDefinition } from '../../sql/catalog.js';
import { BIGINT, VARCHAR, type SqlType } from '../../sql/types.js';
import type { ServerCatalog } from '../catalog.js';
import type { TaskStatus } from '../task-status.js';
import type { TimelineSnapshot } from '../timeline.js';

export type SystemValue = string | number | bigint | boolean | null;
export type SystemRow = Readonly<Record<string, SystemValue>>;

/** What system tables are made of. */
export interface SystemSource {
  readonly snapshot: TimelineSnapshot;
  readonly catalog: ServerCatalog;
  readonly server: ServerIdentity;
  tasks(): Promise<readonly TaskStatus[]>;
}

export interface ServerIdentity {
  readonly host: string;
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly startTime: number;
}

/** A table that the server answers itself. */
export interface SystemTable extends TableDefinition {
  /** Rows by column name; a missing column is null. */
  rows(source: SystemSource): Promise<readonly SystemRow[]> | readonly SystemRow[];
}

const types: Readonly<Record<'text' | 'long', SqlType>> = { text: VARCHAR, long: BIGINT };

/** Declares a table: columns in order, `name` for text and `name:long` for integers. */
export function systemTable(
  schema: string,
  name: string,
  columns: readonly string[],
  rows: SystemTable['rows'],
): SystemTable {
  return {
    schema,
    name,
    columns: columns.map((column) => {
      const [columnName = column, kind] = column.split(':');
      return { name: columnName, type: kind === 'long' ? types.long : types.text };
    }),
    rows,
  };
}

export const serverName = ({ host, port }: ServerIdentity): string => `${host}:${port}`;
