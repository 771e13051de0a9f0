/** Druid's MSQ error codes (the *Fault classes of org.apache.druid.msq.indexing.error). */
export type FaultCode =
  | 'BroadcastTablesTooLarge'
  | 'Canceled'
  | 'CannotParseExternalData'
  | 'ColumnNameRestricted'
  | 'ColumnTypeNotSupported'
  | 'DurableStorageConfiguration'
  | 'InsertCannotAllocateSegment'
  | 'InsertCannotBeEmpty'
  | 'InsertLockPreempted'
  | 'InsertTimeNull'
  | 'InsertTimeOutOfBounds'
  | 'InvalidField'
  | 'InvalidNullByte'
  | 'NotEnoughMemory'
  | 'NotEnoughTemporaryStorageFault'
  | 'QueryNotSupported'
  | 'QueryRuntimeError'
  | 'RowTooLarge'
  | 'TaskStartTimeout'
  | 'TooManyAttemptsForJob'
  | 'TooManyAttemptsForWorker'
  | 'TooManyBuckets'
  | 'TooManyClusteredByColumns'
  | 'TooManyColumns'
  | 'TooManyInputFiles'
  | 'TooManyPartitions'
  | 'TooManyRowsInAWindow'
  | 'TooManyRowsWithSameKey'
  | 'TooManySegmentsInTimeChunk'
  | 'TooManyWarnings'
  | 'TooManyWorkers'
  | 'UnknownError'
  | 'WorkerFailed'
  | 'WorkerRpcFailed';

/** A fault as the report carries it: the code, a message and the code's own fields. Plain data. */
export interface Fault {
  readonly errorCode: FaultCode;
  readonly errorMessage: string;
  readonly [field: string]: unknown;
}

/** A task's failure on its way to the report. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
  constructor(
    readonly fault: Fault,
    options?: ErrorOptions,
  ) {
    super(fault.errorMessage, options);
  }
}
