import { ApiError, postJson, send } from './http.js';
import { parseExact, type ResultColumn, type ResultRow, type ResultSet } from './result.js';

export type QueryContext = Readonly<Record<string, unknown>>;

export interface InteractiveRequest {
  readonly sql: string;
  readonly context: QueryContext;
  readonly queryId: string;
  /** Rows kept; one more is asked for, so that a cut can be told. */
  readonly maxRows: number;
  readonly signal: AbortSignal;
  /** Called with the number of rows so far. */
  readonly onProgress?: (rows: number) => void;
}

/** Splits a streamed text into lines; the last piece is empty when the text ends as it should. */
async function* lineBatches(body: ReadableStream<Uint8Array>): AsyncGenerator<readonly string[]> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest];
}

function columnsOf(header: readonly (readonly string[])[]): readonly ResultColumn[] {
  const [names = [], natives = [], sqls = []] = header;
  return names.map((name, index) => ({
    name,
    nativeType: natives[index] ?? 'STRING',
    sqlType: sqls[index] ?? 'OTHER',
  }));
}

/**
 * Runs a query at once and reads its rows as they come.
 * @throws ApiError when it is refused, fails, or its answer is cut off
 */
export async function runInteractive(request: InteractiveRequest): Promise<ResultSet> {
  const { sql, context, queryId, maxRows, signal, onProgress } = request;
  const started = performance.now();
  const response = await send('POST', '/druid/v2/sql', {
    body: {
      query: sql,
      resultFormat: 'arrayLines',
      header: true,
      typesHeader: true,
      sqlTypesHeader: true,
      context: {
        ...(!('sqlOuterLimit' in context) && { sqlOuterLimit: maxRows + 1 }),
        ...context,
        sqlQueryId: queryId,
      },
    },
    signal,
  });
  if (!response.body) throw new ApiError('The server sent an answer without a body', response.status);
  const header: string[][] = [];
  const rows: ResultRow[] = [];
  let complete = false;
  for await (const lines of lineBatches(response.body)) {
    const filled = lines.filter((line) => line !== '');
    // The empty line at the end tells that nothing was cut off.
    complete = filled.length < lines.length;
    if (filled.length === 0) continue;
    const parsed = parseExact(`[${filled.join(',')}]`) as unknown[][];
    header.push(...(parsed.splice(0, 3 - header.length) as string[][]));
    for (const row of parsed) rows.push(row);
    onProgress?.(rows.length);
  }
  if (!complete)
    throw new ApiError(`The answer broke off after ${rows.length} rows. The task log of the server tells why.`, 0);
  const truncated = rows.length > maxRows;
  return {
    columns: columnsOf(header),
    rows: truncated ? rows.slice(0, maxRows) : rows,
    truncated,
    elapsedMs: performance.now() - started,
  };
}

/** Cancels an interactive query; that it has ended meanwhile is no error. */
export async function cancelInteractive(queryId: string): Promise<void> {
  await send('DELETE', `/druid/v2/sql/${encodeURIComponent(queryId)}`).catch((error: unknown) => {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  });
}

/** Rows of a small query, such as one on a system table, as objects. */
export async function queryObjects<T>(
  sql: string,
  parameters: readonly unknown[] = [],
  signal?: AbortSignal,
  context: Readonly<Record<string, unknown>> = {},
): Promise<T[]> {
  return postJson<T[]>(
    '/druid/v2/sql',
    {
      query: sql,
      resultFormat: 'object',
      context,
      parameters: parameters.map((value) => ({ type: typeof value === 'number' ? 'BIGINT' : 'VARCHAR', value })),
    },
    signal,
  );
}
