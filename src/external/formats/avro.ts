import { createWriteStream } from 'node:fs';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import avro, { type Schema, type Type } from 'avsc';
import { openContent } from '../content.js';
import { ExternalDataError } from '../errors.js';
import type { AvroFormat } from '../format-spec.js';
import type { InputFile } from '../input-file.js';

/** Characters of JSON that are written at once. */
const CHUNK_CHARACTERS = 65_536;

/** The mark at the end of the header and of each block. */
const SYNC_BYTES = 16;

/** Long integers as numbers where those are exact, otherwise as their digits: JSON has no other way. */
const longType = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => {
    const value = buffer.readBigInt64LE();
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  },
  toBuffer: (value: number | string) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(BigInt(value));
    return buffer;
  },
  fromJSON: Number,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'number' || typeof value === 'string',
  compare: (one: number, other: number) => Number(one) - Number(other),
});

/** Values as Druid's AvroFlattenerMaker hands them over: bytes as base64 or text, records and maps as objects. */
function jsonValue(value: unknown, binaryAsString: boolean): unknown {
  if (Buffer.isBuffer(value)) return value.toString(binaryAsString ? 'utf8' : 'base64');
  if (Array.isArray(value)) return value.map((item) => jsonValue(item, binaryAsString));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonValue(inner, binaryAsString)]));
}

async function* jsonLines(records: AsyncIterable<unknown>, binaryAsString: boolean): AsyncGenerator<string> {
  let text = '';
  for await (const record of records) {
    text += `${JSON.stringify(jsonValue(record, binaryAsString))}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** Passes bytes through and keeps the last ones. */
async function* keepingTail(content: AsyncIterable<Uint8Array>, tail: { bytes: Buffer }): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    tail.bytes = Buffer.concat([tail.bytes, chunk.subarray(-SYNC_BYTES)]).subarray(-SYNC_BYTES);
    yield chunk;
  }
}

/**
 * Writes the records of an Avro container file as JSON lines, which the engine reads.
 * @throws ExternalDataError when the file is damaged or no Avro file
 */
export async function spoolAvro(
  file: InputFile,
  format: AvroFormat,
  target: string,
  signal: AbortSignal,
): Promise<InputFile> {
  const tail = { bytes: Buffer.alloc(0) };
  const content = keepingTail(openContent(file), tail);
  let sync: Buffer | undefined;
  const decoder = new avro.streams.BlockDecoder({
    parseHook: (schema: Schema): Type =>
      avro.Type.forSchema(schema as avro.schema.AvroSchema, { registry: { long: longType }, wrapUnions: 'never' }),
    ...(format.schema && { readerSchema: format.schema }),
  }) as unknown as Transform;
  decoder.once('metadata', (_type: unknown, _codec: unknown, header: { readonly sync: Buffer }) => {
    sync = header.sync;
  });
  const lines = (records: AsyncIterable<unknown>) => jsonLines(records, format.binaryAsString ?? false);
  try {
    await pipeline(content, decoder, lines, createWriteStream(target), { signal });
    // The library takes a last block that is cut off for none.
    if (!sync?.equals(tail.bytes)) throw new Error('the file is cut off');
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExternalDataError(`Cannot read [${file.source}] as avro_ocf: ${reason}`, { cause: error });
  }
  return { ...file, path: target, compression: 'none' };
}
