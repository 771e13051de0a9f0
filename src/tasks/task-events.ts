import type { TaskStatus } from './task-status.js';
import type { TaskChange, TaskWatchers } from './task-watchers.js';

/** Something of a task that is new to its reader. */
export type TaskEvent =
  | { readonly kind: 'status'; readonly status: TaskStatus }
  /** The payload of the report's `multiStageQuery`. */
  | { readonly kind: 'report'; readonly report: unknown };

/** Where the present state of a task is read from. */
export interface TaskStateSource {
  readonly watchers: TaskWatchers;
  status(id: string): Promise<TaskStatus | undefined>;
  report(id: string): Promise<unknown>;
}

/** Counters change many times a second; a reader gets them this often, milliseconds. */
const SHORTEST_PAUSE_MS = 100;

const payloadOf = (report: unknown): unknown =>
  (report as { multiStageQuery?: { payload?: unknown } } | undefined)?.multiStageQuery?.payload;

/** Remembers changes while a reader is busy, and holds changes of the report back for a moment. */
class ChangeSignal {
  readonly #pending = new Set<TaskChange>();
  #since = performance.now();
  #wake: (() => void) | undefined;

  notice(change: TaskChange): void {
    this.#pending.add(change);
    this.#wake?.();
  }

  /** Called before the state is read. */
  reset(): void {
    this.#pending.clear();
    this.#since = performance.now();
  }

  /** Resolves when something has changed since `reset`. */
  async next(): Promise<void> {
    for (;;) {
      const left = SHORTEST_PAUSE_MS - (performance.now() - this.#since);
      if (this.#pending.has('status') || (this.#pending.has('report') && left <= 0)) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (!this.#pending.has('report')) return;
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/**
 * What changes of a task, from its present state to its end: the final report comes before the status that ends it. Ends
 * at once for an unknown task, and when the signal aborts.
 */
export async function* taskEvents(source: TaskStateSource, id: string, signal: AbortSignal): AsyncGenerator<TaskEvent> {
  const changes = new ChangeSignal();
  const stopWatching = source.watchers.watch(id, (change) => {
    changes.notice(change);
  });
  const abandon = (): void => {
    changes.notice('status');
  };
  signal.addEventListener('abort', abandon, { once: true });
  let shown = '';
  try {
    while (!signal.aborted) {
      changes.reset();
      const status = await source.status(id);
      if (!status) return;
      const ended = status.statusCode !== 'RUNNING';
      const report = payloadOf(await source.report(id));
      const text = JSON.stringify(status);
      // A client that sees the end has the final report by then.
      if (ended && report !== undefined) yield { kind: 'report', report };
      if (text !== shown) yield { kind: 'status', status };
      shown = text;
      if (ended) return;
      if (report !== undefined) yield { kind: 'report', report };
      await changes.next();
    }
  } finally {
    stopWatching();
    signal.removeEventListener('abort', abandon);
  }
}
