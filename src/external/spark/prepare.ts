/**
 * External data as Spark reads it: every record a line of text, taken apart by SQL with Druid's coercions, or a row of a
 * Parquet file. Files come from the same sources as for DuckDB; what is not a local file, or no file that Spark can read,
 * is staged in the task's directory, which the executors share.
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import type { SparkSession } from '../../engine/spark/index.js';
import { mapConcurrently } from '../concurrency.js';
import { readHead } from '../content.js';
import { describeFiles } from '../describe.js';
import { headerNames, textColumns, textHeader } from '../formats/text.js';
import type { InputFormat, JsonFormat, TextFormat } from '../format-spec.js';
import type { InputFile } from '../input-file.js';
import type { ExternalRelation, ReadingEnvironment } from '../relation.js';
import { fetchFiles, type RemoteReading } from '../sources/fetch-files.js';
import { readFormat, readSource } from '../validate.js';
import { describeParquet, describeRecords } from './describe.js';
import { hdfsReading } from './hdfs.js';
import { readJson } from './json.js';
import { readParquet } from './parquet.js';
import { nullColumn, type Reading } from './reading.js';
import { isPlainUri, isReadableInPlace, makeReadable, sparkPath } from './staging.js';
import { readText } from './text.js';
import { VARCHAR } from '../../sql/types.js';
import { hadoopUri } from '../../transfer/index.js';

/** External data ready to be read by a Spark session. */
export interface SparkExternal {
  /** Puts out the relation's columns by name, without unparseable records. */
  readonly sql: string;
  /** Unparseable records: `value` and `file`; undefined where there cannot be any. */
  readonly badRecordsSql?: string;
  /** How many records there are. */
  readonly rowsSql: string;
  readonly totalFiles: number;
  readonly totalBytes: number;
}

/** What reading on Spark needs around it. */
export interface SparkReadingEnvironment extends Omit<ReadingEnvironment, 'session'> {
  readonly session: Pick<SparkSession, 'createView' | 'rows'>;
  /** Options by which Spark reads remote files, of its file system. */
  readonly fileSystem: Readonly<Record<string, string>>;
  /** Whether the executors can read what lies where this object does, an `s3a:` URI. */
  canRead(uri: string): Promise<boolean>;
}

const HEAD_BYTES = 1_048_576;
const MAX_UNPACKING = 2;
/** Bytes of a remote file's beginning, more than are looked at, as packed data are seldom longer than what they hold. */
const REMOTE_HEAD_BYTES = 2 * HEAD_BYTES;

/** Files that are read alike. */
interface FileGroup {
  readonly names: readonly string[];
  readonly newline: string;
  readonly paths: string[];
}

/**
 * Lines of a text file without its first one. Spark skips a header in its CSV reader only, for which a line is one field:
 * the separator is a sign that no text has.
 */
const withoutHeader = {
  header: 'true',
  sep: '\uFFFF',
  quote: '',
  escape: '',
  enforceSchema: 'true',
  nullValue: '\uFFFF\u0001',
  emptyValue: '',
};

const placeOf = ({ path: here, remotePath }: InputFile): string => remotePath ?? here;

async function groupFiles(format: TextFormat | JsonFormat, files: readonly InputFile[]): Promise<readonly FileGroup[]> {
  const header = format.type === 'json' ? undefined : textHeader(format);
  const heads = await mapConcurrently(files, 8, async (file) => {
    const { bytes } = await readHead(file, header?.hasHeader ? HEAD_BYTES : 65_536);
    return { file, text: new TextDecoder().decode(bytes) };
  });
  const groups = new Map<string, FileGroup>();
  for (const { file, text } of heads) {
    const known = format.type === 'json' ? [] : textColumns(format);
    // Lines that were to be skipped, but for the header, are gone already.
    const names = format.type !== 'json' && header?.hasHeader ? headerNames(text, { ...format, ...onlyHeader }) : known;
    const newline = text.includes('\r\n') ? '\r\n' : '\n';
    const key = JSON.stringify([names, newline]);
    const group = groups.get(key) ?? { names, newline, paths: [] };
    group.paths.push(sparkPath(placeOf(file)));
    groups.set(key, group);
  }
  return [...groups.values()];
}

const onlyHeader = { skipHeaderRows: 0 };

async function readLines(
  name: string,
  format: TextFormat | JsonFormat,
  relation: ExternalRelation,
  files: readonly InputFile[],
  environment: SparkReadingEnvironment,
): Promise<readonly Reading[]> {
  const strict = environment.maxParseExceptions === 0;
  const hasHeader = format.type !== 'json' && textHeader(format).hasHeader;
  const readings: Reading[] = [];
  for (const [index, { names, newline, paths }] of (await groupFiles(format, files)).entries()) {
    const view = `${name}_f${index + 1}`;
    await environment.session.createView({
      name: view,
      format: hasHeader ? 'csv' : 'text',
      schema: 'value STRING',
      paths,
      options: { ...environment.fileSystem, lineSep: newline, ...(hasHeader && withoutHeader) },
    });
    readings.push(
      format.type === 'json'
        ? readJson(format, relation, view, strict)
        : readText(format, relation, names, view, strict),
    );
  }
  return readings;
}

/** Names Parquet files as a view; answers Spark's types of their columns, by name. */
async function createParquetView(
  view: string,
  files: readonly InputFile[],
  { session, fileSystem }: SparkReadingEnvironment,
): Promise<ReadonlyMap<string, string>> {
  const options = { ...fileSystem, mergeSchema: 'true' };
  await session.createView({
    name: view,
    format: 'parquet',
    paths: files.map((file) => sparkPath(placeOf(file))),
    options,
  });
  const described = await session.rows(`DESCRIBE ${view}`);
  return new Map(described.map(([column, type]) => [String(column), String(type)]));
}

async function readFiles(
  name: string,
  format: InputFormat,
  relation: ExternalRelation,
  files: readonly InputFile[],
  environment: SparkReadingEnvironment,
): Promise<readonly Reading[]> {
  switch (format.type) {
    case 'parquet': {
      if (files.length === 0) return [];
      const view = `${name}_f1`;
      const stored = await createParquetView(view, files, environment);
      return [relation.describes ? describeParquet(stored, files.length) : readParquet(format, relation, view, stored)];
    }
    case 'avro_ocf':
      return readLines(name, { type: 'json', flattenSpec: format.flattenSpec }, relation, files, environment);
    default:
      return readLines(name, format, relation, files, environment);
  }
}

/** How many lines Spark cannot skip: it skips the first one only. */
function linesToCut(format: InputFormat): number {
  if (format.type === 'json' || format.type === 'parquet' || format.type === 'avro_ocf') return 0;
  const { hasHeader, skippedLines } = textHeader(format);
  return hasHeader ? skippedLines - 1 : skippedLines;
}

/**
 * Lists external files, stages those that executors cannot read where they are, and says how to read them.
 * @throws ExternalSpecError, ExternalReadError; SqlError `unsupported` for what only DuckDB reads
 */
export async function prepareSparkExternal(
  name: string,
  relation: ExternalRelation,
  environment: SparkReadingEnvironment,
): Promise<SparkExternal> {
  const format = readFormat(relation.inputFormat);
  await mkdir(environment.spoolDirectory, { recursive: true });
  const directory = await mkdtemp(path.join(environment.spoolDirectory, 'external-'));
  const cut = linesToCut(format);
  const remote: RemoteReading = {
    hdfs: hdfsReading(name, format, cut, relation.describes === true, environment),
    headBytes: REMOTE_HEAD_BYTES,
    async pathOf(object) {
      const uri = hadoopUri(object);
      return object.isUsual && isPlainUri(uri) && (await environment.canRead(uri)) ? uri : undefined;
    },
    isReadable: (head) => isReadableInPlace(head, format, cut),
  };
  const fetched = await fetchFiles(readSource(relation.inputSource), directory, environment, remote);
  const files = await mapConcurrently(fetched, MAX_UNPACKING, async (file, index) =>
    file.remotePath === undefined
      ? makeReadable(file, format, path.join(directory, `readable-${index}`), environment.signal, cut)
      : file,
  );
  const readings =
    relation.describes && format.type !== 'parquet'
      ? describeRecords(await describeFiles(format, files))
      : await readFiles(name, format, relation, files, environment);
  const bad = readings.flatMap(({ badRecordsSql }) => badRecordsSql ?? []);
  return {
    sql: readings.length > 0 ? readings.map(({ sql }) => sql).join('\nUNION ALL ') : nothing(relation),
    ...(bad.length > 0 && { badRecordsSql: bad.join('\nUNION ALL ') }),
    rowsSql: `SELECT ${readings.map(({ rowsSql }) => `(${rowsSql})`).join(' + ') || '0'}`,
    totalFiles: files.length,
    totalBytes: files.reduce((total, { bytes }) => total + bytes, 0),
  };
}

function nothing(relation: ExternalRelation): string {
  const types = new Map(relation.signature.map((column) => [column.name, column.type]));
  const nulls = relation.columns.map((name) => nullColumn({ name, type: types.get(name) ?? VARCHAR }));
  return `SELECT ${nulls.join(', ') || '1'} WHERE FALSE`;
}
