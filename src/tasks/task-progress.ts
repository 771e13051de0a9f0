import type { Fault } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { limits } from '../msq/limits.js';
import type {
  ErrorReport,
  ReportResults,
  ReportState,
  SegmentsPublished,
  TaskProgress,
  WorkerStats,
} from '../msq/report.js';
import { reportJson } from '../msq/report.js';
import type { StageDefinition } from '../msq/definition.js';
import type { ParseProblem } from '../external/relation.js';
import { describeProblem } from './worker/faults.js';
import type { InferredSignature } from '../msq/report.js';
import type { StageProgress } from './worker/protocol.js';

interface Attempt {
  readonly workerId: string;
  readonly leasedAt: number;
  startedAt?: number;
  endedAt?: number;
  failed?: boolean;
}

/** Is told of a worker's life; `elapsed` answers the milliseconds from its start to its end. */
export interface WorkerRecord {
  /** The worker has taken the task. */
  started(): void;
  ended(failed: boolean): void;
  elapsed(): number;
}

/** What is known of a task while it runs; makes its report. Times are milliseconds since 1970. */
export class TaskRecorder {
  readonly startTime: number;
  readonly #warnings: ErrorReport[] = [];
  readonly #attempts: Attempt[] = [];
  #counters: readonly StageProgress[] = [];
  #results: ReportResults | undefined;
  #segments: SegmentsPublished | undefined;

  constructor(
    readonly taskId: string,
    readonly host: string,
    readonly stages: readonly StageDefinition[],
    readonly now: () => number,
    /** Called when the report is another one. */
    readonly changed: () => void,
    /** Context parameters that say what the report has. */
    readonly wanted: Pick<TaskProgress, 'includeAllCounters' | 'waitUntilSegmentsLoad'> = {},
    readonly inferredSignatures: readonly InferredSignature[] = [],
  ) {
    this.startTime = now();
  }

  /** A process was asked for. */
  addWorker(): WorkerRecord {
    const attempt: Attempt = { workerId: `${this.taskId}-worker0_${this.#attempts.length}`, leasedAt: this.now() };
    this.#attempts.push(attempt);
    this.#counters = [];
    this.#warnings.length = 0;
    return {
      started: () => {
        attempt.startedAt = this.now();
        this.changed();
      },
      ended: (failed) => {
        attempt.endedAt = this.now();
        attempt.failed = failed;
        this.changed();
      },
      elapsed: () => (attempt.endedAt ?? this.now()) - (attempt.startedAt ?? this.now()),
    };
  }

  set counters(stages: readonly StageProgress[]) {
    this.#counters = stages;
    this.changed();
  }

  set results(results: ReportResults) {
    this.#results = results;
  }

  set segments(segments: SegmentsPublished) {
    this.#segments = segments;
  }

  /** Keeps a few problems in full; the counters have the number of all. */
  addProblem(stageNumber: number, problem: ParseProblem): void {
    if (this.#warnings.length >= limits.verboseParseExceptions) return;
    this.#warnings.push({ stageNumber, error: faults.CannotParseExternalData(describeProblem(problem)) });
  }

  /** Milliseconds since the task started. */
  elapsed(): number {
    return this.now() - this.startTime;
  }

  /** Druid's report JSON. */
  report(state: ReportState, failure?: { readonly fault: Fault; readonly stage?: number }): unknown {
    const running = state === 'RUNNING';
    const working = running && this.#attempts.some(({ startedAt, endedAt }) => startedAt && !endedAt);
    return reportJson({
      taskId: this.taskId,
      host: this.host,
      state,
      ...(failure && {
        failure: {
          error: failure.fault,
          ...(failure.stage !== undefined && { stageNumber: failure.stage }),
        },
      }),
      warnings: this.#warnings,
      startTime: this.startTime,
      durationMs: this.elapsed(),
      workers: this.#attempts.map((attempt) => this.#workerStats(attempt, state)),
      pendingTasks: running && !working ? 1 : 0,
      // The controller counts as a task, as in Druid.
      runningTasks: running ? (working ? 2 : 1) : 0,
      stages: this.stages,
      counters: this.#counters,
      includeAllCounters: this.wanted.includeAllCounters ?? false,
      waitUntilSegmentsLoad: this.wanted.waitUntilSegmentsLoad ?? false,
      inferredSignatures: this.inferredSignatures,
      ...(this.#results && state === 'SUCCESS' && { results: this.#results }),
      ...(this.#segments && { segments: this.#segments }),
    });
  }

  #workerStats(attempt: Attempt, state: ReportState): WorkerStats {
    const { workerId, leasedAt, startedAt, endedAt, failed } = attempt;
    const until = endedAt ?? this.now();
    return {
      workerId,
      state: endedAt === undefined ? state : failed ? 'FAILED' : 'SUCCESS',
      durationMs: startedAt === undefined ? -1 : until - startedAt,
      pendingMs: (startedAt ?? until) - leasedAt,
    };
  }
}
