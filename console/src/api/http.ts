import { RequestError } from '../../../src/client/index.js';
import { HttpConnection } from '../../../src/client/http.js';

/** A request that the server refused, or that found no server. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    message: string,
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** Druid's error context: line, column, token … of a refused statement. */
    readonly context: Readonly<Record<string, string>> = {},
    /** Druid's category, such as INVALID_INPUT. */
    readonly category?: string,
  ) {
    super(message);
  }
}

const connection = new HttpConnection({ url: '' });

function apiError({ message, status, body }: RequestError): ApiError {
  if (status === undefined) return new ApiError('The server does not answer. Is it still running?', 0);
  const { context, category } = (body ?? {}) as { context?: unknown; category?: unknown };
  return new ApiError(
    message,
    status,
    typeof context === 'object' && context !== null ? (context as Record<string, string>) : {},
    typeof category === 'string' ? category : undefined,
  );
}

/**
 * Sends a request and hands its answer on when the status is 2xx. A body is sent as JSON.
 * @throws ApiError; the signal's reason when it fires
 */
export async function send(
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly signal?: AbortSignal | undefined } = {},
): Promise<Response> {
  try {
    return await connection.call(method, path, options);
  } catch (error) {
    throw error instanceof RequestError ? apiError(error) : error;
  }
}

/** GET of JSON. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await send('GET', path, { signal })).json()) as T;
}

/** POST of JSON with a JSON answer. */
export async function postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return (await (await send('POST', path, { body, signal })).json()) as T;
}
