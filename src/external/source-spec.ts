import { z } from 'zod';

const password = z.union([
  z.string(),
  z.object({ type: z.literal('default'), password: z.string() }),
  z.object({ type: z.literal('environment'), variable: z.string().min(1) }),
]);

/** A password as Druid's PasswordProvider JSON. */
export type Password = z.infer<typeof password>;

const httpUri = z.string().refine((uri) => ['http:', 'https:'].includes(protocolOf(uri)), {
  error: 'must be a URI of protocol http or https',
});

const protocolOf = (uri: string): string => (URL.canParse(uri) ? new URL(uri).protocol : '');

const inline = z.object({ type: z.literal('inline'), data: z.string() });

const local = z
  .object({
    type: z.literal('local'),
    baseDir: z.string().min(1).nullish(),
    filter: z.string().nullish(),
    files: z.array(z.string().min(1)).nullish(),
  })
  .refine(({ baseDir, files }) => typeof baseDir === 'string' || (files?.length ?? 0) > 0, {
    error: 'At least one of [baseDir] or [files] must be given',
  })
  .refine(({ baseDir, filter }) => typeof baseDir !== 'string' || typeof filter === 'string', {
    path: ['filter'],
    error: 'must be given together with [baseDir]',
  });

const http = z.object({
  type: z.literal('http'),
  uris: z.array(httpUri).min(1),
  httpAuthenticationUsername: z.string().nullish(),
  httpAuthenticationPassword: password.nullish(),
  requestHeaders: z.record(z.string(), z.string()).nullish(),
});

const s3Uri = z.string().regex(/^s3:\/\/[^/]+/, 'must be a URI such as s3://bucket/path');

/** A property that a source may have in Druid and that this program does not act on. */
const refused = (reason: string) => z.null({ error: reason }).optional();

const s3 = z
  .object({
    type: z.literal('s3'),
    uris: z.array(s3Uri).nullish(),
    prefixes: z.array(s3Uri).nullish(),
    objects: z.array(z.object({ bucket: z.string().min(1), path: z.string().min(1) })).nullish(),
    objectGlob: z.string().nullish(),
    endpointConfig: z.object({ url: z.string().nullish(), signingRegion: z.string().nullish() }).nullish(),
    clientConfig: z
      .object({
        protocol: z.enum(['http', 'https']).nullish(),
        enablePathStyleAccess: z.boolean().nullish(),
        // Requests are sent whole and to the bucket's own region, so these change nothing.
        disableChunkedEncoding: z.boolean().nullish(),
        forceGlobalBucketAccessEnabled: z.boolean().nullish(),
        crossRegionAccessEnabled: z.boolean().nullish(),
      })
      .nullish(),
    properties: z
      .object({
        accessKeyId: password.nullish(),
        secretAccessKey: password.nullish(),
        assumeRoleArn: refused('is not supported: give the role to the server, or use accessKeyId and secretAccessKey'),
        assumeRoleExternalId: refused('is not supported'),
        sessionToken: refused('is not supported: give the session to the server'),
      })
      .refine(({ accessKeyId, secretAccessKey }) => Boolean(accessKeyId) === Boolean(secretAccessKey), {
        error: 'accessKeyId and secretAccessKey must be given together',
      })
      .nullish(),
    proxyConfig: refused('is not supported'),
  })
  // As in Druid's CloudObjectInputSource.
  .refine(({ uris, prefixes, objects }) => [uris, prefixes, objects].filter((list) => list?.length).length === 1, {
    error: 'Exactly one of uris, prefixes or objects must be specified',
  });

/** The paths of a text are separated by commas, of which those within `{…}` are part of a pattern. */
const separatePaths = (text: string): readonly string[] =>
  text
    .split(/,(?![^{]*\})/)
    .map((path) => path.trim())
    .filter((path) => path !== '');

/** Without a host a path is one of the cluster's usual file system, which must be HDFS then. */
const hdfsPath = z
  .string()
  .regex(/^(hdfs:\/\/[^/]*)?\/./, 'must be a path such as hdfs://namenode:8020/directory')
  .transform((path) => (path.startsWith('/') ? `hdfs://${path}` : path));

const hdfs = z.object({
  type: z.literal('hdfs'),
  paths: z
    .union([z.string().transform(separatePaths), z.array(z.string())], {
      error: 'must be a string or an array of strings',
    })
    .pipe(z.array(hdfsPath).min(1)),
});

export type HdfsSource = z.infer<typeof hdfs>;
export type S3Source = z.infer<typeof s3>;
export type InlineSource = z.infer<typeof inline>;
export type LocalSource = z.infer<typeof local>;
export type HttpSource = z.infer<typeof http>;
export interface CombiningSource {
  readonly type: 'combining';
  readonly delegates: readonly InputSource[];
}
export type InputSource = InlineSource | LocalSource | HttpSource | S3Source | HdfsSource | CombiningSource;

/** Schemas of the input sources by their type; `combining` nests the others and is read by hand. */
export const sourceSchemas = { inline, local, http, s3, hdfs } as const;
