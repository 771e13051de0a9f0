import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { contains, formatInterval, overlaps } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';

/** What an INSERT finds in a time chunk: segments to append to (all of one version), or nothing. */
export type ChunkState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'existing'; readonly version: string; readonly segments: readonly DataSegment[] };

const isTombstone = (segment: DataSegment): boolean => segment.shardSpec.type === 'tombstone';

const sameInterval = (a: Interval, b: Interval): boolean => a.start === b.start && a.end === b.end;

const sees = ({ visible, interval }: DataSegment, chunk: Interval): boolean =>
  (visible ?? [interval]).some((part) => overlaps(part, chunk));

/** Finds the segments that may overlap an interval without looking at all of them. */
export function overlapFinder(segments: readonly DataSegment[]): (interval: Interval) => readonly DataSegment[] {
  const sorted = [...segments].sort((a, b) => a.interval.start - b.interval.start);
  const longest = sorted.reduce((length, { interval }) => Math.max(length, interval.end - interval.start), 0);
  return (interval) => {
    const earliest = interval.start - longest;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle]?.interval.start ?? 0) < earliest) low = middle + 1;
      else high = middle;
    }
    const found: DataSegment[] = [];
    for (let index = low; index < sorted.length; index++) {
      const segment = sorted[index];
      if (!segment || segment.interval.start >= interval.end) break;
      if (overlaps(segment.interval, interval)) found.push(segment);
    }
    return found;
  };
}

/**
 * Looks at the visible segments that overlap a chunk. As in Druid, an append needs chunks of just its granularity.
 * @throws FaultError InsertCannotAllocateSegment
 */
export function chunkState(dataSource: string, chunk: Interval, visible: readonly DataSegment[]): ChunkState {
  const overlapping = visible
    .filter((segment) => sees(segment, chunk))
    .sort((a, b) => (a.version < b.version ? 1 : a.version > b.version ? -1 : 0));
  const [newest] = overlapping;
  if (!newest) return { kind: 'empty' };
  if (isTombstone(newest) && contains(newest.interval, chunk)) return { kind: 'empty' };
  if (!isTombstone(newest) && sameInterval(newest.interval, chunk)) {
    const segments = overlapping.filter(
      ({ version, interval }) => version === newest.version && sameInterval(interval, chunk),
    );
    return { kind: 'existing', version: newest.version, segments };
  }
  const other = overlapping.find((segment) => !isTombstone(segment));
  if (!other) return { kind: 'empty' };
  throw new FaultError(
    faults.InsertCannotAllocateSegment(dataSource, formatInterval(chunk), formatInterval(other.interval)),
  );
}
