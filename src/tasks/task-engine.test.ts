import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { endless, insert, makeBig, openTestEngine, useEngine, values } from '../../test/support/engine-suite.js';
import { openSqliteMetadataStore } from '../storage/index.js';

const suite = useEngine();
const { submit, until, ended, payload, ingest, fails, query } = suite;

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
});

describe('tasks', () => {
  test('a bad statement is refused and becomes no task', async () => {
    const before = (await suite.engine.overlord.list()).length;
    await expect(submit('SELECT nope FROM nowhere')).rejects.toThrow('nowhere');
    await expect(submit('SELECT 1', { maxNumTasks: 1 })).rejects.toThrow('maxNumTasks');
    await expect(submit('SELECT 1', { sqlQueryId: '../x' })).rejects.toThrow('sqlQueryId');
    expect((await suite.engine.overlord.list()).length).toBe(before);
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

  test('a report keeps three thousand rows', async () => {
    await ingest(makeBig);
    const { id } = await ingest('SELECT a."n" FROM "big" a CROSS JOIN (SELECT "n" FROM "big" LIMIT 2) b');
    const { results } = await payload(id);
    expect(results.results).toHaveLength(3_000);
    expect(results.resultsTruncated).toBe(true);
  });

  test('status, payload, log and report of an ingestion', async () => {
    const { id } = await ingest(insert('described'), { sqlQueryId: 'described' });
    const status = await suite.engine.overlord.status(id);
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
    expect(await suite.engine.overlord.task(id)).toMatchObject({
      type: 'query_controller',
      spec: { destination: { type: 'dataSource', dataSource: 'described', segmentGranularity: 'DAY' } },
      sqlTypeNames: ['TIMESTAMP', expect.any(String), expect.any(String)],
    });
    expect(String(await suite.engine.overlord.log(id))).toContain('published');
    const { counters, status: reported } = await payload(id);
    expect(counters['1']['0'].segmentGenerationProgress).toMatchObject({ rowsProcessed: 3, rowsPushed: 3 });
    expect(reported.segmentReport.shardSpec).toBe('NumberedShardSpec');
    expect(reported.workers['0']).toEqual([
      expect.objectContaining({ workerId: 'query-described-worker0_0', state: 'SUCCESS' }),
    ]);
    expect(await readdir(path.join(suite.directory, 'var', 'tasks', id))).toEqual(['log']);
  });

  test('an unknown task is undefined everywhere', async () => {
    for (const call of ['status', 'task', 'report', 'log'] as const) {
      expect(await suite.engine.overlord[call]('query-nobody')).toBeUndefined();
    }
  });

  test('canceling ends a running and a waiting task within a second', async () => {
    const running = [await submit(endless), await submit(endless)];
    for (const id of running) await until(id, ({ runnerStatusCode }) => runnerStatusCode === 'RUNNING');
    const waiting = await submit(endless);
    expect((await suite.engine.overlord.status(waiting))?.runnerStatusCode).toBe('PENDING');
    const started = performance.now();
    for (const id of [waiting, ...running]) await suite.engine.overlord.cancel(id);
    expect(performance.now() - started).toBeLessThan(2_000);
    for (const id of [waiting, ...running]) {
      expect(await suite.engine.overlord.status(id)).toMatchObject({
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
    const log = String((await suite.engine.overlord.log(id)) ?? '');
    const pid = [...log.matchAll(/"workerPid":(\d+)/g)][attempt]?.[1];
    if (pid !== undefined) return Number(pid);
    await delay(2);
  }
}

describe('recovery', () => {
  test('ends tasks of a server that is gone and frees what they held', async () => {
    const dataDirectory = path.join(suite.directory, 'crashed');
    const first = await openTestEngine(dataDirectory);
    await first.close();
    const store = await openSqliteMetadataStore({ file: path.join(dataDirectory, 'metadata.db') });
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
    const second = await openTestEngine(dataDirectory);
    try {
      expect(await second.overlord.status('query-left')).toMatchObject({
        statusCode: 'FAILED',
        errorMsg: expect.stringContaining('The server stopped while this task was running'),
      });
      expect(JSON.stringify(await second.overlord.report('query-left'))).toContain('UnknownError');
    } finally {
      await second.close();
    }
    const after = await openSqliteMetadataStore({ file: path.join(dataDirectory, 'metadata.db') });
    expect(await after.locks()).toEqual([]);
    await after.close();
  });

  test('a data directory has one owner', async () => {
    await expect(openTestEngine(path.join(suite.directory, 'var'))).rejects.toThrow();
  });
});
