import { condense, overlaps, subtract } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';
import type { TaskLock } from '../storage/metadata-store.js';
import { mergeColumns } from './catalog.js';

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
  let covered = condense(written.map(({ interval }) => interval));
  const columns = mergeColumns(visible);
  const tombstones: DataSegment[] = [];
  for (const lock of locks) {
    for (const segment of visible) {
      if (segment.shardSpec.type === 'tombstone') continue;
      const overwritten = (segment.visible ?? [segment.interval])
        .filter((part) => overlaps(part, lock.interval))
        .map((part) => intersection(part, lock.interval));
      for (const interval of overwritten.flatMap((part) => subtract(part, covered))) {
        covered = condense([...covered, interval]);
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
