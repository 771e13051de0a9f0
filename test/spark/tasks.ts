import { setTimeout as delay } from 'node:timers/promises';
import type { Api, TaskEnd } from '../support/api.js';

/** Waits for a task longer than the tests of DuckDB do: a Spark server that has just started takes its time. */
export async function finish(api: Api, id: string): Promise<TaskEnd> {
  const deadline = Date.now() + 240_000;
  for (;;) {
    const status = (await api.status(id)) as { statusCode: string };
    if (status.statusCode !== 'RUNNING') return api.finish(id);
    if (Date.now() > deadline) throw new Error(`The task ${id} still runs`);
    await delay(100);
  }
}

export const runTask = async (api: Api, query: string, context: Record<string, unknown> = {}): Promise<TaskEnd> =>
  finish(api, await api.submit(query, context));
