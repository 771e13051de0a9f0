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

export type InlineSource = z.infer<typeof inline>;
export type LocalSource = z.infer<typeof local>;
export type HttpSource = z.infer<typeof http>;
export interface CombiningSource {
  readonly type: 'combining';
  readonly delegates: readonly InputSource[];
}
export type InputSource = InlineSource | LocalSource | HttpSource | CombiningSource;

/** Schemas of the input sources by their type; `combining` nests the others and is read by hand. */
export const sourceSchemas = { inline, local, http } as const;
