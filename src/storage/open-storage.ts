import path from 'node:path';
import { DeepStorage } from './deep-storage.js';
import { openLocalFileStore } from './local-file-store.js';
import type { MetadataStore } from './metadata-store.js';
import type { StorageLog } from './postgresql-claim.js';
import { claimS3Location, openS3FileStore, type S3Location } from './s3-file-store.js';
import { openSqliteMetadataStore } from './sqlite-metadata-store.js';

/** Where metadata are: a SQLite file, or a PostgreSQL database by its URL. */
export type MetadataPlace =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgresql'; readonly url: string };

/** Where deep storage is: a directory, or a part of a bucket with a cache of so many bytes in a directory. */
export type DeepStoragePlace =
  | { readonly kind: 'local'; readonly directory: string }
  | {
      readonly kind: 's3';
      readonly location: S3Location;
      readonly cacheDirectory: string;
      readonly cacheBytes: number;
    };

/** @throws Error that says why the metadata cannot be used */
export async function openMetadataStore(place: MetadataPlace, log: StorageLog): Promise<MetadataStore> {
  if (place.kind === 'sqlite') return openSqliteMetadataStore(place);
  const { openPostgresqlMetadataStore } = await import('./postgresql-metadata-store.js');
  return openPostgresqlMetadataStore({ url: place.url, log });
}

/**
 * Opens deep storage.
 * @param owner the identity of the metadata store: a part of a bucket belongs to one only
 * @throws Error that says why it cannot be used
 */
export async function openDeepStorage(place: DeepStoragePlace, owner: string): Promise<DeepStorage> {
  if (place.kind === 'local') {
    const { directory } = place;
    return new DeepStorage(
      openLocalFileStore(path.join(directory, 'segments')),
      openLocalFileStore(path.join(directory, 'query-results')),
    );
  }
  const { location, cacheDirectory, cacheBytes } = place;
  await claimS3Location(location, owner);
  const store = (name: string, maxBytes: number) =>
    openS3FileStore(
      { ...location, prefix: `${location.prefix}${name}/` },
      { directory: path.join(cacheDirectory, name), maxBytes },
    );
  // Results are read once or twice, page by page: a tenth is plenty.
  const results = Math.floor(cacheBytes / 10);
  return new DeepStorage(await store('segments', cacheBytes - results), await store('query-results', results));
}
