import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMetadataStore } from '../storage/index.js';
import { openTaskEngine, type TaskEngine, type TaskStatus } from './index.js';

const logger = pino({ level: 'silent' });

const open = (dataDirectory: string): Promise<TaskEngine> =>
  openTaskEngine(
    {
      dataDirectory,
      taskSlots: 2,
      workerMemoryBytes: 256 * 1024 ** 2,
      queryMemoryBytes: 256 * 1024 ** 2,
      cores: 2,
      warmWorkers: 1,
      host: '127.0.0.1',
      port: 8888,
    },
    logger,
  );

let root: string;
let engine: TaskEngine;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'task-engine-'));
  engine = await open(path.join(root, 'var'));
});

afterAll(async () => {
  await engine.close();
  await rm(root, { recursive: true, force: true });
});

type Context = Readonly<Record<string, unknown>>;

const submit = async (sql: string, context: Context = {}): Promise<string> =>
  (await engine.overlord.submit({ sql, context, parameters: [] })).taskId;

/** Asks until a status holds; the engine itself never polls, but its clients do. */
async function until(id: string, holds: (status: TaskStatus) => boolean): Promise<TaskStatus> {
  for (;;) {
    const status = await engine.overlord.status(id);
    if (!status) throw new Error(`No task ${id}`);
    if (holds(status)) return status;
    await delay(2);
  }
}

const ended = (id: string): Promise<TaskStatus> => until(id, ({ statusCode }) => statusCode !== 'RUNNING');

// The report is JSON; its shape is what is tested.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function payload(id: string): Promise<any> {
  const report = JSON.parse(JSON.stringify(await engine.overlord.report(id)));
  return report.multiStageQuery.payload;
}

async function ingest(sql: string, context: Context = {}): Promise<TaskStatus> {
  const status = await ended(await submit(sql, context));
  if (status.statusCode !== 'SUCCESS') throw new Error(status.errorMsg ?? 'failed');
  return status;
}

async function fails(sql: string, context: Context = {}): Promise<TaskStatus> {
  const status = await ended(await submit(sql, context));
  expect(status.statusCode).toBe('FAILED');
  return status;
}

async function query(sql: string, context: Context = {}, parameters: { type: string; value: unknown }[] = []) {
  const { signal } = new AbortController();
  const answer = await engine.queries.run({ sql, context, parameters, queryId: 'q', signal });
  const rows: (readonly unknown[])[] = [];
  for await (const batch of answer.rows) rows.push(...batch);
  return rows.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
}

/** Three rows on two days. */
const values = `(SELECT TIMESTAMP '2026-01-01 10:00:00' AS "t", 'a' AS "x", 1 AS "n"
  UNION ALL SELECT TIMESTAMP '2026-01-01 11:00:00', 'b', 2
  UNION ALL SELECT TIMESTAMP '2026-01-02 10:00:00', 'a', 3)`;

const insert = (dataSource: string, granularity = 'DAY'): string =>
  `INSERT INTO "${dataSource}" SELECT "t" AS "__time", "x", "n" FROM ${values} PARTITIONED BY ${granularity}`;

/** Keeps an engine busy for longer than any test waits. */
const endless = `SELECT COUNT(*) AS "c" FROM "big" a CROSS JOIN "big" b CROSS JOIN "big" c WHERE a."n" + b."n" * c."n" = -1`;

describe('INSERT and REPLACE', () => {
  test('rows can be queried as soon as the task has succeeded', async () => {
    await ingest(insert('basic'));
    expect(await query('SELECT "__time", "x", "n" FROM "basic" ORDER BY "__time"')).toEqual([
      ['2026-01-01T10:00:00.000Z', 'a', 1],
      ['2026-01-01T11:00:00.000Z', 'b', 2],
      ['2026-01-02T10:00:00.000Z', 'a', 3],
    ]);
  });

  test('INSERTs at the same time lose and double nothing', async () => {
    const tasks = await Promise.all(Array.from({ length: 6 }, () => submit(insert('together'))));
    for (const task of tasks) expect((await ended(task)).statusCode).toBe('SUCCESS');
    expect(await query('SELECT COUNT(*), SUM("n") FROM "together"')).toEqual([[18, 36]]);
    expect(
      await query(
        `SELECT "partition_num", COUNT(*) FROM sys.segments WHERE "datasource" = 'together' GROUP BY 1 ORDER BY 1`,
      ),
    ).toEqual([0, 1, 2, 3, 4, 5].map((number) => [number, 2]));
  });

  test('REPLACE and INSERT at the same time leave one of the two orders', async () => {
    await ingest(insert('race'));
    const replace = insert('race').replace('INSERT INTO "race"', 'REPLACE INTO "race" OVERWRITE ALL');
    const tasks = await Promise.all([submit(replace), submit(insert('race')), submit(replace)]);
    for (const task of tasks) expect((await ended(task)).statusCode).toBe('SUCCESS');
    const [[count] = []] = await query('SELECT COUNT(*) FROM "race"');
    expect([3, 6]).toContain(count);
  });

  test('OVERWRITE leaves tombstones where data was', async () => {
    await ingest(insert('emptied'));
    await ingest(
      `REPLACE INTO "emptied" OVERWRITE ALL SELECT "t" AS "__time", "x", "n" FROM ${values} WHERE "n" = 3 PARTITIONED BY DAY`,
    );
    expect(await query('SELECT SUM("n") FROM "emptied"')).toEqual([[3]]);
    await ingest(
      `REPLACE INTO "emptied" OVERWRITE ALL SELECT "t" AS "__time", "x", "n" FROM ${values} WHERE "n" > 5 PARTITIONED BY DAY`,
    );
    expect(await query('SELECT COUNT(*), MAX("n") FROM "emptied"')).toEqual([[0, null]]);
    await ingest(insert('emptied'));
    expect(await query('SELECT SUM("n") FROM "emptied"')).toEqual([[6]]);
  });

  test('an INSERT of another granularity is refused', async () => {
    await ingest(insert('coarse', 'MONTH'));
    const { errorMsg } = await fails(insert('coarse', 'DAY'));
    expect(errorMsg).toContain('InsertCannotAllocateSegment: Requested segment for dataSource [coarse]');
  });

  test('failOnEmptyInsert', async () => {
    const sql = `INSERT INTO "none" SELECT "t" AS "__time" FROM ${values} WHERE "n" > 5 PARTITIONED BY DAY`;
    await ingest(sql);
    expect((await fails(sql, { failOnEmptyInsert: true })).errorMsg).toContain('InsertCannotBeEmpty');
  });

  test('a small INSERT on a warm server takes less than 300 ms', async () => {
    const durations: number[] = [];
    for (let round = 0; round < 5; round++) {
      const started = performance.now();
      await ingest(insert('quick'));
      durations.push(performance.now() - started);
      // The next task's process starts in the pause, as on a server that is not busy.
      await delay(700);
    }
    expect(Math.min(...durations)).toBeLessThan(300);
  });
});

describe('tasks', () => {
  test('a bad statement is refused and becomes no task', async () => {
    const before = (await engine.overlord.list()).length;
    await expect(submit('SELECT nope FROM nowhere')).rejects.toThrow('nowhere');
    await expect(submit('SELECT 1', { maxNumTasks: 1 })).rejects.toThrow('maxNumTasks');
    await expect(submit('SELECT 1', { sqlQueryId: '../x' })).rejects.toThrow('sqlQueryId');
    expect((await engine.overlord.list()).length).toBe(before);
  });

  test('the id is that of the query, and only once', async () => {
    const id = await submit('SELECT 1 AS "one"', { sqlQueryId: 'mine' });
    expect(id).toBe('query-mine');
    await ended(id);
    await expect(submit('SELECT 1', { sqlQueryId: 'mine' })).rejects.toThrow('already exists');
  });

  test('a SELECT keeps its rows in the report', async () => {
    const id = await submit(`SELECT "x", SUM("n") AS "s" FROM "basic" GROUP BY 1 ORDER BY 1`);
    await ended(id);
    const { results, stages, status } = await payload(id);
    expect(results).toEqual({
      signature: [
        { name: 'x', type: 'STRING' },
        { name: 's', type: 'LONG' },
      ],
      sqlTypeNames: ['VARCHAR', 'BIGINT'],
      results: [
        ['a', 4],
        ['b', 2],
      ],
      resultsTruncated: false,
    });
    expect(status.status).toBe('SUCCESS');
    expect(stages).toHaveLength(1);
  });

  test('status, payload, log and report of an ingestion', async () => {
    const { id } = await ingest(insert('described'), { sqlQueryId: 'described' });
    const status = await engine.overlord.status(id);
    expect(status).toMatchObject({
      id: 'query-described',
      groupId: 'query-described',
      type: 'query_controller',
      statusCode: 'SUCCESS',
      runnerStatusCode: 'NONE',
      dataSource: 'described',
      location: { host: '127.0.0.1', port: 8888, tlsPort: -1 },
      errorMsg: null,
    });
    expect(await engine.overlord.task(id)).toMatchObject({
      type: 'query_controller',
      spec: { destination: { type: 'dataSource', dataSource: 'described', segmentGranularity: 'DAY' } },
      sqlTypeNames: ['TIMESTAMP', expect.any(String), expect.any(String)],
    });
    expect(await engine.overlord.log(id)).toContain('published');
    const { counters, status: reported } = await payload(id);
    expect(counters['1']['0'].segmentGenerationProgress).toMatchObject({ rowsProcessed: 3, rowsPushed: 3 });
    expect(reported.segmentReport.shardSpec).toBe('NumberedShardSpec');
    expect(reported.workers['0']).toEqual([
      expect.objectContaining({ workerId: 'query-described-worker0_0', state: 'SUCCESS' }),
    ]);
    expect(await readdir(path.join(root, 'var', 'tasks', id))).toEqual(['log']);
  });

  test('an unknown task is undefined everywhere', async () => {
    for (const call of ['status', 'task', 'report', 'log'] as const) {
      expect(await engine.overlord[call]('query-nobody')).toBeUndefined();
    }
  });

  test('canceling ends a running and a waiting task within a second', async () => {
    await ingest(
      `INSERT INTO "big" SELECT TIMESTAMP '2026-01-01' AS "__time", "n"
       FROM (VALUES ${Array.from({ length: 2000 }, (_, index) => `(${index})`).join(',')}) AS u("n") PARTITIONED BY ALL`,
    );
    const running = [await submit(endless), await submit(endless)];
    for (const id of running) await until(id, ({ runnerStatusCode }) => runnerStatusCode === 'RUNNING');
    const waiting = await submit(endless);
    expect((await engine.overlord.status(waiting))?.runnerStatusCode).toBe('PENDING');
    const started = performance.now();
    for (const id of [waiting, ...running]) await engine.overlord.cancel(id);
    expect(performance.now() - started).toBeLessThan(2_000);
    for (const id of [waiting, ...running]) {
      expect(await engine.overlord.status(id)).toMatchObject({
        statusCode: 'FAILED',
        errorMsg: 'Canceled: Query canceled due to [User request].',
      });
      expect((await payload(id)).status.errorReport.error).toMatchObject({ errorCode: 'Canceled' });
    }
  });

  test('a task that takes too long is canceled', async () => {
    expect((await fails(endless, { timeout: 200 })).errorMsg).toContain('[Query timeout]');
  });

  test('a worker that is killed costs its task and nothing else', async () => {
    const id = await submit(endless);
    const pid = await workerOf(id);
    process.kill(pid, 'SIGKILL');
    expect((await ended(id)).errorMsg).toMatch(/^WorkerFailed: .*SIGKILL/);
    await ingest(insert('after_crash'));
  });

  test('faultTolerance starts a worker again, twice', async () => {
    const id = await submit(endless, { faultTolerance: true });
    for (const attempt of [0, 1, 2]) process.kill(await workerOf(id, attempt), 'SIGKILL');
    expect((await ended(id)).errorMsg).toMatch(/^TooManyAttemptsForWorker: /);
    const { status } = await payload(id);
    expect(status.workers['0'].map(({ workerId }: { workerId: string }) => workerId)).toEqual(
      [0, 1, 2].map((attempt) => `${id}-worker0_${attempt}`),
    );
  });
});

/** The process of a running task, as its log names it; of the given attempt. */
async function workerOf(id: string, attempt = 0): Promise<number> {
  for (;;) {
    const log = (await engine.overlord.log(id)) ?? '';
    const pid = [...log.matchAll(/"pid":(\d+),"msg":"worker started"/g)][attempt]?.[1];
    if (pid !== undefined) return Number(pid);
    await delay(2);
  }
}

describe('queries', () => {
  test('refuse what only tasks do', async () => {
    await expect(query(insert('x'))).rejects.toThrow('INSERT operations are not supported');
    await expect(query(insert('x').replace('INSERT INTO "x"', 'REPLACE INTO "x" OVERWRITE ALL'))).rejects.toThrow(
      'REPLACE operations are not supported',
    );
  });

  test('take parameters and sqlOuterLimit', async () => {
    await ingest(insert('limited'));
    expect(
      await query('SELECT "n" FROM "limited" WHERE "x" = ? ORDER BY "n"', {}, [{ type: 'VARCHAR', value: 'a' }]),
    ).toEqual([[1], [3]]);
    expect(await query('SELECT "n" FROM "limited" ORDER BY "n" DESC', { sqlOuterLimit: 2 })).toEqual([[3], [2]]);
    expect(await query('SELECT "n" FROM "limited" ORDER BY "n" LIMIT 1', { sqlOuterLimit: 2 })).toEqual([[1]]);
  });

  test('EXPLAIN answers plan, resources and attributes', async () => {
    await ingest(insert('explained'));
    const [[plan, resources, attributes] = []] = await query(
      'EXPLAIN PLAN FOR REPLACE INTO "target" OVERWRITE ALL SELECT * FROM "explained" PARTITIONED BY DAY CLUSTERED BY "x"',
    );
    expect(JSON.parse(String(plan))).toEqual([
      expect.objectContaining({
        columnMappings: expect.arrayContaining([expect.objectContaining({ outputColumn: 'x' })]),
      }),
    ]);
    expect(JSON.parse(String(resources))).toEqual([
      { name: 'explained', type: 'DATASOURCE' },
      { name: 'target', type: 'DATASOURCE' },
    ]);
    expect(JSON.parse(String(attributes))).toEqual({
      statementType: 'REPLACE',
      targetDataSource: 'target',
      partitionedBy: 'DAY',
      clusteredBy: ['x'],
      replaceTimeChunks: 'all',
    });
  });

  test('are canceled by id, and by a reader that leaves', async () => {
    const { signal } = new AbortController();
    const answer = await engine.queries.run({ sql: endless, context: {}, parameters: [], queryId: 'slow', signal });
    const reading = answer.rows[Symbol.asyncIterator]().next();
    expect(engine.queries.cancel('slow')).toBe(true);
    await expect(reading).rejects.toThrow('[User request]');
    const left = new AbortController();
    const other = await engine.queries.run({
      sql: endless,
      context: {},
      parameters: [],
      queryId: 'left',
      signal: left.signal,
    });
    const waiting = other.rows[Symbol.asyncIterator]().next();
    left.abort();
    await expect(waiting).rejects.toThrow('canceled');
    expect(await query('SELECT 1')).toEqual([[1]]);
    expect(engine.queries.cancel('nobody')).toBe(false);
  });

  test('many rows come in batches, as fast as they are read', async () => {
    const rows = await query('SELECT a."n" FROM "big" a CROSS JOIN (SELECT "n" FROM "big" LIMIT 50) b');
    expect(rows).toHaveLength(100_000);
  });
});

describe('system tables', () => {
  test('sys.tasks, sys.servers and sys.segments', async () => {
    const { id } = await ingest(insert('in_sys'));
    expect(await query(`SELECT "status", "type" FROM sys.tasks WHERE "task_id" = '${id}'`)).toEqual([
      ['SUCCESS', 'query_controller'],
    ]);
    expect(await query(`SELECT "server" FROM sys.servers WHERE "server_type" = 'historical'`)).toEqual([
      ['127.0.0.1:8888'],
    ]);
    expect(
      await query(
        `SELECT s."start", s."num_rows", s."is_available" FROM sys.segments s JOIN sys.server_segments v ON s."segment_id" = v."segment_id"
         WHERE s."datasource" = 'in_sys' ORDER BY 1`,
      ),
    ).toEqual([
      ['2026-01-01T00:00:00.000Z', 2, 1],
      ['2026-01-02T00:00:00.000Z', 1, 1],
    ]);
    expect(await query('SELECT COUNT(*) FROM sys.supervisors')).toEqual([[0]]);
  });

  test('INFORMATION_SCHEMA', async () => {
    await ingest(insert('in_schema'));
    expect(
      await query(
        `SELECT "COLUMN_NAME", "DATA_TYPE", "IS_NULLABLE" FROM INFORMATION_SCHEMA.COLUMNS WHERE "TABLE_NAME" = 'in_schema' ORDER BY "ORDINAL_POSITION"`,
      ),
    ).toEqual([
      ['__time', 'TIMESTAMP', 'NO'],
      ['x', 'VARCHAR', 'YES'],
      ['n', 'BIGINT', 'YES'],
    ]);
    expect(
      await query(
        `SELECT "TABLE_SCHEMA", "TABLE_TYPE" FROM INFORMATION_SCHEMA.TABLES WHERE "TABLE_NAME" IN ('in_schema', 'tasks') ORDER BY 1`,
      ),
    ).toEqual([
      ['druid', 'TABLE'],
      ['sys', 'SYSTEM_TABLE'],
    ]);
    expect(await query(`SELECT "IS_AGGREGATOR" FROM INFORMATION_SCHEMA.ROUTINES WHERE "ROUTINE_NAME" = 'SUM'`)).toEqual(
      [['YES']],
    );
  });
});

describe('recovery', () => {
  test('ends tasks of a server that is gone and frees what they held', async () => {
    const dataDirectory = path.join(root, 'crashed');
    const first = await open(dataDirectory);
    await first.close();
    const store = await openMetadataStore({ file: path.join(dataDirectory, 'metadata.db') });
    await store.insertTask({
      id: 'query-left',
      groupId: 'query-left',
      type: 'query_controller',
      dataSource: 'd',
      createdTime: Date.now(),
      queueInsertionTime: Date.now(),
      state: 'RUNNING',
      duration: -1,
      payload: {},
    });
    const interval = { start: 0, end: 1 };
    await store.acquireLock({
      taskId: 'query-left',
      dataSource: 'd',
      interval,
      kind: 'exclusive',
      priority: 50,
      version: 'v',
    });
    await store.close();
    const second = await open(dataDirectory);
    try {
      expect(await second.overlord.status('query-left')).toMatchObject({
        statusCode: 'FAILED',
        errorMsg: expect.stringContaining('The server stopped while this task was running'),
      });
      expect(JSON.stringify(await second.overlord.report('query-left'))).toContain('UnknownError');
    } finally {
      await second.close();
    }
    const after = await openMetadataStore({ file: path.join(dataDirectory, 'metadata.db') });
    expect(await after.locks()).toEqual([]);
    await after.close();
  });

  test('a data directory has one owner', async () => {
    await expect(open(path.join(root, 'var'))).rejects.toThrow();
  });
});
