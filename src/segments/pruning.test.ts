import { describe, expect, test } from 'vitest';
import { mayMatch } from './pruning.js';
import type { DataSegment, ShardSpec } from './segment.js';

const range = (
  dimensions: readonly string[],
  start: readonly (string | null)[] | null,
  end: readonly (string | null)[] | null,
): ShardSpec => ({ type: 'range', dimensions, start, end, partitionNum: 0, numCorePartitions: 3 });

const segment = (shardSpec: ShardSpec): DataSegment => ({
  dataSource: 'd',
  interval: { start: 0, end: 100 },
  version: 'v',
  shardSpec,
  loadSpec: { type: 'local', path: 'x' },
  columns: [],
  sortedBy: [],
  rows: 1,
  size: 1,
  timeRange: { min: 10, max: 20 },
});

const only = (value: string | null) => [{ from: value, to: value }];

describe('by range', () => {
  const one = range(['a'], ['f'], ['m']);
  const two = range(['a', 'b'], ['f', 'x'], ['f', 'z']);
  test.each<[string, ShardSpec, Record<string, readonly { from?: string | null; to?: string | null }[]>, boolean]>([
    ['a value inside', one, { a: only('g') }, true],
    ['the first key', one, { a: only('f') }, true],
    ['the key that begins the next segment', one, { a: only('m') }, false],
    ['a value before', one, { a: only('e') }, false],
    ['NULL, which comes before all', one, { a: only(null) }, false],
    ['NULL in the first segment', range(['a'], null, ['f']), { a: only(null) }, true],
    ['NULL as a start', range(['a'], [null], ['f']), { a: only(null) }, true],
    ['a value beyond the last start', range(['a'], ['m'], null), { a: only('z') }, true],
    ['one of several values', one, { a: [...only('a'), ...only('k')] }, true],
    ['none of several values', one, { a: [...only('a'), ...only('z')] }, false],
    ['no value at all', one, { a: [] }, false],
    ['an open range that ends before', one, { a: [{ to: 'ezzz' }] }, false],
    ['an open range that begins after', one, { a: [{ from: 'm' }] }, false],
    ['an open range that reaches into it', one, { a: [{ from: 'lzz' }] }, true],
    ['another column', one, { b: only('a') }, true],
    ['a second dimension under one value of the first', two, { b: only('y') }, true],
    ['a second dimension beyond', two, { b: only('z') }, false],
    ['the end of a first dimension, which the segment shares', two, { a: only('f') }, true],
    ['a second dimension below several values', range(['a', 'b'], ['f', 'x'], ['g', 'c']), { b: only('d') }, true],
    [
      'characters beyond the first plane, in the order of bytes',
      range(['a'], ['\uFF5E'], null),
      { a: only('😀') },
      true,
    ],
    ['another kind of shard spec', { type: 'numbered', partitionNum: 0, partitions: 1 }, { a: only('zz') }, true],
  ])('%s', (_name, shardSpec, bounds, expected) => {
    const textBounds = Object.entries(bounds).map(([column, ranges]) => ({ column, ranges }));
    expect(mayMatch(segment(shardSpec), { textBounds })).toBe(expected);
  });
});

test.each([
  [0, 10, false],
  [0, 11, true],
  [20, 30, true],
  [21, 30, false],
])('by the times that the rows have: %i to %i', (start, end, expected) => {
  const numbered = segment({ type: 'numbered', partitionNum: 0, partitions: 1 });
  expect(mayMatch(numbered, { intervals: [{ start, end }] })).toBe(expected);
});
