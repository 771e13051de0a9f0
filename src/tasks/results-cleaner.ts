import type { Logger } from 'pino';
import type { DeepStorage } from '../storage/deep-storage.js';
import type { MetadataStore } from '../storage/metadata-store.js';

/** Milliseconds between two rounds. */
const EVERY_MS = 60 * 60 * 1000;

export interface ResultsCleanerSources {
  readonly store: MetadataStore;
  readonly deepStorage: DeepStorage;
  /** Milliseconds that the results of a SELECT task are kept in files, from its end. */
  readonly retentionMs: number;
  readonly logger: Logger;
  now(): number;
}

/** Deletes results in durable storage when they are old enough (Druid's DurableStorageCleaner); reports stay. */
export class ResultsCleaner {
  #timer: NodeJS.Timeout | undefined;

  constructor(readonly sources: ResultsCleanerSources) {}

  /** Cleans now and from time to time. */
  start(): void {
    const round = (): void => {
      this.clean().catch((error: unknown) => {
        this.sources.logger.warn({ err: error }, 'old results of queries could not be deleted');
      });
    };
    round();
    this.#timer = setInterval(round, EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Answers how many tasks' results were deleted. */
  async clean(): Promise<number> {
    const { store, deepStorage, retentionMs, now, logger } = this.sources;
    if (retentionMs === Infinity) return 0;
    const tasks = await store.tasksWithResultFiles(now() - retentionMs);
    // Forgotten first: files that no metadata name are deleted at the next start at the latest.
    await store.deleteResults(tasks);
    for (const task of tasks) await deepStorage.removeResults(task);
    if (tasks.length > 0) logger.info({ tasks: tasks.length }, 'old results of queries were deleted');
    return tasks.length;
  }
}
