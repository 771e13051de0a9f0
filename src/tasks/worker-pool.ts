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
  /**
   * Milliseconds after a process was handed out until another is started in its place, if its task has not ended by then:
   * starting one takes processor time from the task, and most tasks are done sooner.
   */
  readonly refillAfterMs: number;
}

/** A process that works for one task at a time. */
export interface LeasedWorker {
  readonly process: WorkerProcess;
  /**
   * Gives the process back: to wait for the next task when it is `reusable`, or else to end, with all that it spilled.
   * Resolves when that is done.
   */
  release(reusable?: boolean): Promise<void>;
}

/** Tasks that one process works for before a fresh one takes its place. */
const MAX_TASKS = 100;

interface PooledWorker extends LeasedWorker {
  readonly threads: number;
  tasks: number;
  end(): Promise<void>;
}

/** Keeps processes started and configured, so that a task does not wait for one to start. */
export class WorkerPool {
  #spares: PooledWorker[] = [];
  readonly #all = new Set<PooledWorker>();
  #refilling: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    readonly settings: WorkerPoolSettings,
    readonly logger: Logger,
  ) {}

  /** Starts spares up to the number that is kept. */
  refill(): void {
    while (!this.#closed && this.#spares.length < this.settings.spares) {
      this.#spares.push(this.#start(this.settings.threads));
    }
  }

  /** Hands out a process; one with another number of threads is started afresh. The caller releases it. */
  lease(threads: number): LeasedWorker {
    if (this.#closed) throw new Error('The worker pool is closed');
    const spare = threads === this.settings.threads ? this.#spares.shift() : undefined;
    const worker = spare ?? this.#start(threads);
    worker.tasks += 1;
    this.#refilling ??= setTimeout(() => {
      this.#refilling = undefined;
      this.refill();
    }, this.settings.refillAfterMs);
    return worker;
  }

  /** Ends all processes, those of running tasks too. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#refilling);
    this.#spares = [];
    await Promise.all([...this.#all].map((worker) => worker.end()));
  }

  /** Lets a process wait for its next task, in the place of one that is still starting if there are enough. */
  #takeBack(worker: PooledWorker): boolean {
    const { spares, threads } = this.settings;
    if (this.#closed || !worker.process.alive || worker.threads !== threads || worker.tasks >= MAX_TASKS) return false;
    if (this.#spares.length >= spares) {
      const starting = this.#spares.find((spare) => !spare.process.isReady);
      if (!starting) return false;
      this.#spares = this.#spares.filter((spare) => spare !== starting);
      void starting.end();
    }
    this.#spares.unshift(worker);
    return true;
  }

  #start(threads: number): PooledWorker {
    const id = randomUUID();
    const spillDirectory = path.join(this.settings.directory, id);
    mkdirSync(spillDirectory, { recursive: true });
    const process = new WorkerProcess(`worker-${id}`, {
      threads,
      memoryBytes: this.settings.memoryBytes,
      spillDirectory,
    });
    let ended: Promise<void> | undefined;
    const worker: PooledWorker = {
      process,
      threads,
      tasks: 0,
      // Its work is done or given up, so nothing is lost by ending it at once.
      end: () => (ended ??= process.end('kill').then(() => cleared)),
      release: async (reusable = false) => {
        if (reusable && this.#takeBack(worker)) return;
        await worker.end();
        this.refill();
      },
    };
    const cleared = process.exited.then(async () => {
      this.#all.delete(worker);
      if (this.#spares.includes(worker)) {
        // A spare that dies by itself is not replaced at once: what killed it may kill the next one too.
        this.#spares = this.#spares.filter((spare) => spare !== worker);
        this.logger.warn({ worker: process.name }, 'a waiting worker process ended');
      }
      await rm(spillDirectory, { recursive: true, force: true });
    });
    this.#all.add(worker);
    return worker;
  }
}
