import { MillraceClient } from '../../../src/client/index.js';
import type { ReportPayload } from './report.js';
import type { TaskStatus } from './tasks.js';

/** A task as it stands: its status always, its report as soon as there is one. */
export interface TaskSnapshot {
  readonly status: TaskStatus;
  readonly report?: ReportPayload;
}

const client = new MillraceClient('');

/**
 * Follows a task by the server's events until it has ended or the signal fires.
 * @throws RequestError when there is no such task
 */
export async function watchTask(
  id: string,
  onSnapshot: (snapshot: TaskSnapshot) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const snapshot of client.watch(id, { signal })) {
    if (signal.aborted) return;
    // The client names only what every program needs of Druid's report.
    onSnapshot(snapshot as TaskSnapshot);
  }
}
