import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  deleteObjects,
  describeS3Error,
  downloadObject,
  listObjects,
  openS3,
  readObject,
  s3Uri,
  writeObject,
  type S3Connection,
} from '../transfer/index.js';
import { FileCache } from './file-cache.js';
import { MissingFileError, type FileStore } from './file-store.js';

/** A bucket, or a part of it, that belongs to one server. */
export interface S3Location {
  readonly connection: S3Connection;
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
}

const locationName = ({ bucket, prefix }: S3Location): string => `s3://${bucket}/${prefix}`;

async function reached<T>(location: S3Location, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MissingFileError) throw error;
    throw new Error(`Deep storage ${locationName(location)} cannot be used: ${describeS3Error(error)}`, {
      cause: error,
    });
  }
}

/** The object that tells which metadata a location belongs to. */
const OWNER_OBJECT = 'millrace-owner';

/**
 * Makes sure that a location belongs to a metadata store: files that the store does not name are deleted, so that a server
 * with another store would delete everything.
 * @throws when it belongs to another one
 */
export async function claimS3Location(location: S3Location, owner: string): Promise<void> {
  const { connection, bucket, prefix } = location;
  const client = await openS3(connection);
  const object = { bucket, key: `${prefix}${OWNER_OBJECT}` };
  try {
    const found = (await reached(location, readObject(client, object)))?.trim();
    if (found === undefined) await reached(location, writeObject(client, object, `${owner}\n`));
    else if (found !== owner) {
      throw new Error(
        `Deep storage ${locationName(location)} belongs to the metadata store ${found}, this server's is ${owner}. ` +
          `Give this server another prefix, or, if that store is gone for good, delete the object ${object.key}.`,
      );
    }
  } finally {
    client.destroy();
  }
}

/** A file store in a bucket, with copies of its files in a directory of this machine. */
export async function openS3FileStore(
  location: S3Location,
  cacheOptions: { readonly directory: string; readonly maxBytes: number },
): Promise<FileStore> {
  const { connection, bucket, prefix } = location;
  const client = await openS3(connection);
  const keyOf = (relative: string): string => prefix + relative;
  const { signal } = new AbortController();
  const fetchFile = async (relative: string, file: string): Promise<void> => {
    const key = keyOf(relative);
    try {
      await downloadObject(client, { bucket, key }, file, signal);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NoSuchKey') throw error;
      throw new MissingFileError(relative, s3Uri({ bucket, key }), { cause: error });
    }
  };
  const cache = await FileCache.open(cacheOptions.directory, cacheOptions.maxBytes, (relative, file) =>
    reached(location, fetchFile(relative, file)),
  );
  return {
    type: 's3',

    async place(relative) {
      const file = cache.fileOf(relative);
      await mkdir(path.dirname(file), { recursive: true });
      return { path: file, upload: { connection, bucket, key: keyOf(relative) } };
    },

    placeFolder: (relative) =>
      Promise.resolve({ kind: 'upload', target: { connection, bucket, key: keyOf(relative) } }),

    open: (files) => cache.open(files),

    objectOf: (relative) => ({ connection, bucket, key: keyOf(relative) }),

    settle(files) {
      cache.adopt(files);
      return Promise.resolve();
    },

    async list(under = '') {
      const found: string[] = [];
      const listing = async (): Promise<void> => {
        for await (const { key } of listObjects(client, bucket, keyOf(under))) found.push(key.slice(prefix.length));
      };
      await reached(location, listing());
      return found;
    },

    async remove(paths) {
      cache.remove(paths);
      await reached(location, deleteObjects(client, bucket, paths.map(keyOf)));
    },
  };
}
