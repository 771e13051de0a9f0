import type { SchemaCatalog, TableColumn, TableDefinition } from '../../../src/sql/catalog.js';
import { ANY, formatType, fromNativeTypeName, type SqlType, type TypeName } from '../../../src/sql/types.js';

/** A row of INFORMATION_SCHEMA.COLUMNS. */
export interface ColumnRow {
  readonly TABLE_SCHEMA: string;
  readonly TABLE_NAME: string;
  readonly COLUMN_NAME: string;
  readonly DATA_TYPE: string;
  readonly IS_NULLABLE: string;
}

/** The tables of the server, for the binder and for completion. */
export interface Catalog extends SchemaCatalog {
  readonly tables: readonly TableDefinition[];
}

const plainTypes: ReadonlySet<string> = new Set<TypeName>([
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'DECIMAL',
  'FLOAT',
  'REAL',
  'DOUBLE',
  'CHAR',
  'VARCHAR',
  'DATE',
  'TIMESTAMP',
]);

function typeOf({ DATA_TYPE, IS_NULLABLE }: ColumnRow): SqlType {
  const nullable = IS_NULLABLE !== 'NO';
  if (plainTypes.has(DATA_TYPE)) return { name: DATA_TYPE as TypeName, nullable };
  return { ...(fromNativeTypeName(DATA_TYPE) ?? ANY), nullable };
}

/** A column's type for a reader. INFORMATION_SCHEMA does not tell what an array holds, so that the binder takes it for any. */
export const columnTypeText = (type: SqlType): string => (type.name === 'ANY' ? 'ARRAY' : formatType(type));

/** Makes the catalogue from the rows of INFORMATION_SCHEMA.COLUMNS, which come table by table in ordinal order. */
export function catalogOf(rows: readonly ColumnRow[]): Catalog {
  const columns = new Map<string, { schema: string; name: string; columns: TableColumn[] }>();
  for (const row of rows) {
    const key = JSON.stringify([row.TABLE_SCHEMA, row.TABLE_NAME]);
    const table = columns.get(key) ?? { schema: row.TABLE_SCHEMA, name: row.TABLE_NAME, columns: [] };
    table.columns.push({ name: row.COLUMN_NAME, type: typeOf(row) });
    columns.set(key, table);
  }
  return {
    tables: [...columns.values()],
    table: (schema, name) => columns.get(JSON.stringify([schema ?? 'druid', name])),
  };
}

export const emptyCatalog: Catalog = catalogOf([]);

export const catalogQuery =
  'SELECT "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "IS_NULLABLE" FROM "INFORMATION_SCHEMA"."COLUMNS" ' +
  'ORDER BY "TABLE_SCHEMA", "TABLE_NAME", "ORDINAL_POSITION"';
