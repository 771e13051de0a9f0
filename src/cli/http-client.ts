/** What the command line asks of a server; the shapes are Druid's (docs/api.md names the fields). */
export interface TaskReportPayload {
  readonly status: {
    readonly status: string;
    readonly errorReport?: { readonly error: { readonly errorCode: string; readonly errorMessage?: string } };
    readonly warnings?: readonly { readonly error: { readonly errorMessage?: string } }[];
    readonly durationMs: number;
  };
  readonly stages: readonly {
    readonly stageNumber: number;
    readonly phase?: string;
    readonly definition: { readonly processor: { readonly type: string } };
  }[];
  readonly counters: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Counter>>>>>>;
  readonly results?: {
    readonly signature: readonly { readonly name: string; readonly type: string }[];
    readonly sqlTypeNames: readonly string[];
    readonly results: readonly (readonly unknown[])[];
    readonly resultsTruncated?: boolean;
  };
}

export interface Counter {
  readonly type: string;
  readonly rows?: readonly number[];
  readonly bytes?: readonly number[];
  readonly files?: readonly number[];
  readonly totalFiles?: readonly number[];
  readonly rowsPushed?: number;
}

export interface TaskStatus {
  readonly statusCode: 'RUNNING' | 'SUCCESS' | 'FAILED';
  readonly duration: number;
  readonly errorMsg: string | null;
}

/** A server's refusal, or no server at all. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

function errorText(text: string): string {
  try {
    const body = JSON.parse(text) as { errorMessage?: string; error?: string };
    return body.errorMessage ?? body.error ?? text;
  } catch {
    return text;
  }
}

/** Calls of Druid's HTTP API on one server. */
export class HttpClient {
  constructor(private readonly url: string) {}

  /** @throws RequestError with the server's message */
  async call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.url + path, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        ...(signal && { signal }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new RequestError(`No server answers at ${this.url}: start one with \`millrace server\`.`);
    }
    if (!response.ok) throw new RequestError(errorText(await response.text()), response.status);
    return response;
  }

  private async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await (await this.call(method, path, body)).json()) as T;
  }

  async submitTask(query: string, context: Readonly<Record<string, unknown>>): Promise<string> {
    return (await this.json<{ taskId: string }>('POST', '/druid/v2/sql/task', { query, context })).taskId;
  }

  async taskStatus(id: string): Promise<TaskStatus> {
    const path = `/druid/indexer/v1/task/${encodeURIComponent(id)}/status`;
    return (await this.json<{ status: TaskStatus }>('GET', path)).status;
  }

  /** The report so far; undefined while there is none. */
  async taskReport(id: string): Promise<TaskReportPayload | undefined> {
    try {
      const path = `/druid/indexer/v1/task/${encodeURIComponent(id)}/reports`;
      const reports = await this.json<{ multiStageQuery?: { payload: TaskReportPayload } }>('GET', path);
      return reports.multiStageQuery?.payload;
    } catch (error) {
      if (error instanceof RequestError && error.status === 404) return undefined;
      throw error;
    }
  }

  async cancelTask(id: string): Promise<void> {
    await this.call('POST', `/druid/indexer/v1/task/${encodeURIComponent(id)}/shutdown`);
  }

  /** Runs a query at once and answers its columns and rows. */
  async query(sql: string, context: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<QueryAnswer> {
    const response = await this.call(
      'POST',
      '/druid/v2/sql',
      { query: sql, context, resultFormat: 'array', header: true, typesHeader: true, sqlTypesHeader: true },
      signal,
    );
    const [columns = [], , types = [], ...rows] = (await response.json()) as unknown[][];
    return { columns: columns as string[], types: types as string[], rows };
  }
}

export interface QueryAnswer {
  readonly columns: readonly string[];
  /** SQL type names. */
  readonly types: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}
