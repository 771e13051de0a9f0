/** Druid's report of a query task (MSQTaskReport), as far as the console shows it. */
import type { ResultSet } from './result.js';

/** A fault or a warning: its code, its text, and fields of its own. */
export interface Fault {
  readonly errorCode: string;
  readonly errorMessage?: string;
  readonly [field: string]: unknown;
}

export interface ErrorReport {
  readonly stageNumber?: number;
  readonly error: Fault;
}

export interface WorkerReport {
  readonly workerId: string;
  readonly state: string;
  /** Milliseconds; −1 before the start. */
  readonly durationMs: number;
  readonly pendingMs: number;
}

export interface StatusReport {
  readonly status: 'RUNNING' | 'SUCCESS' | 'FAILED';
  readonly errorReport?: ErrorReport;
  readonly warnings?: readonly ErrorReport[];
  readonly startTime?: string;
  readonly durationMs: number;
  readonly workers?: Readonly<Record<string, readonly WorkerReport[]>>;
  readonly pendingTasks?: number;
  readonly runningTasks?: number;
  readonly segmentLoadWaiterStatus?: { readonly totalSegments?: number };
  readonly segmentReport?: { readonly shardSpec?: string; readonly details?: string };
}

export interface StageInput {
  readonly type: string;
  readonly stage?: number;
  readonly dataSource?: string;
  readonly inputSource?: { readonly type?: string };
  readonly inputFormat?: { readonly type?: string };
}

export interface StageReport {
  readonly stageNumber: number;
  readonly phase?: string;
  readonly workerCount?: number;
  readonly partitionCount?: number;
  readonly shuffle?: string;
  readonly startTime?: string;
  readonly duration?: number;
  readonly definition: {
    readonly input?: readonly StageInput[];
    readonly processor: { readonly type: string; readonly dataSource?: string };
    readonly signature?: readonly { readonly name: string; readonly type: string }[];
  };
}

/** A counter; arrays have one number a partition. */
export interface Counter {
  readonly type: string;
  readonly rows?: readonly number[];
  readonly bytes?: readonly number[];
  readonly files?: readonly number[];
  readonly totalFiles?: readonly number[];
  readonly rowsProcessed?: number;
  readonly rowsPushed?: number;
  readonly [field: string]: unknown;
}

/** stage → worker → name → counter */
export type Counters = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Counter>>>>>>;

export interface ReportPayload {
  readonly status: StatusReport;
  readonly stages?: readonly StageReport[];
  readonly counters?: Counters;
  readonly results?: {
    readonly signature: readonly { readonly name: string; readonly type: string }[];
    readonly sqlTypeNames?: readonly string[];
    readonly results: readonly (readonly unknown[])[];
    readonly resultsTruncated?: boolean;
  };
}

/** Rows of a SELECT task; undefined for an ingestion. */
export function resultOfReport({ results, status }: ReportPayload): ResultSet | undefined {
  return (
    results && {
      columns: results.signature.map(({ name, type }, index) => ({
        name,
        nativeType: type,
        sqlType: results.sqlTypeNames?.[index] ?? type,
      })),
      rows: results.results,
      truncated: results.resultsTruncated ?? false,
      elapsedMs: status.durationMs,
    }
  );
}
