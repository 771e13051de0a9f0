import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { FaultError, type Fault } from '../msq/fault.js';
import { faults, faultText } from '../msq/faults.js';
import { contains, formatInterval } from '../segments/index.js';
import type { Interval } from '../segments/segment.js';
import type { DeepStorage } from '../storage/deep-storage.js';
import type { MetadataStore, StoredSegment, TaskLock, TaskRecord } from '../storage/metadata-store.js';
import { canceled, type TaskLocks } from './locks.js';
import { openTaskLog, type TaskLog } from './task-log.js';
import type { RunnerStatus } from './task-status.js';

/** What a kill task deletes for good: unused segments that lie within an interval. */
export interface KillRequest {
  readonly id?: string;
  readonly dataSource: string;
  readonly interval: Interval;
  /** Only segments of these versions; absent means all. */
  readonly versions?: readonly string[];
  /** At most this many segments. */
  readonly limit?: number;
}

export interface KillSources {
  readonly store: MetadataStore;
  readonly deepStorage: DeepStorage;
  readonly locks: TaskLocks;
  readonly logger: Logger;
  now(): number;
}

/** The record of a kill task that is about to start. */
export function killRecord(request: KillRequest, now: number): TaskRecord {
  const { dataSource, interval, versions, limit } = request;
  const id = request.id ?? `api-issued_kill_${dataSource}_${randomUUID()}`;
  return {
    id,
    groupId: id,
    type: 'kill',
    dataSource,
    createdTime: now,
    queueInsertionTime: now,
    state: 'RUNNING',
    duration: -1,
    payload: {
      type: 'kill',
      id,
      groupId: id,
      dataSource,
      interval: formatInterval(interval),
      ...(versions && { versions }),
      ...(limit !== undefined && { limit }),
      context: {},
      resource: { availabilityGroup: id, requiredCapacity: 1 },
    },
  };
}

/** Deletes unused segments: their rows in the metadata first, then their files (KillUnusedSegmentsTask). */
export class KillTask {
  readonly #abort = new AbortController();
  readonly #log: TaskLog;
  #runner: RunnerStatus = 'RUNNING';

  constructor(
    readonly record: TaskRecord,
    readonly request: KillRequest,
    directory: string,
    readonly sources: KillSources,
  ) {
    this.#log = openTaskLog(directory, record.id);
  }

  get runnerStatus(): RunnerStatus {
    return this.#runner;
  }

  /** There is nothing to tell before the end. */
  report(): undefined {
    return undefined;
  }

  cancel(fault: Fault): void {
    this.#abort.abort(new FaultError(fault));
  }

  async run(): Promise<void> {
    const unwatch = this.sources.locks.watch(this.record.id, () => {
      this.cancel(faults.InsertLockPreempted());
    });
    try {
      await this.#lock();
      await this.#kill();
    } catch (error) {
      await this.#fail(error);
    } finally {
      unwatch();
      this.sources.locks.wake();
      this.#log.close();
    }
  }

  async #lock(): Promise<void> {
    const { signal } = this.#abort;
    const lock: TaskLock = {
      taskId: this.record.id,
      dataSource: this.request.dataSource,
      interval: this.request.interval,
      kind: 'exclusive',
      priority: 0,
      version: new Date(this.sources.now()).toISOString(),
    };
    await this.sources.locks.acquire(
      { make: () => Promise.resolve(lock), taken: () => Promise.resolve() },
      signal,
      () => {
        this.#runner = 'WAITING';
      },
    );
    this.#runner = 'RUNNING';
    if (signal.aborted) throw canceled(signal);
  }

  async #kill(): Promise<void> {
    const { store, deepStorage, logger } = this.sources;
    const { id } = this.record;
    const { dataSource } = this.request;
    const { signal } = this.#abort;
    const killed = await this.sources.locks.exclusively(() => {
      // The lock may have been taken away up to here.
      if (signal.aborted) throw canceled(signal);
      return store.killSegments(
        id,
        dataSource,
        (segments) => this.#choose(segments),
        (segments) => ({
          id,
          state: 'SUCCESS',
          duration: this.sources.now() - this.record.createdTime,
          report: this.#report(segments.length),
        }),
      );
    });
    if (!killed) return;
    this.#log.logger.info({ segments: killed.length }, 'unused segments deleted');
    logger.info({ taskId: id, dataSource, segments: killed.length }, 'unused segments deleted');
    // A file that stays behind is nobody's, and is swept at the next start.
    await deepStorage.remove(killed.map(({ loadSpec }) => loadSpec));
  }

  #choose(segments: readonly StoredSegment[]): readonly string[] {
    const { interval, versions, limit } = this.request;
    return segments
      .filter(({ segment }) => contains(interval, segment.interval))
      .filter(({ segment }) => !versions || versions.includes(segment.version))
      .slice(0, limit)
      .map(({ id }) => id);
  }

  #report(numSegmentsKilled: number): unknown {
    return {
      killUnusedSegments: {
        type: 'killUnusedSegments',
        taskId: this.record.id,
        payload: { numSegmentsKilled, numBatchesProcessed: 1 },
      },
    };
  }

  async #fail(error: unknown): Promise<void> {
    const { store, locks, logger, now } = this.sources;
    const fault =
      error instanceof FaultError
        ? error.fault
        : faults.UnknownError(error instanceof Error ? error.message : String(error));
    if (!(error instanceof FaultError)) logger.error({ err: error, taskId: this.record.id }, 'a kill task failed');
    this.#log.logger.error({ fault }, 'failed');
    await locks.exclusively(async () => {
      await store.endTask({
        id: this.record.id,
        state: 'FAILED',
        duration: now() - this.record.createdTime,
        errorMessage: faultText(fault),
        report: this.#report(0),
      });
    });
  }
}
