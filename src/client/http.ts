import { isInteger, isSafeNumber, parse as parseExactly } from 'lossless-json';
import { RequestError } from './errors.js';

/** Where the server is and how to reach it. */
export interface ClientOptions {
  /** Such as http://127.0.0.1:8888; a browser may give '' for the page's own server. */
  readonly url: string;
  /** Sent with every request, for authentication. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the platform's. */
  readonly fetch?: typeof globalThis.fetch;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly accept?: string;
}

const exactNumber = (text: string): number | bigint =>
  isInteger(text) && !isSafeNumber(text) ? BigInt(text) : Number(text);

/** Parses JSON; whole numbers beyond 2^53 become bigint. */
export function parseJson(text: string): unknown {
  // Exact parsing is several times slower, and few answers hold a number that long.
  return /\d{16}/.test(text) ? parseExactly(text, null, exactNumber) : (JSON.parse(text) as unknown);
}

function refusal(text: string, status: number): RequestError {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return new RequestError(text === '' ? `HTTP status ${status}` : text, status);
  }
  const { errorMessage, error } = (body ?? {}) as { errorMessage?: unknown; error?: unknown };
  const message = [errorMessage, error].find((candidate) => typeof candidate === 'string') ?? text;
  return new RequestError(message, status, body);
}

/** Calls one server. */
export class HttpConnection {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch: typeof globalThis.fetch;

  constructor({ url, headers = {}, fetch = globalThis.fetch.bind(globalThis) }: ClientOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#headers = headers;
    this.#fetch = fetch;
  }

  /** @throws RequestError with the server's message, or naming the server that does not answer */
  async call(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const { body, signal, accept } = options;
    let response: Response;
    try {
      response = await this.#fetch(this.#url + path, {
        method,
        headers: {
          ...this.#headers,
          ...(accept !== undefined && { accept }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new RequestError(`No server answers at ${this.#url}`, undefined, undefined, { cause: error });
    }
    if (!response.ok) throw refusal(await response.text(), response.status);
    return response;
  }

  /** The same, with the answer's JSON. */
  async json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    return parseJson(await (await this.call(method, path, options)).text()) as T;
  }
}
