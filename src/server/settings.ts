import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { shownUrl } from '../storage/shown-url.js';

/** A setting that is missing, misspelt or out of range; the message names it and where it was set. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const KIB = 1024;
const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: KIB,
  kb: KIB,
  kib: KIB,
  m: KIB ** 2,
  mb: KIB ** 2,
  mib: KIB ** 2,
  g: KIB ** 3,
  gb: KIB ** 3,
  gib: KIB ** 3,
  t: KIB ** 4,
  tb: KIB ** 4,
  tib: KIB ** 4,
};

/** Reads `512MiB`, `4g` or a number of bytes. */
function parseBytes(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value);
  const unit = match && byteUnits[(match[2] ?? '').toLowerCase()];
  return match && unit ? Math.floor(Number(match[1]) * unit) : value;
}

const bytes = z.preprocess(
  parseBytes,
  z
    .number({ error: 'expected a number of bytes such as 2147483648 or 2GiB' })
    .int()
    .min(64 * KIB ** 2, 'must be at least 64MiB'),
);
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const list = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean)
      : value,
  z.array(z.string().min(1)),
);

/** A map of texts: an object in a file, `key=value,key=value` elsewhere. */
const pairs = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? Object.fromEntries(
          value
            .split(',')
            .filter((part) => part.trim() !== '')
            .map((part) => {
              const at = part.indexOf('=');
              return at < 0 ? [part.trim(), undefined] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
            }),
        )
      : value,
  z.record(z.string().min(1), z.coerce.string({ error: 'expected key=value' })),
);

/** One setting: how it is read, and what the documentation says about it. The flag and the variable follow from its name. */
interface SettingDefinition {
  readonly schema: z.ZodType;
  /** What a flag's value stands for in the help text. */
  readonly placeholder: string;
  readonly description: string;
  /** The value may hold a password, which only the environment may bring and which no message shows. */
  readonly mayHoldPassword?: true;
}

const bucketUrl = /^s3:\/\/([^/]+)(?:\/(.*))?$/;

const cores = availableParallelism();

/** Every setting of `millrace server`. `dataDir` is `--data-dir`, `MILLRACE_DATA_DIR`, and `dataDir` in a file. */
export const settingDefinitions = {
  host: {
    schema: z.string().min(1).default('127.0.0.1'),
    placeholder: 'address',
    description: 'Address to listen on.',
  },
  port: {
    schema: count(0, 65_535).default(8888),
    placeholder: 'number',
    description: 'Port to listen on; 0 picks a free one and prints it.',
  },
  dataDir: {
    schema: z.string().min(1).default('./var'),
    placeholder: 'directory',
    description: 'Directory of metadata, segments and task files.',
  },
  metadataUrl: {
    schema: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'expected postgresql://user@host:port/database')
      .refine((url) => URL.canParse(url), 'expected postgresql://user@host:port/database')
      .optional(),
    placeholder: 'url',
    description:
      'PostgreSQL database for metadata; by default they are in a SQLite file of the data directory. A password comes from the environment: MILLRACE_METADATA_URL or PGPASSWORD.',
    mayHoldPassword: true,
  },
  deepStorage: {
    schema: z.string().min(1).optional(),
    placeholder: 'directory|s3://bucket/prefix',
    description: 'Where segments and results of queries are; by default the data directory.',
  },
  s3Endpoint: {
    schema: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).optional(),
    placeholder: 'url',
    description:
      "S3-compatible service of deep storage, exports and input sources without an endpoint; by default AWS's.",
  },
  s3Region: {
    schema: z.string().min(1).optional(),
    placeholder: 'region',
    description: 'Region of S3; by default as AWS configures it (AWS_REGION, profiles).',
  },
  s3PathStyle: {
    schema: z
      .preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean())
      .optional(),
    placeholder: 'true|false',
    description: 'Buckets are named in the path of URLs, as many S3-compatible services want it.',
  },
  segmentCacheSize: {
    schema: z.preprocess(parseBytes, z.number().int().nonnegative()).default(10 * KIB ** 3),
    placeholder: 'bytes',
    description: 'Disk that copies of segments on S3 may take in the data directory.',
  },
  taskSlots: {
    schema: count(1, 1_000).default(4),
    placeholder: 'number',
    description: 'Query tasks that run at the same time; others wait.',
  },
  workerMemory: {
    schema: bytes.optional(),
    placeholder: 'bytes',
    description: 'Memory limit of one task; it spills to disk beyond. By default 60% of memory divided by the slots.',
  },
  queryMemory: {
    schema: bytes.optional(),
    placeholder: 'bytes',
    description: 'Memory limit of interactive queries together. By default 20% of memory.',
  },
  warmWorkers: {
    schema: count(0, 16).default(1),
    placeholder: 'number',
    description: 'Idle worker processes kept ready, so that a small task starts at once.',
  },
  workerStartTimeout: {
    schema: z.coerce.number().positive().max(86_400).default(600),
    placeholder: 'seconds',
    description: 'Seconds in which the worker of a task must have started (fault TaskStartTimeout).',
  },
  allowedDirectories: {
    schema: list.optional(),
    placeholder: 'directory,…',
    description:
      'Directories that local input sources may read. By default everything while listening on loopback, otherwise nothing.',
  },
  engine: {
    schema: z.enum(['duckdb', 'spark']).default('duckdb'),
    placeholder: 'name',
    description: 'Where tasks run whose context does not say: duckdb, or spark with sparkRemote.',
  },
  sparkRemote: {
    schema: z.string().startsWith('sc://', 'expected an address such as sc://host:15002').optional(),
    placeholder: 'sc://host:port',
    description: 'Address of a Spark Connect server, with ;token=… and ;use_ssl=true where it asks for them.',
  },
  sparkSettings: {
    schema: pairs.default({}),
    placeholder: 'key=value,…',
    description: 'Settings of Spark for each session, such as spark.sql.shuffle.partitions=64.',
  },
  resultRetention: {
    schema: count(1, 1_000_000).default(168),
    placeholder: 'hours',
    description: 'Hours that results of queries in durable storage are kept.',
  },
  allowedExportPaths: {
    schema: list.default([]).refine((paths) => paths.every((each) => path.isAbsolute(each) || bucketUrl.test(each)), {
      error: 'expected absolute directories and s3://bucket/prefix',
    }),
    placeholder: 'path,…',
    description: 'Directories and s3://bucket/prefix that INSERT INTO EXTERN may export to. By default none.',
  },
  maxRequestSize: {
    schema: z.preprocess(parseBytes, z.number().int().positive()).default(32 * KIB ** 2),
    placeholder: 'bytes',
    description: 'Largest accepted request body.',
  },
  uploadSpace: {
    schema: z.preprocess(parseBytes, z.number().int().positive()).default(10 * KIB ** 3),
    placeholder: 'bytes',
    description: 'Space that files handed in through the console may take together; they stay for a day.',
  },
  logLevel: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    placeholder: 'level',
    description: 'trace, debug, info, warn, error or silent.',
  },
} satisfies Readonly<Record<string, SettingDefinition>>;

export type SettingName = keyof typeof settingDefinitions;

/** All settings, validated, with their defaults. Sizes are bytes. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  /** Absent: a SQLite file of the data directory. May hold a password. */
  readonly metadataUrl?: string;
  readonly deepStorage:
    | { readonly kind: 'local'; readonly directory: string }
    | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };
  readonly s3Endpoint?: string;
  readonly s3Region?: string;
  readonly s3PathStyle?: boolean;
  readonly segmentCacheSize: number;
  readonly taskSlots: number;
  readonly workerMemory: number;
  readonly queryMemory: number;
  readonly warmWorkers: number;
  /** Seconds. */
  readonly workerStartTimeout: number;
  /** Absent: all local paths may be read. */
  readonly allowedDirectories?: readonly string[];
  readonly engine: 'duckdb' | 'spark';
  /** May hold a token; never logged. */
  readonly sparkRemote?: string;
  readonly sparkSettings: Readonly<Record<string, string>>;
  /** Hours. */
  readonly resultRetention: number;
  readonly allowedExportPaths: readonly string[];
  readonly maxRequestSize: number;
  readonly uploadSpace: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly cores: number;
}

export const settingNames = Object.keys(settingDefinitions) as readonly SettingName[];

/** `dataDir` → `data-dir`. */
export const flagOf = (name: SettingName): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `dataDir` → `MILLRACE_DATA_DIR`. */
export const variableOf = (name: SettingName): string => `MILLRACE_${flagOf(name).replaceAll('-', '_').toUpperCase()}`;

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

function readFile(file: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(`Cannot read the configuration file ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = parseYaml(text) ?? {};
  } catch (error) {
    throw new SettingsError(`The configuration file ${file} is neither YAML nor JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SettingsError(`The configuration file ${file} must hold settings by name`);
  }
  const settings = Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [
      // `spark.remote` is another way to write `sparkRemote`.
      key.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      each,
    ]),
  );
  for (const key of Object.keys(settings)) {
    if (!(key in settingDefinitions)) {
      throw new SettingsError(`Unknown setting '${key}' in ${file}; known are: ${settingNames.join(', ')}`);
    }
  }
  return settings;
}

function holdsPassword(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const url = new URL(value);
  return url.password !== '' || url.searchParams.has('password');
}

/**
 * Brings settings together: flags win over MILLRACE_* variables, which win over the file.
 * @throws SettingsError naming the setting, its value and where it was set
 */
export function readSettings(sources: {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file?: string;
}): ServerSettings {
  const file = sources.file === undefined ? {} : readFile(sources.file);
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of settingNames) {
    const candidates: readonly (readonly [origin: string, value: unknown])[] = [
      [`--${flagOf(name)}`, sources.flags[name]],
      [variableOf(name), sources.environment[variableOf(name)]],
      [`${name} in ${sources.file ?? ''}`, file[name]],
    ];
    const [origin, value] = candidates.find(([, candidate]) => candidate !== undefined) ?? ['default', undefined];
    const { schema, mayHoldPassword }: SettingDefinition = settingDefinitions[name];
    const result = schema.safeParse(value);
    if (!result.success) {
      const reason = result.error.issues.map((issue) => issue.message).join('; ');
      const shown = mayHoldPassword ? '(hidden)' : JSON.stringify(value);
      throw new SettingsError(`Invalid setting '${name}' (${origin} = ${shown}): ${reason}`);
    }
    if (mayHoldPassword && origin !== variableOf(name) && holdsPassword(result.data)) {
      throw new SettingsError(
        `Setting '${name}' (${origin}) must not hold a password, which others could read there; ` +
          `set ${variableOf(name)} or PGPASSWORD in the environment`,
      );
    }
    values[name] = result.data;
  }
  return complete(values as GivenSettings);
}

/** What is given, or has a default that depends on nothing else. */
type GivenSettings = Partial<Omit<ServerSettings, 'deepStorage'>> &
  Pick<ServerSettings, 'host' | 'dataDir' | 'taskSlots'> & { readonly deepStorage?: string };

/** @throws SettingsError */
function deepStorageOf(value: string | undefined, dataDir: string): ServerSettings['deepStorage'] {
  if (value === undefined) return { kind: 'local', directory: path.resolve(dataDir) };
  const [, bucket, prefix = ''] = bucketUrl.exec(value) ?? [];
  if (bucket !== undefined) {
    const folder = prefix.replace(/^\/+|\/+$/g, '');
    return { kind: 's3', bucket, prefix: folder === '' ? '' : `${folder}/` };
  }
  if (/^[\w+.-]+:\/\//.test(value)) {
    throw new SettingsError(`Invalid setting 'deepStorage' (${value}): expected a directory or s3://bucket/prefix`);
  }
  return { kind: 'local', directory: path.resolve(value) };
}

/** Fills in what depends on the machine or on other settings. */
function complete(values: GivenSettings): ServerSettings {
  const memory = totalmem();
  const { allowedDirectories, deepStorage, ...rest } = values;
  const confined = allowedDirectories ?? (isLoopback(values.host) ? undefined : []);
  return {
    ...(rest as ServerSettings),
    dataDir: path.resolve(values.dataDir),
    deepStorage: deepStorageOf(deepStorage, values.dataDir),
    workerMemory: values.workerMemory ?? Math.max(256 * KIB ** 2, Math.floor((memory * 0.6) / values.taskSlots)),
    queryMemory: values.queryMemory ?? Math.max(256 * KIB ** 2, Math.floor(memory * 0.2)),
    ...(confined && { allowedDirectories: confined.map((directory) => path.resolve(directory)) }),
    cores,
  };
}

function shownValue(settings: ServerSettings, name: SettingName): string {
  const { metadataUrl, deepStorage } = settings;
  if (name === 'metadataUrl' && metadataUrl !== undefined) return shownUrl(metadataUrl);
  if (name !== 'deepStorage') return String(settings[name]);
  return deepStorage.kind === 'local' ? deepStorage.directory : `s3://${deepStorage.bucket}/${deepStorage.prefix}`;
}

/** Settings by name as texts, for GET /status/properties. */
export const shownSettings = (settings: ServerSettings): Readonly<Record<string, string>> =>
  Object.fromEntries(
    settingNames.flatMap((name) => {
      const value = settings[name];
      return value === undefined ? [] : [[`millrace.${name}`, shownValue(settings, name)]];
    }),
  );
