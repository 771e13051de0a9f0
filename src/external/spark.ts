/**
 * External data as Spark reads it: every record a line of text, taken apart by SQL with Druid's coercions. Files come from
 * the same sources as for DuckDB; what is not a local file is staged in the task's directory, which the executors share.
 */
import { mkdir, mkdtemp, symlink } from 'node:fs/promises';
import path from 'node:path';
import { castSql } from '../engine/spark/casts.js';
import { multiText } from '../engine/spark/multi-value.js';
import { quoteIdentifier, quoteText } from '../engine/spark/quoting.js';
import { sparkType } from '../engine/spark/types.js';
import { unsupportedError } from '../sql/errors.js';
import { isNumeric, type SqlType, VARCHAR } from '../sql/types.js';
import { hasByteOrderMark, readHead, unpackFile } from './content.js';
import { mapConcurrently } from './concurrency.js';
import { type Column, placeColumns } from './flatten.js';
import type { InputFormat, JsonFormat, TextFormat } from './format-spec.js';
import { headerNames, textColumns, textHeader } from './formats/text.js';
import type { InputFile } from './input-file.js';
import { detectLayout } from './json-layout.js';
import type { ExternalRelation, ReadingEnvironment } from './relation.js';
import { fetchFiles } from './sources/fetch-files.js';
import { readFormat, readSource } from './validate.js';

/** How Spark's message of a bad record begins; what follows is the text of the fault. */
export const PARSE_FAILURE = 'Unable to parse row ';

/** Lines of files under a name of the session, in a column `value`. */
export interface SparkLines {
  readonly name: string;
  readonly format: 'text' | 'csv';
  readonly schema: string;
  readonly paths: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** External data ready to be read by a Spark session that knows `lines` by name. */
export interface SparkExternal {
  readonly lines: readonly SparkLines[];
  /** Puts out the relation's columns by name, without unparseable records. */
  readonly sql: string;
  /** Unparseable records: `value` and `file`; undefined where there cannot be any. */
  readonly badRecordsSql?: string;
  readonly totalFiles: number;
  readonly totalBytes: number;
}

const HEAD_BYTES = 1_048_576;
const MAX_UNPACKING = 2;
/** Druid's Parsers.DEFAULT_LIST_DELIMITER. */
const DEFAULT_LIST_DELIMITER = '\u0001';

/** Spark goes by the names of files: `.gz` is unpacked, and other packings are done away with here. */
async function makeReadable(file: InputFile, format: InputFormat, target: string, signal: AbortSignal) {
  const isNamedGzip = /\.gz$/i.test(file.path);
  const isPacked = file.compression !== 'none';
  if (isPacked && !(file.compression === 'gzip' && isNamedGzip)) return unpackFile(file, target, signal);
  if (format.type === 'json' && !isPacked && hasByteOrderMark((await readHead(file, 3)).bytes)) {
    return unpackFile(file, target, signal);
  }
  const isMisnamed = !isPacked && /\.(gz|bz2|zst|lz4|snappy|deflate)$/i.test(file.path);
  // A name that begins with _ or . is passed over, and one with signs of patterns is taken for a pattern.
  if (!isMisnamed && !/[*?[\]{}\\]/.test(file.path) && !/^[._]/.test(path.basename(file.path))) return file;
  const link = isPacked ? `${target}.gz` : target;
  await symlink(file.path, link);
  return { ...file, path: link };
}

const numberText = (text: string): string => `replace(trim(${text}), ',', '')`;
const numberOf = (text: string, type: SqlType): string =>
  `transform(array(${numberText(text)}), en -> ${castSql('en', VARCHAR, type)})[0]`;

/** A member of the record: its text, and as a list of texts when it is a JSON array. */
interface Member {
  readonly text: string;
  readonly list: string;
  readonly isObject: string;
  readonly isNumber: string;
}

function coerced({ text, list, isObject, isNumber }: Member, type: SqlType): string {
  switch (type.name) {
    case 'VARCHAR':
      return `CASE WHEN ${list} IS NOT NULL THEN ${multiText(list)} ELSE ${text} END`;
    case 'ARRAY': {
      const element = type.element ?? VARCHAR;
      const convert = (value: string): string => (element.name === 'VARCHAR' ? value : numberOf(value, element));
      return `CASE WHEN ${list} IS NOT NULL THEN transform(${list}, ee -> ${convert('ee')}) WHEN ${text} IS NOT NULL THEN array(${convert(text)}) END`;
    }
    case 'COMPLEX':
      return `CASE WHEN ${list} IS NOT NULL OR ${isObject} OR ${isNumber} OR ${text} IS NULL THEN ${text} ELSE ${castSql(text, VARCHAR, type)} END`;
    default: {
      if (!isNumeric(type))
        throw unsupportedError(`External columns of type ${type.name} are not supported by the spark engine`);
      const single = `CASE WHEN ${list} IS NULL THEN ${text} WHEN array_size(${list}) = 1 THEN ${list}[0] END`;
      return numberOf(single, type);
    }
  }
}

/** `members` is a struct of structs: the roots of the columns' paths as texts, lists, objects and numbers. */
function jsonColumn({ name, type, path: steps }: Column): string {
  const [root, ...inner] = steps;
  if (root === undefined || inner.length > 0) {
    const places = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `['${step}']`)).join('');
    if (places.includes("\\'") || steps.some((step) => typeof step === 'string' && step.includes("'"))) {
      throw unsupportedError('A quote in a flattenSpec path is not supported by the spark engine');
    }
    const found = `get_json_object(value, ${quoteText(`$${places}`)})`;
    const member = {
      text: found,
      list: `CASE WHEN startswith(${found}, '[') THEN from_json(${found}, 'array<string>') END`,
      isObject: `coalesce(startswith(${found}, '{'), FALSE)`,
      isNumber: `coalesce(${found} RLIKE '^-?[0-9]', FALSE)`,
    };
    return `${coerced(member, type)} AS ${quoteIdentifier(name)}`;
  }
  const field = quoteIdentifier(String(root));
  const member = {
    text: `record.texts.${field}`,
    list: `record.lists.${field}`,
    isObject: `(record.objects.${field} IS NOT NULL)`,
    isNumber: `(record.numbers.${field} IS NOT NULL)`,
  };
  return `${coerced(member, type)} AS ${quoteIdentifier(name)}`;
}

interface Reading {
  readonly sql: string;
  readonly badRecordsSql?: string;
}

/** Leaves bad records out or, where none is accepted, fails at the first one. */
function guarded(
  good: string,
  reason: string,
  source: string,
  strict: boolean,
): { readonly where: string; readonly bad: string } {
  const failure = `raise_error(concat(${quoteText(`${PARSE_FAILURE}[`)}, left(value, 500), ${quoteText(`]: ${reason} (Path: `)}, input_file_name(), ')'))`;
  const isBlank = `trim(value) = ''`;
  return {
    where: strict
      ? `NOT (${isBlank}) AND CASE WHEN ${good} THEN TRUE ELSE ${failure} IS NOT NULL END`
      : `NOT (${isBlank}) AND ${good}`,
    bad: `SELECT left(value, 500) AS value, input_file_name() AS file FROM ${source} WHERE NOT (${isBlank}) AND NOT coalesce(${good}, FALSE)`,
  };
}

function readJson(format: JsonFormat, relation: ExternalRelation, source: string, strict: boolean): Reading {
  const columns = placeColumns(relation, format.flattenSpec);
  const roots = [...new Set(columns.flatMap(({ path: steps }) => (steps.length === 1 ? [String(steps[0])] : [])))];
  const struct = (type: string): string =>
    roots.length === 0
      ? 'CAST(NULL AS STRUCT<none: STRING>)'
      : `from_json(value, ${quoteText(roots.map((root) => `${quoteIdentifier(root)} ${type}`).join(', '))})`;
  const hasJson = columns.some(({ type }) => type.name === 'COMPLEX');
  // What no line looks like need not be parsed for once more.
  const onlyIf = (pattern: string, sql: string): string =>
    `CASE WHEN value RLIKE ${quoteText(pattern)} THEN ${sql} END`;
  const parts = [
    `'texts', ${struct('STRING')}`,
    `'lists', ${onlyIf(':\\s*\\[', struct('ARRAY<STRING>'))}`,
    ...(hasJson
      ? [
          `'objects', ${onlyIf(':\\s*\\{', struct('MAP<STRING, STRING>'))}`,
          `'numbers', ${onlyIf(':\\s*-?[0-9]', struct('DOUBLE'))}`,
        ]
      : []),
  ];
  const good = `(startswith(ltrim(value), '{') AND coalesce(json_array_length(concat('[', value, ']')) = 1, FALSE))`;
  const { where, bad } = guarded(good, 'Unable to parse JSON', source, strict);
  const list = columns.map(jsonColumn).join(', ') || '1';
  return {
    // The record passes through a generator, past which the optimizer does not copy the parsing to each use.
    sql: `SELECT ${list} FROM (SELECT value, explode(array(named_struct(${parts.join(', ')}))) AS record FROM ${source} WHERE ${where})`,
    badRecordsSql: bad,
  };
}

/** How a line is taken apart. */
function fieldsOf(format: TextFormat): {
  readonly fields: string;
  readonly field: (index: number) => string;
  readonly good?: string;
} {
  switch (format.type) {
    case 'csv':
      return {
        fields: `CASE WHEN contains(value, '"') THEN regexp_extract_all(concat(',', value), ${quoteText(',([^",]*+(?:"[^"]*+"[^",]*+)*+)')}, 1) ELSE split(value, ',', -1) END`,
        field: (index) => {
          const field = `fields[${index}]`;
          const inner = `substr(${field}, 2, CASE WHEN endswith(${field}, '"') THEN length(${field}) - 2 ELSE length(${field}) - 1 END)`;
          return `CASE WHEN startswith(${field}, '"') THEN replace(${inner}, '""', '"') WHEN ${field} <> '' THEN ${field} END`;
        },
        good: `(length(value) - length(replace(value, '"', ''))) % 2 = 0`,
      };
    case 'tsv':
      return {
        fields: `split(value, ${quoteText(`\\Q${format.delimiter ?? '\t'}\\E`)}, -1)`,
        field: (index) => `nullif(fields[${index}], '')`,
      };
    case 'regex': {
      const pattern = quoteText(`^(?:${format.pattern})\\z`);
      return {
        fields: 'value',
        field: (index) => `regexp_extract(fields, ${pattern}, ${index + 1})`,
        good: `value RLIKE ${pattern}`,
      };
    }
    case 'lines':
      return { fields: 'value', field: () => 'fields' };
  }
}

function textValue(value: string, type: SqlType, delimiter: string): string {
  const list = `split(${value}, ${quoteText(`\\Q${delimiter}\\E`)}, -1)`;
  switch (type.name) {
    case 'VARCHAR':
      return `CASE WHEN contains(${value}, ${quoteText(delimiter)}) THEN ${multiText(list)} ELSE ${value} END`;
    case 'ARRAY': {
      const element = type.element ?? VARCHAR;
      return element.name === 'VARCHAR' ? list : `transform(${list}, te -> ${numberOf('te', element)})`;
    }
    default:
      if (isNumeric(type)) return numberOf(value, type);
      throw unsupportedError(`External columns of type ${type.name} are not supported by the spark engine`);
  }
}

function readText(
  format: TextFormat,
  relation: ExternalRelation,
  names: readonly string[],
  source: string,
  strict: boolean,
): Reading {
  if ('tryParseNumbers' in format && format.tryParseNumbers) {
    throw unsupportedError('tryParseNumbers is not supported by the spark engine');
  }
  const { fields, field, good } = fieldsOf(format);
  const delimiter = ('listDelimiter' in format ? format.listDelimiter : undefined) ?? DEFAULT_LIST_DELIMITER;
  const columns = placeColumns(relation, undefined);
  const positions = columns.map(({ name }) => names.lastIndexOf(name));
  const inner = [...new Set(positions)].filter((index) => index >= 0).map((index) => `${field(index)} AS f${index}`);
  const outer = columns.map(({ name, type }, at) => {
    const index = positions[at] ?? -1;
    const value = index < 0 ? `CAST(NULL AS ${sparkType(type)})` : textValue(`f${index}`, type, delimiter);
    return `${value} AS ${quoteIdentifier(name)}`;
  });
  const { where, bad } = guarded(good ?? 'TRUE', 'the line does not fit the format', source, strict);
  const taken = `SELECT ${fields} AS fields FROM ${source} WHERE ${where}`;
  return {
    sql: `SELECT ${outer.join(', ') || '1'} FROM (SELECT ${inner.join(', ') || '1'} FROM (${taken}))`,
    ...(good !== undefined && { badRecordsSql: bad }),
  };
}

/** Lines of a text file without its first one. Spark skips a header in its CSV reader only, for which a line is one field. */
const withoutHeader = {
  header: 'true',
  sep: '\u0001',
  quote: '',
  escape: '',
  enforceSchema: 'true',
  nullValue: '\u0002',
  emptyValue: '',
};

/**
 * Lists external files, stages those that executors cannot read where they are, and says how to read them.
 * @throws ExternalSpecError, ExternalReadError; SqlError `unsupported` for what only DuckDB reads
 */
export async function prepareSparkExternal(
  name: string,
  relation: ExternalRelation,
  environment: Omit<ReadingEnvironment, 'session'>,
): Promise<SparkExternal> {
  const format = readFormat(relation.inputFormat);
  if (format.type === 'parquet' || format.type === 'avro_ocf') {
    throw unsupportedError(`Input format [${format.type}] is not supported by the spark engine`);
  }
  await mkdir(environment.spoolDirectory, { recursive: true });
  const directory = await mkdtemp(path.join(environment.spoolDirectory, 'external-'));
  const fetched = await fetchFiles(readSource(relation.inputSource), directory, environment);
  const files = await mapConcurrently(fetched, MAX_UNPACKING, (file, index) =>
    makeReadable(file, format, path.join(directory, `readable-${index}`), environment.signal),
  );
  const strict = environment.maxParseExceptions === 0;
  const heads = await mapConcurrently(files, 8, async (file) => {
    const { bytes, whole } = await readHead(file, format.type === 'json' ? 65_536 : HEAD_BYTES);
    return { file, text: new TextDecoder().decode(bytes), whole };
  });
  const groups = new Map<string, { readonly names: readonly string[]; readonly paths: string[] }>();
  const header = format.type === 'json' ? undefined : textHeader(format);
  for (const { file, text, whole } of heads) {
    if (format.type === 'json' && !format.assumeNewlineDelimited && detectLayout(text, whole) !== 'lines') {
      throw unsupportedError(
        `JSON that is not one record a line is not supported by the spark engine (Path: ${file.source})`,
      );
    }
    const names = format.type === 'json' ? [] : header?.hasHeader ? headerNames(text, format) : textColumns(format);
    const key = JSON.stringify(names);
    const group = groups.get(key) ?? { names, paths: [] };
    group.paths.push(file.path);
    groups.set(key, group);
  }
  const lines: SparkLines[] = [];
  const readings = [...groups.values()].map(({ names, paths }, index) => {
    const view = `${name}_f${index + 1}`;
    const skip = header?.skippedLines ?? 0;
    if (skip > 1) throw unsupportedError('skipHeaderRows is not supported by the spark engine');
    lines.push({
      name: view,
      format: skip === 1 ? 'csv' : 'text',
      schema: 'value STRING',
      paths,
      options: skip === 1 ? withoutHeader : {},
    });
    return format.type === 'json'
      ? readJson(format, relation, view, strict)
      : readText(format, relation, names, view, strict);
  });
  const bad = readings.flatMap(({ badRecordsSql }) => badRecordsSql ?? []);
  return {
    lines,
    sql: readings.length > 0 ? readings.map(({ sql }) => sql).join('\nUNION ALL ') : nothing(relation),
    ...(bad.length > 0 && { badRecordsSql: bad.join('\nUNION ALL ') }),
    totalFiles: files.length,
    totalBytes: files.reduce((total, { bytes }) => total + bytes, 0),
  };
}

function nothing(relation: ExternalRelation): string {
  const types = new Map(relation.signature.map((column) => [column.name, column.type]));
  const nulls = relation.columns.map(
    (column) => `CAST(NULL AS ${sparkType(types.get(column) ?? VARCHAR)}) AS ${quoteIdentifier(column)}`,
  );
  return `SELECT ${nulls.join(', ') || '1'} WHERE FALSE`;
}
