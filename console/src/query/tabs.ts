import type { QueryContext } from '../api/sql.js';
import { createStoredStore } from '../shared/store.js';
import type { Engine } from '../sql/statements.js';

/** A statement that is being worked on. */
export interface QueryTab {
  readonly id: string;
  readonly name: string;
  readonly sql: string;
  /** `auto`: tasks for ingestion and external data, interactive otherwise. */
  readonly engine: 'auto' | Engine;
  readonly context: QueryContext;
  /** Rows of an interactive answer that are kept. */
  readonly maxRows: number;
  /** The task that was submitted last from this tab: it can be watched again after a reload. */
  readonly taskId?: string;
  /** How its answer is shown. */
  readonly mode?: 'table' | 'chart';
}

interface Tabs {
  readonly tabs: readonly QueryTab[];
  readonly active: string;
}

const newTab = (number: number, fields: Partial<QueryTab> = {}): QueryTab => ({
  id: crypto.randomUUID().slice(0, 8),
  name: `Query ${number}`,
  sql: '',
  engine: 'auto',
  context: {},
  maxRows: 10_000,
  ...fields,
});

function isTabs(stored: unknown): stored is Tabs {
  const { tabs, active } = (stored ?? {}) as Partial<Tabs>;
  return (
    Array.isArray(tabs) &&
    tabs.length > 0 &&
    tabs.every((tab: Partial<QueryTab>) => typeof tab.id === 'string' && typeof tab.sql === 'string') &&
    typeof active === 'string'
  );
}

const first = newTab(1);

/** The open tabs; they survive a reload. */
export const tabsStore = createStoredStore<Tabs>('millrace.tabs', { tabs: [first], active: first.id }, (stored) =>
  isTabs(stored) ? stored : undefined,
);

/** The tab that is shown. */
export function activeTab({ tabs, active }: Tabs): QueryTab {
  const found = tabs.find(({ id }) => id === active) ?? tabs[0];
  if (!found) throw new Error('There is always one tab');
  return found;
}

/** The lowest number that no tab's name has. */
function nextNumber(tabs: readonly QueryTab[]): number {
  const names = new Set(tabs.map(({ name }) => name));
  let number = 1;
  while (names.has(`Query ${number}`)) number += 1;
  return number;
}

/** Opens a tab and shows it. An empty tab without a task is used again. */
export function openTab(fields: Partial<QueryTab> = {}): string {
  const state = tabsStore.get();
  const current = activeTab(state);
  const reuse = fields.sql !== undefined && current.sql.trim() === '' && current.taskId === undefined;
  const tab = reuse ? { ...current, ...fields } : newTab(nextNumber(state.tabs), fields);
  tabsStore.set({
    tabs: reuse ? state.tabs.map((each) => (each.id === tab.id ? tab : each)) : [...state.tabs, tab],
    active: tab.id,
  });
  return tab.id;
}

export function showTab(id: string): void {
  tabsStore.set((state) => (state.tabs.some((tab) => tab.id === id) ? { ...state, active: id } : state));
}

export function changeTab(id: string, fields: Partial<QueryTab>): void {
  tabsStore.set((state) => ({
    ...state,
    tabs: state.tabs.map((tab) => (tab.id === id ? { ...tab, ...fields } : tab)),
  }));
}

/** Closes a tab; after the last one stands a new one. */
export function closeTab(id: string): void {
  tabsStore.set((state) => {
    const index = state.tabs.findIndex((tab) => tab.id === id);
    const left = state.tabs.filter((tab) => tab.id !== id);
    const tabs = left.length > 0 ? left : [newTab(1)];
    const neighbour = tabs[Math.min(Math.max(index, 0), tabs.length - 1)];
    return { tabs, active: state.active === id && neighbour ? neighbour.id : state.active };
  });
}
