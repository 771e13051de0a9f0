import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { downloadResuming, type Recovery } from './resume.js';
import { s3Library, statusOf } from './s3-client.js';
import { writeBody } from './write-body.js';

export interface S3Object {
  readonly bucket: string;
  readonly key: string;
}

/** An object as AWS and Druid name it. */
export const s3Uri = ({ bucket, key }: S3Object): string => `s3://${bucket}/${key}`;

export interface ListedObject extends S3Object {
  /** Bytes. */
  readonly size: number;
}

/** Objects that one request deletes at most. */
const DELETED_AT_ONCE = 1_000;

/** Bytes of a part of an upload; 10,000 parts at most make an object of 160 GB. */
const PART_BYTES = 16 * 1024 ** 2;
const PARTS_AT_ONCE = 3;

/** All objects whose keys begin with the prefix, in order of their keys. */
export async function* listObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
): AsyncGenerator<ListedObject, void, undefined> {
  const { paginateListObjectsV2 } = await s3Library();
  for await (const { Contents } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key, Size } of Contents ?? []) if (Key !== undefined) yield { bucket, key: Key, size: Size ?? 0 };
  }
}

/** Bytes of an object; undefined when there is none. */
export async function objectSize(client: S3Client, { bucket, key }: S3Object): Promise<number | undefined> {
  const { HeadObjectCommand } = await s3Library();
  try {
    return (await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ContentLength ?? 0;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The text of a small object; undefined when there is none. */
export async function readObject(client: S3Client, { bucket, key }: S3Object): Promise<string | undefined> {
  const { GetObjectCommand } = await s3Library();
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body?.transformToString();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The first bytes of an object, at most `limit`, and how many it has in all. */
export async function readObjectHead(
  client: S3Client,
  { bucket, key }: S3Object,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly bytes: Uint8Array; readonly size: number }> {
  const { GetObjectCommand } = await s3Library();
  try {
    const range = `bytes=0-${limit - 1}`;
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: range });
    const { Body, ContentRange, ContentLength } = await client.send(command, { abortSignal: signal });
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    return { bytes, size: Number(/\/(\d+)$/.exec(ContentRange ?? '')?.[1] ?? ContentLength ?? bytes.length) };
  } catch (error) {
    // An empty object has no such range.
    if (statusOf(error) === 416) return { bytes: new Uint8Array(), size: 0 };
    throw error;
  }
}

export async function writeObject(client: S3Client, { bucket, key }: S3Object, text: string): Promise<void> {
  const { PutObjectCommand } = await s3Library();
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
}

/** Has the service copy an object of at most 5 GB, so that its bytes do not come here. */
export async function copyObject(client: S3Client, from: S3Object, to: S3Object): Promise<void> {
  const { CopyObjectCommand } = await s3Library();
  const source = [from.bucket, ...from.key.split('/')].map(encodeURIComponent).join('/');
  await client.send(new CopyObjectCommand({ Bucket: to.bucket, Key: to.key, CopySource: source }));
}

/** Deletes objects; those that are not there count as deleted. */
export async function deleteObjects(client: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  const { DeleteObjectsCommand } = await s3Library();
  for (let start = 0; start < keys.length; start += DELETED_AT_ONCE) {
    const Objects = keys.slice(start, start + DELETED_AT_ONCE).map((Key) => ({ Key }));
    const { Errors } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    const [failed] = Errors ?? [];
    if (failed)
      throw new Error(`Cannot delete [s3://${bucket}/${failed.Key ?? ''}]: ${failed.Message ?? failed.Code ?? ''}`);
  }
}

/** Uploads a file, a large one in several parts at once. What was begun is given up when it fails. */
export async function uploadFile(
  client: S3Client,
  { bucket, key }: S3Object,
  file: string,
  signal?: AbortSignal,
): Promise<void> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  signal?.throwIfAborted();
  const upload = new Upload({
    client,
    params: { Bucket: bucket, Key: key, Body: createReadStream(file) },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
  });
  const abort = (): void => void upload.abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await upload.done();
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** The object changed while it was read, or ended early. */
class BrokenDownload extends Error {}

function recoveryFrom(error: unknown): Recovery {
  const status = statusOf(error);
  if (status === 412 || status === 416) return 'startAnew';
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) return 'giveUp';
  // Without credentials or a region no attempt will do.
  if (error instanceof Error && /Credentials|Region is missing/.test(`${error.name} ${error.message}`)) return 'giveUp';
  return 'resume';
}

/** Downloads an object to a file, and resumes where a connection breaks as long as the object is the same. */
export async function downloadObject(
  client: S3Client,
  { bucket, key }: S3Object,
  file: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<void> {
  const { GetObjectCommand } = await s3Library();
  await downloadResuming({
    file,
    signal,
    recovery: recoveryFrom,
    async receive(from, validator, onValidator) {
      const range = validator === undefined ? {} : { Range: `bytes=${from}-`, IfMatch: validator };
      const { Body, ContentLength, ETag } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, ...range }),
        { abortSignal: signal },
      );
      onValidator(ETag);
      const length = await writeBody(Body as Readable, file, from, signal, onBytes);
      if (ContentLength !== undefined && length !== from + ContentLength) {
        throw new BrokenDownload(
          `Reading [${s3Uri({ bucket, key })}] ended after ${length} of ${from + ContentLength} bytes`,
        );
      }
    },
  });
}
