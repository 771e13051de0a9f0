import { describe, expect, test } from 'vitest';
import { inlineSql } from './support/inline-sql.js';
import { useServer } from './support/suite.js';

const suite = useServer();
const base = '/druid/coordinator/v1';
const post = (path: string, body?: unknown) => suite.api.request('POST', path, body);

const insert = (name: string, times: readonly string[], period = 'DAY'): string =>
  `INSERT INTO "${name}" SELECT TIME_PARSE("t") AS "__time", "x", "s" FROM ${inlineSql(
    times.map((t, x) => ({ t, x, s: `s${x}` })),
    { t: 'string', x: 'long', s: 'string' },
  )} PARTITIONED BY ${period}`;

const dates = async (name: string): Promise<unknown[]> =>
  (await suite.api.rows(`SELECT TIME_FORMAT("__time", 'yyyy-MM-dd') FROM "${name}" ORDER BY "__time"`)).flat();

const activeSegments = (name: string): Promise<unknown[][]> =>
  suite.api.rows(
    `SELECT "start", "num_rows" FROM sys.segments WHERE "datasource" = '${name}' AND "is_active" = 1 ORDER BY 1`,
  );

describe('retention rules', () => {
  test('drop by interval and load the rest, at once', async () => {
    await suite.api.ingest(insert('ruled', ['2001-01-01', '2001-01-02', '2001-02-01']));
    const rules = [
      { type: 'loadByInterval', interval: '2001-01-02/P1D', tieredReplicants: { _default_tier: 1 } },
      { type: 'dropByInterval', interval: '2001-01-01/2001-02-01' },
    ];
    const headers = { 'x-druid-author': 'me', 'x-druid-comment': 'less' };
    expect((await suite.api.request('POST', `${base}/rules/ruled`, rules, headers)).status).toBe(200);
    expect(await dates('ruled')).toEqual(['2001-01-02', '2001-02-01']);
    expect((await suite.api.get(`${base}/rules/ruled`)).json).toEqual(rules);
    expect((await suite.api.get(`${base}/rules/ruled?full`)).json.at(-1).type).toBe('loadForever');
    expect((await suite.api.get(`${base}/rules`)).json).toMatchObject({
      ruled: rules,
      _default: [{ type: 'loadForever' }],
    });
    expect((await suite.api.get(`${base}/rules/ruled/history?count=5`)).json).toMatchObject([
      { key: 'ruled', type: 'rules', auditInfo: { author: 'me', comment: 'less' } },
    ]);
  });

  test('drop by period what is older, or newer', async () => {
    const day = 86_400_000;
    const at = (days: number): string => new Date(Date.now() - days * day).toISOString().slice(0, 10);
    await suite.api.ingest(insert('aging', [at(100), at(20), at(2)]));
    await post(`${base}/rules/aging`, [{ type: 'loadByPeriod', period: 'P30D' }, { type: 'dropForever' }]);
    expect(await dates('aging')).toEqual([at(20), at(2)]);
    await post(`${base}/rules/aging`, [{ type: 'dropBeforeByPeriod', period: 'P10D' }]);
    expect(await dates('aging')).toEqual([at(2)]);
    await post(`${base}/rules/aging`, [{ type: 'dropByPeriod', period: 'P30D' }]);
    expect((await suite.api.get(`${base}/datasources`)).json).not.toContain('aging');
  });

  test.each([
    [[{ type: 'loadSometimes' }]],
    [[{ type: 'dropByInterval', interval: 'x' }]],
    [[{ type: 'loadByPeriod', period: 'a month' }]],
    [[{ type: 'loadForever', tieredReplicants: { _default_tier: 0 } }]],
    [{ type: 'loadForever' }],
  ])('%j is refused', async (rules) => {
    expect((await post(`${base}/rules/x`, rules)).status).toBe(400);
  });
});

describe('automatic compaction', () => {
  const status = async (name: string) =>
    (await suite.api.get('/druid/indexer/v1/compaction/status/datasources')).json.latestStatus.find(
      (each: { dataSource: string }) => each.dataSource === name,
    );

  test('writes the segments of a chunk as one, once, and leaves the newest alone', async () => {
    for (const times of [['2002-01-01', '2002-01-05'], ['2002-01-01'], ['2002-01-05']]) {
      await suite.api.ingest(insert('scattered', times));
    }
    const config = { dataSource: 'scattered', skipOffsetFromLatest: 'P1D', taskPriority: 30 };
    expect((await post(`${base}/config/compaction`, config)).json).toEqual({ success: true });
    expect(await status('scattered')).toMatchObject({
      segmentCountAwaitingCompaction: 2,
      segmentCountSkipped: 2,
      intervalCountAwaitingCompaction: 1,
    });
    await post(`${base}/compaction/compact`);
    const [task] = await suite.api.until(
      async () => (await suite.api.get('/druid/indexer/v1/tasks?datasource=scattered&state=complete&max=1')).json,
      ([newest]) => newest.statusCode !== 'RUNNING' && newest.id !== undefined && !newest.errorMsg,
    );
    expect(task.type).toBe('query_controller');
    await suite.api.until(
      () => activeSegments('scattered'),
      (segments) => segments.length === 3,
    );
    expect(await activeSegments('scattered')).toEqual([
      ['2002-01-01T00:00:00.000Z', 2],
      ['2002-01-05T00:00:00.000Z', 1],
      ['2002-01-05T00:00:00.000Z', 1],
    ]);
    expect(await status('scattered')).toMatchObject({ segmentCountAwaitingCompaction: 0, segmentCountCompacted: 1 });
    const before = (await suite.api.get('/druid/indexer/v1/tasks?datasource=scattered')).json.length;
    await post(`${base}/compaction/compact`);
    expect((await suite.api.get('/druid/indexer/v1/tasks?datasource=scattered')).json.length).toBe(before);
  });

  test('changes the granularity', async () => {
    await suite.api.ingest(insert('daily', ['2003-01-01', '2003-01-05', '2003-03-01']));
    await post('/druid/indexer/v1/compaction/config/datasources/daily', {
      dataSource: 'daily',
      skipOffsetFromLatest: 'P1D',
      granularitySpec: { segmentGranularity: 'MONTH' },
    });
    await post(`${base}/compaction/compact`);
    await suite.api.until(
      () => activeSegments('daily'),
      (segments) => segments.length === 2,
    );
    expect(await activeSegments('daily')).toEqual([
      ['2003-01-01T00:00:00.000Z', 2],
      ['2003-03-01T00:00:00.000Z', 1],
    ]);
    expect(await dates('daily')).toEqual(['2003-01-01', '2003-01-05', '2003-03-01']);
  });

  test('configurations are listed, kept with their history, and deleted', async () => {
    const path = '/druid/indexer/v1/compaction/config/datasources';
    const config = { dataSource: 'configured', skipOffsetFromLatest: 'PT1H' };
    await post(`${path}/configured`, config);
    expect((await suite.api.get(`${path}/configured`)).json).toEqual(config);
    expect((await suite.api.get(`${base}/config/compaction/configured`)).json).toEqual(config);
    expect((await suite.api.get(path)).json.compactionConfigs).toContainEqual(config);
    expect((await suite.api.request('DELETE', `${path}/configured`)).json).toEqual({ success: true });
    expect((await suite.api.get(`${path}/configured`)).status).toBe(404);
    expect((await suite.api.request('DELETE', `${path}/configured`)).status).toBe(404);
    expect((await suite.api.get(`${path}/configured/history`)).json.entries).toHaveLength(2);
    expect((await post('/druid/indexer/v1/compaction/config/cluster', { maxCompactionTaskSlots: 3 })).status).toBe(200);
    expect((await suite.api.get('/druid/indexer/v1/compaction/config/cluster')).json.maxCompactionTaskSlots).toBe(3);
  });

  test.each([
    [{}, 'dataSource'],
    [{ dataSource: 'other' }, 'does not match'],
    [{ dataSource: 'x', metricsSpec: [] }, 'metricsSpec'],
    [{ dataSource: 'x', granularitySpec: { rollup: true } }, 'rollup'],
    [{ dataSource: 'x', granularitySpec: { segmentGranularity: 'FORTNIGHT' } }, 'segmentGranularity'],
    [{ dataSource: 'x', tuningConfig: { partitionsSpec: { type: 'hashed' } } }, 'partitionsSpec'],
  ])('%j is refused', async (config, named) => {
    const answer = await post('/druid/indexer/v1/compaction/config/datasources/x', config);
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain(named);
  });
});
