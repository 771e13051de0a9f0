/** A request that the server refused, or that found no server. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    message: string,
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** Druid's error context: line, column, token … of a refused statement. */
    readonly context: Readonly<Record<string, string>> = {},
    /** Druid's category or error code, such as INVALID_INPUT. */
    readonly category?: string,
  ) {
    super(message);
  }
}

interface ErrorBody {
  readonly error?: unknown;
  readonly errorMessage?: unknown;
  readonly category?: unknown;
  readonly context?: unknown;
}

/** Makes the error of an answer whose status is not 2xx: Druid's error JSON, or whatever text there is. */
export function errorOfAnswer(status: number, text: string): ApiError {
  try {
    const body = JSON.parse(text) as ErrorBody;
    const message = [body.errorMessage, body.error].find((candidate) => typeof candidate === 'string');
    return new ApiError(
      message ?? text,
      status,
      typeof body.context === 'object' && body.context !== null ? (body.context as Record<string, string>) : {},
      typeof body.category === 'string' ? body.category : undefined,
    );
  } catch {
    return new ApiError(text.trim() === '' ? `The server answered with status ${status}` : text.slice(0, 500), status);
  }
}

/**
 * Sends a request and hands its answer on when the status is 2xx.
 * @throws ApiError; an AbortError when the signal fires
 */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('The server does not answer. Is it still running?', 0);
  }
  if (response.ok) return response;
  throw errorOfAnswer(response.status, await response.text());
}

/** GET of JSON. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await send(path, signal ? { signal } : {})).json()) as T;
}

/** POST of JSON with a JSON answer. */
export async function postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  return (await response.json()) as T;
}
