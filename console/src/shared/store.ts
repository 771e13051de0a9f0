import { useSyncExternalStore } from 'react';

/** A value outside of React that components follow. */
export interface Store<T> {
  get(): T;
  set(next: T | ((current: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T, onChange?: (value: T) => void): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      value = typeof next === 'function' ? (next as (current: T) => T)(value) : next;
      onChange?.(value);
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get);

/** A store that survives a reload. `read` answers undefined for what it does not understand. */
export function createStoredStore<T>(key: string, initial: T, read: (stored: unknown) => T | undefined): Store<T> {
  let stored: T | undefined;
  try {
    const text = localStorage.getItem(key);
    stored = text === null ? undefined : read(JSON.parse(text));
  } catch {
    // Forbidden storage or a damaged value: the console starts afresh.
    stored = undefined;
  }
  return createStore(stored ?? initial, (value) => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Full or forbidden storage costs the memory, not the work.
    }
  });
}
