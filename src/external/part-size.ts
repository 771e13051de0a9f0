import { stat } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { mapConcurrently } from './concurrency.js';
import { readHead } from './content.js';
import type { InputFile } from './input-file.js';

/** Bytes of a file's beginning that its records are counted in. */
const HEAD_BYTES = 65_536;
/** Files whose records are counted; the others are taken to be like these. */
const MAX_SAMPLES = 8;

/** What reading a part will come to. */
export interface PartSize {
  /** Records, exact or estimated. */
  readonly rows: number;
  /** Bytes that the engine reads for them. */
  readonly bytes: number;
}

/** Packed lightly, so that the estimate is rather too low: rows counted must not become fewer at the end. */
const packedSize = (file: InputFile, head: Buffer): number =>
  file.compression === 'none' ? head.length : gzipSync(head, { level: 1 }).length;

/**
 * Estimates the records of text files from the beginnings of some of them, which is what a task can tell of its rows while
 * it reads them.
 * @param countRecords counts the records that end within a text
 */
export async function estimateSize(
  files: readonly InputFile[],
  countRecords: (head: string) => number,
): Promise<PartSize> {
  const sizes = await mapConcurrently(files, MAX_SAMPLES, async ({ path }) => (await stat(path)).size);
  const bytes = sizes.reduce((total, size) => total + size, 0);
  const step = Math.ceil(files.length / MAX_SAMPLES);
  let sampledRows = 0;
  let sampledBytes = 0;
  for (const file of files.filter((_, index) => index % step === 0)) {
    const head = await readHead(file, HEAD_BYTES);
    const text = head.bytes.toString('latin1');
    const isCut = !head.whole || text.endsWith('\n');
    sampledRows += countRecords(isCut ? text : `${text}\n`);
    sampledBytes += packedSize(file, head.bytes);
  }
  return { rows: sampledBytes === 0 ? 0 : Math.round((sampledRows * bytes) / sampledBytes), bytes };
}

/** Records of a text with one a line. */
export const countLines = (text: string): number => text.split('\n').length - 1;
