import { overlaps } from '../segments/index.js';
import type { Interval } from '../segments/segment.js';

interface Append {
  readonly interval: Interval;
  readonly version: string;
  /** The first partition number that is still free. */
  next: number;
}

const keyOf = ({ start, end }: Interval): string => `${start}/${end}`;

/**
 * The time chunks that running INSERTs fill, by datasource: which version and which partition numbers they have taken
 * before they are published. Kept in memory, as one server owns a data directory and its tasks end with it.
 */
export class AppendRegistry {
  readonly #tasks = new Map<string, { readonly dataSource: string; readonly appends: Map<string, Append> }>();

  /** Whether another task fills a chunk that overlaps this one but is cut otherwise. */
  isCutOtherwise(taskId: string, dataSource: string, intervals: readonly Interval[]): boolean {
    for (const [other, { dataSource: theirs, appends }] of this.#tasks) {
      if (other === taskId || theirs !== dataSource) continue;
      // Chunks of one task never overlap, so one of the same interval is the only one that does.
      const unknown = intervals.filter((interval) => !appends.has(keyOf(interval)));
      if (unknown.length === 0) continue;
      const chunks = [...appends.values()];
      if (unknown.some((interval) => chunks.some((chunk) => overlaps(chunk.interval, interval)))) return true;
    }
    return false;
  }

  /** The version that a task has chosen for a chunk that was empty. */
  version(dataSource: string, interval: Interval): string | undefined {
    return this.#appends(dataSource, interval)[0]?.version;
  }

  /** Takes partition numbers of a chunk, from `least` on; answers the first. */
  reserve(taskId: string, dataSource: string, chunk: Omit<Append, 'next'>, least: number, count: number): number {
    const taken = this.#appends(dataSource, chunk.interval).filter(({ version }) => version === chunk.version);
    const first = Math.max(least, ...taken.map(({ next }) => next));
    const task = this.#tasks.get(taskId) ?? { dataSource, appends: new Map<string, Append>() };
    this.#tasks.set(taskId, task);
    task.appends.set(keyOf(chunk.interval), { ...chunk, next: first + count });
    return first;
  }

  /** Forgets a task that has ended. */
  release(taskId: string): void {
    this.#tasks.delete(taskId);
  }

  #appends(dataSource: string, interval: Interval): readonly Append[] {
    const key = keyOf(interval);
    const found: Append[] = [];
    for (const task of this.#tasks.values()) {
      const append = task.dataSource === dataSource ? task.appends.get(key) : undefined;
      if (append) found.push(append);
    }
    return found;
  }
}
