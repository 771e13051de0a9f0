import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectFile } from './input-file.js';
import { countRecords } from './json-layout.js';
import { countLines, estimateSize } from './part-size.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'part-size-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

async function sizeOf(content: string | Buffer, count = countLines) {
  const file = path.join(directory, 'content');
  writeFileSync(file, content);
  return estimateSize([await inspectFile('content', file)], count);
}

describe('records of text', () => {
  test('a small file is counted', async () => {
    expect(await sizeOf('a\nb\nc')).toEqual({ rows: 3, bytes: 5 });
    expect(await sizeOf('a\nb\nc\n')).toEqual({ rows: 3, bytes: 6 });
  });

  test('a large one is estimated', async () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`).join('');
    const plain = await sizeOf(lines);
    expect(Math.abs(plain.rows - 100_000)).toBeLessThan(15_000);
    const packed = await sizeOf(gzipSync(lines));
    expect(Math.abs(packed.rows - 100_000)).toBeLessThan(50_000);
  });

  test('no file has no rows', async () => {
    expect(await estimateSize([], countLines)).toEqual({ rows: 0, bytes: 0 });
  });
});

test.each([
  ['lines', '{"a":1}\n{"a":{"b":2}}\n', 2],
  ['values', '{"a":\n1} {"a":{"b":"}"}}\n{"a":', 2],
  ['array', '[{"a":1},\n{"a":[{}]}]', 2],
] as const)('objects in %s', (layout, text, count) => {
  expect(countRecords(text, layout)).toBe(count);
});
