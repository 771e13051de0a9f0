import { describe, expect, test } from 'vitest';
import { inlineSql } from './support/inline-sql.js';
import { useServer } from './support/suite.js';

const suite = useServer(['--task-slots', '2']);
const address = (): string => suite.server.url.replace('http://', '');

const insert = (name: string): string =>
  `INSERT INTO "${name}" SELECT TIMESTAMP '2024-01-01' AS "__time", "x" FROM ${inlineSql([{ x: 1 }], { x: 'long' })} PARTITIONED BY DAY`;

/** Runs until it is canceled. */
const endless = (name: string): string => {
  const rows = Array.from({ length: 3_000 }, (_, x) => ({ x }));
  const table = inlineSql(rows, { x: 'long' });
  return `INSERT INTO "${name}" SELECT TIMESTAMP '2024-01-01' AS "__time", a."x" FROM ${table} a, ${table} b, ${table} c PARTITIONED BY DAY`;
};

const running = (id: string): Promise<unknown> =>
  suite.api.until(
    () => suite.api.status(id),
    (status) => status.runnerStatusCode === 'RUNNING',
  );

describe('what clients ask at their start', () => {
  test.each([
    ['/status/selfDiscovered/status', { selfDiscovered: true }],
    ['/proxy/enabled', { enabled: true }],
    ['/druid/v2/sql/task/enabled', { enabled: true, success: true }],
    ['/druid/indexer/v1/isLeader', { leader: true }],
    ['/druid/coordinator/v1/isLeader', { leader: true }],
    ['/druid/indexer/v1/supervisor?full', []],
    ['/druid/coordinator/v1/loadstatus?simple', expect.any(Object)],
    ['/druid/coordinator/v1/tiers', ['_default_tier']],
  ])('%s', async (path, expected) => {
    const answer = await suite.api.get(path);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(expected);
  });

  test('the coordinator and the overlord answer through the router', async () => {
    const { version } = (await suite.api.get('/status')).json;
    expect((await suite.api.get('/proxy/coordinator/status')).json.version).toBe(version);
    expect((await suite.api.get('/proxy/overlord/status/properties')).json['millrace.taskSlots']).toBe('2');
  });

  test('leaders are named by their URL', async () => {
    for (const service of ['indexer', 'coordinator']) {
      expect((await suite.api.get(`/druid/${service}/v1/leader`)).json).toBe(suite.server.url);
    }
  });

  test('the load queue is empty', async () => {
    expect((await suite.api.get('/druid/coordinator/v1/loadqueue?simple')).json).toEqual({
      [`${address()}/historical`]: {
        segmentsToLoad: 0,
        segmentsToDrop: 0,
        segmentsToLoadSize: 0,
        segmentsToDropSize: 0,
        expectedLoadTimeMillis: 0,
      },
    });
  });
});

describe('task lists', () => {
  test('filter by state, datasource, type, creation and number', async () => {
    const { id: first, status } = await suite.api.ingest(insert('lists'));
    const { id: second } = await suite.api.ingest(insert('lists'));
    const ids = async (query: string): Promise<string[]> =>
      (await suite.api.get(`/druid/indexer/v1/tasks?datasource=lists&${query}`)).json.map(
        (task: { id: string }) => task.id,
      );
    expect(await ids('')).toEqual([second, first]);
    expect(await ids('max=1')).toEqual([second]);
    expect(await ids('type=kill')).toEqual([]);
    expect(await ids('state=complete&type=query_controller')).toEqual([second, first]);
    const created = Date.parse(status.createdTime);
    const until = (end: number): string => `1970-01-01_${new Date(end).toISOString()}`;
    expect(await ids(`createdTimeInterval=${until(created)}`)).toEqual([]);
    expect(await ids(`createdTimeInterval=${until(created + 1)}`)).toEqual([first]);
    expect((await suite.api.get('/druid/indexer/v1/tasks?createdTimeInterval=never')).status).toBe(400);
  });

  test('taskStatus answers those that there are', async () => {
    const { id } = await suite.api.ingest(insert('several'));
    const answer = await suite.api.request('POST', '/druid/indexer/v1/taskStatus', [id, 'nothing']);
    expect(answer.json).toEqual({
      [id]: { id, status: 'SUCCESS', duration: expect.any(Number), errorMsg: null, location: expect.any(Object) },
    });
    expect((await suite.api.request('POST', '/druid/indexer/v1/taskStatus', [])).status).toBe(400);
    expect((await suite.api.request('POST', '/druid/indexer/v1/taskStatus', '{')).status).toBe(400);
  });

  test('logs are read from an offset, of the start or the end', async () => {
    const { id } = await suite.api.ingest(insert('logged'));
    const path = `/druid/indexer/v1/task/${id}/log`;
    const { text, headers } = await suite.api.get(path);
    expect(headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('"published"');
    expect((await suite.api.get(`${path}?offset=10`)).text).toBe(text.slice(10));
    expect((await suite.api.get(`${path}?offset=-10`)).text).toBe(text.slice(-10));
    expect((await suite.api.get(`${path}?offset=x`)).status).toBe(400);
  });
});

describe('workers', () => {
  test('tell their slots and what runs; all tasks of a datasource are shut down at once', async () => {
    const ids = await Promise.all([suite.api.submit(endless('doomed')), suite.api.submit(endless('doomed'))]);
    await Promise.all(ids.map(running));
    const [worker] = (await suite.api.get('/druid/indexer/v1/workers')).json;
    expect(worker).toMatchObject({ worker: { host: address(), capacity: 2 }, currCapacityUsed: 2 });
    expect([...worker.runningTasks].sort()).toEqual([...ids].sort());
    expect((await suite.api.get('/druid/indexer/v1/totalWorkerCapacity')).json).toEqual({
      currentClusterCapacity: 2,
      maximumCapacityWithAutoScale: 2,
      usedClusterCapacity: 2,
    });

    const waiting = await suite.api.submit(insert('doomed'));
    expect((await suite.api.get('/druid/indexer/v1/pendingTasks')).json[0].id).toBe(waiting);
    const shutdown = await suite.api.request('POST', '/druid/indexer/v1/datasources/doomed/shutdownAllTasks');
    expect(shutdown.json).toEqual({ dataSource: 'doomed' });
    for (const id of [...ids, waiting]) expect((await suite.api.status(id)).statusCode).toBe('FAILED');
    const again = await suite.api.request('POST', '/druid/indexer/v1/datasources/doomed/shutdownAllTasks');
    expect(again.status).toBe(404);
  });

  test('start nothing while they are disabled', async () => {
    const path = `/druid/indexer/v1/worker/${address()}`;
    expect((await suite.api.request('POST', `${path}/disable`)).json).toEqual({ [address()]: 'disabled' });
    const id = await suite.api.submit(insert('held'));
    expect((await suite.api.status(id)).runnerStatusCode).toBe('PENDING');
    expect((await suite.api.get('/druid/indexer/v1/workers')).json[0].worker.version).toBe('');
    expect((await suite.api.request('POST', `${path}/enable`)).json).toEqual({ [address()]: 'enabled' });
    expect((await suite.api.finish(id)).state).toBe('SUCCESS');
    expect((await suite.api.request('POST', '/druid/indexer/v1/worker/elsewhere:1/enable')).status).toBe(404);
  });
});

describe.each([
  ['/druid/indexer/v1/worker', { type: 'default', selectStrategy: { type: 'fillCapacity' } }],
  ['/druid/coordinator/v1/config', { maxSegmentsToMove: 7 }],
])('%s', (path, config) => {
  test('is kept with its history', async () => {
    const before = (await suite.api.get(path)).json;
    const headers = { 'x-druid-author': 'console', 'x-druid-comment': 'trying' };
    expect((await suite.api.request('POST', path, config, headers)).status).toBe(200);
    const after = (await suite.api.get(path)).json;
    expect(after).toMatchObject(config);
    expect(after).not.toEqual(before);
    expect((await suite.api.get(`${path}/history?count=10`)).json).toEqual([
      {
        key: expect.any(String),
        type: expect.any(String),
        auditInfo: { author: 'console', comment: 'trying', ip: '127.0.0.1' },
        payload: JSON.stringify(config),
        auditTime: expect.any(String),
      },
    ]);
    expect((await suite.api.request('POST', path, '[1')).status).toBe(400);
  });
});

test('supervisors are refused by name', async () => {
  const answer = await suite.api.request('POST', '/druid/indexer/v1/supervisor', { type: 'kafka' });
  expect(answer.status).toBe(501);
  expect(answer.json.errorMessage).toContain('streaming');
  expect((await suite.api.get('/druid/indexer/v1/supervisor/none/status')).status).toBe(404);
});

test('tasks of other types are refused by name', async () => {
  const answer = await suite.api.request('POST', '/druid/indexer/v1/task', { type: 'index_parallel', spec: {} });
  expect(answer.status).toBe(400);
  expect(answer.json.errorMessage).toContain('index_parallel');
});

describe('the OpenAPI document', () => {
  test('describes every request that it lists', async () => {
    const { json } = await suite.api.get('/openapi.json');
    expect(json.openapi).toBe('3.1.0');
    const operations = Object.entries(json.paths as Record<string, Record<string, { summary?: string }>>).flatMap(
      ([path, methods]) => Object.entries(methods).map(([method, { summary }]) => [`${method} ${path}`, summary]),
    );
    expect(operations.length).toBeGreaterThan(80);
    expect(operations.filter(([, summary]) => !summary)).toEqual([]);
    expect(
      json.paths['/druid/v2/sql'].post.requestBody.content['application/json'].schema.properties.query,
    ).toBeDefined();
  });
});
