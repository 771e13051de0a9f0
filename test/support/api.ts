import { setTimeout as delay } from 'node:timers/promises';

/** An answer of the server, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Answers are checked field by field in the tests; their shape is what is being tested.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly json: any;
}

export interface TaskEnd {
  readonly id: string;
  readonly state: 'SUCCESS' | 'FAILED';
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly status: any;
  /** The report's payload. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly report: any;
}

/** Calls of the HTTP API, as curl would make them. */
export class Api {
  constructor(readonly url: string) {}

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, headers: response.headers, text, json };
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  /** Rows of a query as arrays; a refusal is an error with the server's text. */
  async rows(query: string, context: Readonly<Record<string, unknown>> = {}): Promise<unknown[][]> {
    const answer = await this.request('POST', '/druid/v2/sql', { query, context, resultFormat: 'array' });
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.json as unknown[][];
  }

  async submit(query: string, context: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const answer = await this.request('POST', '/druid/v2/sql/task', { query, context });
    if (answer.status !== 202) throw new Error(answer.text);
    return answer.json.taskId as string;
  }

  async status(id: string): Promise<Answer['json']> {
    return (await this.get(`/druid/indexer/v1/task/${encodeURIComponent(id)}/status`)).json.status;
  }

  async report(id: string): Promise<Answer['json']> {
    const answer = await this.get(`/druid/indexer/v1/task/${encodeURIComponent(id)}/reports`);
    return answer.status === 200 ? answer.json.multiStageQuery?.payload : undefined;
  }

  /** Waits until a condition holds, asking again and again; fails with the last value after a minute. */
  async until<T>(ask: () => Promise<T>, holds: (value: T) => boolean, pollMs = 5): Promise<T> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const value = await ask();
      if (holds(value)) return value;
      if (Date.now() > deadline) throw new Error(`Still waiting: ${JSON.stringify(value)}`);
      await delay(pollMs);
    }
  }

  /** Waits for a task's end, asking every `pollMs` milliseconds. */
  async finish(id: string, pollMs = 5): Promise<TaskEnd> {
    const status = await this.until(
      () => this.status(id),
      (value) => value.statusCode !== 'RUNNING',
      pollMs,
    );
    return { id, state: status.statusCode, status, report: await this.report(id) };
  }

  async task(query: string, context: Readonly<Record<string, unknown>> = {}): Promise<TaskEnd> {
    return this.finish(await this.submit(query, context));
  }

  /** Runs a task that must succeed. */
  async ingest(query: string, context: Readonly<Record<string, unknown>> = {}, pollMs?: number): Promise<TaskEnd> {
    const end = await this.finish(await this.submit(query, context), pollMs);
    if (end.state !== 'SUCCESS') throw new Error(JSON.stringify(end.report?.status ?? end.status));
    return end;
  }
}
