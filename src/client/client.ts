import { RequestError, TaskFailure } from './errors.js';
import { HttpConnection, type ClientOptions } from './http.js';
import { fetchReport, fetchStatus, hasEnded, taskStates } from './task-states.js';
import type {
  AnswerColumn,
  ArrayAnswer,
  QueryAnswer,
  SqlStatement,
  TaskFilter,
  TaskReport,
  TaskState,
  TaskStatus,
} from './types.js';

export interface QueryOptions {
  readonly signal?: AbortSignal;
}

export interface WaitOptions {
  /** Stops the waiting; the task goes on. */
  readonly signal?: AbortSignal;
  /** Called with every change that the server tells of. */
  readonly onProgress?: (state: TaskState) => void;
}

export interface TaskOutcome {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly report: TaskReport;
}

/** A statement alone, or with context and parameters. */
export type Statement = string | SqlStatement;

const toStatement = (statement: Statement): SqlStatement =>
  typeof statement === 'string' ? { query: statement } : statement;

const requestBody = ({ query, context = {}, parameters = [] }: SqlStatement) => ({
  query,
  context,
  ...(parameters.length > 0 && { parameters }),
});

function toColumns(names: readonly unknown[], types: readonly unknown[], sqlTypes: readonly unknown[]): AnswerColumn[] {
  return names.map((name, index) => ({
    name: String(name),
    type: String(types[index]),
    sqlType: String(sqlTypes[index]),
  }));
}

function asObjects<Row>({ columns, rows }: ArrayAnswer): QueryAnswer<Row> {
  return {
    columns,
    rows: rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])) as Row),
  };
}

/**
 * Druid's SQL and task API on one server: Millrace, or a real Druid through its router. Works in Node and in a browser.
 *
 * ```ts
 * const client = new MillraceClient({ url: 'http://127.0.0.1:8888' });
 * const { taskId } = await client.run('REPLACE INTO …', { onProgress: ({ report }) => … });
 * const { rows } = await client.query<{ channel: string; edits: number }>('SELECT channel, COUNT(*) AS edits …');
 * ```
 */
export class MillraceClient {
  readonly #http: HttpConnection;

  constructor(options: ClientOptions | string) {
    this.#http = new HttpConnection(typeof options === 'string' ? { url: options } : options);
  }

  /**
   * Runs a query at once and answers its rows by column name.
   * @throws RequestError with the server's message
   */
  async query<Row = Readonly<Record<string, unknown>>>(
    statement: Statement,
    options: QueryOptions = {},
  ): Promise<QueryAnswer<Row>> {
    return asObjects<Row>(await this.queryArrays(statement, options));
  }

  /** The same with rows as arrays, which keeps columns of the same name apart. */
  async queryArrays(statement: Statement, { signal }: QueryOptions = {}): Promise<ArrayAnswer> {
    const answer = await this.#http.json<unknown[][]>('POST', '/druid/v2/sql', {
      body: {
        ...requestBody(toStatement(statement)),
        resultFormat: 'array',
        header: true,
        typesHeader: true,
        sqlTypesHeader: true,
      },
      signal,
    });
    const [names = [], types = [], sqlTypes = [], ...rows] = answer;
    return { columns: toColumns(names, types, sqlTypes), rows };
  }

  /** Cancels a query by the sqlQueryId of its context; answers whether it ran. */
  async cancelQuery(sqlQueryId: string): Promise<boolean> {
    try {
      await this.#http.call('DELETE', `/druid/v2/sql/${encodeURIComponent(sqlQueryId)}`);
      return true;
    } catch (error) {
      if (error instanceof RequestError && error.status === 404) return false;
      throw error;
    }
  }

  /**
   * Submits a statement as a task and answers the task's id.
   * @throws RequestError when the server refuses the statement
   */
  async submit(statement: Statement, { signal }: QueryOptions = {}): Promise<string> {
    const body = requestBody(toStatement(statement));
    return (await this.#http.json<{ taskId: string }>('POST', '/druid/v2/sql/task', { body, signal })).taskId;
  }

  /** The states of a task as they change, until its end. */
  watch(taskId: string, { signal }: QueryOptions = {}): AsyncIterable<TaskState> {
    return taskStates(this.#http, taskId, signal);
  }

  /**
   * Waits for the end of a task.
   * @throws TaskFailure when it fails, RequestError when there is no such task, the signal's reason when it aborts
   */
  async wait(taskId: string, { signal, onProgress }: WaitOptions = {}): Promise<TaskOutcome> {
    let last: TaskState | undefined;
    for await (const state of this.watch(taskId, { ...(signal && { signal }) })) {
      last = state;
      onProgress?.(state);
    }
    if (!last || !hasEnded(last)) throw new RequestError(`Task ${taskId} has not ended`);
    const { status, report } = last;
    if (status.statusCode === 'FAILED') throw new TaskFailure(status, report);
    if (!report) throw new RequestError(`Task ${taskId} has no report`);
    return { taskId, status, report };
  }

  /** Submits a statement, waits for its end, and cancels the task when the signal aborts. */
  async run(statement: Statement, { signal, onProgress }: WaitOptions = {}): Promise<TaskOutcome> {
    const taskId = await this.submit(statement, { ...(signal && { signal }) });
    const cancel = (): void => {
      // How the task ended is found by waiting for it; a failed cancel shows there too.
      this.cancel(taskId).catch(() => undefined);
    };
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.wait(taskId, { ...(onProgress && { onProgress }) });
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Cancels a task; one that has ended stays as it is. */
  async cancel(taskId: string): Promise<void> {
    await this.#http.call('POST', `/druid/indexer/v1/task/${encodeURIComponent(taskId)}/shutdown`);
  }

  status(taskId: string): Promise<TaskStatus> {
    return fetchStatus(this.#http, taskId);
  }

  /** The report so far; undefined before the task has started. */
  report(taskId: string): Promise<TaskReport | undefined> {
    return fetchReport(this.#http, taskId);
  }

  /** Statuses of tasks, newest first. */
  tasks(filter: TaskFilter = {}): Promise<readonly TaskStatus[]> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
    return this.#http.json('GET', `/druid/indexer/v1/tasks?${query.toString()}`);
  }

  /** Any other request of the API with its JSON answer. */
  request<T>(
    method: string,
    path: string,
    options: { readonly body?: unknown; readonly signal?: AbortSignal } = {},
  ): Promise<T> {
    return this.#http.json<T>(method, path, options);
  }
}

const DAY_MS = 86_400_000;

/** A value of a task report as an interactive query answers it: reports hold a TIMESTAMP as milliseconds, a DATE as days since 1970. */
export function reportValue(value: unknown, sqlType: string | undefined): unknown {
  if (typeof value !== 'number' || (sqlType !== 'TIMESTAMP' && sqlType !== 'DATE')) return value;
  const time = new Date(sqlType === 'DATE' ? value * DAY_MS : value);
  return Number.isNaN(time.getTime()) ? value : time.toISOString();
}

/** The rows of a SELECT that ran as a task, values as interactive queries answer them; undefined for INSERT and REPLACE. */
export function taskRows({ results }: TaskReport): ArrayAnswer | undefined {
  return (
    results && {
      columns: toColumns(
        results.signature.map(({ name }) => name),
        results.signature.map(({ type }) => type),
        results.sqlTypeNames,
      ),
      rows: results.results.map((row) => row.map((value, index) => reportValue(value, results.sqlTypeNames[index]))),
    }
  );
}
