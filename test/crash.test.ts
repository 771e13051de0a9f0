import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Api } from './support/api.js';
import { allFlightColumns, allFlights, flightColumns, flights, localFlights, writeFlights } from './support/flights.js';
import { openGate } from './support/gate.js';
import { makeDirectory, removeDirectory, startServerProcess, type ServerProcess } from './support/server-process.js';

let directory: string;
let server: ServerProcess;
let api: Api;

beforeAll(async () => {
  directory = await makeDirectory();
  server = await startServerProcess(`${directory}/var`);
  api = new Api(server.url);
  const file = writeFlights(directory);
  await api.ingest(`INSERT INTO "kept" SELECT ${flightColumns} FROM ${localFlights(file)} PARTITIONED BY MONTH`);
});

afterAll(async () => {
  await server.stop();
  await removeDirectory(directory);
});

/** A task that runs for long: millions of rows, each kept a few times, sorted. */
const longTask = (dataSource: string): string =>
  `REPLACE INTO "${dataSource}" OVERWRITE ALL SELECT ${allFlightColumns}, "n" FROM ${allFlights}
   CROSS JOIN UNNEST(ARRAY[1, 2, 3, 4, 5, 6, 7, 8]) AS u("n") PARTITIONED BY DAY CLUSTERED BY "origin"`;

/** A task of a few seconds. */
const mediumTask = (dataSource: string): string =>
  `REPLACE INTO "${dataSource}" OVERWRITE ALL SELECT MILLIS_TO_TIMESTAMP("date") AS "__time", "origin", "distance"
   FROM ${allFlights} PARTITIONED BY ALL`;

/** Waits until the task reads its rows. */
async function inTheMiddle(id: string): Promise<void> {
  const report = await api.until(
    () => api.report(id),
    (now) => now?.stages?.[0]?.phase === 'READING_INPUT' || (now && now.status.status !== 'RUNNING'),
  );
  expect(report.status.status).toBe('RUNNING');
}

const keptRows = async (): Promise<unknown> => (await api.rows('SELECT COUNT(*) FROM "kept"'))[0]?.[0];

test('a canceled task ends within a second and leaves nothing', async () => {
  const id = await api.submit(longTask('canceled'));
  await api.until(
    () => api.status(id),
    (status) => status.runnerStatusCode === 'RUNNING',
  );
  const started = performance.now();
  expect((await api.request('POST', `/druid/indexer/v1/task/${id}/shutdown`)).json).toEqual({ task: id });
  const { state, report } = await api.finish(id);
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(state).toBe('FAILED');
  expect(report.status.errorReport.error.errorCode).toBe('Canceled');
  expect((await api.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM "canceled"' })).status).toBe(400);
});

test('a killed worker costs its task and nothing else', async () => {
  const id = await api.submit(longTask('killed'));
  await inTheMiddle(id);
  const { workers } = (await api.report(id)).status;
  const [worker] = workers['0'] ?? [];
  expect(worker).toMatchObject({ state: 'RUNNING' });
  await killWorker(id, 0);
  const { state, report } = await api.finish(id);
  expect(state).toBe('FAILED');
  expect(report.status.errorReport.error.errorCode).toBe('WorkerFailed');
  expect(await keptRows()).toBe(flights().length);
  expect((await api.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM "killed"' })).status).toBe(400);
});

/** Kills the process that runs a task, as its log names it for the nth time. */
async function killWorker(id: string, nth: number): Promise<void> {
  const pid = await api.until(
    async () => {
      const log = (await api.get(`/druid/indexer/v1/task/${id}/log`)).text;
      return Number([...log.matchAll(/"workerPid":(\d+)/g)][nth]?.[1] ?? 0);
    },
    (found) => found > 0,
  );
  process.kill(pid, 'SIGKILL');
}

/** The processes that a server has started. */
const processesOf = ({ pid }: ServerProcess): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

/** Sends a signal to the processes; one may end by itself meanwhile. */
function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ESRCH');
    }
  }
}

test('processes that are killed while they wait cost no task and no query', async () => {
  for (let round = 0; round < 2; round += 1) {
    signal(processesOf(server), 'SIGKILL');
    const task = api.ingest(`SELECT ${round}`);
    expect(await keptRows()).toBe(flights().length);
    const { report } = await task;
    expect(report.results.results).toEqual([[round]]);
    expect(report.status.workers['0'].map((worker: { state: string }) => worker.state)).toEqual(['SUCCESS']);
  }
});

test('a process that is killed after it was asked and before it took the task costs nothing either', async () => {
  await api.ingest('SELECT 1');
  const waiting = processesOf(server);
  signal(waiting, 'SIGSTOP');
  const id = await api.submit('SELECT 2');
  const query = keptRows();
  await api.until(
    () => api.report(id),
    (report) => report?.status.workers['0']?.length === 1,
  );
  signal(waiting, 'SIGKILL');
  expect(await query).toBe(flights().length);
  expect((await api.finish(id)).report.results.results).toEqual([[2]]);
  expect((await api.get(`/druid/indexer/v1/task/${id}/log`)).text).toContain('was gone, taking another');
});

test('with faultTolerance a killed worker is started again, and the rows are as if nothing had been', async () => {
  const id = await api.submit(mediumTask('tolerant'), { faultTolerance: true });
  await inTheMiddle(id);
  await killWorker(id, 0);
  const { state, report } = await api.finish(id);
  expect(state).toBe('SUCCESS');
  expect(report.status.workers['0'].map((worker: { state: string }) => worker.state)).toEqual(['FAILED', 'SUCCESS']);
  await api.ingest(mediumTask('undisturbed'));
  const sums = 'SELECT COUNT(*), SUM("distance"), MIN("__time"), MAX("__time"), COUNT(DISTINCT "origin") FROM ';
  expect(await api.rows(`${sums} "tolerant"`)).toEqual(await api.rows(`${sums} "undisturbed"`));
});

test('a worker that dies a third time ends its task', async () => {
  const id = await api.submit(longTask('hopeless'), { faultTolerance: true });
  for (const nth of [0, 1, 2]) await killWorker(id, nth);
  const { state, report } = await api.finish(id);
  expect(state).toBe('FAILED');
  expect(report.status.errorReport.error).toMatchObject({
    errorCode: 'TooManyAttemptsForWorker',
    maxPerWorkerRelaunchCount: 2,
    workerNumber: 0,
    taskId: id,
    rootErrorMessage: expect.stringContaining('SIGKILL'),
  });
  expect((await api.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM "hopeless"' })).status).toBe(400);
});

test('a killed server starts the tasks again that were submitted with faultTolerance', async () => {
  const id = await api.submit(`SET faultTolerance = true; ${mediumTask('resumed')}`);
  await inTheMiddle(id);
  await server.kill();
  server = await startServerProcess(server.dataDirectory);
  api = new Api(server.url);
  expect((await api.status(id)).statusCode).toBe('RUNNING');
  expect((await api.finish(id)).state).toBe('SUCCESS');
  expect(await api.rows('SELECT COUNT(*) FROM "resumed"')).toEqual([[3_000_000]]);
});

test('a killed server comes back with its tasks and data, without half of anything', async () => {
  const id = await api.submit(longTask('interrupted'));
  await inTheMiddle(id);
  const tasksBefore = (await api.get('/druid/indexer/v1/tasks')).json.map(
    (status: { id: string }) => status.id,
  ) as string[];
  await server.kill();
  server = await startServerProcess(server.dataDirectory);
  api = new Api(server.url);
  const status = await api.status(id);
  expect(status).toMatchObject({ statusCode: 'FAILED', dataSource: 'interrupted' });
  expect((await api.report(id)).status.status).toBe('FAILED');
  expect((await api.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM "interrupted"' })).status).toBe(400);
  expect(await keptRows()).toBe(flights().length);
  const tasksAfter = (await api.get('/druid/indexer/v1/tasks')).json.map((each: { id: string }) => each.id) as string[];
  expect(new Set(tasksAfter)).toEqual(new Set(tasksBefore));
  await api.ingest(`INSERT INTO "kept" SELECT * FROM "kept" PARTITIONED BY MONTH`);
  expect(await keptRows()).toBe(2 * flights().length);
});

test('a second server on the same directory is refused by name', async () => {
  await expect(startServerProcess(server.dataDirectory)).rejects.toThrow(String(server.pid));
});

test('SIGTERM cancels the tasks that run, and the next server starts those again that asked for faultTolerance', async () => {
  const gate = await openGate('{"b": 1}\n');
  try {
    const sql = (dataSource: string): string =>
      `INSERT INTO "${dataSource}" SELECT "b" FROM TABLE(EXTERN('${JSON.stringify(gate.inputSource)}', '{"type":"json"}')) EXTEND ("b" BIGINT) PARTITIONED BY ALL`;
    const canceled = await api.submit(sql('gone'));
    const tolerant = await api.submit(sql('resumed_again'), { faultTolerance: true });
    await gate.reached;
    expect(await server.stop()).toBe(0);
    server = await startServerProcess(server.dataDirectory);
    api = new Api(server.url);
    expect((await api.finish(canceled)).report.status.errorReport.error).toMatchObject({
      errorCode: 'Canceled',
      reason: 'TASK_SHUTDOWN',
    });
    expect((await api.status(tolerant)).statusCode).toBe('RUNNING');
    gate.open();
    expect((await api.finish(tolerant)).state).toBe('SUCCESS');
    expect(await api.rows('SELECT "b" FROM "resumed_again"')).toEqual([[1]]);
  } finally {
    gate.close();
  }
});

test('SIGTERM ends cleanly and the data stay', async () => {
  expect(await server.stop()).toBe(0);
  server = await startServerProcess(server.dataDirectory);
  api = new Api(server.url);
  expect(await keptRows()).toBe(2 * flights().length);
});
