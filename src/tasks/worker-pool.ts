import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { WorkerProcess } from './worker-process.js';

export interface WorkerPoolSettings {
  /** Spill directories are made below it. */
  readonly directory: string;
  readonly spares: number;
  /** Threads of a process that is not told otherwise. */
  readonly threads: number;
  /** Bytes. */
  readonly memoryBytes: number;
}

/** A process for one task; `release` ends it and removes what it spilled. */
export interface LeasedWorker {
  readonly process: WorkerProcess;
  release(): Promise<void>;
}

/** Keeps processes started and configured, so that a task does not wait for one to start. */
export class WorkerPool {
  readonly #spares: LeasedWorker[] = [];
  readonly #leased = new Set<LeasedWorker>();
  #closed = false;

  constructor(
    readonly settings: WorkerPoolSettings,
    readonly logger: Logger,
  ) {}

  /** Starts spares up to the number that is kept. */
  refill(): void {
    while (!this.#closed && this.#spares.length < this.settings.spares) {
      const spare = this.#start(this.settings.threads);
      this.#spares.push(spare);
      void spare.process.exited.then(() => {
        const index = this.#spares.indexOf(spare);
        if (index < 0) return;
        // A spare that dies by itself is not replaced at once: what killed it may kill the next one too.
        this.#spares.splice(index, 1);
        this.logger.warn({ worker: spare.process.name }, 'a waiting worker process ended');
      });
    }
  }

  /** Hands out a process; one with another number of threads is started afresh. The caller releases it. */
  lease(threads: number): LeasedWorker {
    if (this.#closed) throw new Error('The worker pool is closed');
    const spare = threads === this.settings.threads ? this.#spares.shift() : undefined;
    const worker = spare?.process.alive ? spare : this.#start(threads);
    this.#leased.add(worker);
    return worker;
  }

  /** Ends all processes, those of running tasks too. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#spares.splice(0), ...this.#leased];
    await Promise.all(all.map((worker) => worker.release()));
  }

  #start(threads: number): LeasedWorker {
    const id = randomUUID();
    const spillDirectory = path.join(this.settings.directory, id);
    mkdirSync(spillDirectory, { recursive: true });
    const worker = new WorkerProcess(`worker-${id}`, {
      threads,
      memoryBytes: this.settings.memoryBytes,
      spillDirectory,
    });
    let released: Promise<void> | undefined;
    const release = async (): Promise<void> => {
      // Its work is done or given up, so nothing is lost by ending it at once.
      await worker.end('kill');
      this.#leased.delete(lease);
      await rm(spillDirectory, { recursive: true, force: true });
    };
    const lease: LeasedWorker = { process: worker, release: () => (released ??= release()) };
    return lease;
  }
}
