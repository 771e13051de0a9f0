import type { TaskReport, TaskStatus } from './types.js';

/** A server's refusal, or no server at all (`status` is then absent). */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    message: string,
    /** The HTTP status. */
    readonly status?: number,
    /** The answer's JSON: Druid's error with its `context`, as `line` and `column` of a statement. */
    readonly body?: unknown,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A task that ended as FAILED, with its report. */
export class TaskFailure extends Error {
  override readonly name = 'TaskFailure';
  constructor(
    readonly taskStatus: TaskStatus,
    readonly report: TaskReport | undefined,
  ) {
    const fault = report?.status.errorReport?.error;
    super(
      fault
        ? `${fault.errorCode}: ${fault.errorMessage ?? ''}`
        : (taskStatus.errorMsg ?? `Task ${taskStatus.id} failed`),
    );
  }
}
