import { limits } from './limits.js';

/** A context parameter with a value that cannot be used. The message names the parameter, what fits and what came. */
export class ContextError extends Error {
  override readonly name = 'ContextError';
}

/** How one parameter is read and what the documentation says about it. */
export interface ContextParameter<T> {
  /** Answers the default for undefined and null. Throws ContextError. */
  read(name: string, value: unknown): T;
  readonly description: string;
}

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
    description,
    read(name, value) {
      if (value === undefined || value === null) return fallback;
      if (typeof value === 'boolean') return value;
      if (typeof value === 'string') return value.toLowerCase() === 'true';
      throw refuse(name, 'a Boolean', value);
    },
  };
}

function text<D extends string | undefined>(fallback: D, description: string): ContextParameter<string | D> {
  return {
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
  return trimmed === '' ? [] : trimmed.split(',').map((part) => part.trim());
}

function json(description: string): ContextParameter<unknown> {
  return { description, read: (_name, value) => value ?? undefined };
}

/** Every context parameter that is read, by name. Others pass through unread, as in Druid. */
export const contextParameters = {
  maxNumTasks: integer(undefined, 'Tasks of a query, the controller included: one less is the number of threads.', {
    least: 2,
    most: limits.workers + 1,
  }),
  numTasks: integer(undefined, 'Older name of maxNumTasks.', { least: 2, most: limits.workers + 1 }),
  taskAssignment: choice(['max', 'auto'], 'max', 'How many workers a stage gets; kept in the task payload.'),
  finalizeAggregations: boolean(true, 'Accepted: aggregates are stored as final values.'),
  arrayIngestMode: choice(['array', 'mvd', 'none'], 'array', 'What an ARRAY column becomes in a datasource.'),
  sqlJoinAlgorithm: choice(['broadcast', 'sortMerge'], 'broadcast', 'Accepted: the engine picks the join itself.'),
  rowsInMemory: integer(100_000, 'Accepted: the engine sorts within its memory limit.'),
  segmentSortOrder: list('Columns that segments are sorted by, ahead of CLUSTERED BY.'),
  forceSegmentSortByTime: boolean(true, 'Segments are sorted by __time first.'),
  maxParseExceptions: integer(undefined, 'Unparseable records that are skipped; -1 any number.', { least: -1 }),
  mode: choice(['strict', 'nonStrict'], 'strict', 'strict: maxParseExceptions is 0; nonStrict: -1.'),
  rowsPerSegment: integer(3_000_000, 'Rows of a segment, about.', { least: 1 }),
  maxNumSegments: integer(undefined, 'Segments that one time chunk may get.', { least: 1 }),
  indexSpec: json('Kept in the task payload.'),
  durableShuffleStorage: boolean(false, 'Accepted: stages hand rows on inside one process.'),
  faultTolerance: boolean(false, 'A worker that dies is started again, at most twice.'),
  selectDestination: choice(['taskReport', 'durableStorage'], 'taskReport', 'Where rows of a SELECT task go.'),
  waitUntilSegmentsLoad: boolean(false, 'Segments can be queried as soon as they are published.'),
  includeSegmentSource: choice(['NONE', 'REALTIME'], 'NONE', 'Accepted: there are no realtime segments.'),
  rowsPerPage: integer(100_000, 'Rows of a page of results in durable storage.', { least: 1 }),
  skipTypeVerification: list('Columns whose change between text and array is accepted.'),
  failOnEmptyInsert: boolean(false, 'An INSERT or REPLACE without rows fails.'),
  storeCompactionState: boolean(false, 'Accepted.'),
  removeNullBytes: boolean(false, 'Accepted: null bytes are stored like any other character.'),
  includeAllCounters: boolean(false, 'Accepted: counters are always complete.'),
  maxFrameSize: integer(limits.frameBytes, 'Accepted: rows of any size fit.', { least: 1 }),
  maxInputBytesPerWorker: integer(limits.inputBytesPerWorker, 'Kept in the task payload.', { least: 1 }),
  maxConcurrentStages: integer(undefined, 'Accepted: stages run one after the other.', { least: 1 }),
  clusterStatisticsMergeMode: choice(['SEQUENTIAL', 'PARALLEL', 'AUTO'], 'SEQUENTIAL', 'Accepted.'),
  targetPartitionsPerWorker: integer(undefined, 'Accepted.', { least: 1 }),
  maxThreads: integer(undefined, 'Most threads of a worker.', { least: 1 }),
  useAutoColumnSchemas: boolean(false, 'Accepted: columns keep their SQL types.'),
  useConcurrentLocks: boolean(false, 'Accepted: INSERTs always share their locks.'),
  taskLockType: text(undefined, 'Accepted: INSERT takes shared locks, REPLACE exclusive ones.'),
  priority: integer(50, 'Order of tasks that wait for a slot: greater first.'),
  sqlQueryId: text(undefined, 'Id of the query; a task is called query-<id>.'),
  engine: text(undefined, 'Where the statement runs: duckdb or spark. Other names, which are Druid’s, change nothing.'),
  sqlTimeZone: text('UTC', 'Time zone of time functions and of TIMESTAMP literals, IANA name.'),
  sqlCurrentTimestamp: text(undefined, 'What CURRENT_TIMESTAMP answers, ISO 8601.'),
  sqlOuterLimit: integer(undefined, 'Most rows of a SELECT.', { least: 0 }),
  sqlStringifyArrays: boolean(undefined, 'Arrays of a result as JSON text; default true, for tasks false.'),
  useApproximateCountDistinct: boolean(true, 'COUNT(DISTINCT x) may be approximate.'),
  useApproximateTopN: boolean(true, 'Accepted: answers are exact.'),
  timeout: integer(undefined, 'Milliseconds after which the query is canceled; 0 never.', { least: 0 }),
} satisfies Record<string, ContextParameter<unknown>>;

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
  const values = Object.fromEntries(
    Object.entries(contextParameters).map(([name, parameter]) => [name, parameter.read(name, raw[name])]),
  ) as Values;
  const { forceSegmentSortByTime, segmentSortOrder } = values;
  if (forceSegmentSortByTime && segmentSortOrder.length > 0 && segmentSortOrder[0] !== '__time') {
    throw new ContextError(
      'Context parameter[segmentSortOrder] must start with[__time] unless context parameter[forceSegmentSortByTime] is set to[false].',
    );
  }
  return {
    ...values,
    maxNumTasks: values.maxNumTasks ?? values.numTasks ?? defaults.maxNumTasks,
    maxParseExceptions: values.maxParseExceptions ?? (values.mode === 'strict' ? 0 : -1),
  };
}
