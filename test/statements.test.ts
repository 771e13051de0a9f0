import { describe, expect, test } from 'vitest';
import { inlineSql } from './support/inline-sql.js';
import { useServer } from './support/suite.js';

const suite = useServer(['--task-slots', '1']);
const base = '/druid/v2/sql/statements';

const numbers = (count: number): string =>
  `SELECT "x", "t" FROM ${inlineSql(
    Array.from({ length: count }, (_, x) => ({ x, t: `n,${x}` })),
    { x: 'long', t: 'string' },
  )} ORDER BY "x"`;

const start = (query: string, context: object = {}, more: object = {}) =>
  suite.api.request('POST', base, { query, context: { executionMode: 'ASYNC', ...context }, ...more });

const ended = (id: string) =>
  suite.api.until(
    async () => (await suite.api.get(`${base}/${id}`)).json,
    ({ state }) => state === 'SUCCESS' || state === 'FAILED',
  );

describe.each([
  ['taskReport', 1],
  ['durableStorage', 2],
])('a SELECT whose rows go to %s', (selectDestination, pageCount) => {
  test('tells its state, its schema and its pages', async () => {
    const started = await start(numbers(5), { selectDestination, rowsPerPage: 3 });
    expect(started.status).toBe(200);
    expect(started.json).toMatchObject({
      queryId: expect.stringMatching(/^query-/),
      createdAt: expect.any(String),
      schema: [
        { name: 'x', type: 'BIGINT', nativeType: 'LONG' },
        { name: 't', type: 'VARCHAR', nativeType: 'STRING' },
      ],
    });
    const id = started.json.queryId as string;
    const { state, result } = await ended(id);
    expect(state).toBe('SUCCESS');
    expect(result).toMatchObject({ numTotalRows: 5, dataSource: '__query_select' });
    expect(result.pages.map((page: { id: number }) => page.id)).toEqual([0, 1].slice(0, pageCount));
    expect(result.totalSizeInBytes).toBeGreaterThan(0);

    const get = async (query: string): Promise<string> => (await suite.api.get(`${base}/${id}/results?${query}`)).text;
    const pages = Array.from({ length: pageCount }, (_, page) => get(`page=${page}&resultFormat=csv`));
    expect((await Promise.all(pages)).join('').replaceAll('\n\n', '\n')).toBe(
      [0, 1, 2, 3, 4].map((x) => `${x},"n,${x}"\n`).join(''),
    );
    expect(JSON.parse(await get(''))).toEqual([0, 1, 2, 3, 4].map((x) => ({ x, t: `n,${x}` })));
    expect(JSON.parse(await get('resultFormat=array'))[4]).toEqual([4, 'n,4']);
    expect(await get('resultFormat=objectLines')).toMatch(/^\{"x":0,"t":"n,0"\}\n[\s\S]*\n\n$/);
    expect(await get('resultFormat=arrayLines')).toMatch(/^\[0,"n,0"\]\n/);
    expect((await suite.api.get(`${base}/${id}/results?page=${pageCount}`)).status).toBe(400);
    expect((await suite.api.get(`${base}/${id}/results?resultFormat=xml`)).status).toBe(400);
    expect((await suite.api.get(`${base}/${id}/results?page=-1`)).status).toBe(400);
    const saved = await suite.api.get(`${base}/${id}/results?filename=rows.json`);
    expect(saved.headers.get('content-disposition')).toBe('attachment; filename="rows.json"');

    const detailed = (await suite.api.get(`${base}/${id}?detail=true`)).json;
    expect(detailed.stages.length).toBeGreaterThan(0);
    expect(Object.keys(detailed.counters)).toContain('0');
    expect((await suite.api.request('DELETE', `${base}/${id}`)).status).toBe(200);
  });
});

test.each([
  ['taskReport', 'UTC'],
  ['durableStorage', 'UTC'],
  ['taskReport', 'Asia/Tokyo'],
  ['durableStorage', 'Asia/Tokyo'],
])(
  'rows in %s hold times of %s as numbers by its clock, and arrays as text',
  async (selectDestination, sqlTimeZone) => {
    const query = `SELECT TIMESTAMP '1969-12-31 22:30:00' AS "t", CAST(TIMESTAMP '1969-12-31 22:30:00' AS DATE) AS "d",
    ARRAY[1, 2] AS "a" FROM (${numbers(1)})`;
    const { queryId } = (await start(query, { selectDestination, sqlTimeZone }, { resultFormat: 'array' })).json;
    await ended(queryId);
    const row = [-5_400_000, -1, '[1,2]'];
    expect((await suite.api.get(`${base}/${queryId}/results`)).json).toEqual([row]);
    expect((await suite.api.report(queryId)).results).toMatchObject({
      signature: [{ type: 'LONG' }, { type: 'LONG' }, { type: 'ARRAY<LONG>' }],
      sqlTypeNames: ['TIMESTAMP', 'DATE', 'ARRAY'],
      results: [row],
    });
  },
);

test('the result format of the statement holds where the results name none', async () => {
  const { queryId } = (await start(numbers(1), {}, { resultFormat: 'array' })).json;
  await ended(queryId);
  expect((await suite.api.get(`${base}/${queryId}/results`)).json).toEqual([[0, 'n,0']]);
});

test('an INSERT tells its rows and has no results', async () => {
  const insert = `INSERT INTO "stated" SELECT TIMESTAMP '2024-01-01' AS "__time", "x" FROM (${numbers(3).replace(' ORDER BY "x"', '')}) PARTITIONED BY DAY`;
  const { queryId } = (await start(insert)).json;
  expect((await ended(queryId)).result).toEqual({ numTotalRows: 3, dataSource: 'stated' });
  const results = await suite.api.get(`${base}/${queryId}/results`);
  expect([results.status, results.text]).toEqual([200, '']);
});

test('a failure tells its fault', async () => {
  const { queryId } = (await start(`INSERT INTO "f" SELECT TIME_PARSE('x') AS "__time", 1 AS "a" PARTITIONED BY DAY`))
    .json;
  const { state, errorDetails, schema } = await ended(queryId);
  expect([state, schema]).toEqual(['FAILED', undefined]);
  expect(errorDetails).toMatchObject({ error: 'druidException', errorCode: 'InsertTimeNull', persona: 'USER' });
  expect((await suite.api.get(`${base}/${queryId}/results`)).status).toBe(400);
});

test('DELETE cancels what runs and what waits', async () => {
  const table = inlineSql(
    Array.from({ length: 3_000 }, (_, x) => ({ x })),
    { x: 'long' },
  );
  const endless = `SELECT COUNT(*) FROM ${table} a, ${table} b, ${table} c WHERE a."x" + b."x" + c."x" = -1`;
  const { queryId } = (await start(endless)).json;
  const waiting = (await start(numbers(1))).json;
  expect(waiting.state).toBe('ACCEPTED');
  expect((await suite.api.get(`${base}/${queryId}/results`)).json.errorMessage).toContain('Please wait');
  for (const id of [waiting.queryId, queryId]) {
    expect((await suite.api.request('DELETE', `${base}/${id}`)).status).toBe(202);
    expect((await ended(id)).errorDetails.errorCode).toBe('Canceled');
  }
});

test('EXPLAIN is answered at once', async () => {
  const answer = await start(`EXPLAIN PLAN FOR ${numbers(1)}`);
  expect(Object.keys(answer.json[0])).toEqual(['PLAN', 'RESOURCES', 'ATTRIBUTES']);
});

test.each([
  [{}, 'Execution mode is not provided'],
  [{ executionMode: 'SYNC' }, 'does not support the provided execution mode [SYNC]'],
  [{ executionMode: 'ASYNC', __resultFormat: 'csv' }, '__resultFormat'],
])('context %j is refused', async (context, message) => {
  const answer = await suite.api.request('POST', base, { query: 'SELECT 1', context });
  expect(answer.status).toBe(400);
  expect(answer.json.errorMessage).toContain(message);
});

test.each([
  ['GET', ''],
  ['GET', '/results'],
  ['DELETE', ''],
])('%s of an unknown statement%s is 404', async (method, path) => {
  const answer = await suite.api.request(method, `${base}/query-none${path}`);
  expect([answer.status, answer.json.errorCode]).toEqual([404, 'notFound']);
});
