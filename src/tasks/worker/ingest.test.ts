import { statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { useWorker, inlineJson, generated, timeOf, HOUR, START } from '../../../test/support/worker-suite.js';
import { jobOver, segmentsDestination } from '../../../test/support/worker-process.js';
import { arrayOf, BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR } from '../../sql/types.js';

const suite = useWorker();

describe('a job that writes segments', () => {
  test('puts the rows of external data into files by time', async () => {
    const lines = ['2024-01-02T05:00:00Z', '2024-01-01T07:00:00Z', '2024-01-01T03:00:00Z'].map((t, n) =>
      JSON.stringify({ t, n }),
    );
    const { segments, end } = await suite.ingest(
      jobOver(
        suite.directory,
        inlineJson(lines, { t: VARCHAR, n: BIGINT }),
        [
          ['__time', TIMESTAMP, 'CAST("t" AS TIMESTAMP)'],
          ['n', BIGINT, '"n"'],
        ],
        { destination: segmentsDestination() },
      ),
    );
    expect(segments).toMatchObject([
      { interval: { start: START, end: START + 24 * HOUR }, rows: 2, sortedBy: ['__time'] },
      { interval: { start: START + 24 * HOUR, end: START + 48 * HOUR }, rows: 1 },
    ]);
    expect(segments[0]?.timeRange).toEqual({ min: START + 3 * HOUR, max: START + 7 * HOUR });
    for (const { loadSpec, size } of segments) {
      expect(loadSpec.type === 'local' && statSync(path.join(suite.directory, loadSpec.path)).size).toBe(size);
    }
    expect((await suite.rowsOf(segments, 'SELECT n FROM rows')).flat().map(Number)).toEqual([2, 1, 0]);
    expect(end.type === 'done' && end.summary.stages).toMatchObject([
      { stage: 0, phase: 'FINISHED', inputs: [{ rows: 3 }], output: { rows: 3 } },
      { stage: 1, phase: 'FINISHED', segments: { rowsProcessed: 3, rowsPushed: 3, segmentsPushed: 2 } },
    ]);
  });

  test('stores booleans and timestamps as LONG', async () => {
    const { segments } = await suite.ingest(
      jobOver(
        suite.directory,
        undefined,
        [
          ['__time', TIMESTAMP, "TIMESTAMP '2024-01-01'"],
          ['flag', BOOLEAN, 'true'],
          ['at', TIMESTAMP, "TIMESTAMP '2024-01-02 00:00:00.5'"],
          ['days', arrayOf(TIMESTAMP), "[TIMESTAMP '1970-01-02']"],
          ['price', { name: 'DECIMAL', nullable: false, precision: 3, scale: 1 }, '1.5::DOUBLE'],
          ['same', VARCHAR, "'lower'"],
          ['SAME', VARCHAR, "'upper'"],
        ],
        { destination: segmentsDestination() },
      ),
    );
    expect(segments[0]?.columns.map(({ name, type }) => [name, type.name, type.element?.name])).toEqual([
      ['__time', 'TIMESTAMP', undefined],
      ['flag', 'BIGINT', undefined],
      ['at', 'BIGINT', undefined],
      ['days', 'ARRAY', 'BIGINT'],
      ['price', 'DOUBLE', undefined],
      ['same', 'VARCHAR', undefined],
      ['SAME', 'VARCHAR', undefined],
    ]);
    const columns = segments[0]?.columns ?? [];
    const { rows, end } = await suite.worker.run(
      jobOver(
        suite.directory,
        suite.relationOf(segments),
        columns.filter(({ name }) => name.toLowerCase() !== 'same').map(({ name, type }) => [name, type, `"${name}"`]),
      ),
    );
    expect(rows).toEqual([['2024-01-01T00:00:00.000Z', 1n, BigInt(START + 24 * HOUR + 500), [86_400_000n], 1.5]]);
    expect(end.type === 'done' && end.summary.stages[0]?.inputs).toEqual([
      { rows: 1, bytes: segments[0]?.size, files: 1, totalFiles: 1 },
    ]);
  });

  test('without a time all rows are of 1970', async () => {
    const { segments } = await suite.ingest(
      jobOver(suite.directory, undefined, [['x', DOUBLE, 'i::DOUBLE']], {
        tail: generated(10),
        destination: segmentsDestination({ granularity: { kind: 'all' } }),
      }),
    );
    expect(segments).toMatchObject([{ rows: 10, timeRange: { min: 0, max: 0 } }]);
  });

  test.each([
    ['many chunks in order', 'i // 50', 200],
    ['many chunks that are mixed', 'i % 200', 200],
  ])('writes %s', async (_name, hours, chunks) => {
    const { segments } = await suite.ingest(
      jobOver(
        suite.directory,
        undefined,
        [
          ['__time', TIMESTAMP, timeOf(hours)],
          ['i', BIGINT, 'i'],
        ],
        {
          tail: generated(10_000),
          destination: segmentsDestination({ granularity: { kind: 'period', period: 'PT1H' } }),
        },
      ),
    );
    expect(segments).toHaveLength(chunks);
    expect(segments.map(({ rows }) => rows)).toEqual(segments.map(() => 50));
    expect((await suite.rowsOf(segments, 'SELECT count(*), count(DISTINCT i) FROM rows'))[0]?.map(Number)).toEqual([
      10_000, 10_000,
    ]);
  });

  test('rowsPerSegment divides a chunk in order of time', async () => {
    const { segments, chunks } = await suite.ingest(
      jobOver(
        suite.directory,
        undefined,
        [
          ['__time', TIMESTAMP, timeOf('(hash(i) % 1000)::BIGINT')],
          ['i', BIGINT, 'i'],
        ],
        {
          tail: generated(10_000),
          destination: segmentsDestination({ granularity: { kind: 'all' }, rowsPerSegment: 3_000 }),
        },
      ),
    );
    expect(chunks).toMatchObject([{ segments: 4 }]);
    expect(segments.map(({ rows }) => rows)).toEqual([2_500, 2_500, 2_500, 2_500]);
    const ends = segments.map(({ timeRange }) => timeRange?.max ?? NaN);
    const starts = segments.map(({ timeRange }) => timeRange?.min ?? NaN);
    for (const [index, max] of ends.slice(0, -1).entries()) expect(max).toBeLessThanOrEqual(starts[index + 1] ?? NaN);
    expect((await suite.rowsOf(segments, 'SELECT count(DISTINCT i) FROM rows'))[0]?.map(Number)).toEqual([10_000]);
  });

  test('a replace divides clustered rows between keys', async () => {
    const { segments, chunks } = await suite.ingest(
      jobOver(
        suite.directory,
        undefined,
        [
          ['__time', TIMESTAMP, timeOf('i % 10')],
          ['city', VARCHAR, "CASE WHEN i % 3 = 0 THEN 'big' WHEN i % 100 = 1 THEN NULL ELSE 'c' || i % 7 END"],
          ['n', BIGINT, 'i'],
        ],
        {
          tail: generated(9_000),
          destination: segmentsDestination({
            granularity: { kind: 'all' },
            rowsPerSegment: 1_000,
            clusteredBy: [
              { column: 'city', descending: false },
              { column: 'n', descending: false },
            ],
            replaceIntervals: [{ start: -8e18, end: 8e18 }],
          }),
        },
      ),
    );
    const [chunk] = chunks;
    expect(chunk?.range?.dimensions).toEqual(['city']);
    expect(chunk?.range?.cuts).toHaveLength(segments.length - 1);
    expect(segments.length).toBeGreaterThan(4);
    expect(segments.every(({ sortedBy }) => sortedBy.join() === '__time,city,n')).toBe(true);
    const cities = await Promise.all(
      segments.map(async (segment) => (await suite.rowsOf([segment], 'SELECT DISTINCT city FROM rows')).flat()),
    );
    expect(new Set(cities.flat()).size).toBe(cities.flat().length);
    for (const [index, segment] of segments.entries()) {
      const spec = segment.shardSpec;
      if (spec.type !== 'range') throw new Error(spec.type);
      const [low] = spec.start ?? [null];
      const [high] = spec.end ?? ['\u{10ffff}'];
      for (const city of cities[index] ?? []) {
        expect(low == null || (city !== null && String(city) >= low)).toBe(true);
        expect(city === null || String(city) < (high ?? '')).toBe(true);
      }
    }
    expect(segments.reduce((total, { rows }) => total + rows, 0)).toBe(9_000);
  });

  test('an insert that clusters gets numbered segments', async () => {
    const { segments, chunks } = await suite.ingest(
      jobOver(
        suite.directory,
        undefined,
        [
          ['__time', TIMESTAMP, timeOf('i % 10')],
          ['city', VARCHAR, "'c' || i % 7"],
        ],
        {
          tail: generated(1_000),
          destination: segmentsDestination({
            granularity: { kind: 'all' },
            rowsPerSegment: 500,
            clusteredBy: [{ column: 'city', descending: true }],
          }),
        },
      ),
    );
    expect(chunks.every((chunk) => chunk.range === undefined)).toBe(true);
    expect(segments.map(({ rows, shardSpec }) => [rows, shardSpec.type])).toEqual([
      [500, 'numbered'],
      [500, 'numbered'],
    ]);
    const [first, second] = await Promise.all(
      segments.map(async (segment) => (await suite.rowsOf([segment], 'SELECT min(city), max(city) FROM rows'))[0]),
    );
    expect(String(first?.[0]) >= String(second?.[1])).toBe(true);
  });

  test('an empty query writes nothing', async () => {
    const { segments, chunks } = await suite.ingest(
      jobOver(suite.directory, undefined, [['__time', TIMESTAMP, timeOf('i')]], {
        tail: generated(0),
        destination: segmentsDestination(),
      }),
    );
    expect(segments).toEqual([]);
    expect(chunks).toEqual([]);
  });

  test.each<[string, Partial<Parameters<typeof segmentsDestination>[0]>, string, string]>([
    ['InsertTimeNull', {}, 'NULL::TIMESTAMP', 'Null timestamp'],
    ['InsertCannotBeEmpty', { failOnEmptyInsert: true }, 'empty', 'events'],
    [
      'InsertTimeOutOfBounds',
      { replaceIntervals: [{ start: 0, end: HOUR }] },
      timeOf('i'),
      '2024-01-01T00:00:00.000Z/2024-01-02T00:00:00.000Z',
    ],
    ['TooManyBuckets', { granularity: { kind: 'period', period: 'PT1H' } }, timeOf('i'), '5,000'],
    ['TooManySegmentsInTimeChunk', { rowsPerSegment: 10, maxNumSegments: 2 }, timeOf('i % 10'), 'granularity[DAY]'],
  ])('%s', async (code, destination, time, text) => {
    const fault = await suite.faultOf(
      jobOver(suite.directory, undefined, [['__time', TIMESTAMP, time === 'empty' ? timeOf('i') : time]], {
        tail: generated(time === 'empty' ? 0 : 6_000),
        destination: segmentsDestination(destination),
      }),
    );
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(text);
  });
});
