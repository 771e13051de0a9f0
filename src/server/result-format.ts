import { javaDouble, javaText } from './java-text.js';
import { nativeTypeName, sqlTypeName, type SqlType } from '../sql/types.js';

export const resultFormats = ['object', 'array', 'objectLines', 'arrayLines', 'csv'] as const;
export type ResultFormat = (typeof resultFormats)[number];

/** The result format of a name, whatever its case; undefined when there is none. */
export const resultFormatOf = (name: string): ResultFormat | undefined =>
  resultFormats.find((known) => known.toLowerCase() === name.toLowerCase());

export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
}

export interface HeaderOptions {
  readonly header: boolean;
  readonly typesHeader: boolean;
  readonly sqlTypesHeader: boolean;
}

type Row = readonly unknown[];

/** Writes an answer piece by piece, as Druid's ResultFormat writers do (org.apache.druid.sql.http). */
export interface ResultWriter {
  readonly contentType: string;
  start(): string;
  rows(batch: readonly Row[]): string;
  end(): string;
}

/**
 * JSON as Jackson writes it: integers are bigint and keep all their digits, numbers are floating-point and keep their
 * point, those that are no JSON numbers are text.
 */
function toJson(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
      return `{${Object.entries(value)
        .map(([key, entry]) => `${JSON.stringify(key)}:${toJson(entry)}`)
        .join(',')}}`;
    case 'undefined':
      return 'null';
    case 'number':
      return Number.isFinite(value) ? javaDouble(value) : JSON.stringify(String(value));
    default:
      return JSON.stringify(value);
  }
}

const headerCell = (column: ResultColumn, options: HeaderOptions): unknown =>
  options.typesHeader || options.sqlTypesHeader
    ? {
        ...(options.typesHeader && { type: nativeTypeName(column.type) }),
        ...(options.sqlTypesHeader && { sqlType: sqlTypeName(column.type) }),
      }
    : null;

function headerRows(columns: readonly ResultColumn[], options: HeaderOptions): readonly (readonly string[])[] {
  return [
    columns.map((column) => column.name),
    ...(options.typesHeader ? [columns.map((column) => nativeTypeName(column.type))] : []),
    ...(options.sqlTypesHeader ? [columns.map((column) => sqlTypeName(column.type))] : []),
  ];
}

type EncodeRow = (row: Row) => string;

function objectEncoder(columns: readonly ResultColumn[]): EncodeRow {
  const keys = columns.map((column) => `${JSON.stringify(column.name)}:`);
  return (row) => `{${keys.map((key, index) => key + toJson(row[index])).join(',')}}`;
}

/** Puts a separator between texts that come one batch after the other. */
function separating(separator: string): (texts: readonly string[]) => string {
  let isFirst = true;
  return (texts) => {
    if (texts.length === 0) return '';
    const text = (isFirst ? '' : separator) + texts.join(separator);
    isFirst = false;
    return text;
  };
}

/** One JSON array around all rows; the header rows come first. */
function documentWriter(header: readonly string[], encode: EncodeRow): ResultWriter {
  const separated = separating(',');
  return {
    contentType: 'application/json',
    start: () => `[${separated(header)}`,
    rows: (batch) => separated(batch.map(encode)),
    end: () => ']\n',
  };
}

/** One row a line; an empty line at the end tells that nothing was cut off. */
function linesWriter(header: readonly string[], encode: EncodeRow): ResultWriter {
  const separated = separating('\n');
  return {
    contentType: 'text/plain',
    start: () => separated(header),
    rows: (batch) => separated(batch.map(encode)),
    end: () => '\n\n',
  };
}

/** The same as CSV, where an answer without any line is the empty line alone. */
function csvWriter(header: readonly string[]): ResultWriter {
  const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
  return {
    contentType: 'text/csv',
    start: () => lines(header),
    rows: (batch) => lines(batch.map(csvRow)),
    end: () => '\n',
  };
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = javaText(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A row of one empty cell is written as `""`: an empty line would look like the end. */
function csvRow(row: Row): string {
  const line = row.map(csvCell).join(',');
  return line === '' ? '""' : line;
}

/** The writer of a result format. */
export function resultWriter(
  format: ResultFormat,
  columns: readonly ResultColumn[],
  options: HeaderOptions,
): ResultWriter {
  const encodeObject = objectEncoder(columns);
  const encodeArray: EncodeRow = (row) => toJson(row);
  const objectHeader = options.header ? [encodeObject(columns.map((column) => headerCell(column, options)))] : [];
  const rowHeader = options.header ? headerRows(columns, options) : [];
  switch (format) {
    case 'object':
      return documentWriter(objectHeader, encodeObject);
    case 'array':
      return documentWriter(rowHeader.map(encodeArray), encodeArray);
    case 'objectLines':
      return linesWriter(objectHeader, encodeObject);
    case 'arrayLines':
      return linesWriter(rowHeader.map(encodeArray), encodeArray);
    case 'csv':
      return csvWriter(rowHeader.map(csvRow));
    default: {
      const unknown: never = format;
      throw new Error(`Unknown result format ${String(unknown)}`);
    }
  }
}
