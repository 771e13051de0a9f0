import { nativeTypeName, sqlTypeName, type SqlType } from '../sql/types.js';
import { counterSnapshots, type StageCounters } from './counters.js';
import type { StageDefinition } from './definition.js';
import type { Fault } from './fault.js';
import { limits } from './limits.js';

export type ReportState = 'RUNNING' | 'SUCCESS' | 'FAILED';

/** A process that worked on the task. Durations in milliseconds. */
export interface WorkerStats {
  readonly workerId: string;
  readonly state: ReportState;
  readonly durationMs: number;
  readonly pendingMs: number;
}

/** A fault or a warning with its place. */
export interface ErrorReport {
  readonly stageNumber?: number;
  readonly error: Fault;
}

/** Rows of a SELECT task. */
export interface ReportResults {
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
  readonly rows: readonly (readonly unknown[])[];
  readonly truncated: boolean;
}

/** What was found out about external data that a statement gives no signature of. */
export interface InferredSignature {
  readonly inputSource: unknown;
  /** Types are Druid's native ones. */
  readonly signature: readonly { readonly name: string; readonly type: string }[];
  /** Files that were looked at, and records of their beginnings; 0 records where footers told the columns. */
  readonly files: number;
  readonly records: number;
}

/** All that a task's report is made of. Times are milliseconds since 1970. */
export interface TaskProgress {
  readonly taskId: string;
  /** host:port of the server. */
  readonly host: string;
  readonly state: ReportState;
  readonly failure?: ErrorReport;
  readonly warnings: readonly ErrorReport[];
  /** Absent until the task has started. */
  readonly startTime?: number;
  readonly durationMs: number;
  readonly workers: readonly WorkerStats[];
  readonly pendingTasks: number;
  readonly runningTasks: number;
  readonly stages: readonly StageDefinition[];
  readonly counters: readonly StageCounters[];
  /** Context parameter. */
  readonly includeAllCounters?: boolean;
  readonly inferredSignatures?: readonly InferredSignature[];
  /** Context parameter: the report tells how far segments are loaded, which is when they are published. */
  readonly waitUntilSegmentsLoad?: boolean;
  readonly results?: ReportResults;
  readonly segments?: SegmentsPublished;
}

/** What an ingestion wrote. */
export interface SegmentsPublished {
  readonly shardSpec: 'NumberedShardSpec' | 'DimensionRangeShardSpec';
  readonly details: string;
  readonly count: number;
  /** Published; then they can be queried at once. */
  readonly published: boolean;
  readonly publishedAt?: number;
}

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A value as JSON can hold it: an integer beyond 2^53 and a number that is none become text. */
function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return BigInt(Number.MIN_SAFE_INTEGER) <= value && value <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(value)
      : value.toString();
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(jsonValue);
  return value ?? null;
}

function errorReport({ taskId, host }: TaskProgress, { stageNumber, error }: ErrorReport): unknown {
  return { taskId, host, ...(stageNumber !== undefined && { stageNumber }), error };
}

function statusJson(task: TaskProgress): unknown {
  const { segments, failure, startTime } = task;
  const warnings = task.warnings.slice(0, limits.verboseWarnings).map((warning) => errorReport(task, warning));
  return {
    status: task.state,
    ...(failure && { errorReport: errorReport(task, failure) }),
    ...(warnings.length > 0 && { warnings }),
    // Druid 24's name, always there.
    warningReports: warnings,
    ...(startTime !== undefined && { startTime: isoTime(startTime) }),
    durationMs: startTime === undefined ? -1 : task.durationMs,
    workers: task.workers.length > 0 ? { '0': task.workers } : {},
    pendingTasks: task.pendingTasks,
    runningTasks: task.runningTasks,
    ...(task.waitUntilSegmentsLoad &&
      segments?.published &&
      segments.publishedAt !== undefined && {
        segmentLoadWaiterStatus: {
          state: 'SUCCESS',
          startTime: isoTime(segments.publishedAt),
          duration: 0,
          totalSegments: segments.count,
          usedSegments: segments.count,
          precachedSegments: segments.count,
          onDemandSegments: 0,
          pendingSegments: 0,
          unknownSegments: 0,
        },
      }),
    // Not in Druid's report, whose EXTERN always has a signature.
    ...(task.inferredSignatures?.length && { inferredSignatures: task.inferredSignatures }),
    ...(segments && { segmentReport: { shardSpec: segments.shardSpec, details: segments.details } }),
  };
}

/** A stage's phase; a failed task's stage that was at work has failed. */
function phaseOf(task: TaskProgress, counters: StageCounters | undefined): string | undefined {
  if (!counters) return undefined;
  if (task.state === 'FAILED' && counters.phase !== 'FINISHED' && counters.phase !== 'NEW') return 'FAILED';
  return counters.phase;
}

function stageJson(task: TaskProgress, { stageNumber, definition, shuffle, output }: StageDefinition): unknown {
  const counters = task.counters.find(({ stage }) => stage === stageNumber);
  const phase = phaseOf(task, counters);
  const started = counters !== undefined && counters.phase !== 'NEW';
  return {
    stageNumber,
    definition,
    ...(phase !== undefined && { phase }),
    ...(started && { workerCount: 1, partitionCount: 1 }),
    ...(shuffle && { shuffle }),
    output,
    ...(shuffle === 'globalSort' && { sort: true }),
    ...(started && { startTime: isoTime(counters.startTime), duration: counters.durationMs }),
  };
}

/** Rows of a SELECT as a report has them. */
export function resultsJson({ columns, rows, truncated }: ReportResults): unknown {
  return {
    signature: columns.map(({ name, type }) => ({ name, type: nativeTypeName(type) })),
    sqlTypeNames: columns.map(({ type }) => sqlTypeName(type)),
    results: rows.map((row) => row.map(jsonValue)),
    resultsTruncated: truncated,
  };
}

/** Druid's report JSON (MSQTaskReport) of a task, running or ended. */
export function reportJson(task: TaskProgress): unknown {
  const started = task.counters.filter(({ phase }) => phase !== 'NEW');
  return {
    multiStageQuery: {
      type: 'multiStageQuery',
      taskId: task.taskId,
      payload: {
        status: statusJson(task),
        stages: task.stages.map((stage) => stageJson(task, stage)),
        counters: Object.fromEntries(
          started.map((stage) => [stage.stage, { '0': counterSnapshots(stage, task.includeAllCounters) }]),
        ),
        ...(task.results && { results: resultsJson(task.results) }),
      },
    },
  };
}
