import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { contextParameters } from '../msq/context.js';
import { faults, faultText } from '../msq/faults.js';
import { requestOf } from '../msq/payload.js';
import { reportJson } from '../msq/report.js';
import type { DeepStorage } from '../storage/deep-storage.js';
import type { MetadataStore, TaskRecord } from '../storage/metadata-store.js';
import type { CompiledStatement } from './compile.js';

export interface RecoverySources {
  readonly store: MetadataStore;
  readonly deepStorage: DeepStorage;
  /** The directory of the tasks' directories. */
  readonly tasksDirectory: string;
  /** Directories of processes, which none of this server's uses yet. */
  readonly scratchDirectories: readonly string[];
  /** host:port of the server. */
  readonly host: string;
  readonly logger: Logger;
  now(): number;
}

/** Whether a task asked to be started again. */
const isFaultTolerant = ({ type, payload }: TaskRecord): boolean =>
  type === 'query_controller' &&
  contextParameters.faultTolerance.read('faultTolerance', requestOf(payload).context.faultTolerance);

/** Whether the next server starts a task again: it asked for that, and can be read from the store, which keeps no secrets. */
export const outlivesServer = ({ sql, context, hideSecrets }: CompiledStatement): boolean =>
  context.faultTolerance && hideSecrets(sql) === sql;

/**
 * Ends the tasks that a server left behind: none of them has published, or it would not be RUNNING. Answers those that are
 * to be started again, oldest first.
 */
async function failLeftTasks({ store, host, logger, now }: RecoverySources): Promise<readonly TaskRecord[]> {
  const tolerant: TaskRecord[] = [];
  for (const task of await store.tasks({ state: 'RUNNING' })) {
    if (isFaultTolerant(task)) {
      tolerant.unshift(task);
      continue;
    }
    const fault = faults.UnknownError(
      'The server stopped while this task was running. The task has published nothing; submit it again. ' +
        'With faultTolerance it would have been started again.',
    );
    const duration = Math.max(0, now() - task.createdTime);
    await store.endTask({
      id: task.id,
      state: 'FAILED',
      duration,
      errorMessage: faultText(fault),
      report: reportJson({
        taskId: task.id,
        host,
        state: 'FAILED',
        failure: { error: fault },
        warnings: [],
        startTime: task.createdTime,
        durationMs: duration,
        workers: [],
        pendingTasks: 0,
        runningTasks: 0,
        stages: [],
        counters: [],
      }),
    });
    logger.warn({ taskId: task.id }, 'a task of the last run was ended');
  }
  for (const { taskId } of await store.locks()) await store.releaseLocks(taskId);
  return tolerant;
}

/** What tasks kept while they ran; their logs stay. */
async function removeTaskWork({ tasksDirectory }: RecoverySources): Promise<void> {
  const tasks = await readdir(tasksDirectory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  await Promise.all(tasks.map((task) => rm(path.join(tasksDirectory, task, 'work'), { recursive: true, force: true })));
}

/**
 * Puts a data directory in order before the first task: after a crash, data is the old or the new, never between. Answers
 * the tasks that are to be started again.
 */
export async function recover(sources: RecoverySources): Promise<readonly TaskRecord[]> {
  const { store, deepStorage, scratchDirectories, logger } = sources;
  const left = await failLeftTasks(sources);
  const swept = await deepStorage.sweep(await store.referencedFiles());
  if (swept > 0) logger.warn({ files: swept }, 'files that no metadata name were removed');
  await removeTaskWork(sources);
  await Promise.all(scratchDirectories.map((directory) => rm(directory, { recursive: true, force: true })));
  return left;
}
