import type { ReportPayload } from './report.js';
import { taskReport, taskStatus, type TaskStatus } from './tasks.js';

/** A task as it stands: its status always, its report as soon as there is one. */
export interface TaskSnapshot {
  readonly status: TaskStatus;
  readonly report?: ReportPayload;
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });

/** Follows a task until it has ended or the signal fires. */
export async function watchTask(
  id: string,
  onSnapshot: (snapshot: TaskSnapshot) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = 100; !signal.aborted; wait = Math.min(wait * 1.4, 1_000)) {
    // The status is asked first: a report that follows an ended task is the last one.
    const status = await taskStatus(id, signal);
    const report = await taskReport(id, signal);
    if (signal.aborted) return;
    onSnapshot({ status, ...(report && { report }) });
    if (status.statusCode !== 'RUNNING') return;
    await pause(wait, signal);
  }
}
