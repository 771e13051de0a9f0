import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What a worker process is started with. */
export interface WorkerEntry {
  readonly file: string;
  readonly execArgv: readonly string[];
}

/**
 * The entry of a worker: the built file, or the source when this file runs as source. MILLRACE_WORKER names a built file for
 * sources, whose workers start faster then.
 */
export function workerEntry(): WorkerEntry {
  if (!import.meta.url.endsWith('.ts')) {
    return { file: fileURLToPath(new URL('./worker.js', import.meta.url)), execArgv: [] };
  }
  const built = process.env['MILLRACE_WORKER'];
  if (built) return { file: path.resolve(built), execArgv: [] };
  const loader = createRequire(import.meta.url).resolve('tsx');
  const file = fileURLToPath(new URL('./worker/main.ts', import.meta.url));
  return { file, execArgv: ['--import', pathToFileURL(loader).href] };
}
