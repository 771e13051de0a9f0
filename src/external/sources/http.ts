import { Readable } from 'node:stream';
import { downloadResuming, writeBody } from '../../transfer/index.js';
import { ExternalReadError } from '../errors.js';
import { readPassword } from '../password.js';
import type { HttpSource } from '../source-spec.js';

/** A refusal of the server that another attempt would not change. */
class FinalError extends ExternalReadError {}

/** The headers that each request of a source carries. */
export function requestHeaders(source: HttpSource): Readonly<Record<string, string>> {
  const { httpAuthenticationUsername: user, httpAuthenticationPassword: password } = source;
  const credentials =
    typeof user === 'string'
      ? Buffer.from(`${user}:${password ? readPassword(password, 'httpAuthenticationPassword') : ''}`).toString(
          'base64',
        )
      : undefined;
  return {
    // A transfer encoding would make the positions of ranges meaningless.
    'accept-encoding': 'identity',
    ...source.requestHeaders,
    ...(credentials !== undefined && { authorization: `Basic ${credentials}` }),
  };
}

/** Names what a part of a resource belongs to; weak tags do not promise equal bytes. */
function validatorOf(response: Response): string | undefined {
  if (response.headers.has('content-encoding')) return undefined;
  const tag = response.headers.get('etag');
  if (tag !== null && !tag.startsWith('W/')) return tag;
  return response.headers.get('last-modified') ?? undefined;
}

const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

interface Attempt {
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly file: string;
  /** Bytes on disk that still hold, and what they belong to. */
  readonly from: number;
  readonly validator: string | undefined;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

async function receive(attempt: Attempt, onValidator: (validator: string | undefined) => void): Promise<void> {
  const { uri, file, from, validator, signal } = attempt;
  const resumes = from > 0 && validator !== undefined;
  const range = resumes ? { range: `bytes=${from}-`, 'if-range': validator } : {};
  const response = await fetch(uri, { headers: { ...attempt.headers, ...range }, signal });
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    const message = `Reading [${uri}] failed with HTTP status [${response.status} ${response.statusText}]`;
    throw isPassing(response.status) || response.status === 416
      ? new ExternalReadError(message)
      : new FinalError(message);
  }
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  const continues = response.status === 206;
  if (continues && (!resumes || Number(start) !== from)) {
    await response.body?.cancel();
    throw new ExternalReadError(`Reading [${uri}] failed: the server sent another range than asked for`);
  }
  onValidator(validatorOf(response));
  const body = response.body
    ? Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
    : Readable.from([]);
  const position = await writeBody(body, file, continues ? from : 0, signal, attempt.onBytes);
  const length = response.headers.get('content-length');
  const expected = Number(length) + (continues ? from : 0);
  if (length !== null && !response.headers.has('content-encoding') && position !== expected) {
    throw new ExternalReadError(`Reading [${uri}] ended after ${position} of ${expected} bytes`);
  }
}

/**
 * Downloads a URI to a file. Failures on the way are repeated with growing pauses, from where the last attempt broke
 * when the server can tell that it is still the same resource.
 * @throws ExternalReadError with the HTTP status
 */
export async function download(
  uri: string,
  headers: Readonly<Record<string, string>>,
  file: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  try {
    await downloadResuming({
      file,
      signal,
      receive: (from, validator, onValidator) =>
        receive({ uri, headers, file, from, validator, signal, onBytes }, onValidator),
      recovery: (error) => {
        if (error instanceof FinalError) return 'giveUp';
        // The next attempt starts anew when the server does not want this range.
        return error instanceof ExternalReadError ? 'startAnew' : 'resume';
      },
    });
  } catch (error) {
    if (signal.aborted || error instanceof ExternalReadError) throw error;
    throw new ExternalReadError(`Reading [${uri}] failed: ${describe(error)}`, { cause: error });
  }
}
