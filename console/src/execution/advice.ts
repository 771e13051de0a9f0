/** What a fault means for a user, and what to do; the fault's own text says what happened. */
export interface Advice {
  readonly meaning: string;
  readonly todo: string;
  /** A context parameter that gets the statement through, with a value. */
  readonly context?: { readonly name: string; readonly value: unknown; readonly label: string };
}

const lenient = { name: 'maxParseExceptions', value: 1_000, label: 'Allow 1,000 bad records and try again' } as const;

const table: Readonly<Record<string, Advice>> = {
  Canceled: {
    meaning: 'The task was stopped before it ended. Nothing was published.',
    todo: 'Run it again when you want its data; what was there before is unchanged.',
  },
  CannotParseExternalData: {
    meaning: 'A record of the input is not what the input format promises, and no bad records are allowed.',
    todo: 'Look at the file and line above. Choose another input format, mend the file, or allow some bad records: they are left out and listed as warnings.',
    context: lenient,
  },
  TooManyWarnings: {
    meaning: 'More records were bad than maxParseExceptions allows.',
    todo: 'Many bad records usually mean the wrong input format. If the data really is that dirty, raise maxParseExceptions (−1 allows any number).',
    context: { name: 'maxParseExceptions', value: -1, label: 'Allow any number and run again' },
  },
  InsertTimeNull: {
    meaning: 'A row has no time. Every row of a datasource needs __time.',
    todo: 'Check the pattern of TIME_PARSE against the data, leave such rows out with WHERE, or give them a time with COALESCE.',
  },
  InsertTimeOutOfBounds: {
    meaning: 'REPLACE … OVERWRITE WHERE names a time range, and a row lies outside of it.',
    todo: 'Widen OVERWRITE WHERE, or restrict the rows with the same condition in WHERE.',
  },
  InsertCannotBeEmpty: {
    meaning: 'The query answered no row, and failOnEmptyInsert asks for at least one.',
    todo: 'Check the filter and the input, or switch failOnEmptyInsert off.',
    context: { name: 'failOnEmptyInsert', value: false, label: 'Accept no rows and run again' },
  },
  InsertCannotAllocateSegment: {
    meaning: 'The time chunk cannot take more segments of this granularity.',
    todo: 'Use the PARTITIONED BY of the data that is there, or REPLACE it.',
  },
  InsertLockPreempted: {
    meaning: 'A task of higher priority took the time range.',
    todo: 'Run the task again when the other one has ended.',
  },
  TooManyInputFiles: {
    meaning: 'The input has more files than the workers may open.',
    todo: 'Raise maxNumTasks, or load the files in several statements.',
  },
  TooManyPartitions: {
    meaning: 'The data would be cut into more partitions than a stage may have.',
    todo: 'Use a coarser PARTITIONED BY or more rows per segment.',
  },
  TooManyBuckets: {
    meaning: 'The time range spans more chunks than one statement may write.',
    todo: 'Use a coarser PARTITIONED BY, or load shorter time ranges.',
  },
  TooManySegmentsInTimeChunk: {
    meaning: 'A time chunk would get more segments than maxNumSegments allows.',
    todo: 'Raise rowsPerSegment or maxNumSegments, or use a finer PARTITIONED BY.',
  },
  TooManyColumns: { meaning: 'The statement has more columns than a stage may carry.', todo: 'Select fewer columns.' },
  TooManyClusteredByColumns: { meaning: 'CLUSTERED BY names too many columns.', todo: 'Cluster by fewer columns.' },
  TooManyRowsInAWindow: {
    meaning: 'One window holds more rows than fit.',
    todo: 'Give the window a PARTITION BY that makes its groups smaller.',
  },
  TooManyRowsWithSameKey: {
    meaning: 'Too many rows share one sort key.',
    todo: 'Add a column to CLUSTERED BY that tells the rows apart.',
  },
  ColumnNameRestricted: { meaning: 'The name is reserved.', todo: 'Give the column another name with AS.' },
  ColumnTypeNotSupported: {
    meaning: 'A column of this type cannot be stored.',
    todo: 'CAST the column to a type that can, such as VARCHAR or BIGINT.',
  },
  NotEnoughMemory: {
    meaning: 'The query cannot go on within the memory of its worker.',
    todo: 'Start the server with more --worker-memory, run fewer tasks at once, or make the query smaller.',
  },
  NotEnoughTemporaryStorageFault: {
    meaning: 'The disk has no room for what the query spills.',
    todo: 'Free space on the disk of the data directory.',
  },
  BroadcastTablesTooLarge: {
    meaning: 'A joined table is too large for memory.',
    todo: 'Set sqlJoinAlgorithm to sortMerge, or filter the table first.',
    context: { name: 'sqlJoinAlgorithm', value: 'sortMerge', label: 'Join by sorting and run again' },
  },
  QueryNotSupported: {
    meaning: 'The statement is valid, but a construct of it is not executed.',
    todo: 'Write it another way; the message names the construct.',
  },
  QueryRuntimeError: {
    meaning: 'A value met on the way cannot be computed with.',
    todo: 'Guard the expression that the message names, for example with CASE or TRY-like functions.',
  },
  RowTooLarge: { meaning: 'One row is larger than a frame.', todo: 'Leave the large column out or shorten it.' },
  InvalidNullByte: {
    meaning: 'A text holds a null byte.',
    todo: "Remove it with REPLACE(x, U&'\\0000', ''), or set removeNullBytes.",
    context: { name: 'removeNullBytes', value: true, label: 'Remove null bytes and run again' },
  },
  TaskStartTimeout: { meaning: 'No slot became free in time.', todo: 'Wait for other tasks, or raise --task-slots.' },
  WorkerFailed: {
    meaning: 'The process that did the work ended. Nothing was published.',
    todo: 'Run the task again. If it dies again, the data may need more --worker-memory.',
    context: { name: 'faultTolerance', value: true, label: 'Run again and survive a worker' },
  },
  WorkerRpcFailed: { meaning: 'The worker does not answer.', todo: 'Run the task again; the log tells more.' },
  UnknownError: {
    meaning: 'Something unexpected happened. Nothing was published.',
    todo: 'The message and the task log are what a bug report needs.',
  },
};

/** Advice for a fault code; undefined for a code that is not known. */
export const adviceFor = (errorCode: string): Advice | undefined => table[errorCode];
