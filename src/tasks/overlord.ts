import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { lacksSecrets } from '../external/index.js';
import { type Fault, FaultError } from '../msq/fault.js';
import { faults, faultText } from '../msq/faults.js';
import { granularityJson } from '../msq/granularity-name.js';
import { requestOf, selectDataSource, taskPayload } from '../msq/payload.js';
import { reportJson } from '../msq/report.js';
import { formatInterval } from '../segments/index.js';
import type { IngestStatement, SelectStatement } from '../sql/plan/index.js';
import type { TaskFilter, TaskRecord } from '../storage/metadata-store.js';
import { SegmentAllocator } from './allocation.js';
import { countRelaunch } from './attempts.js';
import type { CompiledStatement, StatementRequest } from './compile.js';
import { TaskController, type ControllerSources } from './controller.js';
import { outlivesServer } from './recovery.js';
import { checkTask } from './engine-checks.js';
import { explain } from './explain.js';
import { checkExportAllowed } from './exports.js';
import { InvalidInputError, validateId } from './identifiers.js';
import { replacedIntervals } from './ingest-job.js';
import type { QueryAnswer, QueryService } from './query-service.js';
import { compileInferring, type InferredStatement } from './signature-inference.js';
import { taskEvents, type TaskEvent } from './task-events.js';
import { KillTask, killRecord, type KillRequest } from './kill-task.js';
import { readTaskLog } from './task-log.js';
import type { TaskEngineSettings } from './settings.js';
import { type QueuedTask, type ReadyTask, TaskQueue } from './task-queue.js';
import { taskStatus, type RunnerStatus, type TaskStatus } from './task-status.js';

export interface OverlordSettings {
  readonly taskSlots: number;
  readonly maxNumTasks: number;
  readonly engine: TaskEngineSettings['engine'];
  /** Tasks have a directory each below it. */
  readonly directory: string;
  readonly server: { readonly host: string; readonly port: number };
}

/** What a client learns of a task that was taken. */
export interface SubmittedTask {
  readonly taskId: string;
  readonly state: 'RUNNING';
}

export interface OverlordSources extends ControllerSources {
  /** Looks at external data before a task reads them. */
  readonly queries: QueryService;
}

/** Is told of a task that has ended. */
export type EndListener = (status: TaskStatus, report: unknown) => void;

/** How many tasks can run, and what does. */
export interface OverlordCapacity {
  readonly slots: number;
  /** Ids of the tasks that run. */
  readonly running: readonly string[];
  /** Tasks that wait for a slot. */
  readonly waiting: number;
  /** Whether waiting tasks may start. */
  readonly enabled: boolean;
  /** When a task last ended, milliseconds since 1970; 0 for never. */
  readonly lastEnded: number;
}

/** What runs a task. */
interface RunningController {
  readonly runnerStatus: RunnerStatus;
  report(): unknown;
  cancel(fault: Fault): void;
  /** Ends as the server does: a task that the next server starts again stays RUNNING in the store. */
  leave?(): void;
  run(): Promise<void>;
}

/** A task that has a slot. */
interface RunningTask {
  readonly controller: RunningController;
  readonly ended: Promise<void>;
}

/** Takes query tasks, runs as many at once as there are slots, and tells of them. */
export class Overlord {
  readonly #queue: TaskQueue;
  readonly #running = new Map<string, RunningTask>();
  #closed = false;
  #enabled = true;
  #lastEnded = 0;
  readonly #endListeners: EndListener[] = [];
  /** Starting tasks, while it is under way, and whether it must be done once more. */
  #starting: Promise<void> | undefined;
  #startAgain = false;

  constructor(
    readonly settings: OverlordSettings,
    readonly sources: OverlordSources,
  ) {
    this.#queue = new TaskQueue(new SegmentAllocator(sources), (taskId) => {
      sources.logger.info({ taskId }, 'a task waits for locks');
      sources.watchers.changed(taskId, 'status');
    });
  }

  /**
   * Takes a statement as a task. It is compiled first, so a bad one becomes no task. EXPLAIN is answered at once instead.
   * @throws SqlError, ContextError, ExternalSpecError, InvalidInputError
   */
  async submit(request: StatementRequest): Promise<SubmittedTask | QueryAnswer> {
    if (this.#closed) throw new Error('The server is shutting down');
    const { sources } = this;
    const now = sources.now();
    const compiled = await this.#compile(request, now);
    checkTask(compiled);
    const { statement, context } = compiled;
    if (statement.kind === 'select' && statement.exportTo) {
      await checkExportAllowed(statement.exportTo, sources.allowedExportPaths);
    }
    const queryId = context.sqlQueryId ?? randomUUID();
    validateId('sqlQueryId', queryId);
    const taskId = `query-${queryId}`;
    if (statement.kind === 'explain') return explain(compiled, statement, taskId);
    if (await sources.store.task(taskId)) throw new InvalidInputError(`Task [${taskId}] already exists`);
    const record: TaskRecord = {
      id: taskId,
      groupId: taskId,
      type: 'query_controller',
      dataSource: statement.kind === 'select' ? selectDataSource : statement.dataSource,
      createdTime: now,
      queueInsertionTime: now,
      state: 'RUNNING',
      duration: -1,
      payload: compiled.hideSecrets(payloadOf(taskId, queryId, request.parameters, compiled, statement)),
    };
    await sources.store.insertTask(record);
    this.#queue.add({ record, compiled, statement });
    this.#startNext();
    return { taskId, state: 'RUNNING' };
  }

  /** Starts tasks again that the end of the last server interrupted; one that no longer can be started fails. */
  async resume(records: readonly TaskRecord[]): Promise<void> {
    for (const record of records) {
      try {
        // What the statement means, the present time included, is as of its submission.
        const compiled = await this.#compile(requestOf(record.payload), record.createdTime);
        const { statement } = compiled;
        if (statement.kind === 'explain') throw new Error('EXPLAIN is no task');
        if (compiled.emitted.relations.some(({ node }) => node.kind === 'external' && lacksSecrets(node.inputSource))) {
          throw new Error('its statement names a password, which is not kept; submit it again');
        }
        await countRelaunch(this.sources.store, record.id, 'the server stopped while it was running');
        this.#queue.add({ record, compiled, statement });
        this.sources.logger.info({ taskId: record.id }, 'a task of the last run is started again');
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const fault =
          error instanceof FaultError
            ? error.fault
            : faults.UnknownError(`The task could not be started again: ${reason}`);
        await this.#endUnstarted(record, fault);
      }
    }
    this.#startNext();
  }

  async #compile(request: StatementRequest, now: number): Promise<InferredStatement> {
    const { sources, settings } = this;
    const { catalog } = await sources.metadata.current();
    const options = {
      catalog,
      now,
      maxNumTasks: settings.maxNumTasks,
      engine: settings.engine,
      hasSpark: sources.spark !== undefined,
    };
    return compileInferring(request, options, sources.queries);
  }

  /**
   * Deletes unused segments for good, as a task; answers its id.
   * @throws InvalidInputError
   */
  async kill(request: KillRequest): Promise<string> {
    if (this.#closed) throw new Error('The server is shutting down');
    validateId('dataSource', request.dataSource);
    if (request.id !== undefined) validateId('id', request.id);
    const { sources } = this;
    const record = killRecord(request, sources.now());
    if (await sources.store.task(record.id)) throw new InvalidInputError(`Task [${record.id}] already exists`);
    await sources.store.insertTask(record);
    this.#run(record.id, new KillTask(record, request, this.#directory(record.id), sources));
    return record.id;
  }

  get capacity(): OverlordCapacity {
    return {
      slots: this.settings.taskSlots,
      running: [...this.#running.keys()],
      waiting: this.#queue.length,
      enabled: this.#enabled,
      lastEnded: this.#lastEnded,
    };
  }

  /** Calls `listener` with the status and the report of every task that has run and ended. */
  onEnd(listener: EndListener): void {
    this.#endListeners.push(listener);
  }

  /** Whether waiting tasks may start; those that run go on. */
  setEnabled(enabled: boolean): void {
    this.#enabled = enabled;
    this.#startNext();
  }

  /** Cancels the tasks of a datasource that have not ended; answers how many. */
  async cancelAll(dataSource: string): Promise<number> {
    const active = await this.list({ dataSource, state: 'RUNNING' });
    await Promise.all(active.map(({ id }) => this.cancel(id)));
    return active.length;
  }

  async status(id: string): Promise<TaskStatus | undefined> {
    const record = await this.sources.store.task(id);
    return record && taskStatus(record, this.#runnerStatus(id), this.settings.server);
  }

  /** The payload, as Druid's GET task/{id} answers it. */
  async task(id: string): Promise<unknown> {
    return (await this.sources.store.task(id))?.payload;
  }

  /** The report, live while the task runs; undefined before it starts, and for an unknown task. */
  async report(id: string): Promise<unknown> {
    // The stored report is looked for first: it is final, while a live one may be of a moment before.
    const { store } = this.sources;
    return (await store.report(id)) ?? this.#running.get(id)?.controller.report() ?? store.report(id);
  }

  /** What changes of a task until its end; undefined for an unknown one. */
  async events(id: string, signal: AbortSignal): Promise<AsyncIterable<TaskEvent> | undefined> {
    if (!(await this.sources.store.task(id))) return undefined;
    const { watchers } = this.sources;
    return taskEvents(
      { watchers, status: (task) => this.status(task), report: (task) => this.report(task) },
      id,
      signal,
    );
  }

  /** Cancels a task and waits for its end. One that has ended stays as it is. */
  async cancel(id: string): Promise<void> {
    const queued = this.#queue.remove(id);
    if (queued) {
      await this.#endUnstarted(queued.record, faults.Canceled('USER_REQUEST'));
      this.#startNext();
      return;
    }
    const running = this.#running.get(id);
    running?.controller.cancel(faults.Canceled('USER_REQUEST'));
    await running?.ended;
  }

  /** Statuses of tasks, newest first. */
  async list(filter: TaskFilter = {}): Promise<readonly TaskStatus[]> {
    const records = await this.sources.store.tasks(filter);
    return records.map((record) => taskStatus(record, this.#runnerStatus(record.id), this.settings.server));
  }

  /** The log of a task that has started, in UTF-8. */
  async log(id: string): Promise<Buffer | undefined> {
    // Only ids of known tasks may become paths.
    if (!(await this.sources.store.task(id))) return undefined;
    return readTaskLog(this.#directory(id));
  }

  /** Takes no more tasks, cancels those that the next server does not start again, and waits for their end. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting;
    await Promise.all(this.#queue.drain().map((queued) => this.#endWaiting(queued)));
    const running = [...this.#running.values()];
    for (const { controller } of running) {
      if (controller.leave) controller.leave();
      else controller.cancel(faults.Canceled('TASK_SHUTDOWN'));
    }
    await Promise.all(running.map(({ ended }) => ended));
  }

  async #tellEnd(id: string): Promise<void> {
    try {
      const status = await this.status(id);
      const report = await this.report(id);
      if (status) for (const listener of this.#endListeners) listener(status, report);
    } catch (error) {
      // The store may be closed by now; who listens only counts.
      this.sources.logger.debug({ err: error, taskId: id }, 'the end of a task was not told');
    }
  }

  #directory(id: string): string {
    return path.join(this.settings.directory, id);
  }

  #runnerStatus(id: string): RunnerStatus {
    const running = this.#running.get(id);
    if (running) return running.controller.runnerStatus;
    return this.#queue.isWaitingForLocks(id) ? 'WAITING' : 'PENDING';
  }

  /** Starts what may start. Locks are taken on the way, so that it takes time and is done once at a time. */
  #startNext(): void {
    if (this.#starting) {
      this.#startAgain = true;
      return;
    }
    this.#starting = this.#startReady()
      .catch((error: unknown) => {
        this.sources.logger.error({ err: error }, 'waiting tasks could not be started');
      })
      .finally(() => {
        this.#starting = undefined;
        if (!this.#startAgain) return;
        this.#startAgain = false;
        this.#startNext();
      });
  }

  async #startReady(): Promise<void> {
    const mayStart = (): boolean => !this.#closed && this.#enabled;
    while (mayStart() && this.#running.size < this.settings.taskSlots) {
      const ready = await this.#queue.takeReady();
      if (!ready) return;
      if (this.#closed) await this.#endWaiting(ready);
      else this.#start(ready);
    }
    if (mayStart()) await this.#queue.preemptForFirst();
  }

  #start({ record, compiled, statement, locks }: ReadyTask): void {
    const { id } = record;
    const { logger } = this.sources;
    let controller: TaskController;
    try {
      controller = new TaskController(id, compiled, statement, this.#directory(id), this.sources, locks);
    } catch (error) {
      logger.error({ err: error, taskId: id }, 'a task could not be started');
      void this.#endUnstarted(record, faults.UnknownError(`The task could not be started: ${String(error)}`)).then(
        () => {
          this.#startNext();
        },
      );
      return;
    }
    this.#run(id, controller);
  }

  #run(id: string, controller: RunningController): void {
    const ended = controller
      .run()
      .catch((error: unknown) => {
        this.sources.logger.error({ err: error, taskId: id }, 'the end of a task could not be stored');
      })
      .finally(() => {
        this.#running.delete(id);
        this.#lastEnded = this.sources.now();
        this.sources.watchers.changed(id, 'status');
        this.#startNext();
        if (this.#endListeners.length > 0) void this.#tellEnd(id);
      });
    this.#running.set(id, { controller, ended });
    this.sources.watchers.changed(id, 'status');
  }

  /** The end of a task that waits, with that of the server. */
  async #endWaiting({ record, compiled }: QueuedTask): Promise<void> {
    if (!outlivesServer(compiled)) await this.#endUnstarted(record, faults.Canceled('TASK_SHUTDOWN'));
  }

  async #endUnstarted(record: TaskRecord, fault: Fault): Promise<void> {
    await this.sources.store.endTask({
      id: record.id,
      state: 'FAILED',
      duration: 0,
      errorMessage: faultText(fault),
      report: reportJson({
        taskId: record.id,
        host: this.sources.host,
        state: 'FAILED',
        failure: { error: fault },
        warnings: [],
        durationMs: 0,
        workers: [],
        pendingTasks: 0,
        runningTasks: 0,
        stages: [],
        counters: [],
      }),
    });
    this.sources.watchers.changed(record.id, 'status');
  }
}

function payloadOf(
  taskId: string,
  queryId: string,
  parameters: StatementRequest['parameters'],
  { sql, rawContext, context }: CompiledStatement,
  statement: SelectStatement | IngestStatement,
): unknown {
  return taskPayload({
    taskId,
    queryId,
    sql,
    context: rawContext,
    parameters,
    values: context,
    plan: statement.plan,
    columns: statement.columns,
    ...(statement.kind === 'select' && statement.exportTo && { exportTo: statement.exportTo }),
    ...(statement.kind !== 'select' && {
      ingest: {
        dataSource: statement.dataSource,
        segmentGranularity: granularityJson(statement.partitionedBy),
        segmentSortOrder: context.segmentSortOrder,
        replaceTimeChunks: replacedIntervals(statement)?.map(formatInterval) ?? null,
      },
    }),
  });
}
