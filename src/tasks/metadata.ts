import { buildCatalog } from './catalog.js';
import { lookupTables, type Lookups } from './lookups.js';
import { systemTables, type ServerIdentity, type SystemSource } from './system-tables/index.js';
import type { TaskStatus } from './task-status.js';
import type { Timeline } from './timeline.js';

/** What statements are bound against and what system tables show, as of now. */
export class Metadata {
  #cached: Pick<SystemSource, 'snapshot' | 'lookups' | 'catalog'> | undefined;

  constructor(
    readonly timeline: Timeline,
    readonly lookups: Lookups,
    readonly server: ServerIdentity,
    readonly tasks: () => Promise<readonly TaskStatus[]>,
  ) {}

  async current(): Promise<SystemSource> {
    const snapshot = await this.timeline.current();
    const lookups = this.lookups.tiers;
    if (this.#cached?.snapshot !== snapshot || this.#cached.lookups !== lookups) {
      const catalog = buildCatalog(snapshot, [...lookupTables(lookups), ...systemTables]);
      this.#cached = { snapshot, lookups, catalog };
    }
    return { ...this.#cached, server: this.server, tasks: this.tasks };
  }
}
