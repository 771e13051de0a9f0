import { setTimeout as delay } from 'node:timers/promises';
import { RequestError, type HttpClient, type QueryAnswer, type TaskReportPayload } from './http-client.js';
import { progressDisplay, summarize } from './task-progress.js';

/** A task that ended as FAILED, with its fault. */
export class TaskFailure extends Error {
  override readonly name = 'TaskFailure';
}

export interface TaskOutcome {
  readonly taskId: string;
  readonly report: TaskReportPayload;
  /** From submit to the end, milliseconds, as the caller saw it. */
  readonly elapsedMs: number;
}

function failureText(taskId: string, report: TaskReportPayload | undefined, message: string | null): string {
  const error = report?.status.errorReport?.error;
  return error ? `${error.errorCode}: ${error.errorMessage ?? ''}` : (message ?? `Task ${taskId} failed`);
}

/**
 * Submits a statement as a task, shows its progress until it ends, and cancels it when the signal fires.
 * @throws TaskFailure with the fault's text
 * @throws RequestError when the server refuses the statement
 */
export async function runTask(
  client: HttpClient,
  sql: string,
  context: Readonly<Record<string, unknown>>,
  options: { readonly signal: AbortSignal; readonly progress?: NodeJS.WriteStream },
): Promise<TaskOutcome> {
  const started = performance.now();
  const taskId = await client.submitTask(sql, context);
  const display = options.progress && progressDisplay(options.progress);
  const cancel = (): void => {
    // The status that follows tells how it ended; a failed cancel shows there too.
    client.cancelTask(taskId).catch(() => undefined);
  };
  options.signal.addEventListener('abort', cancel, { once: true });
  try {
    for (let pause = 10; ; pause = Math.min(pause * 1.3, 250)) {
      const status = await client.taskStatus(taskId);
      const report = display || status.statusCode !== 'RUNNING' ? await client.taskReport(taskId) : undefined;
      if (report) display?.show(summarize(report), performance.now() - started);
      if (status.statusCode === 'FAILED') throw new TaskFailure(failureText(taskId, report, status.errorMsg));
      if (status.statusCode === 'SUCCESS') {
        if (!report) throw new RequestError(`Task ${taskId} has no report`);
        return { taskId, report, elapsedMs: performance.now() - started };
      }
      await delay(pause);
    }
  } finally {
    options.signal.removeEventListener('abort', cancel);
    display?.stop();
  }
}

/** The rows of a SELECT task, as a query's answer. */
export function taskAnswer(report: TaskReportPayload): QueryAnswer | undefined {
  const results = report.results;
  return (
    results && {
      columns: results.signature.map((column) => column.name),
      types: results.sqlTypeNames,
      rows: results.results,
    }
  );
}
