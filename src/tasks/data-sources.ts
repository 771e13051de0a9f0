import { contains, formatSegmentId, overlaps, visibleSegments } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';
import type { MetadataStore, SegmentChoice, StoredSegment } from '../storage/metadata-store.js';
import type { TaskLocks } from './locks.js';
import type { Timeline } from './timeline.js';

/** Which segments of a datasource are meant (Druid's SegmentsToUpdateFilter). */
export type SegmentSelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'interval'; readonly interval: Interval; readonly versions?: readonly string[] }
  | { readonly kind: 'ids'; readonly ids: readonly string[] };

export interface DataSourcesSources {
  readonly store: MetadataStore;
  readonly timeline: Timeline;
  readonly locks: TaskLocks;
}

const isSelected = ({ id, segment }: StoredSegment, selection: SegmentSelection): boolean => {
  switch (selection.kind) {
    case 'all':
      return true;
    case 'interval':
      return (
        contains(selection.interval, segment.interval) &&
        (selection.versions === undefined || selection.versions.includes(segment.version))
      );
    case 'ids':
      return selection.ids.includes(id);
  }
};

/** Selected unused segments that no used one of a higher version hides. */
function chooseUsable(segments: readonly StoredSegment[], selection: SegmentSelection): readonly string[] {
  const candidates = segments.filter((stored) => stored.used || isSelected(stored, selection));
  const visible = new Set(visibleSegments(candidates.map(({ segment }) => segment)).map(formatSegmentId));
  return candidates.filter(({ used, id }) => !used && visible.has(id)).map(({ id }) => id);
}

/** What operators do with datasources as a whole: see their segments, and take them out of use and back. */
export class DataSources {
  constructor(readonly sources: DataSourcesSources) {}

  /** Datasources with segments that queries see, by name, with those segments. */
  async visible(): Promise<ReadonlyMap<string, readonly DataSegment[]>> {
    const { visible } = await this.sources.timeline.current();
    return new Map(
      [...visible].filter(([, segments]) => segments.length > 0).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    );
  }

  /** Used segments, those that others hide too. */
  async used(): Promise<ReadonlyMap<string, readonly DataSegment[]>> {
    return (await this.sources.timeline.current()).used;
  }

  names(includeUnused: boolean): Promise<readonly string[]> {
    return this.sources.store.dataSources(includeUnused);
  }

  /** Unused segments, within an interval if one is given. */
  async unused(dataSource: string, interval?: Interval): Promise<readonly StoredSegment[]> {
    return (await this.sources.store.storedSegments(dataSource)).filter(
      ({ used, segment }) => !used && (!interval || overlaps(interval, segment.interval)),
    );
  }

  /** Takes segments out of use: queries that start from now on do not see them. Answers how many. */
  markUnused(dataSource: string, selection: SegmentSelection): Promise<number> {
    return this.#mark(dataSource, false, (segments) =>
      segments.filter((stored) => isSelected(stored, selection)).map(({ id }) => id),
    );
  }

  /** Takes segments into use again, but not those that a newer version hides. Answers how many. */
  markUsed(dataSource: string, selection: SegmentSelection): Promise<number> {
    return this.#mark(dataSource, true, (segments) => chooseUsable(segments, selection));
  }

  #mark(dataSource: string, used: boolean, choose: SegmentChoice): Promise<number> {
    const { store, locks } = this.sources;
    // No task may be between looking at the segments and publishing.
    return locks.exclusively(() => store.markSegments(dataSource, used, choose));
  }
}
