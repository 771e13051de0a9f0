import { overlaps } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';
import type { TaskLock } from '../storage/metadata-store.js';
import { mergeColumns } from './catalog.js';

/** What is left of an interval without others, in order of time. */
export function subtractIntervals(interval: Interval, others: readonly Interval[]): readonly Interval[] {
  let rest: readonly Interval[] = [interval];
  for (const other of others) {
    rest = rest.flatMap((part) => {
      if (!overlaps(part, other)) return [part];
      return [
        ...(part.start < other.start ? [{ start: part.start, end: other.start }] : []),
        ...(other.end < part.end ? [{ start: other.end, end: part.end }] : []),
      ];
    });
  }
  return rest;
}

const intersection = (a: Interval, b: Interval): Interval => ({
  start: Math.max(a.start, b.start),
  end: Math.min(a.end, b.end),
});

/**
 * Tombstones of a REPLACE: segments without rows where the overwritten time had data and got none. They keep the
 * datasource's columns, so that a query after the last row is gone still knows them.
 */
export function makeTombstones(
  dataSource: string,
  locks: readonly TaskLock[],
  visible: readonly DataSegment[],
  written: readonly DataSegment[],
): readonly DataSegment[] {
  const covered = written.map(({ interval }) => interval);
  const columns = mergeColumns(visible);
  const tombstones: DataSegment[] = [];
  for (const lock of locks) {
    for (const segment of visible) {
      if (segment.shardSpec.type === 'tombstone' || !overlaps(segment.interval, lock.interval)) continue;
      for (const interval of subtractIntervals(intersection(segment.interval, lock.interval), covered)) {
        covered.push(interval);
        tombstones.push({
          dataSource,
          interval,
          version: lock.version,
          shardSpec: { type: 'tombstone', partitionNum: 0, partitions: 1 },
          loadSpec: { type: 'tombstone' },
          columns,
          sortedBy: [],
          rows: 0,
          size: 0,
        });
      }
    }
  }
  return tombstones;
}
