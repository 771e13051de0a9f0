import { visibleSegments } from '../segments/index.js';
import type { DataSegment } from '../segments/segment.js';
import type { MetadataStore } from '../storage/metadata-store.js';

/** The published segments at one moment. */
export interface TimelineSnapshot {
  readonly revision: number;
  /** All used segments, overshadowed ones too. */
  readonly used: readonly DataSegment[];
  /** What queries see, tombstones too, by datasource. */
  readonly visible: ReadonlyMap<string, readonly DataSegment[]>;
}

/** Reads the published segments and keeps them until something is published. */
export class Timeline {
  #cached: { readonly revision: number; readonly snapshot: Promise<TimelineSnapshot> } | undefined;

  constructor(readonly store: MetadataStore) {}

  current(): Promise<TimelineSnapshot> {
    const revision = this.store.segmentsRevision();
    if (this.#cached?.revision === revision) return this.#cached.snapshot;
    const snapshot = this.#load(revision);
    this.#cached = { revision, snapshot };
    snapshot.catch(() => {
      this.#cached = undefined;
    });
    return snapshot;
  }

  async #load(revision: number): Promise<TimelineSnapshot> {
    const used = await this.store.usedSegments();
    const byDataSource = new Map<string, DataSegment[]>();
    for (const segment of used) {
      const known = byDataSource.get(segment.dataSource);
      if (known) known.push(segment);
      else byDataSource.set(segment.dataSource, [segment]);
    }
    const visible = new Map([...byDataSource].map(([dataSource, segments]) => [dataSource, visibleSegments(segments)]));
    return { revision, used, visible };
  }
}
