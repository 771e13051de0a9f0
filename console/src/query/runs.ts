import { ApiError } from '../api/http.js';
import type { ResultSet } from '../api/result.js';
import { cancelInteractive, queryObjects, runInteractive } from '../api/sql.js';
import { cancelTask, submitTask } from '../api/tasks.js';
import { createStore } from '../shared/store.js';
import { engineFor, type Engine, type StatementRange } from '../sql/statements.js';
import { noteRun } from './history.js';
import { changeTab, openTab, tabsStore, type QueryTab } from './tabs.js';

interface Started {
  /** The text that runs, and where it stands in the tab's text. */
  readonly statement: StatementRange;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** What a tab runs or ran last. */
export type Run =
  | (Started & {
      readonly kind: 'interactive';
      readonly state: 'running';
      readonly queryId: string;
      readonly rows: number;
    })
  | (Started & { readonly kind: 'interactive'; readonly state: 'done'; readonly result: ResultSet })
  | (Started & { readonly kind: 'submitting' })
  | (Started & { readonly kind: 'task'; readonly taskId: string })
  | (Started & { readonly kind: 'explained'; readonly plan: Explained })
  | (Started & { readonly kind: 'failed'; readonly error: ApiError })
  | (Started & { readonly kind: 'canceled' });

/** The one row of EXPLAIN PLAN FOR, parsed. */
export interface Explained {
  readonly plan: unknown;
  readonly resources: readonly { readonly name: string; readonly type: string }[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Runs by the id of their tab; they last as long as the page, also while another view is shown. */
export const runsStore = createStore<Readonly<Record<string, Run>>>({});

const setRun = (tabId: string, run: Run): void => {
  runsStore.set((runs) => ({ ...runs, [tabId]: run }));
};

const aborts = new Map<string, AbortController>();

const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(error instanceof Error ? error.message : String(error), 0);

const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

async function runNow(tab: QueryTab, started: Started, abort: AbortController): Promise<void> {
  const queryId = crypto.randomUUID();
  const end = noteRun({ sql: started.statement.text, engine: 'interactive' });
  setRun(tab.id, { ...started, kind: 'interactive', state: 'running', queryId, rows: 0 });
  try {
    const result = await runInteractive({
      sql: started.statement.text,
      context: tab.context,
      queryId,
      maxRows: tab.maxRows,
      signal: abort.signal,
      onProgress: (rows) => {
        setRun(tab.id, { ...started, kind: 'interactive', state: 'running', queryId, rows });
      },
    });
    setRun(tab.id, { ...started, kind: 'interactive', state: 'done', result });
    end({ outcome: 'done', durationMs: result.elapsedMs, rows: result.rows.length });
  } catch (error) {
    const durationMs = Date.now() - started.startedAt;
    if (isAbort(error) || abort.signal.aborted) {
      setRun(tab.id, { ...started, kind: 'canceled' });
      end({ outcome: 'canceled', durationMs });
    } else {
      setRun(tab.id, { ...started, kind: 'failed', error: asApiError(error) });
      end({ outcome: 'failed', durationMs });
    }
  }
}

async function runAsTask(tab: QueryTab, started: Started, abort: AbortController): Promise<void> {
  setRun(tab.id, { ...started, kind: 'submitting' });
  const end = noteRun({ sql: started.statement.text, engine: 'task' });
  try {
    const taskId = await submitTask(started.statement.text, tab.context, abort.signal);
    changeTab(tab.id, { taskId });
    setRun(tab.id, { ...started, kind: 'task', taskId });
    // How the task ends is in the task itself: the history links to it.
    end({ outcome: 'done', taskId });
  } catch (error) {
    if (isAbort(error)) {
      setRun(tab.id, { ...started, kind: 'canceled' });
      end({ outcome: 'canceled' });
    } else {
      setRun(tab.id, { ...started, kind: 'failed', error: asApiError(error) });
      end({ outcome: 'failed' });
    }
  }
}

/** Runs a statement of a tab; what the tab ran before is forgotten. */
export function run(tab: QueryTab, statement: StatementRange, engine: Engine): void {
  const abort = new AbortController();
  aborts.set(tab.id, abort);
  const started: Started = { statement, startedAt: Date.now() };
  void (engine === 'task' ? runAsTask(tab, started, abort) : runNow(tab, started, abort));
}

/** Opens a statement in a tab, runs it, and answers the tab's id. */
export function openTabAndRun(fields: Pick<QueryTab, 'sql'> & Partial<QueryTab>): string {
  const { sql } = fields;
  const id = openTab(fields);
  const opened = tabsStore.get().tabs.find((tab) => tab.id === id);
  if (opened) run(opened, { start: 0, end: sql.length, text: sql }, engineFor(sql));
  return id;
}

/** Explains a statement of a tab. */
export async function explain(tab: QueryTab, statement: StatementRange): Promise<void> {
  const started: Started = { statement, startedAt: Date.now() };
  setRun(tab.id, { ...started, kind: 'submitting' });
  try {
    const prefix = /^\s*EXPLAIN\b/i.test(statement.text) ? '' : 'EXPLAIN PLAN FOR\n';
    const [row] = await queryObjects<{ PLAN: string; RESOURCES: string; ATTRIBUTES: string }>(
      prefix + statement.text,
      [],
      undefined,
      tab.context,
    );
    if (!row) throw new ApiError('The server explained nothing', 200);
    const plan: Explained = {
      plan: JSON.parse(row.PLAN),
      resources: JSON.parse(row.RESOURCES) as Explained['resources'],
      attributes: JSON.parse(row.ATTRIBUTES) as Explained['attributes'],
    };
    setRun(tab.id, { ...started, kind: 'explained', plan });
  } catch (error) {
    setRun(tab.id, { ...started, kind: 'failed', error: asApiError(error) });
  }
}

/** Whether a run can still be canceled; of a task only the task itself knows. */
export const isPending = (current: Run | undefined): boolean =>
  current?.kind === 'submitting' || (current?.kind === 'interactive' && current.state === 'running');

/** Cancels what a tab runs. */
export async function cancel(tabId: string): Promise<void> {
  const current = runsStore.get()[tabId];
  if (current?.kind === 'task') {
    await cancelTask(current.taskId);
    return;
  }
  aborts.get(tabId)?.abort();
  if (current?.kind === 'interactive' && current.state === 'running') await cancelInteractive(current.queryId);
}

/** Shows the task that a tab submitted before the page was loaded. */
export function reattach(tab: QueryTab): void {
  if (tab.taskId === undefined || runsStore.get()[tab.id]) return;
  setRun(tab.id, {
    kind: 'task',
    taskId: tab.taskId,
    statement: { start: 0, end: tab.sql.length, text: tab.sql },
    startedAt: Date.now(),
  });
}
