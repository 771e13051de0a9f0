import { writeFile } from 'node:fs/promises';
import {
  describeS3Error,
  downloadObject,
  listObjects,
  openS3,
  readObjectHead,
  s3Uri,
  type S3Connection,
} from '../../transfer/index.js';
import { ExternalReadError } from '../errors.js';
import { globPattern } from '../glob.js';
import { readPassword } from '../password.js';
import type { S3Source } from '../source-spec.js';

/** A bucket's client, as far as a source needs it. */
type S3Client = Awaited<ReturnType<typeof openS3>>;

/** An object that a statement reads. */
export interface S3Origin {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** It is reached as the server is configured: by no endpoint and no credentials of the source's own. */
  readonly isUsual: boolean;
}

/** How all objects of a source are reached. */
type Access = Pick<S3Origin, 'client' | 'isUsual'>;

/** `s3://bucket/any/key`; keys may hold signs that a URL would have to escape. */
function parseUri(uri: string): { readonly bucket: string; readonly key: string } {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? [];
  return { bucket, key };
}

/** How the source is reached: what it does not say is as the server is configured. */
function connectionOf({ endpointConfig, clientConfig }: S3Source, defaults: S3Connection): S3Connection {
  const { url, signingRegion } = endpointConfig ?? {};
  const protocol = clientConfig?.protocol ?? 'https';
  const pathStyle = clientConfig?.enablePathStyleAccess;
  const own = url ? { endpoint: /^https?:\/\//.test(url) ? url : `${protocol}://${url}` } : undefined;
  return {
    // The rest of the server's configuration belongs to the server's endpoint.
    ...(own ?? defaults),
    ...(signingRegion && { region: signingRegion }),
    ...(typeof pathStyle === 'boolean' && { pathStyle }),
  };
}

/** A client with the credentials of the source, or else those of AWS's usual chain. */
async function openSource(source: S3Source, defaults: S3Connection): Promise<S3Client> {
  const { accessKeyId, secretAccessKey } = source.properties ?? {};
  const credentials =
    accessKeyId && secretAccessKey
      ? {
          accessKeyId: readPassword(accessKeyId, 'properties.accessKeyId'),
          secretAccessKey: readPassword(secretAccessKey, 'properties.secretAccessKey'),
        }
      : undefined;
  return openS3(connectionOf(source, defaults), credentials);
}

async function listPrefix(access: Access, uri: string): Promise<readonly S3Origin[]> {
  const { bucket, key: prefix } = parseUri(uri);
  const found: S3Origin[] = [];
  try {
    for await (const { key, size } of listObjects(access.client, bucket, prefix)) {
      // Consoles make empty objects to show as folders.
      if (size > 0 && !key.endsWith('/')) found.push({ ...access, bucket, key });
    }
  } catch (error) {
    throw new ExternalReadError(`Listing [${uri}] failed: ${describeS3Error(error)}`, { cause: error });
  }
  return found;
}

/**
 * Lists the objects of a source: those below its prefixes, or the ones named; with objectGlob, those whose key fits.
 * The client serves all of them and is the caller's to destroy.
 * @throws ExternalReadError
 */
export async function listS3Objects(source: S3Source, defaults: S3Connection): Promise<readonly S3Origin[]> {
  const client = await openSource(source, defaults);
  const access = { client, isUsual: !source.properties && !source.endpointConfig && !source.clientConfig };
  const named = [
    ...(source.uris ?? []).map(parseUri),
    ...(source.objects ?? []).map(({ bucket, path }) => ({ bucket, key: path })),
  ];
  try {
    const listed = await Promise.all((source.prefixes ?? []).map((prefix) => listPrefix(access, prefix)));
    const all = [...named.map((object) => ({ ...access, ...object })), ...listed.flat()];
    const { objectGlob } = source;
    if (!objectGlob) return all;
    const pattern = globPattern(objectGlob);
    return all.filter(({ key }) => pattern.test(key));
  } catch (error) {
    client.destroy();
    throw error;
  }
}

/** Reading of an object, whose failures name it. */
async function reading<T>(origin: S3Origin, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ExternalReadError(`Reading [${s3Uri(origin)}] failed: ${describeS3Error(error)}`, { cause: error });
  }
}

/**
 * Downloads an object to a file, resuming where the connection breaks.
 * @throws ExternalReadError
 */
export const downloadS3 = (
  origin: S3Origin,
  file: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> => reading(origin, signal, () => downloadObject(origin.client, origin, file, signal, onBytes));

/**
 * Writes the first bytes of an object to a file; answers the bytes of the object.
 * @throws ExternalReadError
 */
export const downloadS3Head = (origin: S3Origin, file: string, limit: number, signal: AbortSignal): Promise<number> =>
  reading(origin, signal, async () => {
    const { bytes, size } = await readObjectHead(origin.client, origin, limit, signal);
    await writeFile(file, bytes);
    return size;
  });
