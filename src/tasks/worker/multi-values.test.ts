import { describe, expect, test } from 'vitest';
import { generated, timeOf, useWorker } from '../../../test/support/worker-suite.js';
import { jobOver, segmentsDestination } from '../../../test/support/worker-process.js';
import { BIGINT, TIMESTAMP, VARCHAR, type SqlType } from '../../sql/types.js';
import type { JobColumn } from './protocol.js';

const suite = useWorker();

const TEXTS: SqlType = { ...VARCHAR, multiValue: true };
/** A list as one text, which is how the engine holds several values. */
const list = (json: string): string => `chr(29) || '${json}'`;

type Destination = Parameters<typeof segmentsDestination>[0];

async function ingest(
  rows: number,
  columns: readonly [name: string, type: SqlType, sql: string][],
  destination: Destination = {},
): ReturnType<typeof suite.ingest> {
  const all: [JobColumn['name'], SqlType, string][] = [
    ['__time', TIMESTAMP, timeOf('0')],
    ['i', BIGINT, 'i'],
    ...columns,
  ];
  return suite.ingest(
    jobOver(suite.directory, undefined, all, { tail: generated(rows), destination: segmentsDestination(destination) }),
  );
}

describe('multi-value strings on their way into segments', () => {
  test('have their values in order, null first, and are plain texts when no row has several', async () => {
    const { segments } = await ingest(4, [
      [
        'tags',
        TEXTS,
        `CASE i WHEN 0 THEN ${list('["b","a"]')} WHEN 1 THEN 'plain' WHEN 2 THEN ${list('["b",null,"a\\\\"]')} END`,
      ],
      ['empty', TEXTS, `CASE i WHEN 0 THEN ${list('[]')} ELSE 'x' END`],
      ['single', TEXTS, `'z' || i`],
    ]);
    expect(segments[0]?.columns.map(({ name, type }) => [name, type.multiValue === true])).toEqual([
      ['__time', false],
      ['i', false],
      ['tags', true],
      ['empty', false],
      ['single', false],
    ]);
    expect(
      await suite.rowsOf(segments, `SELECT replace(tags, chr(29), 'list '), empty, single FROM rows ORDER BY i`),
    ).toEqual([
      ['list ["a","b"]', null, 'z0'],
      ['plain', 'x', 'z1'],
      ['list [null,"a\\\\","b"]', 'x', 'z2'],
      [null, 'x', 'z3'],
    ]);
  });

  test('leave rows of one time in their order', async () => {
    const { segments } = await ingest(1_000, [
      ['tags', TEXTS, `CASE i % 3 WHEN 0 THEN ${list('["b","a"]')} WHEN 1 THEN 'plain' END`],
    ]);
    const [[numbers] = []] = await suite.rowsOf(segments, 'SELECT list(i) FROM rows');
    expect(numbers).toEqual(Array.from({ length: 1_000 }, (_, number) => String(number)));
  });

  test.each([
    ['few distinct ones', 'i % 10'],
    ['many distinct ones', 'i'],
  ])('%s in segments that divide a chunk by them', async (_name, number) => {
    const rows = 150_000;
    const { segments } = await ingest(rows, [['tags', TEXTS, `chr(29) || '["v' || (${number}) || '","a"]'`]], {
      rowsPerSegment: 100_000,
      clusteredBy: [{ column: 'tags', descending: false }],
    });
    expect(segments.map((segment) => segment.rows)).toEqual([75_000, 75_000]);
    const sorted = `chr(29) || '["a","v' || (${number}) || '"]'`;
    expect(
      await suite.rowsOf(segments, `SELECT count(*), count(DISTINCT i), bool_and(tags = ${sorted}) FROM rows`),
    ).toEqual([[String(rows), String(rows), true]]);
    const ends = await Promise.all(
      segments.map(async (segment) => (await suite.rowsOf([segment], 'SELECT min(tags), max(tags) FROM rows'))[0]),
    );
    expect(String(ends[0]?.[1]) <= String(ends[1]?.[0])).toBe(true);
  });
});
