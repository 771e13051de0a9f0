import type { Fault, FaultCode } from './fault.js';

/** Why a query was canceled (Druid's CancellationReason). */
export type CancellationReason = 'TASK_SHUTDOWN' | 'USER_REQUEST' | 'QUERY_TIMEOUT' | 'UNKNOWN';

const reasonText: Readonly<Record<CancellationReason, string>> = {
  TASK_SHUTDOWN: 'Task shutdown',
  USER_REQUEST: 'User request',
  QUERY_TIMEOUT: 'Query timeout',
  UNKNOWN: 'Unknown',
};

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A number as Java's `%,d` prints it. */
const withCommas = (value: number): string => grouped.format(value);

/** Fields without those that are null, which Druid's JSON of some faults leaves out. */
const withoutNulls = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

function fault(errorCode: FaultCode, errorMessage: string, fields: Readonly<Record<string, unknown>> = {}): Fault {
  return { ...fields, errorCode, errorMessage };
}

/**
 * One constructor for each of Druid's fault codes, with the fields and the wording of its *Fault class in
 * org.apache.druid.msq.indexing.error. Intervals and times are texts, as the report prints them.
 */
export const faults = {
  BroadcastTablesTooLarge: (maxBroadcastTablesSize: number, configuredJoinAlgorithm?: 'broadcast' | 'sortMerge') =>
    fault(
      'BroadcastTablesTooLarge',
      'Size of broadcast tables in JOIN exceeds reserved memory limit ' +
        `(memory reserved for broadcast tables = [${withCommas(maxBroadcastTablesSize)}] bytes). ` +
        (configuredJoinAlgorithm === 'sortMerge'
          ? 'Try increasing available memory. This query is using broadcast JOIN even though ' +
            '[sqlJoinAlgorithm: sortMerge] is set in query context, because the configured join algorithm does not ' +
            'support the join condition.'
          : 'Increase available memory, or set [sqlJoinAlgorithm: sortMerge] in query context to use a shuffle-based join.'),
      { maxBroadcastTablesSize, ...(configuredJoinAlgorithm && { configuredJoinAlgorithm }) },
    ),
  Canceled: (reason: CancellationReason = 'UNKNOWN') =>
    fault('Canceled', `Query canceled due to [${reasonText[reason]}].`, { reason }),
  CannotParseExternalData: (message: string) => fault('CannotParseExternalData', message),
  ColumnNameRestricted: (columnName: string) =>
    fault(
      'ColumnNameRestricted',
      `[${columnName}] column name is reserved for MSQ's internal purpose. Please retry the query after renaming the column.`,
      { columnName },
    ),
  ColumnTypeNotSupported: (columnName: string, columnType: string | null) =>
    fault(
      'ColumnTypeNotSupported',
      columnType === null
        ? `Cannot handle column [${columnName}] with unknown type`
        : `Cannot handle column [${columnName}] with type [${columnType}]`,
      withoutNulls({ columnName, columnType }),
    ),
  DurableStorageConfiguration: (message: string) =>
    fault(
      'DurableStorageConfiguration',
      'Durable storage mode can only be enabled when druid.msq.intermediate.storage.enable is set to true and ' +
        'the connector is configured correctly. Check the documentation on how to enable durable storage mode. ' +
        'If you want to still query without durable storage mode, set durableShuffleStorage to false in the query ' +
        `context. Got error ${message}`,
    ),
  InsertCannotAllocateSegment: (dataSource: string, interval: string, allocatedInterval: string | null = null) =>
    fault(
      'InsertCannotAllocateSegment',
      allocatedInterval === null
        ? `Cannot allocate segment for dataSource [${dataSource}], interval [${interval}]. This can happen if the prior ` +
            'ingestion uses non-extendable shard specs or if the partitioned by granularity is different from the ' +
            'granularity of the pre-existing segments. Check the granularities of the pre-existing segments or re-run the ' +
            'ingestion with REPLACE to overwrite over the existing data'
        : `Requested segment for dataSource [${dataSource}], interval [${interval}], but got [${allocatedInterval}] ` +
            'interval instead. This happens when an overlapping segment is already present with a coarser granularity for ' +
            `the requested interval. Either set the partition granularity for the INSERT to [${allocatedInterval}] to append ` +
            'to existing data or use REPLACE to overwrite over the pre-existing segment',
      { dataSource, interval, allocatedInterval },
    ),
  InsertCannotBeEmpty: (dataSource: string) =>
    fault(
      'InsertCannotBeEmpty',
      `No rows to insert for dataSource[${dataSource}]. Set failOnEmptyInsert : false in the query context to allow empty inserts.`,
      { dataSource },
    ),
  InsertLockPreempted: () =>
    fault(
      'InsertLockPreempted',
      'Lock preempted while trying to ingest the data. This can occur if there are higher priority tasks, such as ' +
        'real-time ingestion, running on the same time chunks.',
    ),
  InsertTimeNull: () => fault('InsertTimeNull', 'Null timestamp (__time) encountered during INSERT or REPLACE.'),
  InsertTimeOutOfBounds: (interval: string, intervalBounds: readonly string[]) =>
    fault(
      'InsertTimeOutOfBounds',
      `Inserted data contains time chunk[${interval}] outside of bounds specified by OVERWRITE WHERE[[${intervalBounds.join(', ')}]]. ` +
        'If you want to include this data, expand your OVERWRITE WHERE. ' +
        'If you do not want to include this data, use SELECT ... WHERE to filter it from your inserted data.',
      { interval, intervalBounds },
    ),
  InvalidField: (place: {
    readonly source: string | null;
    readonly column: string | null;
    readonly rowNumber: number | null;
    readonly errorMsg: string;
  }) =>
    fault(
      'InvalidField',
      `Error[${place.errorMsg}] while writing a field for source[${String(place.source)}], rowNumber[${String(place.rowNumber)}], column[${String(place.column)}].`,
      withoutNulls(place),
    ),
  InvalidNullByte: (place: {
    readonly source: string | null;
    readonly rowNumber: number | null;
    readonly column: string | null;
    readonly value: string | null;
    readonly position: number | null;
  }) =>
    fault(
      'InvalidNullByte',
      `Invalid null byte at source[${String(place.source)}], rowNumber[${String(place.rowNumber)}], ` +
        `column[${String(place.column)}], value[${String(place.value)}], position[${String(place.position)}]. ` +
        `Consider sanitizing the input string column using "REPLACE("${String(place.column)}", U&'\\0000', '') AS ${String(place.column)}" ` +
        "or setting 'removeNullBytes' to true in the query context.",
      withoutNulls(place),
    ),
  NotEnoughMemory: (memory: {
    readonly suggestedServerMemory: number;
    readonly serverMemory: number;
    readonly usableMemory: number;
    readonly serverWorkers: number;
    readonly serverThreads: number;
    readonly inputWorkers: number;
    readonly maxConcurrentStages: number;
  }) =>
    fault(
      'NotEnoughMemory',
      'Not enough memory. ' +
        (memory.suggestedServerMemory > 0
          ? `Minimum bytes[${withCommas(memory.suggestedServerMemory)}] is needed for the current configuration. `
          : '') +
        `(total bytes[${withCommas(memory.serverMemory)}]; usable bytes[${withCommas(memory.usableMemory)}]; ` +
        `input workers[${withCommas(memory.inputWorkers)}]; concurrent stages[${withCommas(memory.maxConcurrentStages)}]; ` +
        `server worker capacity[${withCommas(memory.serverWorkers)}]; ` +
        `server processing threads[${withCommas(memory.serverThreads)}]). Increase the worker memory setting` +
        (memory.inputWorkers > 1 ? ', or reduce maxNumTasks for this query' : '') +
        (memory.maxConcurrentStages > 1 ? ', or reduce maxConcurrentStages for this query' : '') +
        (memory.serverWorkers > 1 ? ', or reduce worker capacity on this server' : '') +
        (memory.serverThreads > 1 ? ', or reduce processing threads on this server' : ''),
      memory,
    ),
  NotEnoughTemporaryStorageFault: (suggestedMinimumStorage: number, configuredTemporaryStorage: number) =>
    fault(
      'NotEnoughTemporaryStorageFault',
      'Not enough temporary storage space for intermediate files. Requires at least ' +
        `${withCommas(suggestedMinimumStorage)} bytes. (configured = ${withCommas(configuredTemporaryStorage)} bytes). ` +
        'Increase the limit by increasing tmpStorageBytesPerTask or disable durable storage by setting the context ' +
        'parameter durableShuffleStorage as false.',
      { suggestedMinimumStorage, configuredTemporaryStorage },
    ),
  QueryNotSupported: (message = 'QueryNotSupported') => fault('QueryNotSupported', message),
  QueryRuntimeError: (message: string, baseErrorMessage: string | null = null) =>
    fault('QueryRuntimeError', message, { baseErrorMessage }),
  RowTooLarge: (maxFrameSize: number) =>
    fault(
      'RowTooLarge',
      `Encountered row that cannot fit in a single frame (max frame size = ${withCommas(maxFrameSize)}). ` +
        'Reduce your row size or increase the context parameter[maxFrameSize].',
      { maxFrameSize },
    ),
  /** @param timeout milliseconds */
  TaskStartTimeout: (pendingTasks: number, totalTasks: number, timeout: number) =>
    fault(
      'TaskStartTimeout',
      `Unable to launch [${pendingTasks}] workers out of the total [${totalTasks}] worker tasks within ` +
        `[${withCommas(Math.floor(timeout / 1000))}] seconds of the last successful worker launch. There might be ` +
        "insufficient available slots to start all worker tasks simultaneously. Try lowering 'maxNumTasks' in your query " +
        'context to a number that fits within your available task capacity, or try increasing capacity.',
      { pendingTasks, totalTasks, timeout },
    ),
  TooManyAttemptsForJob: (
    maxRelaunchCount: number,
    currentRelaunchCount: number,
    taskId: string,
    rootErrorMessage: string,
  ) =>
    fault(
      'TooManyAttemptsForJob',
      `Total relaunch count across all workers ${currentRelaunchCount} exceeded max relaunch limit ${maxRelaunchCount} . ` +
        `Latest task[${taskId}] failure reason: ${rootErrorMessage}`,
      { maxRelaunchCount, currentRelaunchCount, taskId, rootErrorMessage },
    ),
  TooManyAttemptsForWorker: (
    maxPerWorkerRelaunchCount: number,
    workerNumber: number,
    taskId: string,
    rootErrorMessage: string,
  ) =>
    fault(
      'TooManyAttemptsForWorker',
      `Worker[${workerNumber}] exceeded max relaunch count of ${maxPerWorkerRelaunchCount} for task[${taskId}]. ` +
        `Latest failure reason: ${rootErrorMessage}.`,
      { maxPerWorkerRelaunchCount, workerNumber, taskId, rootErrorMessage },
    ),
  TooManyBuckets: (maxBuckets: number) =>
    fault(
      'TooManyBuckets',
      `Too many partition buckets (max = ${withCommas(maxBuckets)}); try breaking your query up into smaller queries or ` +
        'using a wider PARTITIONED BY',
      { maxBuckets },
    ),
  TooManyClusteredByColumns: (numColumns: number, maxColumns: number, stage: number) =>
    fault(
      'TooManyClusteredByColumns',
      `Too many cluster by columns present in stage [${stage}] (requested = ${numColumns}, max = ${maxColumns})`,
      { numColumns, maxColumns, stage },
    ),
  TooManyColumns: (numColumns: number, maxColumns: number) =>
    fault('TooManyColumns', `Too many output columns (requested = ${numColumns}, max = ${maxColumns})`, {
      numColumns,
      maxColumns,
    }),
  TooManyInputFiles: (numInputFiles: number, maxInputFiles: number, minNumWorkers: number) =>
    fault(
      'TooManyInputFiles',
      `Too many input files/segments [${numInputFiles}] encountered. Maximum input files/segments per worker is set to ` +
        `[${maxInputFiles}]. Try breaking your query up into smaller queries, or increasing the number of workers to at ` +
        `least [${minNumWorkers}] by setting maxNumTasks in your query context`,
      { numInputFiles, maxInputFiles, minNumWorkers },
    ),
  TooManyPartitions: (maxPartitions: number) =>
    fault(
      'TooManyPartitions',
      `Too many partitions (max = ${maxPartitions}); try breaking your query up into smaller queries or using a larger target size`,
      { maxPartitions },
    ),
  TooManyRowsInAWindow: (numRows: number, maxRows: number) =>
    fault(
      'TooManyRowsInAWindow',
      `Too many rows in a window (requested = ${numRows}, max = ${maxRows}).  Try creating a window with a higher ` +
        'cardinality column or change the query shape. Or you can change the max using query context param ' +
        'maxRowsMaterializedInWindow . Use it carefully as a higher value can lead to OutOfMemory errors. ',
      { numRows, maxRows },
    ),
  TooManyRowsWithSameKey: (key: readonly unknown[], numBytes: number, maxBytes: number) =>
    fault(
      'TooManyRowsWithSameKey',
      `Too many rows with the same key[[${key.map(String).join(', ')}]] on both sides of sort-merge join ` +
        `(bytes buffered[${withCommas(numBytes)}], limit[${withCommas(maxBytes)}]). Try adjusting your query such that ` +
        'there are fewer rows with this key on at least one side of the join.',
      { key, numBytes, maxBytes },
    ),
  TooManySegmentsInTimeChunk: (
    timeChunk: string,
    numSegments: number,
    maxNumSegments: number,
    segmentGranularity: string,
  ) =>
    fault(
      'TooManySegmentsInTimeChunk',
      `Too many segments requested to be generated in time chunk[${timeChunk}] with granularity[${segmentGranularity}] ` +
        `(requested = [${withCommas(numSegments)}], maximum = [${withCommas(maxNumSegments)}]). Please try breaking up your ` +
        'query or change the maximum using the query context parameter[maxNumSegments].',
      { timeChunk, numSegments, maxNumSegments, segmentGranularity },
    ),
  TooManyWarnings: (maxWarnings: number, rootErrorCode: FaultCode) =>
    fault('TooManyWarnings', `Too many warnings of type ${rootErrorCode} generated (max = ${maxWarnings})`, {
      maxWarnings,
      rootErrorCode,
    }),
  TooManyWorkers: (workers: number, maxWorkers: number) =>
    fault('TooManyWorkers', `Too many workers (current = ${workers}; max = ${maxWorkers})`, { workers, maxWorkers }),
  UnknownError: (message: string) => fault('UnknownError', message, { message }),
  WorkerFailed: (workerTaskId: string, errorMsg: string | null) =>
    fault(
      'WorkerFailed',
      `Worker[${workerTaskId}] failed${errorMsg === null ? '' : `: ${errorMsg}`}`,
      withoutNulls({ workerTaskId, errorMsg }),
    ),
  WorkerRpcFailed: (workerTaskId: string, errorMsg: string | null) =>
    fault(
      'WorkerRpcFailed',
      `RPC to worker[${workerTaskId}] failed${errorMsg === null ? '' : `: ${errorMsg}`}`,
      withoutNulls({ workerTaskId, errorMsg }),
    ),
} satisfies { readonly [Code in FaultCode]: (...args: never[]) => Fault };

/** The text of a task's errorMsg: code, colon, message (MSQFaultUtils.generateMessageWithErrorCode). */
export function faultText({ errorCode, errorMessage }: Fault): string {
  return errorMessage === '' ? errorCode : `${errorCode}: ${errorMessage}`;
}
