import { allFunctions } from '../../sql/functions/index.js';
import type { TableColumn, TableDefinition } from '../../sql/catalog.js';
import {
  isDatetime,
  isInteger,
  isNumeric,
  isString,
  nativeTypeName,
  type SqlType,
  type TypeName,
} from '../../sql/types.js';
import { isRefused, signaturesText } from '../../sql/functions/signatures.js';
import { systemTable, type SystemRow } from './table.js';

const CATALOG = 'druid';
const SCHEMA = 'INFORMATION_SCHEMA';

/** Ordinals of java.sql.Types. */
const jdbcTypes: Readonly<Partial<Record<TypeName, number>>> = {
  BOOLEAN: 16,
  TINYINT: -6,
  SMALLINT: 5,
  INTEGER: 4,
  BIGINT: -5,
  DECIMAL: 3,
  FLOAT: 6,
  REAL: 7,
  DOUBLE: 8,
  CHAR: 1,
  VARCHAR: 12,
  DATE: 91,
  TIMESTAMP: 93,
  ARRAY: 2003,
  COMPLEX: 1111,
};

/** Digits that Calcite's default type system gives a numeric type. */
const numericPrecisions: Readonly<Partial<Record<TypeName, number>>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
  DECIMAL: 19,
  FLOAT: 15,
  REAL: 7,
  DOUBLE: 15,
};

/** What Calcite answers for the scale of a number that has none. */
const SCALE_NOT_SPECIFIED = -2_147_483_648;

const scaleOf = (type: SqlType): number => (isInteger(type) || type.name === 'DECIMAL' ? 0 : SCALE_NOT_SPECIFIED);

const dataType = (type: SqlType): string => (type.name === 'COMPLEX' ? nativeTypeName(type) : type.name);

function columnRow(table: TableDefinition, { name, type }: TableColumn, index: number): SystemRow {
  const numeric = isNumeric(type);
  return {
    TABLE_CATALOG: CATALOG,
    TABLE_SCHEMA: table.schema,
    TABLE_NAME: table.name,
    COLUMN_NAME: name,
    ORDINAL_POSITION: index + 1,
    COLUMN_DEFAULT: '',
    IS_NULLABLE: type.nullable ? 'YES' : 'NO',
    DATA_TYPE: dataType(type),
    NUMERIC_PRECISION: numeric ? (numericPrecisions[type.name] ?? null) : null,
    NUMERIC_PRECISION_RADIX: numeric ? 10 : null,
    NUMERIC_SCALE: numeric ? (type.scale ?? scaleOf(type)) : null,
    DATETIME_PRECISION: isDatetime(type) ? 3 : null,
    CHARACTER_SET_NAME: isString(type) ? 'UTF-16LE' : null,
    COLLATION_NAME: isString(type) ? 'UTF-16LE$en_US$primary' : null,
    JDBC_TYPE: jdbcTypes[type.name] ?? 1111,
  };
}

const schemata = systemTable(
  SCHEMA,
  'SCHEMATA',
  [
    'CATALOG_NAME!',
    'SCHEMA_NAME!',
    'SCHEMA_OWNER!',
    'DEFAULT_CHARACTER_SET_CATALOG!',
    'DEFAULT_CHARACTER_SET_SCHEMA!',
    'DEFAULT_CHARACTER_SET_NAME!',
    'SQL_PATH!',
  ],
  () =>
    ['INFORMATION_SCHEMA', 'druid', 'lookup', 'sys', 'view'].map((name) => ({
      CATALOG_NAME: CATALOG,
      SCHEMA_NAME: name,
    })),
);

const tables = systemTable(
  SCHEMA,
  'TABLES',
  ['TABLE_CATALOG!', 'TABLE_SCHEMA!', 'TABLE_NAME!', 'TABLE_TYPE!', 'IS_JOINABLE!', 'IS_BROADCAST!'],
  ({ catalog }) =>
    catalog.tables.map(({ schema, name }) => ({
      TABLE_CATALOG: CATALOG,
      TABLE_SCHEMA: schema,
      TABLE_NAME: name,
      TABLE_TYPE: schema === 'druid' || schema === 'lookup' ? 'TABLE' : 'SYSTEM_TABLE',
      IS_JOINABLE: schema === 'lookup' ? 'YES' : 'NO',
      IS_BROADCAST: schema === 'lookup' ? 'YES' : 'NO',
    })),
);

const columns = systemTable(
  SCHEMA,
  'COLUMNS',
  [
    'TABLE_CATALOG!',
    'TABLE_SCHEMA!',
    'TABLE_NAME!',
    'COLUMN_NAME!',
    'ORDINAL_POSITION:long!',
    'COLUMN_DEFAULT!',
    'IS_NULLABLE!',
    'DATA_TYPE!',
    'CHARACTER_MAXIMUM_LENGTH',
    'CHARACTER_OCTET_LENGTH',
    'NUMERIC_PRECISION:long',
    'NUMERIC_PRECISION_RADIX:long',
    'NUMERIC_SCALE:long',
    'DATETIME_PRECISION:long',
    'CHARACTER_SET_NAME',
    'COLLATION_NAME',
    'JDBC_TYPE:long!',
  ],
  ({ catalog }) =>
    catalog.tables.flatMap((table) => table.columns.map((column, index) => columnRow(table, column, index))),
);

const routines = systemTable(
  SCHEMA,
  'ROUTINES',
  ['ROUTINE_CATALOG!', 'ROUTINE_SCHEMA!', 'ROUTINE_NAME!', 'ROUTINE_TYPE!', 'IS_AGGREGATOR!', 'SIGNATURES'],
  () =>
    // Operators cannot be called by name, and what is refused is no routine of this server.
    allFunctions()
      .filter((declaration) => declaration.kind !== 'operator' && !isRefused(declaration))
      .flatMap((declaration) =>
        [declaration.name, ...(declaration.aliases ?? [])].map((name) => ({
          ROUTINE_CATALOG: CATALOG,
          ROUTINE_SCHEMA: SCHEMA,
          ROUTINE_NAME: name,
          ROUTINE_TYPE: 'FUNCTION',
          // Calcite's window functions are aggregators to it.
          IS_AGGREGATOR: declaration.kind === 'scalar' ? 'NO' : 'YES',
          SIGNATURES: signaturesText(name, declaration),
        })),
      ),
);

export const informationSchemaTables = [schemata, tables, columns, routines] as const;
