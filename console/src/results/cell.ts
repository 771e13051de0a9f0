import type { ResultColumn } from '../api/result.js';

const numericTypes = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'FLOAT', 'REAL', 'DOUBLE', 'DECIMAL']);
const integerTypes = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT']);

export const isNumericColumn = ({ sqlType }: ResultColumn): boolean => numericTypes.has(sqlType);
export const isIntegerColumn = ({ sqlType }: ResultColumn): boolean => integerTypes.has(sqlType);
export const isTimeColumn = ({ sqlType, name, nativeType }: ResultColumn): boolean =>
  sqlType === 'TIMESTAMP' || sqlType === 'DATE' || (name === '__time' && nativeType === 'LONG' && sqlType !== 'BIGINT');

/** The type as a header shows it. */
export function typeLabel({ sqlType, nativeType }: ResultColumn): string {
  if (sqlType === 'OTHER') return nativeType;
  return sqlType === 'ARRAY' ? nativeType : sqlType;
}

/** A value that unfolds: an array, an object, or the JSON text of one. */
export function unfold(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) return value;
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

/** Milliseconds since 1970 of a TIMESTAMP as Druid sends it: ISO text, or the number itself in a task's report. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function timeText(value: unknown): string {
  const time = timeOf(value);
  if (time === undefined) return String(value);
  const text = new Date(time).toISOString().replace('T', ' ').replace('Z', '');
  return text.endsWith('.000') ? text.slice(0, -4) : text;
}

/** Eight digits that count; the pane beside the grid, copies and files have them all. */
const shortNumber = (value: number): string => String(Number(value.toPrecision(8)));

/** The text of a cell in the grid. */
export function cellText(column: ResultColumn, value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (isTimeColumn(column)) return timeText(value);
  if (typeof value === 'number' && !Number.isInteger(value)) return shortNumber(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The text of a value in a file or on the clipboard. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
