import type { SparkServer } from './worker/protocol.js';
import type { S3Connection } from '../transfer/index.js';
import type { DeepStoragePlace, MetadataPlace } from '../storage/index.js';

/** What the task engine is told at its start. Sizes are bytes. */
export interface TaskEngineSettings {
  /** Everything that outlives the process is below it; one server owns it. */
  readonly dataDirectory: string;
  /** Query tasks that run at once. */
  readonly taskSlots: number;
  /** Memory of DuckDB in each task's process. */
  readonly workerMemoryBytes: number;
  /** Memory of DuckDB in the process of interactive queries. */
  readonly queryMemoryBytes: number;
  readonly cores: number;
  /** Processes that wait, ready, for the next task. */
  readonly warmWorkers: number;
  /** Milliseconds in which a worker must have started; absent means Druid's ten minutes. */
  readonly workerStartTimeoutMs?: number;
  /** Where the server listens: tasks and system tables name it. */
  readonly host: string;
  readonly port: number;
  /** Of this program, for system tables. */
  readonly version: string;
  /** Where metadata are; absent means a SQLite file in the data directory. */
  readonly metadata?: MetadataPlace;
  /** Where segments and results are; absent means the data directory. */
  readonly deepStorage?: DeepStoragePlace;
  /** How S3 is reached where an input source or an export does not say; absent means as AWS configures it. */
  readonly s3?: S3Connection;
  /** Milliseconds that results in durable storage are kept; absent means for ever. */
  readonly resultRetentionMs?: number;
  /** Where exports may go: absolute directories and `s3://bucket/prefix`; absent means nowhere. */
  readonly allowedExportPaths?: readonly string[];
  /** Directories that local input sources may read; absent means all. */
  readonly allowedDirectories?: readonly string[];
  /** Where tasks run whose context does not say. */
  readonly engine: 'duckdb' | 'spark';
  /** The Spark server that the engine `spark` means; absent means that there is none. */
  readonly spark?: SparkServer;
}

/** Context parameter maxNumTasks where a request gives none: the controller and one for each core. */
export const defaultMaxNumTasks = (settings: Pick<TaskEngineSettings, 'cores'>): number => settings.cores + 1;
