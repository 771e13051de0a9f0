import type { Logger } from 'pino';
import type { QueryContext } from '../msq/context.js';
import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { limits } from '../msq/limits.js';
import type { MetadataStore } from '../storage/metadata-store.js';
import { aborted, canceled } from './locks.js';
import type { TaskRecorder, WorkerRecord } from './task-progress.js';
import type { WorkerPool } from './worker-pool.js';
import { JobNotTaken, leavesProcessSound, type WorkerProcess } from './worker-process.js';

/** A process whose job took less than this many milliseconds waits for another one. */
const REUSE_BELOW_MS = 2_000;

/** Milliseconds in which a worker must start, as in Druid (IndexerControllerContext). */
const START_TIMEOUT_MS = 600_000;

/** Processes that may be gone before they took a job, until that is the task's failure. */
const LOST_PROCESSES = 3;

export interface AttemptSources {
  readonly pool: WorkerPool;
  readonly cores: number;
  /** Milliseconds in which a worker must have started; absent means Druid's ten minutes. */
  readonly workerStartTimeoutMs?: number;
  readonly logger: Logger;
}

/** The task whose job is run. */
export interface AttemptedTask {
  readonly taskId: string;
  readonly context: Pick<QueryContext, 'maxNumTasks' | 'maxThreads' | 'faultTolerance'>;
  readonly recorder: TaskRecorder;
  /** The task's own log. */
  readonly log: Logger;
}

export interface AttemptedWork<T> {
  /** Runs the job in a process that is ready; calls `taken` when that has begun. */
  work(worker: WorkerProcess, taken: () => void): Promise<T>;
  /** Takes back what a process has done that died of a reason, before another begins. */
  undo(reason: string): Promise<void>;
}

/**
 * Counts that a task is started again.
 * @throws FaultError TooManyAttemptsForJob when that is too often
 */
export async function countRelaunch(
  store: Pick<MetadataStore, 'countRelaunch'>,
  taskId: string,
  reason: string,
): Promise<void> {
  const count = await store.countRelaunch(taskId);
  if (count > limits.relaunches) {
    throw new FaultError(faults.TooManyAttemptsForJob(limits.relaunches, count, taskId, reason));
  }
}

/** The attempts to run a task's job in a process, of which processes that die make several. */
export class Attempts {
  constructor(
    readonly sources: AttemptSources,
    readonly task: AttemptedTask,
  ) {}

  /**
   * Runs the job, again when its process died and faultTolerance asks for it.
   * @throws FaultError, TaskStartTimeout and TooManyAttemptsForWorker among them
   */
  async run<T>(signal: AbortSignal, attempted: AttemptedWork<T>): Promise<T> {
    const { taskId, context, log } = this.task;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(signal, attempted);
      } catch (error) {
        const died = error instanceof FaultError && error.fault.errorCode === 'WorkerFailed';
        if (!died || signal.aborted || !context.faultTolerance) throw error;
        if (attempt === limits.relaunchesPerWorker) {
          throw new FaultError(
            faults.TooManyAttemptsForWorker(limits.relaunchesPerWorker, 0, taskId, error.fault.errorMessage),
            {
              cause: error,
            },
          );
        }
        log.warn({ fault: error.fault }, 'worker failed, starting another');
        await attempted.undo(error.fault.errorMessage);
      }
    }
  }

  /** Runs the job in a process; one that is gone before it took the job is not the task's failure. */
  async #attempt<T>(signal: AbortSignal, attempted: AttemptedWork<T>): Promise<T> {
    const record = this.task.recorder.addWorker();
    let failed = true;
    try {
      for (let lost = 0; ; lost++) {
        try {
          const result = await this.#lease(signal, attempted, record);
          failed = false;
          return result;
        } catch (error) {
          if (!(error instanceof JobNotTaken) || lost === LOST_PROCESSES || signal.aborted) throw error;
          this.task.log.info({ fault: error.fault }, 'a waiting process was gone, taking another');
        }
      }
    } finally {
      record.ended(failed);
    }
  }

  async #lease<T>(signal: AbortSignal, { work }: AttemptedWork<T>, record: WorkerRecord): Promise<T> {
    const { context, log } = this.task;
    const { pool, cores, logger } = this.sources;
    const { maxThreads = 0 } = context;
    const threads = Math.min(context.maxNumTasks - 1, maxThreads > 0 ? maxThreads : cores, cores);
    const worker = pool.lease(threads);
    let isSound = false;
    try {
      await this.#started(worker.process, signal);
      const result = await work(worker.process, () => {
        record.started();
        log.info({ threads, workerPid: worker.process.pid }, 'worker started');
      });
      isSound = true;
      return result;
    } catch (error) {
      isSound = leavesProcessSound(error);
      throw error;
    } finally {
      // A small task leaves a process as it was; after a big one its memory is given back to the system. The end of the
      // process is not waited for: the rows and segments are there.
      const reusable = isSound && record.elapsed() < REUSE_BELOW_MS;
      void worker.release(reusable).catch((error: unknown) => {
        logger.warn({ err: error }, 'a worker process could not be ended');
      });
    }
  }

  /** @throws FaultError TaskStartTimeout, or the reason of a cancellation */
  async #started(worker: WorkerProcess, signal: AbortSignal): Promise<void> {
    const { workerStartTimeoutMs = START_TIMEOUT_MS } = this.sources;
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
    }, workerStartTimeoutMs);
    await Promise.race([worker.ready, aborted(AbortSignal.any([signal, late.signal]))]).finally(() => {
      clearTimeout(timer);
    });
    if (signal.aborted) throw canceled(signal);
    // The controller counts as a task, as in Druid.
    if (late.signal.aborted) throw new FaultError(faults.TaskStartTimeout(1, 2, workerStartTimeoutMs));
  }
}
