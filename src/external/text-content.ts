import { isUtf8 } from 'node:buffer';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { openContent, unreadable } from './content.js';
import { ExternalDataError } from './errors.js';
import type { InputFile } from './input-file.js';

/**
 * What stands for a null byte in a file that the engine reads: its reader of text takes a null byte for the end of the
 * line and would lose the rest. Unicode keeps this character out of all texts that are exchanged.
 */
export const NULL_BYTE_MARK = '\uFDD0';

/** The bytes at the end of a chunk that are the beginning of a character. */
function openCharacter(chunk: Buffer): number {
  for (let back = 1; back <= Math.min(3, chunk.length); back += 1) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

/** Whether the engine reads a text as it is: UTF-8 throughout, without a null byte. */
async function isPlainText(file: InputFile, signal: AbortSignal): Promise<boolean> {
  let isPlain = true;
  let open: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const bytes of openContent(file)) {
    signal.throwIfAborted();
    // A packed file is read to its end whatever is in it, because only its end tells that it is whole.
    if (!isPlain && file.compression === 'none') break;
    const chunk =
      open.length > 0 ? Buffer.concat([open, bytes]) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (isFirst) refuseUtf16(file, chunk);
    isFirst = false;
    const cut = openCharacter(chunk);
    open = chunk.subarray(chunk.length - cut);
    const whole = chunk.subarray(0, chunk.length - cut);
    isPlain &&= !whole.includes(0) && isUtf8(whole);
  }
  return isPlain && open.length === 0;
}

/**
 * Druid reads text as UTF-8 only; of other encodings, UTF-16 shows itself by its byte order mark.
 * @throws ExternalDataError
 */
export function refuseUtf16({ source }: InputFile, head: Buffer): void {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new ExternalDataError(`Cannot read [${source}]: its text is UTF-16, and only UTF-8 is read`);
  }
}

async function* toPlainText(content: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  for await (const chunk of content) yield decoder.decode(chunk, { stream: true }).replaceAll('\0', NULL_BYTE_MARK);
  yield decoder.decode().replaceAll('\0', NULL_BYTE_MARK);
}

/**
 * A file of text that the engine reads without loss: the file itself, or a copy at `target` in which what is not UTF-8 has
 * become U+FFFD, as Java reads it, and a null byte `NULL_BYTE_MARK`.
 * @throws ExternalDataError when the file is cut off, damaged or UTF-16
 */
export async function readableText(file: InputFile, target: string, signal: AbortSignal): Promise<InputFile> {
  try {
    if (await isPlainText(file, signal)) return file;
    await pipeline(toPlainText(openContent(file)), createWriteStream(target), { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreadable(file, error);
  }
  return { ...file, path: target, compression: 'none', hasMarkedNullBytes: true };
}
