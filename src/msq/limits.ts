/** Druid's limits of a query task (org.apache.druid.msq.exec.Limits). Counts, unless the name says bytes. */
export const limits = {
  /** Columns of a stage's output. */
  columns: 2_000,
  /** Times that a task is started again under faultTolerance, by its server and after its end. */
  relaunches: 100,
  /** Times that a server starts a worker again. */
  relaunchesPerWorker: 2,
  /** Columns of CLUSTERED BY, with __time's bucket. */
  clusteredByColumns: 1_500,
  /** Workers of a stage. */
  workers: 1_000,
  /** Input files or segments that one worker reads. */
  inputFilesPerWorker: 10_000,
  /** Partitions of a stage's output: segments of one task. */
  partitions: 25_000,
  /** Time chunks that one statement writes. */
  partitionBuckets: 5_000,
  /** Rows that window functions keep at once. */
  rowsInAWindow: 100_000,
  /** Rows of a SELECT that the report keeps. */
  reportRows: 3_000,
  /** Unparseable records that the report describes; more are only counted. */
  verboseParseExceptions: 5,
  /** Other warnings that the report describes. */
  verboseWarnings: 10,
  /** Bytes of a row or a frame (context parameter maxFrameSize). */
  frameBytes: 1_000_000,
  /** Bytes of input for each worker under `taskAssignment: auto`. */
  inputBytesPerWorker: 512 * 1024 * 1024,
} as const;
