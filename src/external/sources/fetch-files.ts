import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mapConcurrently } from '../concurrency.js';
import { inspectFile, type InputFile } from '../input-file.js';
import type { ReadingEnvironment } from '../relation.js';
import type { InputSource } from '../source-spec.js';
import { download, requestHeaders } from './http.js';
import { listLocalFiles } from './local.js';
import { downloadS3, listS3Objects, s3Uri, type S3Origin } from './s3.js';

/** Downloads at the same time. */
const MAX_DOWNLOADS = 4;

/** A file that is, or on demand becomes, readable on this machine. */
type Origin =
  | { readonly kind: 'local'; readonly source: string; readonly path: string }
  | { readonly kind: 'inline'; readonly data: string }
  | { readonly kind: 'http'; readonly uri: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 's3'; readonly object: S3Origin };

async function listOrigins(
  source: InputSource,
  environment: Omit<ReadingEnvironment, 'session'>,
): Promise<readonly Origin[]> {
  switch (source.type) {
    case 'inline':
      return [{ kind: 'inline', data: source.data }];
    case 'local':
      return (await listLocalFiles(source, environment.allowedDirectories)).map((file) => ({ kind: 'local', ...file }));
    case 'http': {
      const headers = requestHeaders(source);
      return source.uris.map((uri) => ({ kind: 'http', uri, headers }));
    }
    case 's3': {
      const objects = await listS3Objects(source, environment.s3 ?? {});
      return objects.map((object) => ({ kind: 's3', object }));
    }
    case 'combining':
      return (await Promise.all(source.delegates.map((delegate) => listOrigins(delegate, environment)))).flat();
  }
}

/**
 * Brings all files of a source to this machine, in the order of the source; empty files are left out.
 * @throws ExternalReadError
 */
export async function fetchFiles(
  source: InputSource,
  directory: string,
  environment: Omit<ReadingEnvironment, 'session'>,
): Promise<readonly InputFile[]> {
  const { signal } = environment;
  const origins = await listOrigins(source, environment);
  environment.onListed?.(origins.length);
  const received = new Map<number, number>();
  let done = 0;
  const report = (): void => {
    const bytes = [...received.values()].reduce((total, size) => total + size, 0);
    environment.onProgress?.({ files: done, totalFiles: origins.length, bytes });
  };
  const fetchFile = async (origin: Origin, index: number): Promise<InputFile> => {
    signal.throwIfAborted();
    const onBytes = (bytes: number): void => {
      received.set(index, bytes);
      report();
    };
    const spooled = path.join(directory, `input-${index}`);
    let file: InputFile;
    if (origin.kind === 'local') {
      file = await inspectFile(origin.source, origin.path);
    } else if (origin.kind === 'inline') {
      await writeFile(spooled, origin.data);
      file = { source: 'inline', path: spooled, bytes: Buffer.byteLength(origin.data), compression: 'none' };
    } else if (origin.kind === 's3') {
      await downloadS3(origin.object, spooled, signal, onBytes);
      file = await inspectFile(s3Uri(origin.object), spooled);
    } else {
      await download(origin.uri, origin.headers, spooled, signal, onBytes);
      file = await inspectFile(origin.uri, spooled);
    }
    received.set(index, file.bytes);
    done += 1;
    report();
    return file;
  };
  try {
    const files = await mapConcurrently(origins, MAX_DOWNLOADS, fetchFile);
    return files.filter(({ bytes }) => bytes > 0);
  } finally {
    for (const origin of origins) if (origin.kind === 's3') origin.object.client.destroy();
  }
}
