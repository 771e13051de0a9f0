import type { TextBounds, TextRange } from '../sql/plan/text-ranges.js';
import { overlaps } from './interval.js';
import type { DataSegment, Interval, ShardSpec } from './segment.js';

/** What a scan needs of a datasource. */
export interface WantedRows {
  readonly intervals?: readonly Interval[];
  readonly textBounds?: readonly TextBounds[];
}

type RangeSpec = Extract<ShardSpec, { readonly type: 'range' }>;

/** In the engine's order of texts, which is that of their bytes; NULL comes first. */
function compare(one: string | null, other: string | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** Keys of a segment: from `start`, to `end` without it if it is `open`. */
interface Keys {
  readonly start: string | null | undefined;
  readonly end: string | null | undefined;
  readonly open: boolean;
}

function meets({ from, to }: TextRange, { start, end, open }: Keys): boolean {
  if (to !== undefined && start !== undefined && compare(to, start) < 0) return false;
  if (from === undefined || end === undefined) return true;
  const order = compare(from, end);
  return open ? order < 0 : order <= 0;
}

/**
 * Whether a segment may hold rows within all of the bounds (DimensionRangeShardSpec.possibleInDomain of Druid). A further
 * dimension is bounded only where those before it have one value in the whole segment.
 */
function mayHold({ dimensions, start, end }: RangeSpec, bounds: readonly TextBounds[]): boolean {
  for (const [index, dimension] of dimensions.entries()) {
    const keys: Keys = {
      start: start?.[index],
      end: end?.[index],
      open: index === dimensions.length - 1,
    };
    for (const { column, ranges } of bounds) {
      if (column === dimension && !ranges.some((range) => meets(range, keys))) return false;
    }
    const { start: first, end: last } = keys;
    if (first === undefined || last === undefined || compare(first, last) !== 0) return true;
  }
  return true;
}

/** Whether a segment may have rows that a scan asks for, by its time and by its shard spec. */
export function mayMatch(segment: DataSegment, { intervals, textBounds = [] }: WantedRows): boolean {
  const { timeRange, shardSpec } = segment;
  const held = timeRange ? { start: timeRange.min, end: timeRange.max + 1 } : segment.interval;
  if (intervals && !intervals.some((interval) => overlaps(interval, held))) return false;
  return shardSpec.type !== 'range' || mayHold(shardSpec, textBounds);
}
