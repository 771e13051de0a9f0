/**
 * The SQL types of Druid as Calcite names them. Literals keep their narrow type (1 is INTEGER, 'abc' is CHAR(3)),
 * because Calcite's refusals print it.
 */
export type TypeName =
  | 'NULL'
  | 'BOOLEAN'
  | 'TINYINT'
  | 'SMALLINT'
  | 'INTEGER'
  | 'BIGINT'
  | 'DECIMAL'
  | 'FLOAT'
  | 'REAL'
  | 'DOUBLE'
  | 'CHAR'
  | 'VARCHAR'
  | 'DATE'
  | 'TIMESTAMP'
  | 'INTERVAL_DAY_TIME'
  | 'INTERVAL_YEAR_MONTH'
  | 'ARRAY'
  | 'ROW'
  | 'COMPLEX'
  | 'ANY';

/** A column's or an expression's type. Plain data, so it travels between processes. */
export interface SqlType {
  readonly name: TypeName;
  readonly nullable: boolean;
  /** Characters of CHAR and VARCHAR, digits of DECIMAL. */
  readonly precision?: number;
  /** Digits after the point of DECIMAL. */
  readonly scale?: number;
  /** Element type of ARRAY. */
  readonly element?: SqlType;
  /** Name inside COMPLEX<…>, such as `json`. */
  readonly complex?: string;
  /** A VARCHAR that may hold a multi-value string (Druid's multi-value dimension). */
  readonly multiValue?: boolean;
}

const simple = (name: TypeName): SqlType => Object.freeze({ name, nullable: true });

export const NULL_TYPE = simple('NULL');
export const BOOLEAN = simple('BOOLEAN');
export const INTEGER = simple('INTEGER');
export const BIGINT = simple('BIGINT');
export const FLOAT = simple('FLOAT');
export const DOUBLE = simple('DOUBLE');
export const VARCHAR = simple('VARCHAR');
export const DATE = simple('DATE');
export const TIMESTAMP = simple('TIMESTAMP');
export const ANY = simple('ANY');
export const JSON_TYPE: SqlType = Object.freeze({ name: 'COMPLEX', nullable: true, complex: 'json' });
export const MULTI_VALUE_VARCHAR: SqlType = Object.freeze({ name: 'VARCHAR', nullable: true, multiValue: true });

/** The ARRAY type over an element type. */
export function arrayOf(element: SqlType, nullable = true): SqlType {
  return { name: 'ARRAY', nullable, element };
}

/** The same type with the given nullability. */
export function withNullability(type: SqlType, nullable: boolean): SqlType {
  return type.nullable === nullable ? type : { ...type, nullable };
}

const integerNames: ReadonlySet<TypeName> = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT']);
const fractionalNames: ReadonlySet<TypeName> = new Set(['DECIMAL', 'FLOAT', 'REAL', 'DOUBLE']);

export const isInteger = (type: SqlType): boolean => integerNames.has(type.name);
export const isFractional = (type: SqlType): boolean => fractionalNames.has(type.name);
export const isNumeric = (type: SqlType): boolean => isInteger(type) || isFractional(type);
export const isString = (type: SqlType): boolean => type.name === 'VARCHAR' || type.name === 'CHAR';
export const isDatetime = (type: SqlType): boolean => type.name === 'TIMESTAMP' || type.name === 'DATE';
export const isInterval = (type: SqlType): boolean =>
  type.name === 'INTERVAL_DAY_TIME' || type.name === 'INTERVAL_YEAR_MONTH';
export const isJson = (type: SqlType): boolean => type.name === 'COMPLEX' && type.complex === 'json';

/** How Calcite prints a type in its messages: `INTEGER`, `CHAR(3)`, `DECIMAL(2, 1)`, `BIGINT ARRAY`, `COMPLEX<JSON>`. */
export function formatType(type: SqlType): string {
  switch (type.name) {
    case 'CHAR':
    case 'VARCHAR':
      return type.precision === undefined ? type.name : `${type.name}(${type.precision})`;
    case 'DECIMAL':
      return type.precision === undefined ? 'DECIMAL' : `DECIMAL(${type.precision}, ${type.scale ?? 0})`;
    case 'TIMESTAMP':
      return 'TIMESTAMP(3)';
    case 'ARRAY':
      return `${formatType(type.element ?? ANY)} ARRAY`;
    case 'COMPLEX':
      return `COMPLEX<${(type.complex ?? '').toUpperCase()}>`;
    case 'INTERVAL_DAY_TIME':
      return 'INTERVAL DAY';
    case 'INTERVAL_YEAR_MONTH':
      return 'INTERVAL MONTH';
    default:
      return type.name;
  }
}

/** The name that Druid answers as `sqlType` of a result column (java.sql type names). */
export function sqlTypeName(type: SqlType): string {
  switch (type.name) {
    case 'COMPLEX':
      return 'OTHER';
    case 'CHAR':
      return 'CHAR';
    default:
      return type.name;
  }
}

/** Druid's native type of a column: LONG, DOUBLE, FLOAT, STRING, ARRAY<…>, COMPLEX<…>. */
export function nativeTypeName(type: SqlType): string {
  switch (type.name) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'DATE':
    case 'TIMESTAMP':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return 'LONG';
    case 'FLOAT':
    case 'REAL':
      return 'FLOAT';
    case 'DECIMAL':
    case 'DOUBLE':
      return 'DOUBLE';
    case 'ARRAY':
      return `ARRAY<${nativeTypeName(type.element ?? VARCHAR)}>`;
    case 'COMPLEX':
      return `COMPLEX<${type.complex ?? ''}>`;
    default:
      return 'STRING';
  }
}

/** Reads a native type name as in EXTERN signatures: string, long, double, float, ARRAY<long>, COMPLEX<json>. */
export function fromNativeTypeName(text: string): SqlType | undefined {
  const trimmed = text.trim();
  switch (trimmed.toUpperCase()) {
    case 'STRING':
      return VARCHAR;
    case 'LONG':
      return BIGINT;
    case 'DOUBLE':
      return DOUBLE;
    case 'FLOAT':
      return FLOAT;
  }
  const nested = /^(ARRAY|COMPLEX)<(.+)>$/i.exec(trimmed);
  if (!nested?.[1] || !nested[2]) return undefined;
  if (nested[1].toUpperCase() === 'COMPLEX') return { name: 'COMPLEX', nullable: true, complex: nested[2] };
  const element = fromNativeTypeName(nested[2]);
  return element && arrayOf(element);
}
