import { useMemo, useState } from 'react';
import type { SegmentRow } from '../api/datasources.js';
import { formatBytes, plural } from '../shared/format.js';
import { momentOf, rangeText, shortTime } from './range.js';
import './timeline.css';

interface Block {
  readonly segment: SegmentRow;
  /** Shares of the width and of the height, 0 to 1. */
  readonly left: number;
  readonly width: number;
  readonly bottom: number;
  readonly height: number;
}

interface Picture {
  readonly blocks: readonly Block[];
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Bytes of the tallest chunk. */
  readonly most: number;
}

/** Stacks the segments of each time chunk; the tallest stack fills the height. */
function draw(segments: readonly SegmentRow[]): Picture {
  const moments = segments
    .flatMap(({ start, end }) => [momentOf(start), momentOf(end)])
    .filter((time) => time !== undefined);
  const from = moments.reduce((least, time) => Math.min(least, time), Infinity);
  const span = moments.reduce((latest, time) => Math.max(latest, time), -Infinity) - from;
  const isEternal = moments.length === 0;
  const chunks = new Map<string, SegmentRow[]>();
  for (const segment of segments) {
    const key = `${segment.start}/${segment.end}`;
    const chunk = chunks.get(key);
    if (chunk) chunk.push(segment);
    else chunks.set(key, [segment]);
  }
  const sizes = [...chunks.values()].map((chunk) => chunk.reduce((total, { size }) => total + size, 0));
  const most = sizes.reduce((largest, size) => Math.max(largest, size), 1);
  const place = (iso: string, fallback: number): number => {
    const time = momentOf(iso);
    return isEternal || time === undefined || span === 0 ? fallback : (time - from) / span;
  };
  const blocks = [...chunks.values()].flatMap((chunk) => {
    let below = 0;
    return chunk.map((segment): Block => {
      const left = place(segment.start, 0);
      const height = Math.max(0.012, segment.size / most);
      const block = { segment, left, width: place(segment.end, 1) - left, bottom: below, height };
      below += height;
      return block;
    });
  });
  const ticks = isEternal
    ? [{ at: 0.5, label: 'all of time' }]
    : [0, 0.25, 0.5, 0.75, 1].map((at) => ({
        at,
        label: shortTime(Math.round((from + span * at) / 60_000) * 60_000).slice(0, span > 2 * 86_400_000 ? 10 : 16),
      }));
  return { blocks, ticks, most };
}

/** Segments over time: the height of a block is its size, its colour its version; what is overshadowed is hatched. */
export function Timeline({ segments }: { readonly segments: readonly SegmentRow[] }) {
  const { blocks, ticks, most } = useMemo(() => draw(segments), [segments]);
  const versions = useMemo(() => [...new Set(segments.map(({ version }) => version))].sort().reverse(), [segments]);
  const [pointed, setPointed] = useState<SegmentRow>();
  return (
    <figure className="timeline">
      <div
        className="timeline-area"
        role="img"
        aria-label={`${plural(segments.length, 'segment')} over time; the table below lists them`}
      >
        <span className="timeline-most">{formatBytes(most)}</span>
        {blocks.map(({ segment, left, width, bottom, height }) => (
          <div
            key={segment.segment_id}
            className="timeline-block"
            data-version={Math.min(versions.indexOf(segment.version), 4)}
            data-overshadowed={segment.is_active === 0 || undefined}
            style={{
              left: `${left * 100}%`,
              width: `max(2px, calc(${width * 100}% - 1px))`,
              bottom: `${Math.min(bottom, 0.99) * 100}%`,
              height: `${height * 100}%`,
            }}
            onMouseEnter={() => {
              setPointed(segment);
            }}
            onMouseLeave={() => {
              setPointed(undefined);
            }}
          />
        ))}
      </div>
      <div className="timeline-axis" aria-hidden>
        {ticks.map(({ at, label }) => (
          <span key={at} style={{ left: `${at * 100}%` }} data-edge={at === 0 ? 'start' : at === 1 ? 'end' : undefined}>
            {label}
          </span>
        ))}
      </div>
      <figcaption>
        {pointed ? (
          <>
            <strong>{rangeText(pointed.start, pointed.end)}</strong> · partition {pointed.partition_num} ·{' '}
            {plural(pointed.num_rows, 'row')} · {formatBytes(pointed.size)} · version {pointed.version}
            {pointed.is_active === 0 && ' · overshadowed'}
          </>
        ) : (
          <span className="timeline-legend">
            {versions.slice(0, 5).map((version, index) => (
              <span key={version}>
                <i className="timeline-key" data-version={index} aria-hidden /> {version}
              </span>
            ))}
            {versions.length > 5 && <span>and {versions.length - 5} older versions</span>}
          </span>
        )}
      </figcaption>
    </figure>
  );
}
