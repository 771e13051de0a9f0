import { describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

const inline = (name: string, rows: number): string =>
  `INSERT INTO "${name}" SELECT TIMESTAMP '2024-01-01' AS "__time", "x" FROM TABLE(EXTERN('${JSON.stringify({
    type: 'inline',
    data: Array.from({ length: rows }, (_, x) => JSON.stringify({ x })).join('\n'),
  })}', '{"type":"json"}', '[{"name":"x","type":"long"}]')) PARTITIONED BY DAY`;

describe('a task from submission to end', () => {
  test('answers as Druid documents', async () => {
    const submitted = await suite.api.request('POST', '/druid/v2/sql/task', {
      query: inline('doc', 3),
      context: { maxNumTasks: 3 },
    });
    expect(submitted.status).toBe(202);
    expect(submitted.json).toEqual({ taskId: expect.stringMatching(/^query-[0-9a-f-]{36}$/), state: 'RUNNING' });
    const id = submitted.json.taskId as string;
    await suite.api.finish(id);

    const status = await suite.api.get(`/druid/indexer/v1/task/${id}/status`);
    expect(status.json).toMatchObject({
      task: id,
      status: {
        id,
        groupId: id,
        type: 'query_controller',
        statusCode: 'SUCCESS',
        status: 'SUCCESS',
        dataSource: 'doc',
        errorMsg: null,
      },
    });
    expect(status.json.status.duration).toBeGreaterThan(0);

    const task = await suite.api.get(`/druid/indexer/v1/task/${id}`);
    expect(task.json).toMatchObject({ task: id, payload: { type: 'query_controller', id } });
    expect(task.json.payload.sqlQuery).toContain('INSERT INTO "doc"');

    for (const path of ['report', 'reports']) {
      const report = await suite.api.get(`/druid/indexer/v1/task/${id}/${path}`);
      expect(report.json).toMatchObject({
        multiStageQuery: { type: 'multiStageQuery', taskId: id, payload: { status: { status: 'SUCCESS' } } },
      });
    }
    expect((await suite.api.get(`/druid/indexer/v1/task/${id}/log`)).text).not.toBe('');
  });

  test('lists by state and datasource', async () => {
    await suite.api.ingest(inline('listed', 1));
    const ids = async (path: string): Promise<string[]> =>
      (await suite.api.get(path)).json.map((status: { id: string }) => status.id);
    const [only] = await ids('/druid/indexer/v1/tasks?datasource=listed');
    expect(await ids('/druid/indexer/v1/tasks')).toContain(only);
    expect(await ids('/druid/indexer/v1/completeTasks')).toContain(only);
    expect(await ids('/druid/indexer/v1/tasks?state=complete&datasource=listed')).toEqual([only]);
    expect(await ids('/druid/indexer/v1/runningTasks')).not.toContain(only);
    expect(await ids('/druid/indexer/v1/pendingTasks')).toEqual([]);
  });
});

describe('refusals', () => {
  test.each([
    ['GET', '/druid/indexer/v1/task/nothing', 404],
    ['GET', '/druid/indexer/v1/task/nothing/status', 404],
    ['GET', '/druid/indexer/v1/task/nothing/reports', 404],
    ['POST', '/druid/indexer/v1/task/nothing/shutdown', 404],
    ['GET', '/druid/indexer/v1/tasks?state=sleeping', 400],
    ['GET', '/druid/indexer/v1/tasks?max=many', 400],
  ])('%s %s is %i', async (method, path, status) => {
    expect((await suite.api.request(method, path)).status).toBe(status);
  });

  test.each([
    ['no PARTITIONED BY', 'INSERT INTO "x" SELECT 1 AS "a"', 'requires a PARTITIONED BY'],
    ['an unnamed column', 'INSERT INTO "x" SELECT 1 + 1 PARTITIONED BY ALL', 'requires columns to be named'],
    ['ORDER BY', 'INSERT INTO "x" SELECT 1 AS "a" ORDER BY 1 PARTITIONED BY ALL', 'use CLUSTERED BY instead'],
    ['too long a column list', 'INSERT INTO "x" (a, b) SELECT 1 AS "a" PARTITIONED BY ALL', 'target columns (2)'],
    ['no OVERWRITE', 'REPLACE INTO "x" SELECT 1 AS "a" PARTITIONED BY ALL', 'Missing time chunk information'],
    [
      'bounds off the granularity',
      `REPLACE INTO "x" OVERWRITE WHERE "__time" >= TIMESTAMP '2001-01-01 01:00:00' AND "__time" < TIMESTAMP '2001-01-02'
       SELECT TIMESTAMP '2001-01-01 02:00:00' AS "__time" PARTITIONED BY DAY`,
      'not aligned',
    ],
    ['a system table', 'INSERT INTO sys.tasks SELECT 1 AS "a" PARTITIONED BY ALL', 'not a Druid datasource'],
    [
      'an unknown input source',
      `INSERT INTO "x" SELECT * FROM TABLE(EXTERN('{"type":"carrier-pigeon"}','{"type":"json"}','[{"name":"a","type":"long"}]')) PARTITIONED BY ALL`,
      'carrier-pigeon',
    ],
    [
      'input source JSON that is none',
      `INSERT INTO "x" SELECT * FROM TABLE(EXTERN('{','{"type":"json"}','[{"name":"a","type":"long"}]')) PARTITIONED BY ALL`,
      'inputSource',
    ],
  ])('%s never becomes a task', async (_name, query, message) => {
    const before = (await suite.api.get('/druid/indexer/v1/tasks')).json.length as number;
    const answer = await suite.api.request('POST', '/druid/v2/sql/task', { query });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain(message);
    expect((await suite.api.get('/druid/indexer/v1/tasks')).json.length).toBe(before);
  });

  test('a context parameter of the wrong kind is named', async () => {
    const answer = await suite.api.request('POST', '/druid/v2/sql/task', {
      query: inline('x', 1),
      context: { rowsPerSegment: 'many' },
    });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain('rowsPerSegment');
  });
});

test('/status and /status/health', async () => {
  expect((await suite.api.get('/status/health')).text).toBe('true');
  expect((await suite.api.get('/status')).json.version).toBeDefined();
});
