import { condense, subtract } from './interval.js';
import type { DataSegment, Interval } from './segment.js';

/**
 * The segments of one datasource that queries see: in every instant those of the highest version, tombstones too. A
 * segment that a higher version hides in part comes with the intervals that are left of it in `visible`.
 */
export function visibleSegments(segments: readonly DataSegment[]): readonly DataSegment[] {
  const byVersion = new Map<string, DataSegment[]>();
  for (const segment of segments) {
    const same = byVersion.get(segment.version);
    if (same) same.push(segment);
    else byVersion.set(segment.version, [segment]);
  }
  const found: DataSegment[] = [];
  let covered: readonly Interval[] = [];
  for (const version of [...byVersion.keys()].sort().reverse()) {
    const same = byVersion.get(version) ?? [];
    for (const segment of same) {
      const left = covered.length === 0 ? [segment.interval] : subtract(segment.interval, covered);
      const [first] = left;
      if (!first) continue;
      const whole = left.length === 1 && first.start === segment.interval.start && first.end === segment.interval.end;
      found.push(whole ? segment : { ...segment, visible: left });
    }
    covered = condense([...covered, ...same.map((segment) => segment.interval)]);
  }
  return found;
}
