import { EventSourceParserStream } from 'eventsource-parser/stream';
import { RequestError } from './errors.js';
import type { HttpConnection } from './http.js';
import type { TaskReport, TaskState, TaskStatus } from './types.js';

const taskPath = (id: string): string => `/druid/indexer/v1/task/${encodeURIComponent(id)}`;

export async function fetchStatus(http: HttpConnection, id: string, signal?: AbortSignal): Promise<TaskStatus> {
  return (await http.json<{ status: TaskStatus }>('GET', `${taskPath(id)}/status`, { signal })).status;
}

/** The report so far; undefined while there is none. */
export async function fetchReport(
  http: HttpConnection,
  id: string,
  signal?: AbortSignal,
): Promise<TaskReport | undefined> {
  try {
    const reports = await http.json<{ multiStageQuery?: { payload: TaskReport } }>('GET', `${taskPath(id)}/reports`, {
      signal,
    });
    return reports.multiStageQuery?.payload;
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return undefined;
    throw error;
  }
}

export const hasEnded = ({ status }: TaskState): boolean => status.statusCode !== 'RUNNING';

/** Milliseconds between two questions: short at first, as many tasks are. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Asks again and again, as Druid's servers want it. */
async function* polledStates(
  http: HttpConnection,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<TaskState> {
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 1.3, LONGEST_PAUSE_MS)) {
    signal?.throwIfAborted();
    // The status first: a report that is read after the end is the final one.
    const status = await fetchStatus(http, id, signal);
    const report = await fetchReport(http, id, signal);
    yield { status, ...(report && { report }) };
    if (status.statusCode !== 'RUNNING') return;
    await pause(wait, signal);
  }
}

/** The task's server-sent events; undefined where the server has none. */
async function openEvents(
  http: HttpConnection,
  id: string,
  signal: AbortSignal | undefined,
): Promise<NonNullable<Response['body']> | undefined> {
  try {
    const { headers, body } = await http.call('GET', `${taskPath(id)}/events`, { signal, accept: 'text/event-stream' });
    return headers.get('content-type')?.startsWith('text/event-stream') && body ? body : undefined;
  } catch (error) {
    if (error instanceof RequestError && error.status !== undefined) return undefined;
    throw error;
  }
}

async function* pushedStates(stream: NonNullable<Response['body']>): AsyncGenerator<TaskState> {
  const reader = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
  let status: TaskStatus | undefined;
  let report: TaskReport | undefined;
  try {
    for (;;) {
      const { value: event, done } = await reader.read();
      if (done) return;
      if (event.event === 'status') status = JSON.parse(event.data) as TaskStatus;
      else if (event.event === 'report') report = JSON.parse(event.data) as TaskReport;
      else continue;
      if (status) yield { status, ...(report && { report }) };
    }
  } finally {
    // The reader may have stopped early: the server must not go on sending.
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * The states of a task until it has ended: as the server tells them by events, or asked for again and again where a server
 * has no events or the connection breaks. The last one has the final report.
 * @throws RequestError for an unknown task; the signal's reason when it aborts
 */
export async function* taskStates(http: HttpConnection, id: string, signal?: AbortSignal): AsyncGenerator<TaskState> {
  const events = await openEvents(http, id, signal);
  if (events) {
    try {
      for await (const state of pushedStates(events)) {
        // Nothing comes after the end; a report of before is not the final one.
        if (hasEnded(state) && state.report?.status.status === 'RUNNING') continue;
        yield state;
        if (hasEnded(state)) return;
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      // A broken connection tells nothing of the task, which polling finds out.
    }
  }
  yield* polledStates(http, id, signal);
}
