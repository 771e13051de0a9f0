/** A status changes seldom, and is told at once; a report changes many times a second. */
export type TaskChange = 'status' | 'report';

export type TaskListener = (change: TaskChange) => void;

/** Who wants to know that something of a task has changed. */
export class TaskWatchers {
  readonly #listeners = new Map<string, Set<TaskListener>>();

  /** Calls `listener` at every change of a task until the answered function is called. */
  watch(taskId: string, listener: TaskListener): () => void {
    const listeners = this.#listeners.get(taskId) ?? new Set();
    this.#listeners.set(taskId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(taskId) === listeners) this.#listeners.delete(taskId);
    };
  }

  /** Says that a task's status or report is another one now. */
  changed(taskId: string, change: TaskChange): void {
    for (const listener of this.#listeners.get(taskId) ?? []) listener(change);
  }
}
