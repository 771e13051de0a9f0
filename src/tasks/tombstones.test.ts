import { describe, expect, test } from 'vitest';
import type { DataSegment, Interval } from '../segments/segment.js';
import { VARCHAR } from '../sql/types.js';
import type { TaskLock } from '../storage/metadata-store.js';
import { makeTombstones } from './tombstones.js';

const span = (start: number, end: number): Interval => ({ start, end });

function segment(interval: Interval, version = 'v1'): DataSegment {
  return {
    dataSource: 'd',
    interval,
    version,
    shardSpec: { type: 'numbered', partitionNum: 0, partitions: 1 },
    loadSpec: { type: 'local', path: 'x' },
    columns: [{ name: 'a', type: VARCHAR }],
    sortedBy: [],
    rows: 1,
    size: 1,
  };
}

const lock = (interval: Interval): TaskLock => ({
  taskId: 't',
  dataSource: 'd',
  interval,
  kind: 'exclusive',
  priority: 50,
  version: 'v2',
});

describe('makeTombstones', () => {
  const intervals = (
    locked: readonly Interval[],
    visible: readonly DataSegment[],
    written: readonly DataSegment[] = [],
  ) => makeTombstones('d', locked.map(lock), visible, written).map(({ interval }) => interval);

  test('cover chunks that had data and got none', () => {
    expect(
      intervals([span(0, 100)], [segment(span(0, 10)), segment(span(10, 20))], [segment(span(10, 20), 'v2')]),
    ).toEqual([span(0, 10)]);
  });

  test('stay inside of what is overwritten', () => {
    expect(intervals([span(0, 5)], [segment(span(0, 10)), segment(span(10, 20))])).toEqual([span(0, 5)]);
  });

  test('leave alone what another segment hides', () => {
    const hidden = { ...segment(span(0, 10)), visible: [span(5, 10)] };
    expect(intervals([span(0, 100)], [hidden, segment(span(0, 5), 'v1b')], [segment(span(0, 5), 'v2')])).toEqual([
      span(5, 10),
    ]);
  });

  test('cover a chunk of several segments once', () => {
    expect(intervals([span(0, 100)], [segment(span(0, 10)), segment(span(0, 10))])).toEqual([span(0, 10)]);
  });

  test('are of the version of the lock, without rows, with the columns of before', () => {
    const [made] = makeTombstones('d', [lock(span(0, 10))], [segment(span(0, 10))], []);
    expect(made).toMatchObject({
      version: 'v2',
      rows: 0,
      loadSpec: { type: 'tombstone' },
      shardSpec: { type: 'tombstone', partitionNum: 0, partitions: 1 },
    });
    expect(made?.columns.map(({ name }) => name)).toEqual(['__time', 'a']);
  });

  test('an INSERT makes none', () => {
    expect(intervals([], [segment(span(0, 10))], [segment(span(10, 20))])).toEqual([]);
  });
});
