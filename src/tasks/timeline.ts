import { visibleSegments } from '../segments/index.js';
import type { DataSegment, SegmentColumn } from '../segments/segment.js';
import type { SqlType } from '../sql/types.js';
import type { MetadataStore } from '../storage/metadata-store.js';

/** The published segments at one moment, by datasource. Segments with the same columns share one list of them. */
export interface TimelineSnapshot {
  /** All used segments, overshadowed ones too. */
  readonly used: ReadonlyMap<string, readonly DataSegment[]>;
  /** What queries see, tombstones too. The list of a datasource stays the same object until it changes. */
  readonly visible: ReadonlyMap<string, readonly DataSegment[]>;
}

interface Cached {
  readonly revision: number;
  readonly snapshot: Promise<TimelineSnapshot>;
}

const sameType = (a: SqlType | undefined, b: SqlType | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.name === b.name &&
    a.nullable === b.nullable &&
    a.complex === b.complex &&
    a.multiValue === b.multiValue &&
    a.precision === b.precision &&
    a.scale === b.scale &&
    sameType(a.element, b.element));

const sameColumns = (a: readonly SegmentColumn[], b: readonly SegmentColumn[]): boolean =>
  a.length === b.length &&
  a.every(({ name, type }, index) => name === b[index]?.name && sameType(type, b[index]?.type));

/** Thousands of segments have a handful of column lists, which travel to processes once each. */
function shareColumns(segments: readonly DataSegment[]): readonly DataSegment[] {
  const distinct: (readonly SegmentColumn[])[] = [];
  return segments.map((segment) => {
    const known = distinct.findLast((columns) => sameColumns(columns, segment.columns));
    if (known) return { ...segment, columns: known };
    distinct.push(segment.columns);
    return segment;
  });
}

function byDataSource(segments: readonly DataSegment[]): ReadonlyMap<string, readonly DataSegment[]> {
  const lists = new Map<string, DataSegment[]>();
  for (const segment of segments) {
    const list = lists.get(segment.dataSource);
    if (list) list.push(segment);
    else lists.set(segment.dataSource, [segment]);
  }
  return lists;
}

/** Reads the published segments and keeps them until something is published. */
export class Timeline {
  #cached: Cached | undefined;
  /** Which datasource became what it is by which revision, as far as told. */
  readonly #published = new Map<number, string>();

  constructor(readonly store: MetadataStore) {}

  /**
   * Says which datasource the last publication changed, so that the others need not be read again. Called before the next
   * publication.
   */
  notePublished(dataSource: string): void {
    this.#published.set(this.store.segmentsRevision(), dataSource);
  }

  current(): Promise<TimelineSnapshot> {
    const revision = this.store.segmentsRevision();
    const before = this.#cached;
    if (before?.revision === revision) return before.snapshot;
    const changed = before && this.#changes(before.revision, revision);
    const snapshot = changed ? this.#reload(before.snapshot, changed) : this.#load();
    this.#published.clear();
    const cached = { revision, snapshot };
    this.#cached = cached;
    snapshot.catch(() => {
      if (this.#cached === cached) this.#cached = undefined;
    });
    return snapshot;
  }

  /** The datasources that changed between two revisions; undefined when one of the publications was not told of. */
  #changes(from: number, to: number): ReadonlySet<string> | undefined {
    const changed = new Set<string>();
    for (let revision = from + 1; revision <= to; revision++) {
      const dataSource = this.#published.get(revision);
      if (dataSource === undefined) return undefined;
      changed.add(dataSource);
    }
    return changed;
  }

  async #load(): Promise<TimelineSnapshot> {
    const read = byDataSource(await this.store.usedSegments());
    const used = new Map([...read].map(([dataSource, segments]) => [dataSource, shareColumns(segments)]));
    const visible = new Map([...used].map(([dataSource, segments]) => [dataSource, visibleSegments(segments)]));
    return { used, visible };
  }

  async #reload(before: Promise<TimelineSnapshot>, changed: ReadonlySet<string>): Promise<TimelineSnapshot> {
    const { used: usedBefore, visible: visibleBefore } = await before;
    const used = new Map(usedBefore);
    const visible = new Map(visibleBefore);
    for (const dataSource of changed) {
      const segments = shareColumns(await this.store.usedSegments(dataSource));
      used.set(dataSource, segments);
      visible.set(dataSource, visibleSegments(segments));
    }
    return { used, visible };
  }
}
