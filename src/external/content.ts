import { createReadStream, createWriteStream } from 'node:fs';
import { PassThrough, Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import unbzip2Stream from 'unbzip2-stream';
import xz from 'xz-decompress';
import { open as openZip, type Entry, type ZipFile } from 'yauzl';
import { ExternalDataError } from './errors.js';
import type { Compression, InputFile } from './input-file.js';

/** Bytes that are read at once. */
const CHUNK_BYTES = 262_144;

/** Bytes that are unpacked at once: few enough for the allocator to use the same memory again. */
const UNPACKED_BYTES = 98_304;

function unzstd(): Transform {
  const decompress = new Decompress();
  return new Transform({
    construct(callback) {
      decompress.ondata = (chunk) => void this.push(chunk);
      callback();
    },
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      try {
        decompress.push(chunk);
        callback();
      } catch (error) {
        callback(error instanceof Error ? error : new Error(String(error)));
      }
    },
    flush(callback: TransformCallback) {
      try {
        // Only what is called the last chunk may be found to come too early.
        decompress.push(new Uint8Array(0), true);
        callback();
      } catch (error) {
        callback(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

/** The first file inside a zip, as Druid reads it. */
async function* unzip(file: InputFile): AsyncGenerator<Buffer, void, undefined> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    openZip(file.path, { lazyEntries: true, autoClose: false }, (error, opened) => {
      if (error) reject(error);
      else resolve(opened);
    });
  });
  try {
    const entry = await new Promise<Entry>((resolve, reject) => {
      zip.on('entry', (next: Entry) => {
        if (next.fileName.endsWith('/')) zip.readEntry();
        else resolve(next);
      });
      zip.once('end', () => {
        reject(new ExternalDataError(`Zip file [${file.source}] holds no file`));
      });
      zip.once('error', reject);
      zip.readEntry();
    });
    const content = await new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) reject(error);
        else resolve(stream);
      });
    });
    for await (const chunk of content) yield chunk as Buffer;
  } finally {
    zip.close();
  }
}

/** Forwards the errors of a source to the stream that it is piped into. */
function through<T extends NodeJS.ReadWriteStream>(source: Readable, target: T): T {
  source.on('error', (error) => target.emit('error', error));
  return source.pipe(target);
}

/** The library's streams are of the oldest kind, without an iterator and not to be destroyed. */
function unbzip2(raw: Readable): Readable {
  const content = new PassThrough();
  const fail = (error: Error): void => void content.destroy(error);
  raw.on('error', fail).pipe(unbzip2Stream()).on('error', fail).pipe(content);
  return content.once('close', () => raw.destroy());
}

/** The decompressed content of a file as a stream of bytes. */
export function openContent(file: InputFile): AsyncIterable<Uint8Array> {
  if (file.compression === 'zip') return unzip(file);
  const raw = createReadStream(file.path, { highWaterMark: CHUNK_BYTES });
  switch (file.compression) {
    case 'none':
      return raw;
    case 'gzip':
      return through(raw, createGunzip({ chunkSize: UNPACKED_BYTES }));
    case 'zstd':
      return through(raw, unzstd());
    case 'bzip2':
      return unbzip2(raw);
    case 'xz':
      return Readable.fromWeb(
        new xz.XzReadableStream(Readable.toWeb(raw) as ReadableStream<Uint8Array>) as Parameters<
          typeof Readable.fromWeb
        >[0],
      );
  }
}

/** At most `limit` bytes of a file's decompressed beginning, and whether that is all of it. */
export async function readHead(
  file: InputFile,
  limit: number,
): Promise<{ readonly bytes: Buffer; readonly whole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of openContent(file)) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) return { bytes: Buffer.concat(chunks).subarray(0, limit), whole: size === limit };
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  return { bytes: Buffer.concat(chunks), whole: true };
}

/** What the libraries say of a damaged file is in most cases about themselves. */
const reasonOf = ({ compression }: InputFile, error: unknown): string => {
  if (compression === 'bzip2' || compression === 'xz') return 'the file is cut off or damaged';
  return error instanceof Error ? error.message : String(error);
};

/** Why a file's content could not be read, naming the file. */
export function unreadable(file: InputFile, error: unknown): Error {
  if (error instanceof ExternalDataError) return error;
  const reason = reasonOf(file, error);
  return new ExternalDataError(`Cannot read [${file.source}] (${file.compression}): ${reason}`, { cause: error });
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Whether the content begins with the byte order mark of UTF-8. */
export const hasByteOrderMark = (head: Buffer): boolean => head.subarray(0, 3).equals(byteOrderMark);

async function* withoutByteOrderMark(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let held: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of content) {
    if (!held) {
      yield chunk;
      continue;
    }
    held = Buffer.concat([held, chunk]);
    if (held.length < 3) continue;
    yield hasByteOrderMark(held) ? held.subarray(3) : held;
    held = undefined;
  }
  if (held && held.length > 0) yield held;
}

/**
 * Writes the decompressed content of a file, without a byte order mark, to `target`.
 * @throws ExternalDataError when the file is damaged
 */
export async function unpackFile(file: InputFile, target: string, signal: AbortSignal): Promise<InputFile> {
  try {
    await pipeline(withoutByteOrderMark(openContent(file)), createWriteStream(target), { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreadable(file, error);
  }
  return { ...file, path: target, compression: 'none' };
}

/**
 * Reads a packed file to its end. The engine takes the end of a file that is cut off for the end of its content, and
 * looks at no checksum.
 * @throws ExternalDataError when the file is cut off or damaged
 */
export async function checkWhole(file: InputFile, signal: AbortSignal): Promise<void> {
  try {
    for await (const chunk of openContent(file)) if (chunk.length > 0) signal.throwIfAborted();
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreadable(file, error);
  }
}

/** Compressions that the engine reads by itself. */
export const engineReads = (compression: Compression): boolean => ['none', 'gzip', 'zstd'].includes(compression);

/**
 * Lines of a file with their numbers from 1, without their line ends.
 * @throws ExternalDataError when the file is cut off or damaged
 */
export async function* readLines(
  file: InputFile,
): AsyncGenerator<readonly [line: number, text: string], void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  try {
    for await (const chunk of openContent(file)) {
      rest += decoder.decode(chunk, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) yield [++line, text.endsWith('\r') ? text.slice(0, -1) : text];
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  rest += decoder.decode();
  if (rest !== '') yield [line + 1, rest];
}
