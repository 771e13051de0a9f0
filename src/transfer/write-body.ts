import { createWriteStream } from 'node:fs';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Writes what a body brings to a file, behind its first `from` bytes, or anew with 0.
 * @returns the length of the file
 */
export async function writeBody(
  body: Readable,
  file: string,
  from: number,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<number> {
  let position = from;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      position += chunk.length;
      onBytes(position);
      callback(null, chunk);
    },
  });
  await pipeline(body, counter, createWriteStream(file, { flags: from > 0 ? 'a' : 'w' }), { signal });
  return position;
}
