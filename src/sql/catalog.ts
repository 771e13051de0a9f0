/** What the binder must know of the tables around it. The console fills it from INFORMATION_SCHEMA, the server from its metadata. */
import type { SqlType } from './types.js';

export interface TableColumn {
  readonly name: string;
  readonly type: SqlType;
}

export interface TableDefinition {
  /** `druid`, `sys`, `INFORMATION_SCHEMA`, `lookup`, `view`. */
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly TableColumn[];
}

export interface SchemaCatalog {
  /** Finds a table; `schema` is absent for an unqualified name, which means `druid`. Names match by exact case. */
  table(schema: string | undefined, name: string): TableDefinition | undefined;
}
