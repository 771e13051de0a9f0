import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { peakMemory } from '../bench/processes.js';
import { Api } from './support/api.js';
import { allFlightColumns, allFlights } from './support/flights.js';
import { makeDirectory, removeDirectory, startServerProcess } from './support/server-process.js';
import { useServer } from './support/suite.js';

const MIB = 1024 ** 2;

describe('in a worker of little memory', () => {
  const suite = useServer(['--worker-memory', '64MiB']);

  /** Groups of nearly every flight, whose states do not fit into 64 MiB together. */
  const groups = `SELECT TIME_FLOOR(MILLIS_TO_TIMESTAMP("date"), 'PT1M') AS "__time", "origin", "destination",
      COUNT(*) AS "flights", COUNT(DISTINCT "delay") AS "delays",
      LATEST_BY("origin" || "destination", MILLIS_TO_TIMESTAMP("date" + "delay")) AS "route"
    FROM (SELECT * FROM ${allFlights}) WHERE "date" < ${Date.UTC(2001, 1)} GROUP BY 1, 2, 3`;
  const sums = (from: string): string =>
    `SELECT COUNT(*), SUM("flights"), SUM("delays"), COUNT(DISTINCT "route") FROM ${from}`;

  test('groups whose states cannot be spilled are aggregated part by part', { timeout: 180_000 }, async () => {
    const { report } = await suite.api.ingest(`REPLACE INTO "grouped" OVERWRITE ALL ${groups} PARTITIONED BY ALL`);
    const read = report.counters['0']['0'].input0.rows[0];
    const roomy = await startServerProcess(`${suite.directory}/roomy`);
    try {
      const other = await new Api(roomy.url).task(sums(`(${groups})`));
      expect(other.state).toBe('SUCCESS');
      const [expected] = other.report.results.results;
      expect(await suite.api.rows(sums('"grouped"'))).toEqual([expected]);
      expect(expected[1]).toBe(read);
    } finally {
      await roomy.stop();
    }
  });

  test('a task over several times its memory spills and finishes', { timeout: 180_000 }, async () => {
    // A million flights with 150 characters of text of their own: about 200 MB to sort.
    const flights = `SELECT ${allFlightColumns},
        "origin" || '-' || "destination" || '-' || CAST("date" AS VARCHAR) || '-' || REPEAT(CAST("distance" + 1000 AS VARCHAR), 32) AS "text"
      FROM ${allFlights} WHERE "date" < ${Date.UTC(2001, 2)}`;
    const measures = (from: string): string =>
      `SELECT COUNT(*), MIN("distance"), MAX(CHAR_LENGTH("text")), SUM(CHAR_LENGTH("text")) FROM ${from}`;
    await suite.api.ingest(`REPLACE INTO "spilled" OVERWRITE ALL ${flights} PARTITIONED BY ALL CLUSTERED BY "text"`);
    const [spilled] = await suite.api.rows(measures('"spilled"'));
    expect(spilled).toEqual((await suite.api.ingest(measures(`(${flights})`))).report.results.results[0]);
    const [rows, , longest, characters] = spilled ?? [];
    expect(rows).toBeGreaterThan(900_000);
    expect(longest).toBeGreaterThan(130);
    expect(characters).toBeGreaterThan(130_000_000);
  });

  test('one value that does not fit is NotEnoughMemory, and the server goes on', async () => {
    const { state, report } = await suite.api.task(
      `INSERT INTO "huge" SELECT ARRAY_AGG("origin" || "destination" || CAST("date" AS VARCHAR)) AS "all" FROM ${allFlights} PARTITIONED BY ALL`,
    );
    expect(state).toBe('FAILED');
    expect(report.status.errorReport.error).toMatchObject({
      errorCode: 'NotEnoughMemory',
      serverMemory: 64 * MIB,
      usableMemory: 64 * MIB,
      errorMessage: expect.stringContaining('total bytes[67,108,864]'),
    });
    expect((await suite.api.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM "huge"' })).status).toBe(400);
    expect((await suite.api.ingest('SELECT 1')).report.results.results).toEqual([[1]]);
  });
});

test('workers that run at once stay within their memory together', { timeout: 180_000 }, async () => {
  const TOTAL = 2048 * MIB;
  const directory = await makeDirectory();
  const flags = ['--task-slots', '2', '--worker-memory', String(TOTAL / 2)];
  const server = await startServerProcess(`${directory}/var`, flags);
  try {
    const api = new Api(server.url);
    // Half a gigabyte more to sort than a worker may hold.
    const sql = `SELECT MAX("place") FROM (SELECT ROW_NUMBER() OVER (ORDER BY "text") AS "place", "text" FROM (
      SELECT REPEAT("origin" || CAST("date" AS VARCHAR) || "destination", 20) AS "text" FROM ${allFlights})) WHERE "text" <> ''`;
    const ids = [await api.submit(sql), await api.submit(sql)];
    const workers = await Promise.all(
      ids.map((id) =>
        api.until(
          async () => Number(/"workerPid":(\d+)/.exec((await api.get(`/druid/indexer/v1/task/${id}/log`)).text)?.[1]),
          (pid) => pid > 0,
        ),
      ),
    );
    expect(new Set(workers).size).toBe(2);
    const peaks = [0, 0];
    for (;;) {
      workers.forEach((pid, index) => (peaks[index] = Math.max(peaks[index] ?? 0, peakMemory(pid))));
      const states = await Promise.all(ids.map(async (id) => (await api.status(id)).statusCode as string));
      if (!states.includes('RUNNING')) break;
      await delay(20);
    }
    for (const id of ids) expect((await api.finish(id)).report.results.results).toEqual([[3_000_000]]);
    expect(peaks.reduce((sum, peak) => sum + peak)).toBeLessThanOrEqual(TOTAL);
  } finally {
    await server.stop();
    await removeDirectory(directory);
  }
});
