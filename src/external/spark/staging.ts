/** Files that Spark cannot read as they are, written anew where the executors find them. */
import { createWriteStream } from 'node:fs';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { hasByteOrderMark, openContent, readHead, unpackFile } from '../content.js';
import type { InputFormat } from '../format-spec.js';
import type { InputFile } from '../input-file.js';
import { detectLayout, type JsonLayout } from '../json-layout.js';

/** Bytes that tell how the objects of a JSON file stand. */
const HEAD_BYTES = 65_536;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const lineEnd = Buffer.from('\n');

/**
 * The objects of a JSON text, one a line. Between tokens a line end is but space, and inside of a text there is none: so
 * line ends become spaces, and what separates the outermost objects a line end. Works on bytes, as all signs that matter
 * are ASCII, of which UTF-8 makes no part of another sign.
 */
export async function* jsonLines(
  content: AsyncIterable<Uint8Array>,
  layout: Exclude<JsonLayout, 'lines'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const outermost = layout === 'array' ? 1 : 0;
  let depth = 0;
  let inText = false;
  let isEscaped = false;
  for await (const chunk of content) {
    const signs = Buffer.from(chunk);
    const parts: Buffer[] = [];
    let from = 0;
    for (let index = 0; index < signs.length; index += 1) {
      const sign = signs[index];
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (sign === BACKSLASH) isEscaped = true;
        else if (sign === QUOTE) inText = false;
      } else if (sign === QUOTE) inText = true;
      else if (sign === NEWLINE || sign === RETURN) signs[index] = SPACE;
      else if (sign === OPEN || sign === OPEN_LIST) {
        if (depth < outermost) signs[index] = SPACE;
        depth += 1;
      } else if (sign === CLOSE || sign === CLOSE_LIST) {
        depth -= 1;
        if (depth < outermost) signs[index] = SPACE;
        else if (depth === 0) {
          parts.push(signs.subarray(from, index + 1), lineEnd);
          from = index + 1;
        }
      } else if (sign === COMMA && depth === outermost) signs[index] = outermost === 1 ? NEWLINE : COMMA;
    }
    yield Buffer.concat([...parts, signs.subarray(from)]);
  }
}

/** A text without its first lines. */
export async function* withoutLines(
  content: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = count;
  for await (const chunk of content) {
    let from = 0;
    while (left > 0) {
      const end = chunk.indexOf(NEWLINE, from);
      if (end < 0) break;
      from = end + 1;
      left -= 1;
    }
    if (left === 0) yield chunk.subarray(from);
  }
}

async function writeContent(
  file: InputFile,
  content: AsyncIterable<Uint8Array>,
  target: string,
  signal: AbortSignal,
): Promise<InputFile> {
  await pipeline(content, createWriteStream(target), { signal });
  return { ...file, path: target, compression: 'none' };
}

/** Whether Spark, which goes by the names of files, unpacks one by itself. */
const unpacksItself = (name: string, { compression }: InputFile, format: InputFormat): boolean =>
  compression === 'gzip' && format.type !== 'parquet' && /\.gz$/i.test(name);

/** Whether Spark would take a file, by its name, for a packed one. */
const isMisnamed = (name: string, { compression }: InputFile): boolean =>
  compression === 'none' && /\.(gz|bz2|zst|lz4|snappy|deflate)$/i.test(name);

/** Whether a JSON file begins with a byte order mark, over which Spark stumbles. */
const isMarked = async (file: InputFile, format: InputFormat): Promise<boolean> =>
  format.type === 'json' && file.compression === 'none' && hasByteOrderMark((await readHead(file, 3)).bytes);

export async function layoutOf(file: InputFile, format: InputFormat): Promise<JsonLayout> {
  if (format.type !== 'json' || format.assumeNewlineDelimited === true) return 'lines';
  const { bytes, whole } = await readHead(file, HEAD_BYTES);
  return detectLayout(new TextDecoder().decode(bytes), whole);
}

/** A file whose content and name Spark takes for what they are. */
async function unpacked(file: InputFile, format: InputFormat, target: string, signal: AbortSignal): Promise<InputFile> {
  const isPacked = file.compression !== 'none';
  if (isPacked ? !unpacksItself(file.path, file, format) : await isMarked(file, format)) {
    return unpackFile(file, target, signal);
  }
  // A name that begins with _ or . is passed over.
  if (!/^[._]/.test(path.basename(file.path)) && !isMisnamed(file.path, file)) return file;
  const link = isPacked ? `${target}.gz` : target;
  await symlink(file.path, link);
  return { ...file, path: link };
}

/** A path such that Spark does not take it for a pattern. */
export const sparkPath = (path: string): string => path.replace(/[*?[\]{}\\]/g, String.raw`\$&`);

/** Whether a URI means the same to Hadoop and Spark as to S3, and is neither a pattern nor passed over. */
export function isPlainUri(uri: string): boolean {
  const place = uri.replace(/^\w+:\/\//, '');
  return sparkPath(place) === place && !/\/\.{0,2}\/|\/[._][^/]*$/.test(place);
}

/**
 * Whether Spark can read a file as it is, where it is, of which only the beginning lies here.
 * @param skippedLines lines before the records that Spark cannot skip
 */
export async function isReadableInPlace(file: InputFile, format: InputFormat, skippedLines: number): Promise<boolean> {
  const { remotePath = file.path, compression } = file;
  if (format.type === 'avro_ocf' || skippedLines > 0 || isMisnamed(remotePath, file)) return false;
  if (compression === 'none' ? await isMarked(file, format) : !unpacksItself(remotePath, file, format)) return false;
  return (await layoutOf(file, format)) === 'lines';
}

/**
 * A file as Spark can read it: objects one a line, without the lines to be skipped, unpacked unless Spark does it.
 * @param target a path for the file when it is written anew
 * @param skippedLines lines before the records that Spark cannot skip
 */
export async function makeReadable(
  file: InputFile,
  format: InputFormat,
  target: string,
  signal: AbortSignal,
  skippedLines: number,
): Promise<InputFile> {
  if (format.type === 'avro_ocf') {
    // Loaded when it is needed, as every worker would wait for it at its start.
    const { spoolAvro } = await import('../formats/avro.js');
    return spoolAvro(file, format, target, signal);
  }
  if (skippedLines > 0) return writeContent(file, withoutLines(openContent(file), skippedLines), target, signal);
  const readable = await unpacked(file, format, target, signal);
  const layout = await layoutOf(readable, format);
  if (layout === 'lines') return readable;
  return writeContent(file, jsonLines(openContent(readable), layout), `${target}.lines`, signal);
}
