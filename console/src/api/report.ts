import {
  type Counter,
  reportValue,
  type TaskErrorReport,
  type TaskFault,
  type TaskReport,
  type TaskResults,
  type TaskStage,
} from '../../../src/client/index.js';
import type { ResultSet } from './result.js';

export type { Counter, TaskErrorReport as ErrorReport, TaskFault as Fault, TaskResults };

export interface WorkerReport {
  readonly workerId: string;
  readonly state: string;
  /** Milliseconds; −1 before the start. */
  readonly durationMs: number;
  readonly pendingMs: number;
}

export interface StageInput {
  readonly type: string;
  readonly stage?: number;
  readonly dataSource?: string;
  readonly inputSource?: { readonly type?: string };
  readonly inputFormat?: { readonly type?: string };
}

export interface StageReport extends TaskStage {
  readonly definition: {
    readonly input?: readonly StageInput[];
    readonly processor: { readonly type: string; readonly dataSource?: string };
  };
}

/** Druid's report of a query task (MSQTaskReport), with what the console shows beyond the client's type. */
export interface ReportPayload extends Omit<TaskReport, 'stages' | 'status'> {
  readonly stages: readonly StageReport[];
  readonly status: TaskReport['status'] & {
    readonly workers?: Readonly<Record<string, readonly WorkerReport[]>>;
    readonly segmentLoadWaiterStatus?: { readonly totalSegments?: number };
    readonly segmentReport?: { readonly shardSpec?: string; readonly details?: string };
  };
}

/** Rows of a SELECT as a report has them, as an answer. */
export const resultSetOf = ({ results, signature, sqlTypeNames, resultsTruncated }: TaskResults, elapsedMs: number) =>
  ({
    columns: signature.map(({ name, type }, index) => ({
      name,
      nativeType: type,
      sqlType: sqlTypeNames[index] ?? type,
    })),
    rows: results.map((row) => row.map((value, index) => reportValue(value, sqlTypeNames[index]))),
    truncated: resultsTruncated ?? false,
    elapsedMs,
  }) satisfies ResultSet;

/** Rows of a SELECT task; undefined for an ingestion. */
export const resultOfReport = ({ results, status }: ReportPayload): ResultSet | undefined =>
  results && resultSetOf(results, status.durationMs);
