import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { storageEnvironment } from './storage.js';

const program = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));

/** A server in a process of its own, on a free port, as a user starts it. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  readonly dataDirectory: string;
  /** Milliseconds from the start of the process until it printed its address. */
  readonly startedAfterMs: number;
  /** What it wrote to the standard error so far. */
  log(): string;
  /** Ends by SIGTERM and answers the exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** A directory that the caller removes with `removeDirectory`. */
export const makeDirectory = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'millrace-test-'));

export const removeDirectory = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true });

/** Runs the command line and collects what it prints. */
export async function runCommand(
  args: readonly string[],
  options: { readonly input?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...options.environment } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

async function printedAddress(child: ChildProcess, log: () => string): Promise<string> {
  const { stdout } = child;
  if (!stdout) throw new Error('The server process has no standard output');
  for await (const line of createInterface({ input: stdout })) {
    const url = /listens on (http:\S+?),/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`The server ended before it listened: ${log()}`);
}

/** Starts a server on a free port; flags are those of `millrace server`. */
export async function startServerProcess(
  dataDirectory: string,
  flags: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const storage = await storageEnvironment(dataDirectory);
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [program, 'server', '--port', '0', '--data-dir', dataDirectory, '--log-level', 'warn', ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...storage, ...environment } },
  );
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const log = (): string => errors;
  const url = await printedAddress(child, log);
  const { pid } = child;
  if (pid === undefined) throw new Error('The server process did not start');
  return {
    url,
    pid,
    dataDirectory,
    startedAfterMs: performance.now() - started,
    log,
    async stop() {
      child.kill('SIGTERM');
      return (await ended)[0];
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
