import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, type DuckdbSession, openDatabase, quoteText } from '../../engine/duckdb/index.js';
import { AMBIGUOUS_TEXT, quickText, quickTextMacros } from './quick-text.js';

let database: Database;
let session: DuckdbSession;

beforeAll(async () => {
  database = await openDatabase({ threads: 1, memoryBytes: 256 * 1024 ** 2, spillDirectory: tmpdir() });
  session = await database.connect();
  await session.run(quickTextMacros.join(';\n'));
});

afterAll(async () => {
  await session.close();
  database.close();
});

/** Samples of texts, each of which has another test come first. */
const shapes = [
  'Chrome',
  'http://a',
  '1.2.3.4',
  '1234',
  '12:30',
  '2024-01-02',
  '1680x1050',
  'a/b',
  '7 %',
  '9_9',
  '3/4',
  '.5',
];

/** Texts that Java prints as they are, whether they were texts or numbers. */
const plain = [
  '',
  'Abc',
  'zebra',
  '~',
  '-',
  '1.2.3',
  '1680x1050',
  '2024-01-02',
  '12:30',
  '0',
  '-17',
  '123456789012345678',
];
const plainFractions = ['1.5', '0.5', '-0.25', '1234567.25', '0.0', '9.0', '0.015', '1.0E10', '1.0E-5'];

/** Numbers that Java prints otherwise; lists and objects, which are no texts. */
const doubtful = [
  '1.50',
  '1e5',
  '1E5',
  '-1e-5',
  '12345678901234567890',
  '1234567890.5',
  '0.00001',
  '1.10',
  '[1,2]',
  '["a"]',
  '{"a":1}',
];

describe.each(shapes)('texts where %s is usual', (shape) => {
  const read = (text: string): Promise<unknown> =>
    session.rows(`SELECT ${quickText('t', [shape])} FROM (SELECT CAST(${quoteText(text)} AS VARCHAR) AS t)`);

  it('are taken as they are', async () => {
    for (const text of [...shapes, ...plain, ...plainFractions]) expect(await read(text)).toEqual([[text]]);
  });

  it('are in doubt where they may have been numbers, lists or objects', async () => {
    for (const text of doubtful) await expect(read(text), text).rejects.toThrow(AMBIGUOUS_TEXT);
  });
});

describe('quick texts', () => {
  it('are looked at as a whole where the samples are of many kinds', () => {
    expect(quickText('t', ['Chrome', '1.2.3.4', '12'])).toBe('external_quick_text(t)');
    expect(quickText('t', [])).toBe('external_quick_text(t)');
  });

  it('stay null', async () => {
    const sql = quickText('t', ['Chrome']);
    expect(await session.rows(`SELECT ${sql} FROM (SELECT CAST(NULL AS VARCHAR) AS t)`)).toEqual([[null]]);
  });
});
