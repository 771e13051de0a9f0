import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { s3Uri } from '../../transfer/index.js';
import { mapConcurrently } from '../concurrency.js';
import { ExternalReadError } from '../errors.js';
import { inspectFile, type InputFile } from '../input-file.js';
import type { ReadingEnvironment } from '../relation.js';
import type { InputSource } from '../source-spec.js';
import type { HdfsFile, HdfsReading } from './hdfs.js';
import { download, requestHeaders } from './http.js';
import { listLocalFiles } from './local.js';
import { downloadS3, downloadS3Head, listS3Objects, type S3Origin } from './s3.js';

/** Downloads at the same time. */
const MAX_DOWNLOADS = 4;

/** A file that is, or on demand becomes, readable on this machine, unless the engine reads it where it is. */
type Origin =
  | { readonly kind: 'local'; readonly source: string; readonly path: string }
  | { readonly kind: 'inline'; readonly data: string }
  | { readonly kind: 'http'; readonly uri: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 's3'; readonly object: S3Origin }
  | { readonly kind: 'hdfs'; readonly file: HdfsFile; readonly hdfs: HdfsReading };

async function listOrigins(
  source: InputSource,
  environment: Omit<ReadingEnvironment, 'session'>,
  hdfs: HdfsReading | undefined,
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
    case 'hdfs': {
      if (!hdfs) throw new ExternalReadError(`[${source.paths.join(', ')}] can be read by the spark engine only`);
      const listed = (await Promise.all(source.paths.map((each) => hdfs.list(each)))).flat();
      const files = new Map(listed.map((file) => [file.uri, file]));
      return [...files.values()].map((file) => ({ kind: 'hdfs', file, hdfs }));
    }
    case 'combining':
      return (await Promise.all(source.delegates.map((delegate) => listOrigins(delegate, environment, hdfs)))).flat();
  }
}

/** Files that the engine reads where they are, of which only the beginning is brought here. */
export interface RemoteReading {
  readonly hdfs: HdfsReading;
  /** Bytes of the beginning. */
  readonly headBytes: number;
  /** The engine's path of an object, or undefined when it must be brought here. */
  pathOf(object: S3Origin): Promise<string | undefined>;
  /** Whether the engine can read a file as it is, by its beginning. */
  isReadable(head: InputFile): Promise<boolean>;
}

/**
 * Brings all files of a source to this machine, in the order of the source; empty files are left out.
 * @throws ExternalReadError
 */
export async function fetchFiles(
  source: InputSource,
  directory: string,
  environment: Omit<ReadingEnvironment, 'session'>,
  remote?: RemoteReading,
): Promise<readonly InputFile[]> {
  const { signal } = environment;
  const origins = await listOrigins(source, environment, remote?.hdfs);
  environment.onListed?.(origins.length);
  const received = new Map<number, number>();
  let done = 0;
  const report = (): void => {
    const bytes = [...received.values()].reduce((total, size) => total + size, 0);
    environment.onProgress?.({ files: done, totalFiles: origins.length, bytes });
  };
  const fetchS3 = async (object: S3Origin, spooled: string, onBytes: (bytes: number) => void): Promise<InputFile> => {
    const remotePath = await remote?.pathOf(object);
    if (remote && remotePath !== undefined) {
      const bytes = await downloadS3Head(object, spooled, remote.headBytes, signal);
      const head = { ...(await inspectFile(s3Uri(object), spooled)), bytes, remotePath };
      if (bytes === 0 || (await remote.isReadable(head))) return head;
    }
    await downloadS3(object, spooled, signal, onBytes);
    return inspectFile(s3Uri(object), spooled);
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
      file = await fetchS3(origin.object, spooled, onBytes);
    } else if (origin.kind === 'hdfs') {
      file = await origin.hdfs.open(origin.file, spooled);
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
