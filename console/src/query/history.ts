import { createStoredStore } from '../shared/store.js';
import type { Engine } from '../sql/statements.js';

/** A statement that was run. */
export interface HistoryEntry {
  readonly id: string;
  readonly sql: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly engine: Engine;
  readonly outcome: 'running' | 'done' | 'failed' | 'canceled';
  readonly durationMs?: number;
  readonly rows?: number;
  readonly taskId?: string;
}

const longest = 200;

/** What was run in this browser, newest first. */
export const historyStore = createStoredStore<readonly HistoryEntry[]>('millrace.history', [], (stored) =>
  Array.isArray(stored) ? (stored as HistoryEntry[]).filter((entry) => typeof entry?.sql === 'string') : undefined,
);

/** Notes a statement that starts and answers how to note its end. */
export function noteRun(
  entry: Omit<HistoryEntry, 'id' | 'at' | 'outcome'>,
): (end: Partial<Omit<HistoryEntry, 'id'>>) => void {
  const id = crypto.randomUUID();
  const noted: HistoryEntry = { ...entry, id, at: Date.now(), outcome: 'running' };
  historyStore.set((entries) => [noted, ...entries].slice(0, longest));
  return (end) => {
    historyStore.set((entries) => entries.map((each) => (each.id === id ? { ...each, ...end } : each)));
  };
}
