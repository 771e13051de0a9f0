import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, expect } from 'vitest';
import { openTaskEngine, type TaskEngine, type TaskStatus } from '../../src/tasks/index.js';
import { makeDirectory, removeDirectory } from './server-process.js';

type Context = Readonly<Record<string, unknown>>;

/** Opens a task engine with two slots. */
export const openTestEngine = (dataDirectory: string): Promise<TaskEngine> =>
  openTaskEngine(
    {
      engine: 'duckdb',
      dataDirectory,
      taskSlots: 2,
      workerMemoryBytes: 256 * 1024 ** 2,
      queryMemoryBytes: 256 * 1024 ** 2,
      cores: 2,
      warmWorkers: 1,
      host: '127.0.0.1',
      port: 8888,
      version: '0.0.0',
    },
    pino({ level: 'silent' }),
  );

/** Three rows on two days. */
export const values = `(SELECT TIMESTAMP '2026-01-01 10:00:00' AS "t", 'a' AS "x", 1 AS "n"
  UNION ALL SELECT TIMESTAMP '2026-01-01 11:00:00', 'b', 2
  UNION ALL SELECT TIMESTAMP '2026-01-02 10:00:00', 'a', 3)`;

/** Brings them in. */
export const insert = (dataSource: string, granularity = 'DAY'): string =>
  `INSERT INTO "${dataSource}" SELECT "t" AS "__time", "x", "n" FROM ${values} PARTITIONED BY ${granularity}`;

/** Brings two thousand numbers in. */
export const makeBig = `INSERT INTO "big" SELECT TIMESTAMP '2026-01-01' AS "__time", "n"
  FROM (VALUES ${Array.from({ length: 2000 }, (_, index) => `(${index})`).join(',')}) AS u("n") PARTITIONED BY ALL`;

/** Keeps an engine with these numbers busy for longer than any test waits. */
export const endless = `SELECT COUNT(*) AS "c" FROM "big" a CROSS JOIN "big" b CROSS JOIN "big" c WHERE a."n" + b."n" * c."n" = -1`;

/** A task engine for one test file, without a server around it; gone afterwards. */
export function useEngine() {
  let started: { readonly directory: string; readonly engine: TaskEngine } | undefined;
  beforeAll(async () => {
    const directory = await makeDirectory();
    started = { directory, engine: await openTestEngine(`${directory}/var`) };
  });
  afterAll(async () => {
    await started?.engine.close();
    if (started) await removeDirectory(started.directory);
  });
  const running = (): NonNullable<typeof started> => {
    if (!started) throw new Error('The engine of this suite starts before its tests');
    return started;
  };

  const submit = async (sql: string, context: Context = {}): Promise<string> => {
    const submitted = await running().engine.overlord.submit({ sql, context, parameters: [] });
    if (!('taskId' in submitted)) throw new Error(`No task was made of ${sql}`);
    return submitted.taskId;
  };

  /** Asks until a status holds; the engine itself never polls, but its clients do. */
  const until = async (id: string, holds: (status: TaskStatus) => boolean): Promise<TaskStatus> => {
    for (;;) {
      const status = await running().engine.overlord.status(id);
      if (!status) throw new Error(`No task ${id}`);
      if (holds(status)) return status;
      await delay(2);
    }
  };

  const ended = (id: string): Promise<TaskStatus> => until(id, ({ statusCode }) => statusCode !== 'RUNNING');

  return {
    get engine() {
      return running().engine;
    },
    /** `var` in it is the data directory. */
    get directory() {
      return running().directory;
    },
    submit,
    until,
    ended,
    /** Runs a task that must succeed. */
    async ingest(sql: string, context: Context = {}): Promise<TaskStatus> {
      const status = await ended(await submit(sql, context));
      if (status.statusCode !== 'SUCCESS') throw new Error(status.errorMsg ?? 'failed');
      return status;
    },
    /** Runs a task that must fail. */
    async fails(sql: string, context: Context = {}): Promise<TaskStatus> {
      const status = await ended(await submit(sql, context));
      expect(status.statusCode).toBe('FAILED');
      return status;
    },
    /** The payload of a task's report, as JSON brings it. */
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    async payload(id: string): Promise<any> {
      const report = JSON.parse(JSON.stringify(await running().engine.overlord.report(id)));
      return report.multiStageQuery.payload;
    },
    /** Rows of an interactive query; 64-bit integers as numbers. */
    async query(sql: string, context: Context = {}, parameters: { type: string; value: unknown }[] = []) {
      const { signal } = new AbortController();
      const answer = await running().engine.queries.run({ sql, context, parameters, queryId: 'q', signal });
      const rows: (readonly unknown[])[] = [];
      for await (const batch of answer.rows) rows.push(...batch);
      return rows.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
    },
  };
}
