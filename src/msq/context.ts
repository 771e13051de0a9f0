import { isTimeZone } from '../sql/binder/timestamps.js';
import { limits } from './limits.js';

/** A context parameter with a value that cannot be used. The message names the parameter, what fits and what came. */
export class ContextError extends Error {
  override readonly name = 'ContextError';
}

/** How one parameter is read and what the documentation says about it. */
export interface ContextParameter<T> {
  /** Answers the default for undefined and null. Throws ContextError. */
  read(name: string, value: unknown): T;
  /** What values are taken, in words. */
  readonly type: string;
  /** Absent where nothing is the default. */
  readonly default?: string;
  readonly description: string;
  /** Validated, but nothing depends on it here; the description says why. */
  readonly hasNoEffect?: true;
}

/** A parameter whose effect has no meaning here. */
const accepted = <T>(parameter: ContextParameter<T>): ContextParameter<T> => ({ ...parameter, hasNoEffect: true });

/** The part of the documentation that tells of the default. */
const byDefault = (value: unknown): { readonly default?: string } =>
  value === undefined ? {} : { default: String(value) };

const refuse = (name: string, expected: string, value: unknown): ContextError =>
  new ContextError(
    `Expected key [${name}] to be ${expected}, but got [${typeof value === 'object' ? JSON.stringify(value) : String(value)}]`,
  );

/** Numbers may come as text, `12.00` too, as Druid's QueryContexts.getAsInt takes them. */
function readInteger(name: string, value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number') throw refuse(name, 'an Integer', value);
  if (!Number.isSafeInteger(number)) throw refuse(name, 'in integer format', value);
  return number;
}

function integer<D extends number | undefined>(
  fallback: D,
  description: string,
  range: { readonly least?: number; readonly most?: number } = {},
): ContextParameter<number | D> {
  const { least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER } = range;
  return {
    type: `integer${range.least === undefined ? '' : ` ≥ ${least}`}${range.most === undefined ? '' : `, ≤ ${most}`}`,
    ...byDefault(fallback),
    description,
    read(name, value) {
      if (value === undefined || value === null) return fallback;
      const number = readInteger(name, value);
      if (number < least) throw refuse(name, `at least ${least}`, value);
      if (number > most) throw refuse(name, `at most ${most}`, value);
      return number;
    },
  };
}

function boolean<D extends boolean | undefined>(fallback: D, description: string): ContextParameter<boolean | D> {
  return {
    type: 'boolean',
    ...byDefault(fallback),
    description,
    read(name, value) {
      if (value === undefined || value === null) return fallback;
      if (typeof value === 'boolean') return value;
      const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
      if (word === 'true' || word === 'false') return word === 'true';
      throw refuse(name, 'a Boolean', value);
    },
  };
}

function text<D extends string | undefined>(fallback: D, description: string): ContextParameter<string | D> {
  return {
    type: 'text',
    ...byDefault(fallback),
    description,
    read(name, value) {
      if (value === undefined || value === null) return fallback;
      if (typeof value === 'string') return value;
      throw refuse(name, 'a String', value);
    },
  };
}

/** One of some words, in any case. */
function choice<const W extends string, D extends W | undefined>(
  words: readonly W[],
  fallback: D,
  description: string,
): ContextParameter<W | D> {
  return {
    type: words.join(', '),
    ...byDefault(fallback),
    description,
    read(name, value) {
      if (value === undefined || value === null) return fallback;
      const found = words.find((word) => word.toLowerCase() === String(value).toLowerCase());
      if (found === undefined) throw refuse(name, `one of the values [${words.join(',')}]`, value);
      return found;
    },
  };
}

/** A list of names: a JSON array, its text, or names with commas between them. */
function list(description: string): ContextParameter<readonly string[]> {
  return {
    type: 'list of names',
    description,
    read(name, value) {
      if (value === undefined || value === null) return [];
      const parsed = typeof value === 'string' ? parseList(value) : value;
      if (!Array.isArray(parsed) || !parsed.every((item) => typeof item === 'string')) {
        throw refuse(name, 'a list of names', value);
      }
      return parsed;
    },
  };
}

function parseList(source: string): unknown {
  const trimmed = source.trim();
  if (trimmed.startsWith('[')) {
    try {
      return JSON.parse(trimmed);
    } catch {
      return undefined;
    }
  }
  // RFC 4180, as Druid reads it: a name with a comma stands in quotes.
  if (trimmed.split('"').length % 2 === 0) return undefined;
  return [...`,${trimmed}`.matchAll(/,\s*("(?:[^"]|"")*"|[^,]*)/g)]
    .map(([, part = '']) => (part.startsWith('"') ? part.slice(1, part.lastIndexOf('"')).replaceAll('""', '"') : part))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A JSON object, or its text. */
function jsonObject(description: string): ContextParameter<Readonly<Record<string, unknown>> | undefined> {
  return {
    type: 'JSON object',
    description,
    read(name, value) {
      if (value === undefined || value === null) return undefined;
      const parsed = typeof value === 'string' ? parseJson(value) : value;
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
        throw refuse(name, 'a JSON object', value);
      }
      return parsed as Readonly<Record<string, unknown>>;
    },
  };
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/** A time zone: an IANA name that the platform knows, or an offset such as +01:00. */
function timeZone(description: string): ContextParameter<string> {
  return {
    type: 'IANA name or offset',
    default: 'UTC',
    description,
    read(name, value) {
      if (value === undefined || value === null) return 'UTC';
      if (typeof value !== 'string') throw refuse(name, 'a String', value);
      if (!isTimeZone(value)) throw refuse(name, 'a time zone', value);
      return value;
    },
  };
}

/** An ISO 8601 time. */
function time(description: string): ContextParameter<string | undefined> {
  return {
    type: 'ISO 8601 time',
    description,
    read(name, value) {
      if (value === undefined || value === null) return undefined;
      if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw refuse(name, 'an ISO 8601 time', value);
      return value;
    },
  };
}

/**
 * Every context parameter that is read, by name. Others pass through unread, as in Druid. `npm run docs:reference` writes
 * docs/context.md from it.
 */
export const contextParameters = {
  maxNumTasks: integer(undefined, 'Tasks of a query, the controller included: one less is the number of threads.', {
    least: 2,
  }),
  numTasks: integer(undefined, 'Older name of `maxNumTasks`.', { least: 2 }),
  taskAssignment: accepted(
    choice(['max', 'auto'], 'max', 'A query has one worker, whose threads share the work. Kept in the task payload.'),
  ),
  finalizeAggregations: boolean(
    true,
    '`false`: `EARLIEST` and `LATEST` that stand by themselves in the `SELECT` list are answered, or stored, with their times, for later aggregation; see rollup in [Ingestion](ingestion.md).',
  ),
  arrayIngestMode: choice(
    ['array', 'mvd', 'none'],
    'array',
    'What an `ARRAY` column becomes in a datasource: an array, a multi-value string, or a refusal.',
  ),
  sqlJoinAlgorithm: accepted(
    choice(['broadcast', 'sortMerge'], 'broadcast', 'The engine picks the join itself, and spills what does not fit.'),
  ),
  rowsInMemory: accepted(integer(100_000, 'The engine sorts within its memory limit.')),
  segmentSortOrder: list('Columns that segments are sorted by, ahead of `CLUSTERED BY`.'),
  forceSegmentSortByTime: boolean(true, 'Segments are sorted by `__time` first.'),
  maxParseExceptions: integer(undefined, 'Unparseable records that are left out; `-1` any number. Wins over `mode`.', {
    least: -1,
  }),
  mode: choice(['strict', 'nonStrict'], 'strict', '`strict`: `maxParseExceptions` is 0; `nonStrict`: -1.'),
  rowsPerSegment: integer(3_000_000, 'Rows of a segment, about.', { least: 1 }),
  maxNumSegments: integer(undefined, 'Segments that one time chunk may get (fault TooManySegmentsInTimeChunk).', {
    least: 1,
  }),
  indexSpec: accepted(jsonObject('Segments are Parquet files. Kept in the task payload.')),
  durableShuffleStorage: accepted(boolean(false, 'Stages hand rows on inside one process, which spills to disk.')),
  faultTolerance: boolean(
    false,
    'A worker that dies is started again, at most twice; a task that the end of the server interrupted starts anew.',
  ),
  selectDestination: choice(['taskReport', 'durableStorage'], 'taskReport', 'Where rows of a SELECT task go.'),
  waitUntilSegmentsLoad: boolean(
    false,
    'The report has `segmentLoadWaiterStatus`. Segments can be queried as soon as they are published, so that nothing is waited for.',
  ),
  includeSegmentSource: choice(
    ['NONE', 'REALTIME'],
    'NONE',
    'There are no realtime segments; `REALTIME` is refused, as in Druid, where a statement writes what it reads.',
  ),
  rowsPerPage: integer(100_000, 'Rows of a page of results in durable storage.', { least: 1 }),
  skipTypeVerification: list('Columns whose change between text and array is accepted.'),
  failOnEmptyInsert: boolean(false, 'An `INSERT` or `REPLACE` without rows fails (fault InsertCannotBeEmpty).'),
  storeCompactionState: boolean(
    false,
    '`REPLACE` keeps with each segment how it was made; see `last_compaction_state` of `sys.segments`.',
  ),
  groupByEnableMultiValueUnnesting: boolean(
    true,
    '`false`: grouping by a multi-value string is an error; with `finalizeAggregations` false besides, an ingestion that groups tells metrics from dimensions.',
  ),
  removeNullBytes: boolean(
    false,
    'Null bytes in text are left out, of results too; otherwise they are the fault InvalidNullByte where text is stored in a datasource.',
  ),
  includeAllCounters: boolean(false, 'The report has the counter `cpu` of each stage too.'),
  maxFrameSize: integer(limits.frameBytes, 'Bytes that a row of a datasource may have (fault RowTooLarge).', {
    least: 1,
  }),
  maxInputBytesPerWorker: accepted(
    integer(limits.inputBytesPerWorker, 'A query has one worker. Kept in the task payload.', { least: 1 }),
  ),
  maxConcurrentStages: accepted(integer(undefined, 'Stages run one after the other.', { least: 1 })),
  clusterStatisticsMergeMode: accepted(
    choice(['SEQUENTIAL', 'PARALLEL', 'AUTO'], 'SEQUENTIAL', 'Statistics are those of one worker.'),
  ),
  targetPartitionsPerWorker: accepted(integer(undefined, 'Threads divide the rows as they come.', { least: 1 })),
  maxRowsMaterializedInWindow: accepted(
    integer(limits.rowsInAWindow, 'Windows may have any number of rows: the engine spills them.'),
  ),
  rowBasedFrameType: accepted(integer(undefined, 'There are no frames.')),
  sketchEncoding: accepted(choice(['OCTET_STREAM', 'JSON'], 'OCTET_STREAM', 'Statistics are those of one worker.')),
  maxThreads: integer(undefined, 'Most threads of a worker; 0 and less mean no limit.'),
  useAutoColumnSchemas: accepted(boolean(false, 'Columns keep their SQL types.')),
  useConcurrentLocks: accepted(boolean(false, 'INSERTs always share their locks.')),
  taskLockType: choice(
    ['EXCLUSIVE', 'SHARED', 'REPLACE', 'APPEND'],
    undefined,
    '`EXCLUSIVE` or `REPLACE` for a `REPLACE`, `SHARED` or `APPEND` for an `INSERT`; others are refused. `INSERT` takes shared locks, `REPLACE` exclusive ones, whatever is said.',
  ),
  priority: integer(50, 'Order of tasks that wait for a slot: greater first.'),
  sqlQueryId: text(undefined, 'Id of the query; a task is called `query-<id>`.'),
  sqlTimeZone: timeZone('Time zone of time functions and of `TIMESTAMP` literals.'),
  sqlCurrentTimestamp: time('What `CURRENT_TIMESTAMP` answers.'),
  engine: text(undefined, 'Where the statement runs: duckdb or spark. Other names, which are Druid’s, change nothing.'),
  sqlOuterLimit: integer(undefined, 'Most rows of a SELECT.', { least: 0 }),
  sqlStringifyArrays: boolean(true, 'Arrays of a result as JSON text.'),
  useApproximateCountDistinct: boolean(true, '`COUNT(DISTINCT x)` may be approximate.'),
  useApproximateTopN: accepted(boolean(true, 'Answers are exact.')),
  timeout: integer(undefined, 'Milliseconds after which the query is canceled; 0 never.', { least: 0 }),
} satisfies Record<string, ContextParameter<unknown>>;

/** Names that Druid sets by itself and takes from nobody (MSQTaskSqlEngine.SYSTEM_CONTEXT_PARAMETERS). */
const systemParameters = [
  'sqlInsertSegmentGranularity',
  'sqlReplaceTimeChunks',
  'timestampResultField',
  'timestampResultFieldGranularity',
  'timestampResultFieldInOriginalDimensions',
  'maxTimeArrayOutputName',
  'minTimeArrayOutputName',
  '__timeColumn',
  '__exportFileFormat',
  'isReindex',
];

type Parameters = typeof contextParameters;
type Values = { readonly [Name in keyof Parameters]: ReturnType<Parameters[Name]['read']> };

/** Values of all parameters, defaults filled in. */
export interface QueryContext extends Omit<Values, 'maxNumTasks' | 'numTasks' | 'maxParseExceptions'> {
  readonly maxNumTasks: number;
  readonly maxParseExceptions: number;
}

/**
 * Reads a request's context.
 * @param defaults `maxNumTasks` where the context gives none
 * @throws ContextError naming the parameter
 */
export function readContext(
  raw: Readonly<Record<string, unknown>>,
  defaults: { readonly maxNumTasks: number },
): QueryContext {
  const system = systemParameters.find((name) => raw[name] !== undefined);
  if (system !== undefined) throw new ContextError(`Query context parameter [${system}] is not allowed`);
  const values = Object.fromEntries(
    Object.entries(contextParameters).map(([name, parameter]) => [name, parameter.read(name, raw[name])]),
  ) as Values;
  const { forceSegmentSortByTime, segmentSortOrder } = values;
  if (forceSegmentSortByTime && segmentSortOrder.length > 0 && segmentSortOrder[0] !== '__time') {
    throw new ContextError(
      'Context parameter[segmentSortOrder] must start with[__time] unless context parameter[forceSegmentSortByTime] is set to[false].',
    );
  }
  if (values.faultTolerance && !values.durableShuffleStorage && (raw['durableShuffleStorage'] ?? null) !== null) {
    throw new ContextError(
      'Context param[durableShuffleStorage] cannot be explicitly set to false when context param[faultTolerance] is set to true. ' +
        'Either remove the context param[durableShuffleStorage] or explicitly set it to true.',
    );
  }
  return {
    ...values,
    maxNumTasks: values.maxNumTasks ?? values.numTasks ?? defaults.maxNumTasks,
    maxParseExceptions: values.maxParseExceptions ?? (values.mode === 'strict' ? 0 : -1),
  };
}
