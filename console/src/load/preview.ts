import { resultOfReport, type ErrorReport } from '../api/report.js';
import type { ResultSet } from '../api/result.js';
import { cancelTask, submitTask } from '../api/tasks.js';
import { watchTask, type TaskSnapshot } from '../api/watch.js';

/** What a look at data came to: rows, or the fault that stopped it, and the records that could not be read. */
export interface Preview {
  readonly result?: ResultSet;
  readonly fault?: ErrorReport;
  readonly warnings: readonly ErrorReport[];
}

/**
 * Runs a SELECT over external data as a task and waits for its rows; aborting cancels the task.
 * @throws ApiError when the statement is refused
 */
export async function runPreview(
  sql: string,
  context: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Preview> {
  const id = await submitTask(sql, { ...context, sqlQueryId: `preview-${crypto.randomUUID()}` }, signal);
  let last: TaskSnapshot | undefined;
  const cancel = (): void => {
    // Nobody waits for it any more; one that has ended meanwhile stays as it is.
    cancelTask(id).catch(() => undefined);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    await watchTask(
      id,
      (snapshot) => {
        last = snapshot;
      },
      signal,
    );
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  const report = last?.report;
  const warnings = report?.status.warnings ?? [];
  if (last?.status.statusCode === 'SUCCESS' && report) {
    const result = resultOfReport(report);
    return { warnings, ...(result && { result }) };
  }
  const fault = report?.status.errorReport ?? {
    error: { errorCode: 'UnknownError', errorMessage: last?.status.errorMsg ?? 'The preview has no answer' },
  };
  return { warnings, fault };
}
