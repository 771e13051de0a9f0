import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bucketOf,
  bucketStartSql,
  condense,
  contains,
  ETERNITY,
  formatInterval,
  isAligned,
  overlaps,
  parseInterval,
  subtract,
} from './index.js';
import type { Interval } from './segment.js';

/** Instants of the years 1 to 9999, which every part can write. */
const instant = fc.integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.UTC(9999, 11, 31) });

/** Small intervals near one another, so that they often meet. */
const interval = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 }))
  .map(([start, length]): Interval => ({ start, end: start + length }));

const pointsOf = (intervals: readonly Interval[]): ReadonlySet<number> =>
  new Set(intervals.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, index) => start + index)));

describe('intervals', () => {
  test('condensing keeps the instants, in order and without a touch', () => {
    fc.assert(
      fc.property(fc.array(interval), (intervals) => {
        const condensed = condense(intervals);
        expect(pointsOf(condensed)).toEqual(pointsOf(intervals));
        for (const [index, { start, end }] of condensed.entries()) {
          expect(start).toBeLessThan(end);
          expect(condensed[index + 1]?.start ?? Infinity).toBeGreaterThan(end);
        }
      }),
    );
  });

  test('subtracting leaves exactly the other instants', () => {
    fc.assert(
      fc.property(interval, fc.array(interval), (from, others) => {
        const gone = pointsOf(others);
        const expected = [...pointsOf([from])].filter((point) => !gone.has(point));
        expect([...pointsOf(subtract(from, condense(others)))]).toEqual(expected);
      }),
    );
  });

  test('overlapping and containing agree with the instants', () => {
    fc.assert(
      fc.property(interval, interval, (one, other) => {
        fc.pre(one.start < one.end && other.start < other.end);
        const points = pointsOf([one]);
        const others = [...pointsOf([other])];
        expect(overlaps(one, other)).toBe(others.some((point) => points.has(point)));
        expect(contains(one, other)).toBe(others.every((point) => points.has(point)));
      }),
    );
  });

  test('what is printed reads back', () => {
    fc.assert(
      fc.property(instant, instant, (one, other) => {
        const between = { start: Math.min(one, other), end: Math.max(one, other) };
        expect(parseInterval(formatInterval(between))).toEqual(between);
      }),
    );
    expect(parseInterval(formatInterval(ETERNITY))).toEqual(ETERNITY);
  });

  test.each([
    ['2024-01-31/P1M', '2024-01-31T00:00:00.000Z/2024-02-29T00:00:00.000Z'],
    ['P1D/2024-03-01', '2024-02-29T00:00:00.000Z/2024-03-01T00:00:00.000Z'],
    ['2024/2025', '2024-01-01T00:00:00.000Z/2025-01-01T00:00:00.000Z'],
    ['2024-01-01T02:00+02:00/PT1H', '2024-01-01T00:00:00.000Z/2024-01-01T01:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    const parsed = parseInterval(text);
    expect(parsed && formatInterval(parsed)).toBe(expected);
  });

  test.each(['2024', '2025/2024', '2024-02-30/2024-03-01', 'P1M/P1M', '2024/2025/2026', 'x/y'])(
    '%s is none',
    (text) => {
      expect(parseInterval(text)).toBeUndefined();
    },
  );
});

describe('granularities', () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;

  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:');
    connection = await instance.connect();
  });

  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  const periods = ['PT1S', 'PT1M', 'PT5M', 'PT15M', 'PT1H', 'PT6H', 'P1D', 'P1W', 'P1M', 'P2M', 'P3M', 'P1Y', 'P10Y'];

  test.each(periods)('%s cuts time alike here and in DuckDB', async (period) => {
    const granularity = { kind: 'period', period } as const;
    await fc.assert(
      fc.asyncProperty(fc.array(instant, { minLength: 50, maxLength: 100 }), async (instants) => {
        const rows = await connection.runAndReadAll(
          `SELECT ${bucketStartSql(granularity, 't')} FROM (SELECT make_timestamp(unnest([${instants.join(', ')}]::BIGINT[]) * 1000) AS t)`,
        );
        const starts = rows.getRows().map(([start]) => Number(start));
        expect(starts).toEqual(instants.map((time) => bucketOf(granularity, time).start));
      }),
      { numRuns: 10 },
    );
  });

  test.each(periods)('the chunks of %s hold their instants and follow one another', (period) => {
    const granularity = { kind: 'period', period } as const;
    fc.assert(
      fc.property(instant, (time) => {
        const chunk = bucketOf(granularity, time);
        expect(chunk.start <= time && time < chunk.end).toBe(true);
        expect(bucketOf(granularity, chunk.end).start).toBe(chunk.end);
        expect(bucketOf(granularity, chunk.end - 1)).toEqual(chunk);
        expect(isAligned(chunk, granularity)).toBe(true);
      }),
    );
  });

  test.each([
    ['P1W', '2024-01-01T00:00:00.000Z/2024-01-08T00:00:00.000Z'],
    ['P3M', '2024-01-01T00:00:00.000Z/2024-04-01T00:00:00.000Z'],
    ['P1Y', '2024-01-01T00:00:00.000Z/2025-01-01T00:00:00.000Z'],
  ])('%s of the third of January 2024 is %s', (period, expected) => {
    expect(formatInterval(bucketOf({ kind: 'period', period }, Date.UTC(2024, 0, 3)))).toBe(expected);
  });

  test('ALL is one chunk', () => {
    expect(bucketOf({ kind: 'all' }, 0)).toEqual(ETERNITY);
    expect(isAligned(ETERNITY, { kind: 'period', period: 'P1D' })).toBe(true);
  });
});
