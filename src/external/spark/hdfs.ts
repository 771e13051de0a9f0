/** HDFS as a Spark session reaches it, by the cluster's own configuration and identity. */
import { writeFile } from 'node:fs/promises';
import { decodedUri, type FileView, type SparkSession } from '../../engine/spark/index.js';
import { ExternalReadError } from '../errors.js';
import type { InputFormat } from '../format-spec.js';
import type { InputFile } from '../input-file.js';
import type { HdfsFile, HdfsReading } from '../sources/hdfs.js';
import { isOfFiles } from './failures.js';
import { FirstLines } from './first-lines.js';
import { layoutOf, sparkPath } from './staging.js';

/** Records, or parts of them, that are looked at of a file, and characters of each. */
const HEAD_RECORDS = 1_000;
const RECORD_CHARACTERS = 65_536;
const HEAD_CHARACTERS = 1_048_576;

/** Bytes of a file that is read whole for its first line. */
const SMALL_BYTES = 1_048_576;
/** Files whose columns are told, taken from all at even distances. */
const DESCRIBED_FILES = 64;

/** What Druid unpacks by its name and Hadoop does not. */
const PACKED_OTHERWISE = /\.(zip|xz|sz)$/i;

/** Work on a path, whose failures name it. */
async function reaching<T>(doing: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isOfFiles(error)) throw error;
    throw new ExternalReadError(`${doing} [${path}] failed: ${error.message}`, { cause: error });
  }
}

const isPattern = (path: string): boolean => /[*?[{]/.test(path);

const isMissing = (error: unknown): boolean => isOfFiles(error) && error.message.includes('PATH_NOT_FOUND');

/** Why Spark cannot read a file of this name as a format. */
function obstacle(uri: string, format: InputFormat, skippedLines: number): string | undefined {
  if (format.type === 'avro_ocf') return 'Avro is not read from HDFS';
  if (format.type !== 'parquet' && PACKED_OTHERWISE.test(uri)) return 'the cluster does not unpack files of this name';
  return skippedLines > 0 ? 'lines before the records, but for one, are not skipped in files on HDFS' : undefined;
}

/**
 * The beginning of a text. A line may be as long as the file where JSON is not a record a line, so JSON is read by its
 * closing braces.
 */
function headOf(pieces: readonly string[], separator: string): string {
  const isWhole = pieces.length < HEAD_RECORDS;
  const text = pieces.join(separator).slice(0, HEAD_CHARACTERS);
  const end = text.lastIndexOf('\n');
  return isWhole || end < 0 ? text : text.slice(0, end + 1);
}

/** Some of many files. */
function sampleOf(files: readonly HdfsFile[]): readonly HdfsFile[] {
  const step = Math.ceil(files.length / DESCRIBED_FILES);
  return files.filter((_, index) => index % step === 0);
}

/**
 * @param name of the relation, under which its views stand in the session
 * @param skippedLines lines before the records that Spark cannot skip
 * @param describes records of some files are wanted for the columns that they have, not all files
 */
export function hdfsReading(
  name: string,
  format: InputFormat,
  skippedLines: number,
  describes: boolean,
  environment: {
    readonly session: Pick<SparkSession, 'createView' | 'rows'>;
    readonly fileSystem: Readonly<Record<string, string>>;
  },
): HdfsReading {
  const { session, fileSystem } = environment;
  let views = 0;
  const rowsOf = async (view: Omit<FileView, 'name'>, select: (from: string) => string): Promise<unknown[][]> => {
    views += 1;
    const named = { ...view, name: `${name}_h${views}`, options: { ...fileSystem, ...view.options } };
    await session.createView(named);
    return session.rows(select(named.name));
  };
  const firstLines = new FirstLines(async (uris) => {
    const lines = { format: 'text', schema: 'value STRING', options: { lineSep: '\n' } } as const;
    const isWanted = format.type === 'json' ? `trim(value) <> ''` : 'TRUE';
    const numbered = 'input_file_name() AS file, value, monotonically_increasing_id() AS line';
    const rows = await rowsOf(
      { ...lines, paths: uris.map(sparkPath) },
      (from) =>
        `SELECT file, left(min_by(value, line), ${RECORD_CHARACTERS}) FROM (SELECT ${numbered} FROM ${from} WHERE ${isWanted}) GROUP BY file`,
    );
    return new Map(rows.map(([file, line]) => [decodedUri(String(file)), `${String(line)}\n`]));
  });
  const headText = async (uri: string): Promise<string> => {
    const lineSep = format.type === 'json' ? '}' : '\n';
    const view = { format: 'text', schema: 'value STRING', paths: [sparkPath(uri)], options: { lineSep } } as const;
    const rows = await rowsOf(
      view,
      (from) => `SELECT left(value, ${RECORD_CHARACTERS}) FROM ${from} LIMIT ${HEAD_RECORDS}`,
    );
    return headOf(
      rows.map(([value]) => String(value)),
      lineSep,
    );
  };
  return {
    list: (path) =>
      reaching('Listing', path, async () => {
        const view = { format: 'binaryFile', paths: [path], options: { recursiveFileLookup: 'true' } } as const;
        try {
          const rows = await rowsOf(view, (from) => `SELECT path, length FROM ${from} WHERE length > 0 ORDER BY path`);
          const files = rows.map(([uri, bytes]) => ({ uri: String(uri), bytes: Number(bytes) }));
          if (describes) return sampleOf(files);
          for (const { uri, bytes } of files) if (bytes <= SMALL_BYTES) firstLines.add(uri);
          return files;
        } catch (error) {
          if (!isMissing(error)) throw error;
          if (isPattern(path)) return [];
          throw new ExternalReadError(`Path [${path}] does not exist`, { cause: error });
        }
      }),
    async open({ uri, bytes }: HdfsFile, spooled: string): Promise<InputFile> {
      const refuse = (reason: string): never => {
        throw new ExternalReadError(`Cannot read [${uri}]: ${reason}`);
      };
      const reason = obstacle(uri, format, skippedLines);
      if (reason !== undefined) refuse(reason);
      // The beginning is unpacked already.
      const file: InputFile = { source: uri, path: spooled, bytes, compression: 'none', remotePath: uri };
      if (format.type === 'parquet') return file;
      const firstLine = await firstLines.of(uri);
      if (firstLine !== undefined) {
        await writeFile(spooled, firstLine);
        // A first line that is no object may be but a bad one.
        if ((await layoutOf(file, format)) === 'lines') return file;
      }
      await writeFile(spooled, await reaching('Reading', uri, () => headText(uri)));
      if ((await layoutOf(file, format)) !== 'lines') refuse('JSON on HDFS must have one object a line');
      return file;
    },
  };
}
