/**
 * What travels between the controller (in the server process) and a DuckDB process, over Node's IPC channel with
 * `serialization: 'advanced'`: plain data, bigint included.
 */
import type { QueryInPasses } from '../../engine/emitted.js';
import type { ResultOptions } from '../../engine/results.js';
import type { ExternalRelation, ParseProblem } from '../../external/relation.js';
import type { Fault } from '../../msq/fault.js';
import type { DataSegment, Interval, SegmentColumn, ShardSpec } from '../../segments/segment.js';
import type { Granularity } from '../../sql/plan/index.js';
import type { SqlType } from '../../sql/types.js';
import type { RemoteObject, UploadTarget } from '../../storage/file-store.js';
import type { S3Connection } from '../../transfer/index.js';

/** A relation that the job's SQL names; the process creates it as a view before it runs the SQL. */
export type JobRelation =
  | { readonly kind: 'external'; readonly name: string; readonly external: ExternalRelation }
  /** Published segments; `paths` are absolute, one for each segment that has a file. */
  | {
      readonly kind: 'segments';
      readonly name: string;
      readonly columns: readonly SegmentColumn[];
      readonly segments: readonly { readonly segment: DataSegment; readonly path: string }[];
    }
  /** Published segments on S3, which are read there, or which the server brings to this machine when it is asked to. */
  | {
      readonly kind: 'remoteSegments';
      readonly name: string;
      readonly columns: readonly SegmentColumn[];
      readonly segments: readonly { readonly segment: DataSegment; readonly object: RemoteObject }[];
    }
  /** Rows of a system table, made by the server; values as sql/plan/expression.ts says for literals. */
  | {
      readonly kind: 'rows';
      readonly name: string;
      readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
      readonly rows: readonly (readonly (string | number | bigint | boolean | null)[])[];
    };

/** A column of the job's query: `sqlName` in the SQL, `name` for the user. */
export interface JobColumn {
  readonly sqlName: string;
  readonly name: string;
  readonly type: SqlType;
}

/** Rows become segments. */
export interface SegmentsDestination {
  readonly kind: 'segments';
  readonly dataSource: string;
  readonly granularity: Granularity;
  /**
   * For replace, always (all of time for OVERWRITE ALL); absent for insert. Time chunks outside of these ranges are a
   * fault (InsertTimeOutOfBounds).
   */
  readonly replaceIntervals?: readonly Interval[];
  /** After __time (unless `segmentSortOrder` moves it): names of the columns to sort by. */
  readonly clusteredBy: readonly { readonly column: string; readonly descending: boolean }[];
  readonly segmentSortOrder: readonly string[];
  /** `false`: `__time` comes after `clusteredBy` where `segmentSortOrder` does not name it; otherwise before. */
  readonly forceSegmentSortByTime?: boolean;
  readonly rowsPerSegment: number;
  readonly maxNumSegments?: number;
  readonly failOnEmptyInsert: boolean;
  /** Null bytes in text are left out; otherwise they are a fault. */
  readonly removeNullBytes: boolean;
  /** Bytes that a row may have. */
  readonly maxFrameSize: number;
}

/** How the values of rows are told. */
export interface ResultForm extends ResultOptions {
  readonly stringifyArrays: boolean;
  /** Null bytes in text are left out. */
  readonly removeNullBytes?: boolean;
}

/** Rows are answered, JSON-ready: numbers, text, booleans, null, arrays; bigint for 64-bit integers. */
export interface ResultsDestination extends ResultForm {
  readonly kind: 'results';
  /** Rows after which reading stops and the answer counts as truncated; absent means all. */
  readonly maxRows?: number;
  /** Nobody reads the counters, which then are not taken: neither progress nor a profile. */
  readonly skipsCounters?: boolean;
}

/** Rows become files of so many rows each: `<baseName>-worker0-partition<n>.<format>`. */
export interface FilesDestination extends ResultForm {
  readonly kind: 'files';
  /** Results of a task, to be read page by page; or text for others, with a line of names, also where there are no rows. */
  readonly format: 'parquet' | 'csv';
  /** Absolute; exists. */
  readonly directory: string;
  /** The key prefix that the files are uploaded to, once they are written; they do not stay in the directory then. */
  readonly upload?: UploadTarget;
  readonly baseName: string;
  readonly rowsPerFile: number;
  /** The first so many rows are answered, too, for the report. */
  readonly reportRows: number;
}

/** A file that a job wrote. */
export interface WrittenFile {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

/** A Spark server that runs a job instead of DuckDB. */
export interface SparkServer {
  /** `sc://host:port/;…` */
  readonly remote: string;
  /** Settings of Spark for the session. */
  readonly session: Readonly<Record<string, string>>;
}

export interface Job {
  readonly id: string;
  /** Present: the SQL is Spark's and runs there. */
  readonly spark?: SparkServer;
  /** The SQL that computes the rows: columns `c<id>`. */
  readonly sql: string;
  /** The same query, for when it does not fit into memory. */
  readonly passes?: QueryInPasses;
  /** The query fixes an order of rows that the destination must keep (ORDER BY outermost). */
  readonly ordered: boolean;
  /** Each row that is read becomes one that is put out. */
  readonly keepsRows?: true;
  readonly columns: readonly JobColumn[];
  readonly relations: readonly JobRelation[];
  readonly destination: SegmentsDestination | ResultsDestination | FilesDestination;
  /** The task's own directory (spool, profiles); empty for a query that needs none. */
  readonly directory: string;
  readonly allowedDirectories?: readonly string[];
  /** How S3 is reached where an input source does not say. */
  readonly s3?: S3Connection;
  readonly maxParseExceptions: number;
  /** External files that the job may read; absent means any number. */
  readonly maxInputFiles?: number;
}

/** Settings of a process, given once, before the first job. */
export interface ProcessSettings {
  readonly threads: number;
  /** DuckDB's memory limit, bytes. */
  readonly memoryBytes: number;
  /** Where DuckDB spills. */
  readonly spillDirectory: string;
}

/** To the process. Jobs of a task worker come one at a time; a query process runs several at once. */
export type ToProcess =
  | { readonly type: 'configure'; readonly settings: ProcessSettings }
  | { readonly type: 'run'; readonly job: Job }
  /** Answers to `allocate` and to `open`, in the order of the request; or why it could not be. */
  | { readonly type: 'allocated'; readonly jobId: string; readonly segments: readonly AllocatedSegment[] }
  | { readonly type: 'opened'; readonly jobId: string; readonly paths: readonly string[] }
  | { readonly type: 'refused'; readonly jobId: string; readonly fault: Fault }
  /** One batch of rows was taken: each allows one more `rows` message beyond the first few that come unasked. */
  | { readonly type: 'more'; readonly jobId: string }
  | { readonly type: 'cancel'; readonly jobId: string }
  | { readonly type: 'exit' };

/** Where a segment is to be written: absolute path of the file at its final place, its directory exists. */
export interface AllocatedSegment {
  readonly interval: Interval;
  readonly version: string;
  readonly shardSpec: ShardSpec;
  readonly path: string;
  /** Where the file is uploaded to, once it is written. */
  readonly upload?: UploadTarget;
  readonly loadSpec: DataSegment['loadSpec'];
}

/** One time chunk to be written and how many segments it needs. */
export interface ChunkRequest {
  readonly interval: Interval;
  readonly segments: number;
  /** Only for a replace that clusters by text: its segments get `range` shard specs, all others get `numbered` ones. */
  readonly range?: ChunkRange;
}

/** How the segments of a chunk divide the values of the leading CLUSTERED BY columns. */
export interface ChunkRange {
  readonly dimensions: readonly string[];
  /** `segments - 1` keys: segment i starts at cut i-1 (inclusive) and ends at cut i (exclusive); the ends are open. */
  readonly cuts: readonly (readonly (string | null)[])[];
}

/** Counters of one stage, cumulative. Rows are rows, bytes are bytes as stored, for output as held or written. */
export interface StageProgress {
  readonly stage: number;
  readonly phase: 'NEW' | 'READING_INPUT' | 'POST_READING' | 'RESULTS_READY' | 'FINISHED';
  readonly inputs: readonly {
    readonly rows: number;
    readonly bytes: number;
    readonly files: number;
    readonly totalFiles: number;
  }[];
  readonly output: { readonly rows: number; readonly bytes: number };
  /** Only the segment-generating stage. */
  readonly segments?: { readonly rowsProcessed: number; readonly rowsPushed: number; readonly segmentsPushed: number };
  readonly warnings: number;
  /** Milliseconds since 1970 (0 in phase NEW), and milliseconds. */
  readonly startTime: number;
  readonly durationMs: number;
  /** Processor time of all threads, nanoseconds. */
  readonly cpuNanos: number;
}

/** From the process. */
export type FromProcess =
  | { readonly type: 'ready' }
  /** The job has come. Until then it has not begun, and another process may run it. */
  | { readonly type: 'taken'; readonly jobId: string }
  | { readonly type: 'progress'; readonly jobId: string; readonly stages: readonly StageProgress[] }
  | { readonly type: 'warning'; readonly jobId: string; readonly stage: number; readonly problem: ParseProblem }
  /** Asks for the files of a relation of remote segments, on this machine. */
  | { readonly type: 'open'; readonly jobId: string; readonly relation: string }
  | { readonly type: 'allocate'; readonly jobId: string; readonly chunks: readonly ChunkRequest[] }
  | { readonly type: 'rows'; readonly jobId: string; readonly rows: readonly (readonly unknown[])[] }
  | { readonly type: 'done'; readonly jobId: string; readonly summary: JobSummary }
  | { readonly type: 'failed'; readonly jobId: string; readonly fault: Fault; readonly stage?: number };

export interface JobSummary {
  readonly stages: readonly StageProgress[];
  /** Rows answered or ingested. */
  readonly rows: number;
  readonly truncated?: boolean;
  /** Segments written, in the order of allocation. */
  readonly segments?: readonly DataSegment[];
  /** Files written, in the order of their rows. */
  readonly files?: readonly WrittenFile[];
}
