import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inlineSql } from './support/inline-sql.js';
import { useServer } from './support/suite.js';

const suite = useServer();

const days = (name: string, numbers: readonly number[], verb = 'INSERT INTO', value = 0): string =>
  `${verb} "${name}" ${verb.startsWith('REPLACE') ? 'OVERWRITE ALL' : ''} SELECT TIME_PARSE("t") AS "__time", "x" FROM ${inlineSql(
    numbers.map((day) => ({ t: `2024-01-${String(day).padStart(2, '0')}`, x: value + day })),
    { t: 'string', x: 'long' },
  )} PARTITIONED BY DAY`;

const day = (number: number): string => {
  const text = (each: number): string => `2024-01-${String(each).padStart(2, '0')}T00:00:00.000Z`;
  return `${text(number)}/${text(number + 1)}`;
};

const numbers = async (name: string): Promise<unknown[]> =>
  (await suite.api.rows(`SELECT "x" FROM "${name}" ORDER BY 1`)).map(([x]) => x);

const coordinator = '/druid/coordinator/v1';
const overlord = '/druid/indexer/v1';

function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

describe('lists', () => {
  test('tell datasources, their sizes, intervals and segments', async () => {
    await suite.api.ingest(days('seen', [1, 2]));
    const get = async (path: string) => (await suite.api.get(`${coordinator}${path}`)).json;
    expect(await get('/datasources')).toContain('seen');
    const simple = (await get('/datasources?simple')).find((each: { name: string }) => each.name === 'seen');
    expect(simple.properties.segments).toMatchObject({
      count: 2,
      minTime: '2024-01-01T00:00:00.000Z',
      maxTime: '2024-01-03T00:00:00.000Z',
    });
    expect(simple.properties.segments.size).toBeGreaterThan(0);
    expect(await get('/datasources/seen')).toEqual(simple);
    expect((await get('/datasources/seen?full')).segments).toHaveLength(2);
    expect(await get('/datasources/seen/intervals')).toEqual([day(2), day(1)]);
    expect(await get('/datasources/seen/intervals?simple')).toMatchObject({ [day(1)]: { count: 1 } });
    const ids = (await get('/datasources/seen/segments')) as string[];
    expect(ids).toHaveLength(2);
    expect(await get(`/datasources/seen/intervals/${day(1).replace('/', '_')}`)).toEqual([ids[0]]);
    const segment = await get(`/datasources/seen/segments/${encodeURIComponent(ids[0] ?? '')}`);
    expect(segment.metadata).toMatchObject({
      dataSource: 'seen',
      interval: day(1),
      dimensions: 'x',
      identifier: ids[0],
    });
    expect(await get('/datasources/seen/loadstatus?forceMetadataRefresh=true')).toEqual({ seen: 100 });
    expect(await get('/metadata/datasources')).toContain('seen');
    expect((await get('/metadata/datasources/seen')).segments).toHaveLength(2);
    expect(await get('/metadata/datasources/seen/segments')).toEqual(ids);
    expect(await get('/metadata/segments?datasources=seen&includeOvershadowedStatus')).toMatchObject([
      { overshadowed: false, numRows: 1 },
      { overshadowed: false },
    ]);
  });

  test('what is not there is 204, or 404 in the metadata', async () => {
    expect((await suite.api.get(`${coordinator}/datasources/none`)).status).toBe(204);
    expect((await suite.api.get(`${coordinator}/datasources/none/segments`)).status).toBe(204);
    expect((await suite.api.get(`${coordinator}/metadata/datasources/none`)).status).toBe(404);
    expect((await suite.api.get(`${coordinator}/datasources/none/intervals/sometime`)).status).toBe(400);
  });
});

describe('marking acts on queries at once', () => {
  test.each([
    ['the coordinator', coordinator],
    ['the overlord', overlord],
  ])('through %s', async (name, base) => {
    const source = `marked ${name}`;
    const path = `${base}/datasources/${encodeURIComponent(source)}`;
    await suite.api.ingest(days(source, [1, 2, 3]));
    const post = (action: string, body: unknown) => suite.api.request('POST', `${path}${action}`, body);

    expect((await post('/markUnused', { interval: day(1) })).json).toEqual({
      numChangedSegments: 1,
      segmentStateChanged: true,
    });
    expect(await numbers(source)).toEqual([2, 3]);
    expect((await post('/markUnused', { interval: day(1) })).json.numChangedSegments).toBe(0);

    const [second] = (await suite.api.get(`${coordinator}/datasources/${encodeURIComponent(source)}/segments`)).json;
    expect((await post('/markUnused', { segmentIds: [second, 'other'] })).json.numChangedSegments).toBe(1);
    expect(await numbers(source)).toEqual([3]);
    expect((await post('/markUsed', { segmentIds: [second] })).json.numChangedSegments).toBe(1);
    expect(await numbers(source)).toEqual([2, 3]);

    const segment = `${path}/segments/${encodeURIComponent(second)}`;
    expect((await suite.api.request('DELETE', segment)).json.segmentStateChanged).toBe(true);
    expect((await suite.api.request('POST', segment)).json.segmentStateChanged).toBe(true);

    expect((await suite.api.request('DELETE', path)).json.numChangedSegments).toBe(2);
    expect((await suite.api.get(`${coordinator}/datasources`)).json).not.toContain(source);
    expect((await suite.api.get(`${coordinator}/metadata/datasources?includeUnused`)).json).toContain(source);
    expect((await suite.api.request('POST', '/druid/v2/sql', { query: `SELECT 1 FROM "${source}"` })).status).toBe(400);
    const unused = `${coordinator}/metadata/datasources/${encodeURIComponent(source)}/unusedSegments`;
    expect((await suite.api.get(unused)).json).toHaveLength(3);
    expect((await suite.api.get(`${unused}?interval=${day(2).replace('/', '_')}&limit=5`)).json).toHaveLength(1);

    expect((await suite.api.request('POST', path)).json.numChangedSegments).toBe(3);
    expect(await numbers(source)).toEqual([1, 2, 3]);
  });

  test('what a newer version hides stays unused', async () => {
    await suite.api.ingest(days('twice', [1, 2]));
    await suite.api.ingest(days('twice', [1], 'REPLACE INTO', 10));
    const used = await suite.api.request('POST', `${overlord}/datasources/twice/markUsed`, {
      interval: '2024-01-01/2024-02-01',
    });
    expect(used.json.numChangedSegments).toBe(0);
    expect(await numbers('twice')).toEqual([11]);
  });

  test.each([
    ['neither', {}],
    ['both', { interval: day(1), segmentIds: ['x'] }],
    ['versions of ids', { segmentIds: ['x'], versions: ['y'] }],
    ['no interval', { interval: 'tomorrow' }],
    ['no list', { segmentIds: 'x' }],
  ])('a selection with %s is refused', async (_name, body) => {
    expect((await suite.api.request('POST', `${overlord}/datasources/x/markUnused`, body)).status).toBe(400);
  });
});

describe('kill', () => {
  test('deletes unused segments and their files for good, as a task', async () => {
    await suite.api.ingest(days('killed', [1, 2, 3]));
    const files = (): string[] => filesBelow(`${suite.server.dataDirectory}/segments/killed`);
    expect(files()).toHaveLength(3);
    await suite.api.request('POST', `${overlord}/datasources/killed/markUnused`, { interval: '2024-01-01/P2D' });
    const submitted = await suite.api.request('POST', `${overlord}/task`, {
      type: 'kill',
      id: 'kill_it',
      dataSource: 'killed',
      interval: day(1),
    });
    expect(submitted.json).toEqual({ task: 'kill_it' });
    const { state, status } = await suite.api.finish('kill_it');
    expect([state, status.type]).toEqual(['SUCCESS', 'kill']);
    expect((await suite.api.get(`${overlord}/task/kill_it/reports`)).json).toMatchObject({
      killUnusedSegments: { payload: { numSegmentsKilled: 1 } },
    });
    // The task ends with its transaction, which the files' removal follows.
    await suite.api.until(
      () => Promise.resolve(files().length),
      (count) => count === 2,
    );

    await suite.api.request('DELETE', `${coordinator}/datasources/killed/intervals/1970_2100`);
    const [kill] = await suite.api.until(
      async () => (await suite.api.get(`${overlord}/tasks?datasource=killed&type=kill&state=complete`)).json,
      (tasks) => tasks.length === 2,
    );
    expect(kill.statusCode).toBe('SUCCESS');
    await suite.api.until(
      () => Promise.resolve(files()),
      (left) => left.length === 1,
    );
    expect((await suite.api.request('POST', `${overlord}/datasources/killed`)).json.numChangedSegments).toBe(0);
    expect(await numbers('killed')).toEqual([3]);
  });

  test('a bad one is refused', async () => {
    const task = { type: 'kill', dataSource: 'x' };
    expect((await suite.api.request('POST', `${overlord}/task`, task)).status).toBe(400);
    expect((await suite.api.request('POST', `${overlord}/task`, { ...task, interval: 'x' })).status).toBe(400);
    const named = { ...task, id: '../x', interval: day(1) };
    expect((await suite.api.request('POST', `${overlord}/task`, named)).status).toBe(400);
  });
});
