import type { TaskStatus } from '../../../src/client/index.js';
import { ApiError, getJson, postJson, send } from './http.js';
import type { ReportPayload } from './report.js';
import type { QueryContext } from './sql.js';

/** Tasks that a list has at most. */
export const mostTasks = 1_000;

const base = '/druid/indexer/v1';
const taskPath = (id: string): string => `${base}/task/${encodeURIComponent(id)}`;

export type { TaskStatus };

/** Hands a statement in as a task and answers its id. Its report tells of the segments unless the context says otherwise. */
export async function submitTask(query: string, context: QueryContext, signal?: AbortSignal): Promise<string> {
  const body = { query, context: { waitUntilSegmentsLoad: true, ...context } };
  const { taskId } = await postJson<{ taskId: string }>('/druid/v2/sql/task', body, signal);
  return taskId;
}

export async function cancelTask(id: string): Promise<void> {
  await send('POST', `${taskPath(id)}/shutdown`);
}

export const listTasks = (signal?: AbortSignal): Promise<TaskStatus[]> =>
  getJson(`${base}/tasks?max=${mostTasks}`, signal);

export async function taskStatus(id: string, signal?: AbortSignal): Promise<TaskStatus> {
  return (await getJson<{ status: TaskStatus }>(`${taskPath(id)}/status`, signal)).status;
}

/** The report, or undefined while there is none. */
export async function taskReport(id: string, signal?: AbortSignal): Promise<ReportPayload | undefined> {
  try {
    const report = await getJson<{ multiStageQuery?: { payload: ReportPayload } }>(`${taskPath(id)}/reports`, signal);
    return report.multiStageQuery?.payload;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

export interface TaskPayload {
  readonly sqlQuery?: string;
  readonly sqlQueryContext?: QueryContext;
  readonly context?: QueryContext;
  readonly dataSource?: string;
}

export async function taskPayload(id: string, signal?: AbortSignal): Promise<TaskPayload> {
  return (await getJson<{ payload: TaskPayload }>(taskPath(id), signal)).payload;
}

export async function taskLog(id: string, signal?: AbortSignal): Promise<string> {
  return (await send('GET', `${taskPath(id)}/log`, { signal })).text();
}
