import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { watchTask, type TaskSnapshot } from '../api/watch.js';
import { catalogKey } from '../sql/use-catalog.js';

/** Follows a task while the component is shown. */
export function useTask(id: string): {
  readonly snapshot: TaskSnapshot | undefined;
  readonly error: Error | undefined;
} {
  const [state, setState] = useState<{ id: string; snapshot?: TaskSnapshot; error?: Error }>({ id });
  const queries = useQueryClient();
  useEffect(() => {
    const abort = new AbortController();
    let wasRunning = false;
    watchTask(
      id,
      (snapshot) => {
        setState({ id, snapshot });
        const isRunning = snapshot.status.statusCode === 'RUNNING';
        if (wasRunning && !isRunning) {
          // What the task wrote is to be seen everywhere.
          void queries.invalidateQueries({ queryKey: catalogKey });
          void queries.invalidateQueries({ queryKey: ['datasources'] });
          void queries.invalidateQueries({ queryKey: ['tasks'] });
          void queries.invalidateQueries({ queryKey: ['active-tasks'] });
        }
        wasRunning = isRunning;
      },
      abort.signal,
    ).catch((error: unknown) => {
      if (!abort.signal.aborted) setState({ id, error: error instanceof Error ? error : new Error(String(error)) });
    });
    return () => {
      abort.abort();
    };
  }, [id, queries]);
  const current = state.id === id ? state : undefined;
  return { snapshot: current?.snapshot, error: current?.error };
}
