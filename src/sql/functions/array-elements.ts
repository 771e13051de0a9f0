/** Arrays as DuckDB holds them, and Druid's conversions of their elements: truth values count as 1 and 0, times as milliseconds. */
import type { Expression } from '../plan/expression.js';
import {
  BIGINT,
  formatType,
  isDatetime,
  isFractional,
  isInteger,
  isInterval,
  isNumeric,
  isString,
  type SqlType,
  VARCHAR,
} from '../types.js';

/** The DuckDB type that holds values of an element type. */
export function storageOf(type: SqlType): string {
  if (type.name === 'BOOLEAN') return 'BOOLEAN';
  if (isInteger(type) || isInterval(type)) return 'BIGINT';
  if (type.name === 'FLOAT' || type.name === 'REAL') return 'FLOAT';
  if (isFractional(type)) return 'DOUBLE';
  if (isDatetime(type)) return 'TIMESTAMP';
  if (type.name === 'ARRAY') return `${storageOf(type.element ?? VARCHAR)}[]`;
  return type.name === 'COMPLEX' && type.complex === 'json' ? 'JSON' : 'VARCHAR';
}

/** A list as Java prints one, `[a, b, null]`. */
export function listText(sql: string, type: SqlType): string {
  const text = elementText('v', type.element ?? VARCHAR);
  return `('[' || array_to_string(list_transform(${sql}, lambda v: coalesce(${text}, 'null')), ', ') || ']')`;
}

/** A value as text. */
export function elementText(sql: string, type: SqlType): string {
  switch (storageOf(type)) {
    case 'VARCHAR':
      return sql;
    case 'BOOLEAN':
      return `CAST(CAST(${sql} AS BIGINT) AS VARCHAR)`;
    case 'TIMESTAMP':
      return `CAST(epoch_ms(${sql}) AS VARCHAR)`;
    case 'DOUBLE':
    case 'FLOAT':
      return `druid_double_text(${sql})`;
    default:
      return type.name === 'ARRAY' ? listText(sql, type) : `CAST(${sql} AS VARCHAR)`;
  }
}

function elementNumber(sql: string, from: SqlType, to: 'BIGINT' | 'DOUBLE'): string {
  switch (storageOf(from)) {
    case 'VARCHAR':
      return to === 'BIGINT' ? `text_to_long(${sql})` : `text_to_double(${sql})`;
    case 'TIMESTAMP':
      return to === 'BIGINT' ? `epoch_ms(${sql})` : `CAST(epoch_ms(${sql}) AS DOUBLE)`;
    case 'DOUBLE':
    case 'FLOAT':
      return to === 'BIGINT' ? `double_to_long(${sql})` : `CAST(${sql} AS DOUBLE)`;
    default:
      return `CAST(${sql} AS ${to})`;
  }
}

/** A value of one element type as a value of another; what does not convert becomes NULL. */
export function convertElement(sql: string, from: SqlType, to: SqlType): string {
  const target = storageOf(to);
  if (from.name === 'NULL') return `CAST(${sql} AS ${target})`;
  if (storageOf(from) === target) return sql;
  switch (target) {
    case 'VARCHAR':
      return elementText(sql, from);
    case 'BIGINT':
    case 'DOUBLE':
      return elementNumber(sql, from, target);
    case 'FLOAT':
      return `CAST(${elementNumber(sql, from, 'DOUBLE')} AS FLOAT)`;
    case 'BOOLEAN':
      return `(${elementNumber(sql, from, 'DOUBLE')} <> 0)`;
    case 'TIMESTAMP':
      return isString(from)
        ? `druid_text_to_timestamp(${sql}, 'UTC')`
        : `make_timestamp_ms(${elementNumber(sql, from, 'BIGINT')})`;
    default:
      return `TRY_CAST(${sql} AS ${target})`;
  }
}

/** A list whose elements are converted. */
export function convertElements(list: string, from: SqlType, to: SqlType): string {
  const element = convertElement('v', from, to);
  return element === 'v' ? list : `list_transform(${list}, lambda v: ${element})`;
}

/** The element type of an argument that counts as an array; text counts as an array of text. */
export const elementOf = (type: SqlType | undefined): SqlType =>
  type?.name === 'ARRAY' ? (type.element ?? VARCHAR) : VARCHAR;

/** An argument as a list: text is a list of one, a multi-value string the list of its values, both NULL when null. */
export function listOf(sql: string, type: SqlType | undefined): string {
  if (type?.name === 'ARRAY') return sql;
  if (type === undefined || type.name === 'NULL') return `CAST(${sql} AS VARCHAR[])`;
  return type.multiValue === true ? `druid_mv_list(${sql})` : `druid_single(${sql})`;
}

/** The element type in which elements of one type and values of another meet: the first, but truth values become numbers. */
export const meetingType = (element: SqlType, other: SqlType): SqlType =>
  element.name === 'BOOLEAN' && other.name !== 'BOOLEAN' && other.name !== 'NULL' ? BIGINT : element;

const isScalar = (type: SqlType): boolean =>
  type.name === 'NULL' ||
  type.name === 'ANY' ||
  type.name === 'BOOLEAN' ||
  isString(type) ||
  isNumeric(type) ||
  isDatetime(type);

/** A check that the argument at an index is a scalar, or also an array; refuses in Calcite's words. */
export function requireScalar(name: string, index: number, form: string, orArray = false) {
  return (args: readonly Expression[]): string | undefined => {
    const type = args[index]?.type;
    if (!type || isScalar(type) || (orArray && type.name === 'ARRAY')) return undefined;
    const given = args.map((arg) => `<${formatType(arg.type)}>`).join(', ');
    return `Cannot apply '${name}' to arguments of type '${name}(${given})'. Supported form(s): '${name}(${form})'`;
  };
}
