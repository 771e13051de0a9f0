import { describe, expect, it } from 'vitest';
import { jsonLines, withoutLines } from './staging.js';

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size)
    yield await Promise.resolve(bytes.subarray(start, start + size));
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts).toString();
}

const records = [{ a: 1 }, { a: { b: [1, { c: '},{"\\' }] }, d: 'ü]\n' }, {}, { e: [[]] }];

describe.each([1, 3, 1000])('in chunks of %i bytes', (size) => {
  it.each([
    ['array', JSON.stringify(records, undefined, 2)],
    ['array', `  ${JSON.stringify(records)}\r\n`],
    ['values', records.map((record) => JSON.stringify(record, undefined, 1)).join('\n')],
    ['values', records.map((record) => JSON.stringify(record)).join('')],
  ] as const)('puts the objects of a JSON text of layout %s on a line each', async (layout, text) => {
    const lines = (await textOf(jsonLines(chunks(text, size), layout)))
      .split('\n')
      .filter((line) => line.trim() !== '');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(records);
  });

  it.each([
    ['a\nb\r\nc\nd', 2, 'c\nd'],
    ['a\n', 1, ''],
    ['a', 1, ''],
  ])('cuts lines off %j', async (text, count, rest) => {
    expect(await textOf(withoutLines(chunks(text, size), count))).toBe(rest);
  });
});
