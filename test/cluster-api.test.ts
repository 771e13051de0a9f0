import { beforeAll, describe, expect, test } from 'vitest';
import { inlineSql } from './support/inline-sql.js';
import { useServer } from './support/suite.js';

const suite = useServer();
const address = (): string => suite.server.url.replace('http://', '');
const day = (n: number): string => `2024-01-0${n}T00:00:00.000Z/2024-01-0${n + 1}T00:00:00.000Z`;

const insert = (name: string, days: readonly number[]): string => {
  const rows = days.map((n) => ({ t: `2024-01-0${n}`, page: `p${n}`, added: n }));
  const table = inlineSql(rows, { t: 'string', page: 'string', added: 'long' });
  return `REPLACE INTO "${name}" OVERWRITE ALL SELECT TIME_PARSE("t") AS "__time", "page", "added" FROM ${table} PARTITIONED BY DAY`;
};

beforeAll(async () => {
  await Promise.all([suite.api.ingest(insert('one', [1, 2])), suite.api.ingest(insert('two', [2]))]);
});

describe('what the services of a cluster answer of themselves', () => {
  test.each([
    ['/druid/broker/v1/loadstatus', () => ({ inventoryInitialized: true })],
    ['/druid/broker/v1/readiness', () => undefined],
    ['/druid/historical/v1/loadstatus', () => ({ cacheInitialized: true })],
    ['/druid/historical/v1/readiness', () => undefined],
    ['/druid/worker/v1/enabled', () => ({ [address()]: true })],
    ['/druid/worker/v1/tasks', () => []],
    ['/druid/coordinator/v1/config/cloneStatus', () => ({ cloneStatus: [] })],
    ['/druid/v2/sql/queries', () => ({ queries: [] })],
  ])('GET %s', async (path, expected) => {
    const answer = await suite.api.get(path);
    expect([answer.status, answer.json]).toEqual([200, expected()]);
  });

  test('the broker, which is this server, knows the dynamic configuration', async () => {
    const [host, port] = address().split(':');
    const { json } = await suite.api.get('/druid/coordinator/v1/config/syncedBrokers');
    expect(json.syncedBrokers).toEqual([{ host, port: Number(port), syncTimeInMs: expect.any(Number) }]);
    expect((await suite.api.get('/druid/coordinator/v1/config/cloneStatus?targetServer=none:1')).status).toBe(404);
  });

  test('the worker is disabled and enabled; it has logs, and shuts down nothing but what runs', async () => {
    expect((await suite.api.request('POST', '/druid/worker/v1/disable')).json).toEqual({ [address()]: 'disabled' });
    expect((await suite.api.get('/druid/worker/v1/enabled')).json).toEqual({ [address()]: false });
    const id = await suite.api.submit(insert('held', [1]));
    expect((await suite.api.get('/druid/worker/v1/tasks')).json).toEqual([]);
    expect((await suite.api.request('POST', `/druid/worker/v1/task/${id}/shutdown`)).status).toBe(404);
    expect((await suite.api.request('POST', '/druid/worker/v1/enable')).json).toEqual({ [address()]: 'enabled' });
    await suite.api.finish(id);
    const log = await suite.api.get(`/druid/worker/v1/task/${id}/log?offset=0`);
    expect(log.text).toBe((await suite.api.get(`/druid/indexer/v1/task/${id}/log`)).text);
    expect(log.text).toContain('"published"');
  });
});

describe('intervals over all datasources', () => {
  const base = '/druid/coordinator/v1/intervals';
  const sum = (count: number) => ({ size: expect.any(Number), count });

  test('all, newest first', async () => {
    const { json } = await suite.api.get(base);
    expect(json).toEqual({
      [day(2)]: { one: sum(1), two: sum(1) },
      [day(1)]: expect.objectContaining({ one: sum(1) }),
    });
    expect(Object.keys(json)).toEqual([day(2), day(1)]);
  });

  test.each([
    ['', () => sum(2)],
    ['?simple', () => ({ [day(2)]: sum(2) })],
    ['?full', () => ({ [day(2)]: { one: sum(1), two: sum(1) } })],
  ])('within one%s', async (query, expected) => {
    expect((await suite.api.get(`${base}/2024-01-02_2024-01-03${query}`)).json).toEqual(expected());
  });

  test('of nothing, and of what is no interval', async () => {
    expect((await suite.api.get(`${base}/2000-01-01_P1D`)).json).toEqual({});
    expect((await suite.api.get(`${base}/never`)).status).toBe(400);
  });
});

describe('segments', () => {
  test('with the servers that have them', async () => {
    const path = '/druid/coordinator/v1/datasources/one/intervals/2024-01-01_2024-01-02/serverview';
    const { json } = await suite.api.get(path);
    expect(json).toMatchObject([
      { segment: { dataSource: 'one', interval: day(1) }, servers: [{ host: address(), type: 'historical' }] },
    ]);
  });

  test('one that is not used is found when it is asked for', async () => {
    await suite.api.ingest(insert('gone', [3]));
    const [segment] = (await suite.api.get('/druid/coordinator/v1/datasources/gone/segments')).json as string[];
    await suite.api.request('DELETE', '/druid/indexer/v1/datasources/gone');
    const path = `/druid/coordinator/v1/metadata/datasources/gone/segments/${segment}`;
    expect((await suite.api.get(path)).status).toBe(404);
    expect((await suite.api.get(`${path}?includeUnused=true`)).json.identifier).toBe(segment);
  });

  test('none is pending, none is loaded before others', async () => {
    const pending = '/druid/indexer/v1/pendingSegments/one';
    expect((await suite.api.request('DELETE', `${pending}?interval=2000_2100`)).json).toEqual({ numDeleted: 0 });
    expect((await suite.api.request('DELETE', pending)).status).toBe(400);
    const bootstrap = await suite.api.request('POST', '/druid/coordinator/v1/metadata/bootstrapSegments');
    expect(bootstrap.json).toEqual([]);
  });
});

describe("the broker's datasources", () => {
  const base = '/druid/v2/datasources';
  const columns = { dimensions: ['page', 'added'], metrics: [] };
  test.each([
    ['', () => expect.arrayContaining(['one', 'two'])],
    ['/one', () => columns],
    ['/one?interval=2000/2001', () => ({ dimensions: [], metrics: [] })],
    ['/one?full', () => ({ [day(1)]: columns, [day(2)]: columns })],
    ['/one/dimensions', () => columns.dimensions],
    ['/one/metrics', () => []],
  ])('%s', async (path, expected) => {
    expect((await suite.api.get(base + path)).json).toEqual(expected());
  });
});

test('slots of compaction are set through the older path too', async () => {
  const path = '/druid/coordinator/v1/config/compaction/taskslots';
  expect((await suite.api.request('POST', `${path}?ratio=0.5&max=3`)).json).toEqual({ success: true });
  expect((await suite.api.request('POST', `${path}?max=2`)).json).toEqual({ success: true });
  const { json } = await suite.api.get('/druid/indexer/v1/compaction/config/cluster');
  expect(json).toMatchObject({ compactionTaskSlotRatio: 0.5, maxCompactionTaskSlots: 2 });
  expect((await suite.api.request('POST', `${path}?ratio=much`)).status).toBe(400);
});

describe('what is not executed is refused by name', () => {
  test.each([
    ['/druid/v2', 501, 'Native queries'],
    ['/druid/v2?pretty', 501, 'Native queries'],
    ['/druid/v2/candidates', 501, 'Native queries'],
    ['/druid/v2/sql/avatica/', 404, 'JDBC'],
    ['/druid/v2/sql/avatica-protobuf/', 404, 'JDBC'],
  ])('POST %s', async (path, status, name) => {
    const answer = await suite.api.request('POST', path, { queryType: 'scan', request: 'openConnection' });
    expect(answer.status).toBe(status);
    expect(answer.json.errorMessage).toContain(name);
  });
});
