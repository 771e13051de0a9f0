import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'libsql';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api } from './support/api.js';
import { allFlights, flightColumns, flights, localFlights, writeFlights } from './support/flights.js';
import { openGate } from './support/gate.js';
import { makeDirectory, removeDirectory, startServerProcess, type ServerProcess } from './support/server-process.js';

let directory: string;
let server: ServerProcess;
let api: Api;
let source: string;

async function start(): Promise<void> {
  server = await startServerProcess(`${directory}/var`);
  api = new Api(server.url);
}

beforeAll(async () => {
  directory = await makeDirectory();
  source = localFlights(writeFlights(directory));
  await start();
  await api.ingest(replace(0));
});

afterAll(async () => {
  await server.stop();
  await removeDirectory(directory);
});

/** Every generation of the datasource has the same rows, and its number in each of them. */
const replace = (generation: number): string =>
  `REPLACE INTO "data" OVERWRITE ALL SELECT ${flightColumns}, ${generation} AS "generation" FROM ${source} PARTITIONED BY DAY`;

/** The one generation that queries see; fails when rows of it are missing, doubled or mixed with another's. */
async function generation(): Promise<number> {
  const [[rows, first, last] = []] = await api.rows(
    'SELECT COUNT(*), MIN("generation"), MAX("generation") FROM "data"',
  );
  expect(rows).toBe(flights().length);
  expect(first).toBe(last);
  return Number(last);
}

const files = (): number =>
  readdirSync(`${directory}/var/segments/data`, { recursive: true }).filter((name) => String(name).endsWith('.parquet'))
    .length;

/** Waits until the task's log has a text, or the task has ended. */
const logged = (id: string, text: string): Promise<string> =>
  api.until(
    async () => (await api.get(`/druid/indexer/v1/task/${id}/log`)).text,
    (log) => log.includes(text) || log.includes('"failed"'),
    1,
  );

const instants: readonly (readonly [string, (id: string) => Promise<unknown>])[] = [
  ['as soon as the task is there', () => Promise.resolve()],
  ['when its worker has started', (id) => logged(id, 'worker started')],
  ['when its segments are allocated', (id) => logged(id, 'segments allocated')],
  ['when it is published', (id) => logged(id, '"published"')],
];

describe('kill -9 leaves the old rows or the new', () => {
  test.each(instants)('of the server, %s', async (name, instant) => {
    const before = await generation();
    const filesBefore = files();
    const id = await api.submit(replace(before + 1));
    await instant(id);
    await server.kill();
    await start();
    const { statusCode } = await api.status(id);
    expect(['SUCCESS', 'FAILED']).toContain(statusCode);
    expect(await generation()).toBe(statusCode === 'SUCCESS' ? before + 1 : before);
    if (statusCode === 'FAILED') expect(files(), name).toBe(filesBefore);
  });

  test.each(instants.slice(1))('of the worker, %s', async (name, instant) => {
    const before = await generation();
    const filesBefore = files();
    const id = await api.submit(replace(before + 1));
    const log = await logged(id, 'worker started');
    await instant(id);
    try {
      process.kill(Number(/"workerPid":(\d+)/.exec(log)?.[1]), 'SIGKILL');
    } catch (error) {
      // It had done its work and is gone.
      expect((error as NodeJS.ErrnoException).code).toBe('ESRCH');
    }
    const { state } = await api.finish(id);
    expect(await generation()).toBe(state === 'SUCCESS' ? before + 1 : before);
    if (state === 'FAILED') expect(files(), name).toBe(filesBefore);
  });
});

test('deep storage that cannot be written fails the task, and only that', async () => {
  const place = path.join(directory, 'var/segments/blocked');
  writeFileSync(place, 'a file where a directory should be');
  const insert = `INSERT INTO "blocked" SELECT ${flightColumns} FROM ${source} PARTITIONED BY MONTH`;
  const { state, report } = await api.task(insert);
  expect(state).toBe('FAILED');
  expect(report.status.errorReport.error.errorCode).toBe('UnknownError');
  expect(report.status.errorReport.error.errorMessage).toContain('blocked');
  expect((await api.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM "blocked"' })).status).toBe(400);
  rmSync(place);
  await api.ingest(insert);
  expect(await api.rows('SELECT COUNT(*) FROM "blocked"')).toEqual([[flights().length]]);
});

test('a task that was started again a hundred times ends with TooManyAttemptsForJob', async () => {
  const gate = await openGate('{}\n');
  try {
    const sql = `INSERT INTO "again" SELECT 1 AS "a" FROM TABLE(EXTERN('${JSON.stringify(gate.inputSource)}', '{"type":"json"}')) EXTEND ("b" BIGINT) PARTITIONED BY ALL`;
    const id = await api.submit(sql, { faultTolerance: true });
    await gate.reached;
    await server.kill();
    const metadata = new Database(`${directory}/var/metadata.db`);
    metadata.exec(`UPDATE tasks SET relaunches = 99 WHERE id = '${id}'`);
    metadata.close();
    await start();
    expect((await api.status(id)).statusCode).toBe('RUNNING');
    await server.kill();
    await start();
    const { state, report } = await api.finish(id);
    expect(state).toBe('FAILED');
    expect(report.status.errorReport.error).toMatchObject({
      errorCode: 'TooManyAttemptsForJob',
      maxRelaunchCount: 100,
      currentRelaunchCount: 101,
      taskId: id,
      rootErrorMessage: expect.stringContaining('server stopped'),
    });
    expect((await api.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM "again"' })).status).toBe(400);
  } finally {
    gate.close();
  }
});

test('metadata that another program has locked for a while delays a task', async () => {
  const before = await generation();
  const other = new Database(`${directory}/var/metadata.db`);
  const id = await api.submit(replace(before + 1));
  await logged(id, 'segments allocated');
  other.exec('BEGIN IMMEDIATE');
  try {
    await delay(500);
  } finally {
    other.exec('ROLLBACK');
    other.close();
  }
  expect((await api.finish(id)).state).toBe('SUCCESS');
  expect(await generation()).toBe(before + 1);
});

/** A file system of a few megabytes, where this process may make one. */
function mountSmall(): string | undefined {
  const place = path.join('/tmp', `millrace-full-${process.pid}`);
  mkdirSync(place, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', place], { stdio: 'ignore' });
    return place;
  } catch {
    rmSync(place, { recursive: true });
    return undefined;
  }
}

const small = mountSmall();

describe.runIf(small !== undefined)('a full disk', () => {
  afterAll(() => {
    execFileSync('umount', [small ?? '']);
    rmSync(small ?? '', { recursive: true });
  });

  test('is NotEnoughTemporaryStorage; nothing is published and the server goes on', async () => {
    const full = await startServerProcess(`${small ?? ''}/var`, ['--worker-memory', '256MiB']);
    try {
      const tight = new Api(full.url);
      await tight.ingest('INSERT INTO "kept" SELECT 1 AS "a" PARTITIONED BY ALL');
      const { state, report } = await tight.task(
        `INSERT INTO "large" SELECT MILLIS_TO_TIMESTAMP("date") AS "__time", REPEAT("origin" || "destination" || CAST("date" AS VARCHAR), 20) AS "x"
         FROM ${allFlights} PARTITIONED BY ALL CLUSTERED BY "x"`,
      );
      expect(state).toBe('FAILED');
      const { error } = report.status.errorReport;
      expect(error.errorCode).toBe('NotEnoughTemporaryStorageFault');
      expect(error.configuredTemporaryStorage).toBeGreaterThan(0);
      expect(error.suggestedMinimumStorage).toBeGreaterThan(error.configuredTemporaryStorage);
      expect((await tight.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM "large"' })).status).toBe(400);
      expect(readdirSync(`${small ?? ''}/var/segments`)).toEqual(['kept']);
      await tight.ingest('INSERT INTO "kept" SELECT 1 AS "a" PARTITIONED BY ALL');
      expect(await tight.rows('SELECT COUNT(*) FROM "kept"')).toEqual([[2]]);
    } finally {
      await full.stop();
    }
  });
});
