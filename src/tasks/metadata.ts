import { buildCatalog, type ServerCatalog } from './catalog.js';
import { systemTables, type ServerIdentity, type SystemSource } from './system-tables/index.js';
import type { TaskStatus } from './task-status.js';
import type { Timeline, TimelineSnapshot } from './timeline.js';

/** What statements are bound against and what system tables show, as of now. */
export class Metadata {
  #cached: { readonly snapshot: TimelineSnapshot; readonly catalog: ServerCatalog } | undefined;

  constructor(
    readonly timeline: Timeline,
    readonly server: ServerIdentity,
    readonly tasks: () => Promise<readonly TaskStatus[]>,
  ) {}

  async current(): Promise<SystemSource> {
    const snapshot = await this.timeline.current();
    if (this.#cached?.snapshot !== snapshot) {
      this.#cached = { snapshot, catalog: buildCatalog(snapshot, systemTables) };
    }
    return { snapshot, catalog: this.#cached.catalog, server: this.server, tasks: this.tasks };
  }
}
