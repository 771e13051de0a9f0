/** Writes the reference of fault codes. A code without an entry does not compile. */
import type { FaultCode } from '../src/msq/fault.js';

interface Entry {
  readonly meaning: string;
  readonly action: string;
}

/** Codes that a task can end with. */
const raised = {
  Canceled: {
    meaning: 'Somebody canceled the task, its `timeout` passed, or the server shut down.',
    action: 'Submit it again, with a longer `timeout` if that was the reason.',
  },
  CannotParseExternalData: {
    meaning:
      'A record or a file is not what its format says: cut off, damaged, wrongly packed. The message names file, line and record.',
    action: 'Correct the file, or leave bad records out with `maxParseExceptions`.',
  },
  ColumnNameRestricted: { meaning: 'A column is called `__boost` or `__bucket`.', action: 'Rename it.' },
  InsertCannotAllocateSegment: {
    meaning: 'A time chunk cannot be appended to with this granularity.',
    action: 'Take the granularity of the segments that are there, or `REPLACE` them.',
  },
  InsertCannotBeEmpty: {
    meaning: 'The statement made no rows, and `failOnEmptyInsert` is set.',
    action: 'Look at the filter and the input; or leave `failOnEmptyInsert` out.',
  },
  InsertLockPreempted: {
    meaning: 'A task of greater priority took the time chunks.',
    action: 'Submit the task again after the other.',
  },
  InsertTimeNull: {
    meaning: '`__time` is NULL in a row, often because a format did not fit.',
    action: 'Check the format of `TIME_PARSE`, or filter with `WHERE … IS NOT NULL`.',
  },
  InsertTimeOutOfBounds: {
    meaning: 'A row lies outside of `OVERWRITE WHERE`.',
    action: 'Filter the rows, or overwrite more time.',
  },
  InvalidNullByte: {
    meaning: 'A text has a null byte.',
    action: 'Set `removeNullBytes`, or take it out with `REPLACE`.',
  },
  NotEnoughMemory: {
    meaning: 'A step that cannot spill to disk, such as a very large array, did not fit into the memory of the task.',
    action: 'Raise `--worker-memory`, or aggregate less at once.',
  },
  NotEnoughTemporaryStorageFault: {
    meaning: 'The disk has no room for what a task spills.',
    action: 'Free space below the data directory, or raise `--worker-memory`.',
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
    meaning: 'The task got no worker in time.',
    action: 'Wait for other tasks, or give the server more `--task-slots`.',
  },
  TooManyAttemptsForWorker: {
    meaning: 'The worker died three times under `faultTolerance`.',
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
    action: 'Look at the warnings of the report; raise `maxParseExceptions` or correct the files.',
  },
  TooManyWorkers: { meaning: '`maxNumTasks` asks for more than 1,000 workers.', action: 'Lower it.' },
  UnknownError: {
    meaning: 'Something unforeseen: an input that cannot be reached, a full disk, an error of the program.',
    action: 'The message and the log of the task tell more.',
  },
  WorkerFailed: {
    meaning: 'The process of the task died.',
    action: 'Submit it again, with `faultTolerance` if that happens often; the message has what the process said last.',
  },
} satisfies Partial<Record<FaultCode, Entry>>;

/** Codes of Druid that no task here ends with, and why. */
const unreachable: Record<Exclude<FaultCode, keyof typeof raised>, string> = {
  BroadcastTablesTooLarge: 'The tables of a join need not fit into memory: the engine spills them.',
  ColumnTypeNotSupported:
    'A column whose type cannot be stored is refused when the statement is submitted, with status 400 and its name.',
  DurableStorageConfiguration: 'Durable storage is the data directory and needs no configuration.',
  InvalidField: 'Fields have types; a value that does not fit one becomes NULL or QueryRuntimeError.',
  QueryNotSupported:
    'What cannot be executed is refused when the statement is submitted, with status 400 and its name.',
  TooManyAttemptsForJob: 'A task has one worker, so that TooManyAttemptsForWorker comes first.',
  TooManyRowsInAWindow: 'Windows may have any number of rows: the engine spills them.',
  TooManyRowsWithSameKey: 'Joins may have any number of rows of one key: the engine spills them.',
  WorkerRpcFailed: 'A worker talks over a pipe that ends only with its process, which is WorkerFailed.',
};

/** The text of docs/faults.md. */
export function faultReference(): string {
  const rows = Object.entries<Entry>(raised).map(
    ([code, { meaning, action }]) => `| \`${code}\` | ${meaning} | ${action} |`,
  );
  const others = Object.entries(unreachable).map(([code, reason]) => `| \`${code}\` | ${reason} |`);
  return `# Faults

A task that fails says why in \`errorReport.error\` of its report: \`errorCode\`, \`errorMessage\` and the fields of the
code, all as in Druid; the task's status has both as \`errorMsg\`. A failed task has published nothing.

| code | meaning | what to do |
| --- | --- | --- |
${rows.join('\n')}

## Codes of Druid that do not occur

| code | why |
| --- | --- |
${others.join('\n')}
`;
}
