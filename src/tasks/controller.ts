import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { FaultError, type Fault } from '../msq/fault.js';
import { faults, faultText } from '../msq/faults.js';
import { limits } from '../msq/limits.js';
import type { DataSegment } from '../segments/segment.js';
import type { IngestStatement, SelectStatement } from '../sql/plan/index.js';
import type { S3Connection } from '../transfer/index.js';
import type { TaskEnd, TaskLock } from '../storage/metadata-store.js';
import { Attempts, type AttemptSources, countRelaunch } from './attempts.js';
import { SegmentAllocator, type AllocationSources, type WritingTask } from './allocation.js';
import { describeSegments } from './compaction-state.js';
import {
  checkInputSegments,
  maxInputFiles,
  checkStatementLimits,
  replacedIntervals,
  segmentReport,
  segmentsDestination,
} from './ingest-job.js';
import { openExport, type AllowedExportPaths, type ExportDestination } from './exports.js';
import { canceled } from './locks.js';
import type { Metadata } from './metadata.js';
import { isOrdered, jobColumns, jobRelations, keepsRows, type OpenRelations } from './relations.js';
import type { InferredStatement } from './signature-inference.js';
import { resultsRecord, taskResultForm } from './result-form.js';
import { outlivesServer } from './recovery.js';
import { stagesOf } from './stages.js';
import { openTaskLog, type TaskLog } from './task-log.js';
import { TaskRecorder } from './task-progress.js';
import type { RunnerStatus } from './task-status.js';
import type { TaskWatchers } from './task-watchers.js';
import { makeTombstones } from './tombstones.js';
import { JobFault, type JobListener, type WorkerProcess } from './worker-process.js';
import type { AllocatedSegment, Job, JobSummary, SparkServer } from './worker/protocol.js';

/** Milliseconds that a canceled process gets to stop by itself. */
const CANCEL_GRACE_MS = 400;

export interface ControllerSources extends AllocationSources, AttemptSources {
  readonly metadata: Metadata;
  readonly watchers: TaskWatchers;
  /** host:port of the server. */
  readonly host: string;
  readonly allowedDirectories?: readonly string[];
  /** How S3 is reached where nothing else is said. */
  readonly s3: S3Connection;
  readonly allowedExportPaths: AllowedExportPaths;
  readonly spark?: SparkServer;
}

type Executable = SelectStatement | IngestStatement;

/** Runs one query task: locks, a worker, its segments or rows, publishing, and the report of it all. */
export class TaskController {
  readonly #abort = new AbortController();
  readonly #allocated: AllocatedSegment[] = [];
  readonly #allocator: SegmentAllocator;
  readonly #recorder: TaskRecorder;
  readonly #writing: WritingTask;
  readonly #log: TaskLog;
  #runner: RunnerStatus = 'RUNNING';
  /** Where files of results lie among those of deep storage; absent while there are none. */
  #resultsPath: string | undefined;
  #export: ExportDestination | undefined;
  /** The server ends, and the next one starts the task again. */
  #isLeft = false;

  constructor(
    readonly taskId: string,
    readonly compiled: InferredStatement,
    readonly statement: Executable,
    /** The task's own directory. */
    readonly directory: string,
    readonly sources: ControllerSources,
    /** What a REPLACE has taken. */
    readonly locks: readonly TaskLock[] = [],
  ) {
    this.#allocator = new SegmentAllocator(sources);
    this.#recorder = new TaskRecorder(
      taskId,
      sources.host,
      stagesOf(this.compiled, this.statement, this.taskId),
      () => sources.now(),
      () => {
        sources.watchers.changed(taskId, 'report');
      },
      compiled.context,
      compiled.inferred,
    );
    this.#writing = {
      taskId,
      dataSource: statement.kind === 'select' ? '' : statement.dataSource,
      priority: compiled.context.priority,
    };
    this.#log = openTaskLog(directory, taskId);
    for (const { inputSource, ...inferred } of compiled.inferred) {
      this.#log.logger.info(compiled.hideSecrets({ inputSource, ...inferred }), 'signature inferred');
    }
  }

  get runnerStatus(): RunnerStatus {
    return this.#runner;
  }

  #setRunner(status: RunnerStatus): void {
    if (this.#runner === status) return;
    this.#runner = status;
    this.sources.watchers.changed(this.taskId, 'status');
  }

  /** The report as of now. */
  report(): unknown {
    return this.#report('RUNNING');
  }

  /** The report, without the secrets of input sources. */
  #report(...args: Parameters<TaskRecorder['report']>): unknown {
    return this.compiled.hideSecrets(this.#recorder.report(...args));
  }

  /** Ends the task with a fault as soon as its worker can be stopped; `run` still ends it in the store. */
  cancel(fault: Fault): void {
    this.#abort.abort(new FaultError(fault));
  }

  /** Ends the work with the server: what the next one starts again stays RUNNING, and everything else is canceled. */
  leave(): void {
    this.#isLeft = outlivesServer(this.compiled);
    this.cancel(faults.Canceled('TASK_SHUTDOWN'));
  }

  /** Runs the task to its end. Never throws, unless the store fails: whatever goes wrong is the task's failure. */
  async run(): Promise<void> {
    const { signal } = this.#abort;
    const { timeout } = this.compiled.context;
    const timer =
      timeout !== undefined && timeout > 0
        ? setTimeout(() => {
            this.cancel(faults.Canceled('QUERY_TIMEOUT'));
          }, timeout)
        : undefined;
    const unwatch = this.sources.locks.watch(this.taskId, () => {
      this.cancel(faults.InsertLockPreempted());
    });
    try {
      await this.#execute(signal);
    } catch (error) {
      if (this.#isLeft) await this.#removeAllocated();
      else await this.#fail(error);
    } finally {
      clearTimeout(timer);
      unwatch();
      this.sources.locks.wake();
      await rm(this.#workDirectory, { recursive: true, force: true });
      this.#log.close();
    }
  }

  get #workDirectory(): string {
    return path.join(this.directory, 'work');
  }

  /** Whether the rows go to files of deep storage. */
  get #storesFiles(): boolean {
    return this.statement.kind === 'select' && this.compiled.context.selectDestination === 'durableStorage';
  }

  async #execute(signal: AbortSignal): Promise<void> {
    checkStatementLimits(this.compiled);
    const { job, release, open } = await this.#job();
    const summary = await this.#work(job, signal, open).finally(release);
    this.#recorder.counters = summary.stages;
    if (signal.aborted) throw canceled(signal);
    if (this.statement.kind === 'select') {
      if (this.#export) await this.#endExport(this.#export, summary);
      else await this.#endSelect(this.statement, summary);
    } else await this.#publish(this.statement, summary);
  }

  readonly #wait = (): void => {
    if (this.#runner !== 'WAITING') this.#log.logger.info('waiting for a lock');
    this.#setRunner('WAITING');
  };

  /** The job, and what lets go of the files that it reads. */
  async #job(): Promise<{ readonly job: Job } & Pick<OpenRelations, 'open' | 'release'>> {
    const { statement, compiled, sources } = this;
    const { context, emitted } = compiled;
    await mkdir(this.#workDirectory, { recursive: true });
    const system = await sources.metadata.current();
    const { deepStorage } = sources;
    const { relations, release, open } = await jobRelations(emitted, compiled.engine, { deepStorage, system });
    try {
      checkInputSegments(relations, compiled);
      const passes = emitted.inPasses?.();
      const job: Job = {
        id: this.taskId,
        ...(compiled.engine === 'spark' && sources.spark && { spark: sources.spark }),
        sql: emitted.sql,
        ...(passes && { passes }),
        ordered: isOrdered(statement.plan),
        ...(keepsRows(statement.plan) && { keepsRows: true }),
        columns: jobColumns(statement.columns),
        relations,
        destination: await this.#destination(),
        directory: this.#workDirectory,
        ...(sources.allowedDirectories && { allowedDirectories: sources.allowedDirectories }),
        s3: sources.s3,
        maxParseExceptions: context.maxParseExceptions,
        maxInputFiles: maxInputFiles(context),
      };
      return { job, release, open };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #destination(): Promise<Job['destination']> {
    const { statement, compiled } = this;
    if (statement.kind !== 'select') return segmentsDestination(statement, compiled);
    if (statement.exportTo) {
      this.#export ??= await openExport(statement.exportTo, this.sources.s3);
      const { directory = this.#workDirectory, upload } = this.#export;
      return {
        kind: 'files',
        format: 'csv',
        directory,
        ...(upload && { upload }),
        baseName: this.taskId,
        rowsPerFile: compiled.context.rowsPerPage,
        stringifyArrays: true,
        removeNullBytes: compiled.context.removeNullBytes,
        reportRows: 0,
      };
    }
    const { sqlStringifyArrays, sqlTimeZone, removeNullBytes } = compiled.context;
    const form = {
      ...taskResultForm({ stringifyArrays: sqlStringifyArrays, timeZone: sqlTimeZone }),
      removeNullBytes,
    };
    if (!this.#storesFiles) return { kind: 'results', maxRows: limits.reportRows, ...form };
    const { folder, path: place } = await this.sources.deepStorage.placeResults(this.taskId).catch((error: unknown) => {
      throw new FaultError(faults.DurableStorageConfiguration(error instanceof Error ? error.message : String(error)));
    });
    this.#resultsPath = place;
    return {
      kind: 'files',
      format: 'parquet',
      ...(folder.kind === 'directory'
        ? { directory: folder.directory }
        : { directory: this.#workDirectory, upload: folder.target }),
      baseName: this.taskId,
      rowsPerFile: compiled.context.rowsPerPage,
      ...form,
      reportRows: limits.reportRows,
    };
  }

  #work(job: Job, signal: AbortSignal, open: OpenRelations['open']): Promise<JobSummary> {
    const attempts = new Attempts(this.sources, {
      taskId: this.taskId,
      context: this.compiled.context,
      recorder: this.#recorder,
      log: this.#log.logger,
    });
    return attempts.run(signal, {
      work: (worker, taken) => this.#runJob(worker, job, signal, { taken, open }),
      undo: async (reason) => {
        await this.#removeAllocated();
        await countRelaunch(this.sources.store, this.taskId, reason);
      },
    });
  }

  async #runJob(
    worker: WorkerProcess,
    job: Job,
    signal: AbortSignal,
    listener: Pick<JobListener, 'taken' | 'open'>,
  ): Promise<JobSummary> {
    const rows: (readonly unknown[])[] = [];
    let killer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      worker.cancel(job.id);
      killer = setTimeout(() => void worker.end('kill'), CANCEL_GRACE_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      const summary = await worker.run(job, {
        ...listener,
        progress: (stages) => {
          this.#recorder.counters = stages;
        },
        warning: (stage, problem) => {
          this.#recorder.addProblem(stage, problem);
        },
        rows: (batch) => {
          rows.push(...batch);
          worker.more(job.id);
        },
        allocate: async (chunks) => {
          const places =
            this.locks.length > 0
              ? await this.#allocator.allocateForReplace(this.#writing, this.locks, chunks)
              : await this.#allocator.allocateForInsert(this.#writing, chunks, signal, this.#wait);
          this.#setRunner('RUNNING');
          this.#allocated.push(...places);
          this.#log.logger.info({ chunks: chunks.length, segments: places.length }, 'segments allocated');
          return places;
        },
      });
      if (this.statement.kind === 'select' && !this.statement.exportTo) {
        this.#recorder.results = { columns: this.statement.columns, rows, truncated: summary.truncated ?? false };
      }
      return summary;
    } catch (error) {
      // Whatever a process says that was canceled or killed, the reason of the cancellation is the failure.
      if (signal.aborted) throw canceled(signal);
      throw error;
    } finally {
      clearTimeout(killer);
      signal.removeEventListener('abort', stop);
    }
  }

  async #endExport(destination: ExportDestination, { rows, files = [] }: JobSummary): Promise<void> {
    await destination.writeManifest(files.map(({ name }) => name));
    // The manifest is there: whatever comes, the files stay.
    this.#export = undefined;
    this.#log.logger.info({ rows, files: files.length }, 'exported');
    await this.sources.store.endTask(this.#end('SUCCESS', this.#report('SUCCESS')));
  }

  async #endSelect(statement: SelectStatement, summary: JobSummary): Promise<void> {
    this.#log.logger.info({ rows: summary.rows }, 'succeeded');
    const report = this.#report('SUCCESS');
    const results = resultsRecord(statement, this.compiled.context, summary, this.#resultsPath);
    const ended = await this.sources.store.endTask({ ...this.#end('SUCCESS', report), results });
    if (ended) this.#resultsPath = undefined;
  }

  /** @throws FaultError InsertLockPreempted when the locks are gone */
  async #publish(statement: IngestStatement, summary: JobSummary): Promise<void> {
    const { store, deepStorage, locks, appends, timeline, logger } = this.sources;
    const { dataSource } = statement;
    const written = describeSegments(summary.segments ?? [], statement, this.compiled.context);
    const published = await locks.exclusively(async () => {
      const { visible } = await timeline.current();
      const tombstones = makeTombstones(dataSource, this.locks, visible.get(dataSource) ?? [], written);
      const segments: readonly DataSegment[] = [...written, ...tombstones];
      this.#recorder.segments = {
        ...segmentReport(statement, written),
        published: true,
        publishedAt: this.sources.now(),
      };
      const end = this.#end('SUCCESS', this.#report('SUCCESS'));
      const replaced = replacedIntervals(statement);
      if (segments.length === 0 && !replaced) return store.endTask(end);
      const publication = { taskId: this.taskId, dataSource, segments, replaced: replaced ?? [], end };
      const isPublished = await store.publish(publication);
      if (isPublished) {
        timeline.notePublished(dataSource);
        // Whatever goes wrong with a cache, the segments are published.
        await deepStorage.settle(written).catch((error: unknown) => {
          logger.warn({ err: error, taskId: this.taskId }, 'published segments could not be cached');
        });
      }
      appends.release(this.taskId);
      return isPublished;
    });
    if (!published) throw new FaultError(faults.InsertLockPreempted());
    this.#log.logger.info({ rows: summary.rows, segments: written.length }, 'published');
    logger.info({ taskId: this.taskId, dataSource, rows: summary.rows, segments: written.length }, 'task published');
  }

  async #fail(error: unknown): Promise<void> {
    const { store, locks, appends, logger } = this.sources;
    const fault =
      error instanceof FaultError
        ? error.fault
        : faults.UnknownError(error instanceof Error ? error.message : String(error));
    if (!(error instanceof FaultError)) logger.error({ err: error, taskId: this.taskId }, 'task failed unexpectedly');
    const stage = error instanceof JobFault ? error.stage : undefined;
    this.#log.logger.error({ fault: this.compiled.hideSecrets(fault) }, 'failed');
    const report = this.#report('FAILED', { fault, ...(stage !== undefined && { stage }) });
    await locks.exclusively(async () => {
      await store.endTask({
        ...this.#end('FAILED', report),
        errorMessage: this.compiled.hideSecrets(faultText(fault)),
      });
      appends.release(this.taskId);
    });
    await this.#removeAllocated();
  }

  async #removeAllocated(): Promise<void> {
    const { deepStorage } = this.sources;
    const places = this.#allocated.splice(0);
    if (places.length > 0) await deepStorage.remove(places.map(({ loadSpec }) => loadSpec));
    if (this.#resultsPath !== undefined) await deepStorage.removeResults(this.taskId);
    await this.#export?.remove(`${this.taskId}-worker`);
  }

  #end(state: 'SUCCESS' | 'FAILED', report: unknown): TaskEnd {
    return { id: this.taskId, state, duration: this.#recorder.elapsed(), report };
  }
}
