import type { S3Object } from './s3-objects.js';
import { regionOf, type S3Connection } from './s3-client.js';

/** Hadoop's settings of S3. Credentials are the cluster's own, or among the settings of its session. */
export function hadoopSettings(connection: S3Connection): Readonly<Record<string, string>> {
  const { endpoint, pathStyle } = connection;
  const region = regionOf(connection);
  return {
    ...(endpoint !== undefined && {
      'fs.s3a.endpoint': endpoint,
      'fs.s3a.connection.ssl.enabled': String(!endpoint.startsWith('http:')),
    }),
    ...(region !== undefined && { 'fs.s3a.endpoint.region': region }),
    ...(pathStyle !== undefined && { 'fs.s3a.path.style.access': String(pathStyle) }),
  };
}

/** An object as Hadoop's file system names it. */
export const hadoopUri = ({ bucket, key }: S3Object): string => `s3a://${bucket}/${key}`;
