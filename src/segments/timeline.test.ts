import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSegmentId, visibleSegments } from './index.js';
import type { DataSegment } from './segment.js';

const HORIZON = 40;

function segment(start: number, end: number, version: string, partitionNum: number): DataSegment {
  return {
    dataSource: 'd',
    interval: { start, end },
    version,
    shardSpec: { type: 'numbered', partitionNum, partitions: 0 },
    loadSpec: { type: 'local', path: `${start}-${end}-${version}-${partitionNum}` },
    columns: [],
    sortedBy: ['__time'],
    rows: 1,
    size: 1,
    timeRange: { min: start, max: end - 1 },
  };
}

const anySegment = fc
  .record({
    start: fc.integer({ min: 0, max: HORIZON - 10 }),
    length: fc.integer({ min: 1, max: 10 }),
    version: fc.constantFrom('v1', 'v2', 'v3', 'v4'),
    partition: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ start, length, version, partition }) => segment(start, start + length, version, partition));

describe('the timeline', () => {
  test('shows in every instant all segments of the highest version, and no other', () => {
    fc.assert(
      fc.property(fc.array(anySegment, { maxLength: 12 }), (segments) => {
        const shown = visibleSegments(segments);
        for (let instant = 0; instant < HORIZON; instant++) {
          const there = segments.filter(({ interval }) => interval.start <= instant && instant < interval.end);
          const highest = there
            .map(({ version }) => version)
            .sort()
            .at(-1);
          const expected = there.filter(({ version }) => version === highest).map(formatSegmentId);
          const seen = shown.filter(({ visible, interval }) =>
            (visible ?? [interval]).some(({ start, end }) => start <= instant && instant < end),
          );
          expect(seen.map(formatSegmentId).sort()).toEqual(expected.sort());
        }
      }),
    );
  });

  test('a segment that is seen whole has no list of what is left of it', () => {
    const [older, newer] = [segment(0, 10, 'v1', 0), segment(5, 10, 'v2', 0)];
    expect(visibleSegments([older, newer])).toEqual([newer, { ...older, visible: [{ start: 0, end: 5 }] }]);
    expect(visibleSegments([older, segment(0, 10, 'v2', 0)])).toEqual([segment(0, 10, 'v2', 0)]);
  });
});

test.each([
  [0, 'wiki_2015-09-12T00:00:00.000Z_2015-09-13T00:00:00.000Z_2024-01-01T00:00:00.000Z'],
  [7, 'wiki_2015-09-12T00:00:00.000Z_2015-09-13T00:00:00.000Z_2024-01-01T00:00:00.000Z_7'],
])('partition %i has the id %s', (partition, id) => {
  const of = segment(Date.UTC(2015, 8, 12), Date.UTC(2015, 8, 13), '2024-01-01T00:00:00.000Z', partition);
  expect(formatSegmentId({ ...of, dataSource: 'wiki' })).toBe(id);
});
