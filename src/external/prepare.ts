import { mkdir, mkdtemp, symlink } from 'node:fs/promises';
import path from 'node:path';
import { coercionMacros } from './coercion.js';
import { quoteText } from '../engine/duckdb/index.js';
import { mapConcurrently } from './concurrency.js';
import { checkWhole, engineReads, hasByteOrderMark, readHead, unpackFile } from './content.js';
import { describeFiles } from './describe.js';
import type { InputFormat } from './format-spec.js';
import { planJson } from './formats/json.js';
import { quickTextMacros } from './formats/quick-text.js';
import { planParquet } from './formats/parquet.js';
import { planText } from './formats/text.js';
import type { InputFile } from './input-file.js';
import type { PartPlan } from './part-plan.js';
import { readingPart } from './problems.js';
import type { ExternalRelation, PreparedRelation, ReadingEnvironment } from './relation.js';
import { fetchFiles } from './sources/fetch-files.js';
import { readableText, refuseUtf16 } from './text-content.js';
import { readFormat, readSource } from './validate.js';

/** Files unpacked at the same time. */
const MAX_UNPACKING = 2;

/** @param describes only the columns are wanted, for which beginnings of files are enough */
async function unpackedFile(
  file: InputFile,
  { type }: InputFormat,
  target: string,
  signal: AbortSignal,
  describes: boolean,
): Promise<InputFile> {
  const readsPacked = type !== 'parquet' && engineReads(file.compression);
  if (file.compression !== 'none' && !readsPacked) {
    const unpacked = await unpackFile(file, target, signal);
    return type === 'parquet' || type === 'json' || describes
      ? unpacked
      : readableText(unpacked, `${target}-text`, signal);
  }
  if (type === 'parquet') return file;
  if (type !== 'json') return describes ? file : readableText(file, target, signal);
  const { bytes } = await readHead(file, 3);
  refuseUtf16(file, bytes);
  return hasByteOrderMark(bytes) ? unpackFile(file, target, signal) : file;
}

/** Makes a file such that the engine can open it: unpacked where it must be, under a path that is no pattern. */
async function makeReadable(
  file: InputFile,
  format: InputFormat,
  target: string,
  signal: AbortSignal,
  describes = false,
): Promise<InputFile> {
  signal.throwIfAborted();
  if (format.type === 'avro_ocf') {
    // Loaded when it is needed, as every worker would wait for it at its start.
    const { spoolAvro } = await import('./formats/avro.js');
    return spoolAvro(file, format, target, signal);
  }
  const readable = await unpackedFile(file, format, target, signal, describes);
  if (!/[*?[\]{}\\]/.test(readable.path)) return readable;
  const link = `${target}-link`;
  await symlink(readable.path, link);
  return { ...readable, path: link };
}

/** The columns of the files as rows of their own; a part that reads no file. */
async function planDescription(format: InputFormat, files: readonly InputFile[]): Promise<readonly PartPlan[]> {
  const { columns, records, files: looked } = await describeFiles(format, files);
  if (columns.length === 0) return [];
  const rows = columns.map(({ name, type }) => `(${quoteText(name)}, ${quoteText(type)}, ${looked}, ${records})`);
  const sql = `SELECT * FROM (VALUES ${rows.join(', ')}) AS described("name", "type", "files", "records")`;
  return [{ files, sql, size: { rows: columns.length, bytes: 0 }, strict: true }];
}

async function planParts(
  format: InputFormat,
  relation: ExternalRelation,
  files: readonly InputFile[],
  { session, maxParseExceptions }: ReadingEnvironment,
): Promise<readonly PartPlan[]> {
  const strict = maxParseExceptions === 0;
  if (relation.describes && format.type !== 'parquet') return planDescription(format, files);
  switch (format.type) {
    case 'json':
      return planJson(format, relation, files, strict);
    case 'avro_ocf':
      return planJson(
        { type: 'json', flattenSpec: format.flattenSpec, assumeNewlineDelimited: true },
        relation,
        files,
        strict,
      );
    case 'parquet':
      return planParquet(format, relation, files, session);
    default:
      return planText(format, relation, files, strict);
  }
}

/**
 * Fetches external data and says how to read it: one SELECT for each group of files that can be read alike. The
 * session's temporary macros `external_…` are created; the SELECTs run on that session, as long as the spool exists.
 * @throws ExternalSpecError, ExternalReadError, EngineError
 */
export async function prepareExternal(
  relation: ExternalRelation,
  environment: ReadingEnvironment,
): Promise<PreparedRelation> {
  const source = readSource(relation.inputSource);
  const format = readFormat(relation.inputFormat);
  await mkdir(environment.spoolDirectory, { recursive: true });
  const directory = await mkdtemp(path.join(environment.spoolDirectory, 'external-'));
  const fetched = await fetchFiles(source, directory, environment);
  const files = await mapConcurrently(fetched, MAX_UNPACKING, (file, index) =>
    makeReadable(file, format, path.join(directory, `readable-${index}`), environment.signal, relation.describes),
  );
  await environment.session.run([...coercionMacros, ...quickTextMacros].join(';\n'));
  const plans = await planParts(format, relation, files, environment);
  return {
    parts: plans.map((plan) => readingPart(plan, environment.session)),
    async checkFiles() {
      // Text has been read through already.
      const packed = format.type === 'json' ? files.filter(({ compression }) => compression !== 'none') : [];
      await mapConcurrently(packed, MAX_UNPACKING, (file) => checkWhole(file, environment.signal));
    },
    totalFiles: files.length,
    totalBytes: files.reduce((total, { bytes }) => total + bytes, 0),
  };
}
