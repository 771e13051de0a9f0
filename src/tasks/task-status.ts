import type { TaskRecord } from '../storage/metadata-store.js';

export interface TaskLocation {
  readonly host: string | null;
  readonly port: number;
  readonly tlsPort: number;
}

/** A task's status in Druid's JSON (TaskStatusPlus). Times are ISO texts. */
export interface TaskStatus {
  readonly id: string;
  readonly groupId: string;
  readonly type: string;
  readonly createdTime: string;
  readonly queueInsertionTime: string;
  readonly statusCode: 'RUNNING' | 'SUCCESS' | 'FAILED';
  readonly status: 'RUNNING' | 'SUCCESS' | 'FAILED';
  readonly runnerStatusCode: RunnerStatus;
  /** Milliseconds; -1 until the task ended. */
  readonly duration: number;
  readonly location: TaskLocation;
  readonly dataSource: string;
  readonly errorMsg: string | null;
}

/** PENDING waits for a slot, WAITING for a lock; an ended task has NONE. */
export type RunnerStatus = 'NONE' | 'PENDING' | 'WAITING' | 'RUNNING';

const nowhere: TaskLocation = { host: null, port: -1, tlsPort: -1 };

/** The status of a stored task; `runner` is how far the task is in this server, if it has not ended. */
export function taskStatus(
  task: TaskRecord,
  runner: RunnerStatus,
  server: { readonly host: string; readonly port: number },
): TaskStatus {
  return {
    id: task.id,
    groupId: task.groupId,
    type: task.type,
    createdTime: new Date(task.createdTime).toISOString(),
    queueInsertionTime: new Date(task.queueInsertionTime).toISOString(),
    statusCode: task.state,
    status: task.state,
    runnerStatusCode: task.state === 'RUNNING' ? runner : 'NONE',
    duration: task.duration,
    location:
      task.state === 'RUNNING' && runner === 'PENDING'
        ? nowhere
        : { host: server.host, port: server.port, tlsPort: -1 },
    dataSource: task.dataSource,
    errorMsg: task.errorMessage ?? null,
  };
}
