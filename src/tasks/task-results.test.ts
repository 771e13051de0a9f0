import { readdir } from 'node:fs/promises';
import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { insert, useEngine } from '../../test/support/engine-suite.js';
import { ResultsCleaner } from './results-cleaner.js';

const suite = useEngine();
const { signal } = new AbortController();

/** Numbers from 0 to 2499 and everything that a row may hold beside them. */
const numbers = `SELECT "n", TIMESTAMP '2026-01-01' + "n" * INTERVAL '1' SECOND AS "t", 9007199254740993 + "n" AS "big",
  CAST("n" AS DOUBLE) / 4 AS "quarter", 'row ' || CAST("n" AS VARCHAR) AS "text", ARRAY["n", 7] AS "pair", NULL AS "nothing"
  FROM (VALUES ${Array.from({ length: 2500 }, (_, index) => `(${index})`).join(',')}) AS u("n")`;

async function read(taskId: string, page?: number): Promise<(readonly unknown[])[]> {
  const results = await suite.engine.results.find(taskId);
  const rows: (readonly unknown[])[] = [];
  for await (const batch of (await results?.read(page, signal)) ?? []) rows.push(...batch);
  return rows;
}

const row = (n: number): unknown[] => [
  BigInt(n),
  Date.UTC(2026, 0, 1) + n * 1000,
  9007199254740993n + BigInt(n),
  n / 4,
  `row ${n}`,
  `[${n},7]`,
  null,
];

const plain = (rows: readonly (readonly unknown[])[]): unknown[] =>
  rows.map((each) =>
    each.map((value, index) => (index === 0 ? BigInt(value as number) : index === 1 ? Number(value) : value)),
  );

describe('durableStorage', () => {
  test('keeps all rows in pages, in their order', async () => {
    const task = await suite.submit(`${numbers} ORDER BY "n" DESC`, {
      selectDestination: 'durableStorage',
      rowsPerPage: 1000,
    });
    expect((await suite.ended(task)).statusCode).toBe('SUCCESS');
    const results = await suite.engine.results.find(task);
    expect(results).toMatchObject({
      destination: 'durableStorage',
      pages: [{ rows: 1000 }, { rows: 1000 }, { rows: 500 }],
    });
    expect(results?.columns.map(({ name }) => name)).toEqual(['n', 't', 'big', 'quarter', 'text', 'pair', 'nothing']);
    expect(plain(await read(task, 1))).toEqual(Array.from({ length: 1000 }, (_, index) => row(1499 - index)));
    expect(plain(await read(task))).toEqual(Array.from({ length: 2500 }, (_, index) => row(2499 - index)));
    await expect(results?.read(3, signal)).rejects.toThrow('no page [3]');
    const files = await readdir(`${suite.directory}/var/query-results/${task}`);
    expect(files.sort()).toEqual([0, 1, 2].map((page) => `${task}-worker0-partition${page}.parquet`));
  });

  test('the report shows the first rows and says that there are more', async () => {
    const task = await suite.submit(`${numbers} UNION ALL ${numbers}`, { selectDestination: 'durableStorage' });
    expect((await suite.ended(task)).statusCode).toBe('SUCCESS');
    const { results, stages } = await suite.payload(task);
    expect(results.resultsTruncated).toBe(true);
    expect(results.results).toHaveLength(3000);
    expect(stages.map((stage: { phase: string }) => stage.phase)).toEqual(['FINISHED', 'FINISHED']);
    expect((await suite.engine.results.find(task))?.pages.map(({ rows }) => rows)).toEqual([5000]);
  });

  test('no rows make no pages', async () => {
    const task = await suite.submit(`${numbers} WHERE "n" < 0`, { selectDestination: 'durableStorage' });
    expect((await suite.ended(task)).statusCode).toBe('SUCCESS');
    expect((await suite.engine.results.find(task))?.pages).toEqual([]);
    expect(await read(task)).toEqual([]);
  });

  test('a task that is canceled between two pages leaves no files', async () => {
    const task = await suite.submit(numbers, { selectDestination: 'durableStorage', rowsPerPage: 1 });
    const directory = `${suite.directory}/var/query-results/${task}`;
    const files = (): Promise<string[]> => readdir(directory).catch(() => []);
    await vi.waitUntil(async () => (await files()).length > 1, { timeout: 20_000, interval: 5 });
    await suite.engine.overlord.cancel(task);
    expect((await suite.ended(task)).statusCode).toBe('FAILED');
    expect(await suite.engine.results.find(task)).toBeUndefined();
    expect(await files()).toEqual([]);
  });
});

test('results that are old enough are deleted, and their report stays', async () => {
  const task = await suite.submit(numbers, { selectDestination: 'durableStorage' });
  expect((await suite.ended(task)).statusCode).toBe('SUCCESS');
  const { store, deepStorage } = suite.engine.results.sources;
  const cleanerAt = (now: number) =>
    new ResultsCleaner({
      store,
      deepStorage,
      retentionMs: 3_600_000,
      logger: pino({ level: 'silent' }),
      now: () => now,
    });
  expect(await cleanerAt(Date.now()).clean()).toBe(0);
  expect(await suite.engine.results.find(task)).toBeDefined();
  expect(await cleanerAt(Date.now() + 3_601_000).clean()).toBeGreaterThan(0);
  expect(await suite.engine.results.find(task)).toBeUndefined();
  expect(await readdir(`${suite.directory}/var/query-results/${task}`)).toEqual([]);
  expect((await suite.payload(task)).results.results).toHaveLength(2500);
});

describe('taskReport', () => {
  test('is one page of the rows in the report', async () => {
    const task = await suite.submit(`${numbers} ORDER BY "n" LIMIT 3`);
    expect((await suite.ended(task)).statusCode).toBe('SUCCESS');
    expect(await suite.engine.results.find(task)).toMatchObject({ destination: 'taskReport', pages: [{ rows: 3 }] });
    expect(plain(await read(task, 0))).toEqual([0, 1, 2].map(row));
  });
});

test('there are no results of an INSERT and of an unknown task', async () => {
  const task = await suite.submit(insert('no_results'));
  expect((await suite.ended(task)).statusCode).toBe('SUCCESS');
  expect(await suite.engine.results.find(task)).toBeUndefined();
  expect(await suite.engine.results.find('query-unknown')).toBeUndefined();
});
