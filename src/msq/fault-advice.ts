/** What each fault means to the one who submitted the statement, and what to do: docs/faults.md and the console tell it. */
import type { FaultCode } from './fault.js';

/** Texts in which backquotes stand around code. */
export interface FaultAdvice {
  readonly meaning: string;
  readonly action: string;
  /** A context parameter with which the same statement gets through, and what a button that sets it says. */
  readonly remedy?: { readonly name: string; readonly value: unknown; readonly label: string };
}

/** Codes that a task can end with. A code that stands neither here nor among the unreachable ones does not compile. */
const advice = {
  Canceled: {
    meaning: 'Somebody canceled the task, its `timeout` passed, or the server shut down.',
    action:
      'Nothing was published, what was there before is unchanged. Submit it again, with a longer `timeout` if that was the reason.',
  },
  CannotParseExternalData: {
    meaning:
      'A record or a file is not what its format says: cut off, damaged, wrongly packed. The message names file, line and record.',
    action:
      'Look at the file and the line. Choose another input format, correct the file, or allow bad records with `maxParseExceptions`: they are left out and listed as warnings.',
    remedy: { name: 'maxParseExceptions', value: 1_000, label: 'Allow 1,000 bad records and run again' },
  },
  ColumnNameRestricted: { meaning: 'A column is called `__boost` or `__bucket`.', action: 'Rename it.' },
  DurableStorageConfiguration: {
    meaning: 'The results of `selectDestination` `durableStorage` have no place: their directory cannot be made.',
    action: 'Look at the permissions of deep storage, or leave `selectDestination` out.',
  },
  InsertCannotAllocateSegment: {
    meaning: 'A time chunk cannot be appended to with this granularity.',
    action: 'Take the granularity of the segments that are there, or `REPLACE` them.',
  },
  InsertCannotBeEmpty: {
    meaning: 'The statement made no rows, and `failOnEmptyInsert` is set.',
    action: 'Look at the filter and the input; or leave `failOnEmptyInsert` out.',
    remedy: { name: 'failOnEmptyInsert', value: false, label: 'Accept no rows and run again' },
  },
  InsertLockPreempted: {
    meaning: 'A task of greater priority took the time chunks.',
    action: 'Submit the task again after the other.',
  },
  InsertTimeNull: {
    meaning: '`__time` is NULL in a row, often because a format did not fit.',
    action:
      'Check the pattern of `TIME_PARSE` against the data, leave such rows out with `WHERE … IS NOT NULL`, or give them a time with `COALESCE`.',
  },
  InsertTimeOutOfBounds: {
    meaning: 'A row lies outside of `OVERWRITE WHERE`.',
    action: 'Restrict the rows by the same condition in `WHERE`, or widen `OVERWRITE WHERE`.',
  },
  InvalidNullByte: {
    meaning: 'A text has a null byte.',
    action: 'Set `removeNullBytes`, or take it out with `REPLACE`.',
    remedy: { name: 'removeNullBytes', value: true, label: 'Remove null bytes and run again' },
  },
  NotEnoughMemory: {
    meaning:
      'A step that cannot spill to disk, such as a very large array of one group, did not fit into the memory of the task.',
    action: 'Raise `--worker-memory`, or aggregate less at once.',
  },
  NotEnoughTemporaryStorageFault: {
    meaning: 'The disk has no room for what a task spills.',
    action: 'Free space below the data directory, or raise `--worker-memory`.',
  },
  QueryNotSupported: {
    meaning:
      'The engine refused the query while it ran, such as an expression that is nested too deeply. What is known not to work is refused when the statement is submitted, with status 400 and its name.',
    action: 'The message tells what the engine refused; write it in another way, or in several steps.',
  },
  QueryRuntimeError: {
    meaning: 'A value made the query fail while it ran, such as a subquery of one value that has two rows.',
    action: 'The message tells what and where; correct the query.',
  },
  RowTooLarge: {
    meaning: 'A row has more bytes than `maxFrameSize`.',
    action: 'Raise `maxFrameSize`, or leave the large column out.',
  },
  TaskStartTimeout: {
    meaning: 'The worker process of the task did not start within `--worker-start-timeout`.',
    action: 'The machine is overloaded: run fewer tasks at once (`--task-slots`).',
  },
  TooManyAttemptsForJob: {
    meaning:
      'A task under `faultTolerance` was started again more than 100 times in all, most of them by servers that were started again.',
    action: 'Find out why the server ends while the task runs, then submit it again.',
  },
  TooManyAttemptsForWorker: {
    meaning: 'The worker died three times under `faultTolerance` while one server ran.',
    action: 'The message has the last reason; often memory outside of the limit.',
  },
  TooManyBuckets: {
    meaning: 'The rows lie in more than 5,000 time chunks.',
    action: 'Choose a coarser `PARTITIONED BY`, or load less time at once.',
  },
  TooManyClusteredByColumns: {
    meaning: 'More than 1,500 columns of `CLUSTERED BY`, the time chunk included.',
    action: 'Name fewer.',
  },
  TooManyColumns: {
    meaning: 'More than 2,000 columns.',
    action: 'Select fewer, or keep rare ones together as `COMPLEX<json>`.',
  },
  TooManyInputFiles: {
    meaning: 'More than 10,000 files or segments for each worker.',
    action: 'Raise `maxNumTasks`, or load fewer files at once.',
  },
  TooManyPartitions: {
    meaning: 'The rows would make more than 25,000 segments.',
    action: 'Raise `rowsPerSegment`, or load less at once.',
  },
  TooManySegmentsInTimeChunk: {
    meaning: 'A time chunk would get more segments than `maxNumSegments`.',
    action: 'Raise one of `maxNumSegments` and `rowsPerSegment`, or choose a finer `PARTITIONED BY`.',
  },
  TooManyWarnings: {
    meaning: 'More bad records than `maxParseExceptions`.',
    action:
      'Look at the warnings: many bad records usually mean the wrong input format. If the files really are that dirty, raise `maxParseExceptions` (−1 allows any number).',
    remedy: { name: 'maxParseExceptions', value: -1, label: 'Allow any number and run again' },
  },
  TooManyWorkers: { meaning: '`maxNumTasks` asks for more than 1,000 workers.', action: 'Lower it.' },
  UnknownError: {
    meaning: 'Something unforeseen: an input that cannot be reached, a full disk, an error of the program.',
    action: 'Nothing was published. The message and the log of the task tell more.',
  },
  WorkerFailed: {
    meaning: 'The process of the task died.',
    action:
      'Nothing was published. Submit it again, with `faultTolerance` if that happens often; the message has what the process said last.',
    remedy: { name: 'faultTolerance', value: true, label: 'Run again and survive a worker' },
  },
} satisfies Partial<Record<FaultCode, FaultAdvice>>;

/** Codes of Druid that no task here ends with, and why. */
export const unreachableFaults: Readonly<Record<Exclude<FaultCode, keyof typeof advice>, string>> = {
  BroadcastTablesTooLarge:
    'There are no tables that every worker must hold in memory: both sides of a join may be larger, as the engine spills them.',
  ColumnTypeNotSupported:
    'The types of all columns are known when the statement is submitted; one that cannot be stored is refused then, with status 400 and its name.',
  InvalidField:
    'Fields are written by the engine in the types that the statement was planned with; a value that does not fit one is NULL, as in the casts of Druid, or QueryRuntimeError.',
  TooManyRowsInAWindow: 'Windows may have any number of rows: the engine spills them.',
  TooManyRowsWithSameKey: 'Joins may have any number of rows of one key: the engine spills them.',
  WorkerRpcFailed:
    'Server and worker talk over a socket of the machine that nothing but the end of one of them can break; a worker that loses its server ends, which is WorkerFailed.',
};

/** Advice for each code that a task can end with. */
export const faultAdvice: Readonly<Partial<Record<FaultCode, FaultAdvice>>> = advice;
