import type * as S3Library from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';

/** How a bucket is reached; what is absent is AWS's own or comes from its usual configuration. Holds no credentials. */
export interface S3Connection {
  /** URL of an S3-compatible service. */
  readonly endpoint?: string;
  readonly region?: string;
  /** The bucket is the first part of the path instead of the host's name. */
  readonly pathStyle?: boolean;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The library, loaded when the first bucket is reached: most servers and workers never need it. */
export function s3Library(): Promise<typeof S3Library> {
  // It warns, on the standard error of every process, that later versions of it will want a later Node.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return import('@aws-sdk/client-s3');
}

const MAX_ATTEMPTS = 5;

/** Milliseconds until a connection must stand, and that it may be silent. */
const CONNECTION_TIMEOUT = 10_000;
const SILENCE_TIMEOUT = 60_000;

/** The region with which requests are signed; undefined where AWS's configuration files may tell it. */
export function regionOf({ region, endpoint }: S3Connection): string | undefined {
  const { AWS_REGION: own, AWS_DEFAULT_REGION: fallback } = process.env;
  // An endpoint that is not AWS's mostly ignores the region, but requests are signed with one.
  return region ?? own ?? fallback ?? (endpoint === undefined ? undefined : 'us-east-1');
}

/** A client; without credentials it finds its own, along AWS's usual chain (environment, files, container, instance). */
export async function openS3(connection: S3Connection, credentials?: S3Credentials): Promise<S3Client> {
  const { S3Client: Client } = await s3Library();
  const region = regionOf(connection);
  return new Client({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT, socketTimeout: SILENCE_TIMEOUT },
    // Not every S3-compatible service knows the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(region !== undefined && { region }),
    ...(connection.endpoint !== undefined && { endpoint: connection.endpoint }),
    ...(connection.pathStyle !== undefined && { forcePathStyle: connection.pathStyle }),
    ...(credentials && { credentials }),
  });
}

/** What went wrong with a request, in a sentence, for people. */
export function describeS3Error(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { $metadata: metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = metadata?.httpStatusCode;
  const text =
    error.message === '' || error.message === 'UnknownError' ? error.name : `${error.name}: ${error.message}`;
  return status === undefined ? text : `${text} (HTTP status ${status})`;
}

/** The HTTP status of a refusal; undefined when there was no answer. */
export const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
