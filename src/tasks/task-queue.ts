import type { IngestStatement, SelectStatement } from '../sql/plan/index.js';
import type { TaskLock, TaskRecord } from '../storage/metadata-store.js';
import type { SegmentAllocator, WritingTask } from './allocation.js';
import { replacedIntervals } from './ingest-job.js';
import type { InferredStatement } from './signature-inference.js';

export interface QueuedTask {
  readonly record: TaskRecord;
  readonly compiled: InferredStatement;
  readonly statement: SelectStatement | IngestStatement;
}

/** A task that may start, with the locks that it has taken. */
export interface ReadyTask extends QueuedTask {
  readonly locks: readonly TaskLock[];
}

const replacedBy = ({ statement }: QueuedTask) =>
  statement.kind === 'select' ? undefined : replacedIntervals(statement);

const writingTask = ({ record, compiled }: QueuedTask): WritingTask => ({
  taskId: record.id,
  dataSource: record.dataSource,
  priority: compiled.context.priority,
});

/**
 * Tasks that wait for a slot: greater priorities first, then in the order in which they came. A REPLACE takes its locks
 * before it starts (as Druid's MSQControllerTask.isReady), so that one which must wait for them keeps no slot from others.
 */
export class TaskQueue {
  readonly #tasks: QueuedTask[] = [];
  /** Ids of tasks that were passed over for want of locks. */
  readonly #waiting = new Set<string>();

  constructor(
    readonly allocator: Pick<SegmentAllocator, 'lockForReplace' | 'preemptForReplace' | 'releaseLocks'>,
    /** Called when a task begins to wait for locks. */
    readonly onWait: (taskId: string) => void,
  ) {}

  get length(): number {
    return this.#tasks.length;
  }

  /** Whether a task waits for locks, not for a slot. */
  isWaitingForLocks(taskId: string): boolean {
    return this.#waiting.has(taskId);
  }

  /** Behind all of the same or a greater priority. */
  add(task: QueuedTask): void {
    const { priority } = task.compiled.context;
    const position = this.#tasks.findIndex(({ compiled }) => compiled.context.priority < priority);
    this.#tasks.splice(position < 0 ? this.#tasks.length : position, 0, task);
  }

  /** Takes a task out; undefined when it is not here. */
  remove(taskId: string): QueuedTask | undefined {
    const position = this.#tasks.findIndex(({ record }) => record.id === taskId);
    const [task] = position < 0 ? [] : this.#tasks.splice(position, 1);
    this.#waiting.delete(taskId);
    return task;
  }

  /** Takes all tasks out. */
  drain(): readonly QueuedTask[] {
    this.#waiting.clear();
    return this.#tasks.splice(0);
  }

  /** Takes out the first task that may start, with its locks. */
  async takeReady(): Promise<ReadyTask | undefined> {
    const heldBack = new Set<string>();
    for (const task of [...this.#tasks]) {
      const { id, dataSource } = task.record;
      const intervals = replacedBy(task);
      if (!intervals) {
        // While a REPLACE waits for INSERTs, later ones of its datasource wait too: else it might wait for ever.
        if (task.statement.kind === 'insert' && heldBack.has(dataSource)) continue;
        if (this.remove(id)) return { ...task, locks: [] };
        continue;
      }
      const outcome = await this.allocator.lockForReplace(writingTask(task), intervals);
      if ('locks' in outcome) {
        if (this.remove(id)) return { ...task, locks: outcome.locks };
        // Canceled meanwhile: its end came before its locks.
        await this.allocator.releaseLocks(id);
        continue;
      }
      if (outcome.conflicts.some(({ kind }) => kind === 'shared')) heldBack.add(dataSource);
      if (!this.#waiting.has(id) && this.#tasks.includes(task)) {
        this.#waiting.add(id);
        this.onWait(id);
      }
    }
    return undefined;
  }

  /** Without a free slot, a first task of greater priority ends those that hold the locks it needs, and so gets theirs. */
  async preemptForFirst(): Promise<void> {
    const [first] = this.#tasks;
    const intervals = first && replacedBy(first);
    if (first && intervals) await this.allocator.preemptForReplace(writingTask(first), intervals);
  }
}
