import { quoteIdentifier, quoteText } from '../../engine/duckdb/index.js';
import { coerceText, selectAs } from '../coercion.js';
import { mapConcurrently } from '../concurrency.js';
import { readHead } from '../content.js';
import { type Column, placeColumns } from '../flatten.js';
import { compilePattern, type CsvFormat, type RegexFormat, type TextFormat, type TsvFormat } from '../format-spec.js';
import type { InputFile } from '../input-file.js';
import type { PartPlan } from '../part-plan.js';
import { countLines, estimateSize } from '../part-size.js';
import type { ExternalRelation } from '../relation.js';
import { NULL_BYTE_MARK } from '../text-content.js';
import { splitCsvLine, unterminatedQuote } from './csv-line.js';
import { compressionOption, fileList, groupFiles, nullColumn, recordFilter, selectList } from './sql.js';

/** Bytes in which the header must stand. */
const HEAD_BYTES = 1_048_576;
/** Druid's Parsers.DEFAULT_LIST_DELIMITER. */
const DEFAULT_LIST_DELIMITER = '\u0001';

/** How a line is taken apart. Druid reads all text formats by line, so no field holds a line end. */
interface LineReader {
  /** Names of the fields, when the format tells them without a header. */
  readonly columns?: readonly string[];
  /** SQL of all the fields of `line`, and of one of them by its position from 0. */
  readonly fieldsSql: string;
  readonly fieldSql: (index: number) => string;
  /** SQL condition of a line that can be read, and why another cannot. */
  readonly good?: { readonly sql: string; readonly message: string };
  readonly check: (line: string) => string | undefined;
  readonly splitHeader: (line: string) => readonly string[];
}

function csvReader({ columns }: CsvFormat): LineReader {
  return {
    ...(columns && { columns }),
    // A comma before the line makes every field, also an empty one, a match that is not empty.
    fieldsSql: `CASE WHEN contains(line, '"') THEN regexp_extract_all(',' || line, ',((?:[^",]|"[^"]*")*)', 1) ELSE string_split(line, ',') END`,
    fieldSql: (index) => {
      const field = `fields[${index + 1}]`;
      const unquoted = `replace(CASE WHEN ends_with(${field}, '"') THEN ${field}[2:-2] ELSE ${field}[2:] END, '""', '"')`;
      return `CASE WHEN starts_with(${field}, '"') THEN ${unquoted} WHEN ${field} <> '' THEN ${field} END`;
    },
    good: {
      sql: `(NOT contains(line, '"') OR (length(line) - length(replace(line, '"', ''))) % 2 = 0)`,
      message: unterminatedQuote,
    },
    check: (line) => (line.split('"').length % 2 === 0 ? unterminatedQuote : undefined),
    splitHeader: splitCsvLine,
  };
}

function tsvReader({ columns, delimiter }: TsvFormat): LineReader {
  const separator = delimiter ?? '\t';
  return {
    ...(columns && { columns }),
    fieldsSql: `string_split(line, ${quoteText(separator)})`,
    fieldSql: (index) => `nullif(fields[${index + 1}], '')`,
    check: () => undefined,
    splitHeader: (line) => line.split(separator),
  };
}

function regexReader({ pattern, columns }: RegexFormat): LineReader {
  const compiled = compilePattern(pattern);
  const groups = (new RegExp(`${pattern}|`).exec('')?.length ?? 1) - 1;
  const names = Array.from({ length: groups }, (_, index) => `g${index}`);
  const message = `Incorrect Regex: ${pattern} . No match found.`;
  const whole = quoteText(`^(?:${pattern})$`);
  return {
    columns: columns ?? names.map((_, index) => `column_${index + 1}`),
    fieldsSql: groups > 0 ? `regexp_extract(line, ${whole}, [${names.map(quoteText).join(', ')}])` : 'NULL',
    fieldSql: (index) => (index < groups ? `fields.g${index}` : 'NULL'),
    good: { sql: `regexp_full_match(line, ${quoteText(pattern)})`, message },
    check: (line) => (compiled?.test(line) ? undefined : message),
    splitHeader: () => [],
  };
}

const linesReader: LineReader = {
  columns: ['line'],
  fieldsSql: 'line',
  fieldSql: () => 'fields',
  check: () => undefined,
  splitHeader: () => [],
};

function lineReader(format: TextFormat): LineReader {
  switch (format.type) {
    case 'csv':
      return csvReader(format);
    case 'tsv':
      return tsvReader(format);
    case 'regex':
      return regexReader(format);
    case 'lines':
      return linesReader;
  }
}

interface TextFile {
  readonly file: InputFile;
  readonly names: readonly string[];
  readonly newline: string;
}

/** Whether a format's files begin with the names of their columns, and how many lines come before the records. */
export function textHeader(format: TextFormat): { readonly hasHeader: boolean; readonly skippedLines: number } {
  const flat = format.type === 'csv' || format.type === 'tsv' ? format : undefined;
  // With columns, hasHeaderRow alone says nothing (FlatTextInputFormat of Druid).
  const hasHeader =
    flat !== undefined && (flat.findColumnsFromHeader ?? (flat.columns?.length ? false : (flat.hasHeaderRow ?? false)));
  return { hasHeader, skippedLines: (flat?.skipHeaderRows ?? 0) + (hasHeader ? 1 : 0) };
}

/** The names of the fields, when the format tells them without a header. */
export const textColumns = (format: TextFormat): readonly string[] => lineReader(format).columns ?? [];

/** The names that stand in the header of a file, of which `text` is the beginning. */
export function headerNames(text: string, format: TextFormat): readonly string[] {
  const reader = lineReader(format);
  const skip = textHeader(format).skippedLines - 1;
  const line = text.replace(/^\uFEFF/, '').split(/\r?\n/)[skip] ?? '';
  return reader.splitHeader(line).map((name, index) => name || `column_${index + 1}`);
}

/** Plans text files: groups of the same header, line end and compression. */
export async function planText(
  format: TextFormat,
  relation: ExternalRelation,
  files: readonly InputFile[],
  strict: boolean,
): Promise<readonly PartPlan[]> {
  const reader = lineReader(format);
  const { hasHeader, skippedLines: skipped } = textHeader(format);
  const parseNumbers = 'tryParseNumbers' in format && format.tryParseNumbers === true;
  const entries = await mapConcurrently(files, 8, async (file): Promise<TextFile> => {
    const text = new TextDecoder().decode((await readHead(file, hasHeader ? HEAD_BYTES : 65_536)).bytes);
    const newline = text.includes('\r\n') ? '\\r\\n' : '\\n';
    return { file, newline, names: hasHeader ? headerNames(text, format) : (reader.columns ?? []) };
  });
  const columns = placeColumns(relation, undefined);
  const listDelimiter = ('listDelimiter' in format ? format.listDelimiter : undefined) ?? DEFAULT_LIST_DELIMITER;
  const settings = { listDelimiter: quoteText(listDelimiter), parseNumbers };
  const groups = groupFiles(entries, ({ file, names, newline }) => [
    file.compression,
    file.hasMarkedNullBytes,
    names,
    newline,
  ]);
  const plans = groups.map(async ([first, ...others]): Promise<PartPlan> => {
    const members = [first.file, ...others.map(({ file }) => file)];
    const size = await estimateSize(members, (head) => Math.max(0, countLines(head) - skipped));
    const lines = (more = ''): string =>
      `read_csv(${fileList(members)}, auto_detect = false, header = false, columns = {'line': 'VARCHAR'}, delim = '', quote = '', ` +
      `escape = '', comment = '', strict_mode = false, force_not_null = ['line'], new_line = '${first.newline}', ` +
      `skip = ${skipped}, ${compressionOption(first.file)}${more})`;
    const source = (more = ''): string =>
      first.file.hasMarkedNullBytes
        ? `(SELECT * REPLACE (replace(line, '${NULL_BYTE_MARK}', chr(0)) AS line) FROM ${lines(more)})`
        : lines(more);
    const where = reader.good ? ` WHERE ${recordFilter(reader.good.sql, strict, reader.good.message)}` : '';
    const sql = fieldsSelect(columns, first.names, reader, settings, `${source()}${where}`);
    if (!reader.good) return { files: members, sql, size, strict: true };
    const badFiles = `SELECT filename, count(*) FROM ${source(', filename = true')} WHERE NOT ${reader.good.sql} GROUP BY filename`;
    return {
      files: members,
      sql,
      size,
      strict,
      badRecords: { sql: badFiles, check: reader.check, skippedLines: skipped },
    };
  });
  return Promise.all(plans);
}

function fieldsSelect(
  columns: readonly Column[],
  names: readonly string[],
  reader: LineReader,
  settings: { readonly listDelimiter: string; readonly parseNumbers: boolean },
  source: string,
): string {
  const positions = columns.map((column) => names.lastIndexOf(column.name));
  const fields = [...new Set(positions)].filter((index) => index >= 0);
  const outer = columns.map((column, at) => {
    const index = positions[at] ?? -1;
    if (index < 0) return nullColumn(column);
    const field = quoteIdentifier(`f${index}`);
    const isLine = reader === linesReader && column.type.name === 'VARCHAR';
    const value = isLine ? field : coerceText(field, column.type, settings.listDelimiter, settings.parseNumbers);
    return selectAs(value, column.name);
  });
  if (fields.length === 0) return `SELECT ${selectList(outer)} FROM ${source}`;
  const inner = fields.map((index) => `${reader.fieldSql(index)} AS f${index}`).join(', ');
  return `SELECT ${selectList(outer)} FROM (SELECT ${inner} FROM (SELECT ${reader.fieldsSql} AS fields FROM ${source}))`;
}
