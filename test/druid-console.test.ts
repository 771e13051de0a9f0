import { beforeAll, describe, expect, test } from 'vitest';
import { inlineSql } from './support/inline-sql.js';
import { useServer } from './support/suite.js';

/**
 * What the web console of Druid 36 asks for, and what it reads of the answers; found by running that console against a server
 * and listening. An answer without one of these fields is an error message, an empty cell, or a view that breaks.
 */
const suite = useServer(['--task-slots', '2']);

const rows = [
  { t: '2024-01-01T00:00:00Z', page: 'Zürich', added: 3 },
  { t: '2024-01-02T00:00:00Z', page: 'Ælfred', added: 4 },
];
const source = inlineSql(rows, { t: 'string', page: 'string', added: 'long' });
const ingest = (name: string): string =>
  `REPLACE INTO "${name}" OVERWRITE ALL SELECT TIME_PARSE("t") AS "__time", "page", "added" FROM ${source} PARTITIONED BY DAY`;

let task = '';
let segment = '';
const rewritten = '"shown-again"';

beforeAll(async () => {
  task = (await suite.api.ingest(ingest('shown'))).id;
  [segment] = (await suite.api.get('/druid/coordinator/v1/datasources/shown/segments')).json as [string];
  await suite.api.request('POST', '/druid/coordinator/v1/lookups/config', {
    __default: { names: { version: 'v1', lookupExtractorFactory: { type: 'map', map: { de: 'Germany' } } } },
  });
});

const host = (): string => new URL(suite.server.url).host;
const text = expect.any(String);
const number = expect.any(Number);
const list = expect.any(Array);
/** Placeholders of a path. */
const fill = (path: string): string =>
  path
    .replace('{task}', task)
    .replace('{segment}', encodeURIComponent(segment))
    .replace('{host}', encodeURIComponent(host()));

interface ConsoleRequest {
  readonly view: string;
  readonly path: string;
  /** A body makes it a POST. */
  readonly body?: unknown;
  readonly reads: unknown;
}

const sql = (query: string, more: object = {}): object => ({ query, ...more });

const requests: readonly ConsoleRequest[] = [
  {
    view: 'start',
    path: '/druid/v2/sql?capabilities',
    body: sql('SELECT 1337', { context: { timeout: 15000 } }),
    reads: [{ EXPR$0: 1337 }],
  },
  { view: 'start', path: '/proxy/enabled?capabilities', reads: { enabled: true } },
  { view: 'start', path: '/druid/v2/sql/task/enabled?capabilities', reads: { enabled: true } },
  {
    view: 'start',
    path: '/druid/v2/sql/engines?capabilities',
    reads: { engines: expect.arrayContaining([{ name: 'msq-task' }]) },
  },
  {
    view: 'start',
    path: '/druid/indexer/v1/totalWorkerCapacity',
    reads: { currentClusterCapacity: 2, usedClusterCapacity: 0 },
  },
  {
    view: 'start, for completion',
    path: '/druid/v2/sql?capabilities-functions',
    body: sql(
      `SELECT "ROUTINE_NAME", "SIGNATURES", "IS_AGGREGATOR" FROM "INFORMATION_SCHEMA"."ROUTINES" WHERE "SIGNATURES" IS NOT NULL AND "ROUTINE_NAME" = 'COUNT'`,
      { resultFormat: 'array', context: { timeout: 15000 } },
    ),
    reads: [['COUNT', expect.stringContaining('COUNT('), 'YES']],
  },
  { view: 'home', path: '/status', reads: { version: text, modules: [] } },
  { view: 'home', path: '/druid/coordinator/v1/lookups/status', reads: { __default: { names: { loaded: true } } } },
  {
    view: 'home, services',
    path: '/druid/indexer/v1/workers',
    reads: [{ worker: { host: text, capacity: 2, version: text }, currCapacityUsed: 0, lastCompletedTaskTime: text }],
  },
  {
    view: 'home, supervisors',
    path: '/druid/v2/sql',
    body: sql(`SELECT COUNT(*) FILTER (WHERE "suspended" = 0) AS "running" FROM sys.supervisors`),
    reads: [{ running: 0 }],
  },
  {
    view: 'query: tables and columns',
    path: '/druid/v2/sql',
    body: sql(
      `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'shown'`,
    ),
    reads: expect.arrayContaining([
      { TABLE_SCHEMA: 'druid', TABLE_NAME: 'shown', COLUMN_NAME: '__time', DATA_TYPE: 'TIMESTAMP' },
    ]),
  },
  {
    view: 'query: run',
    path: '/druid/v2/sql',
    body: sql('SELECT "__time", "page", "added" FROM shown', {
      resultFormat: 'array',
      header: true,
      typesHeader: true,
      sqlTypesHeader: true,
      context: { sqlOuterLimit: 1, sqlQueryId: 'of-the-console', sqlStringifyArrays: false },
    }),
    reads: [
      ['__time', 'page', 'added'],
      ['LONG', 'STRING', 'LONG'],
      ['TIMESTAMP', 'VARCHAR', 'BIGINT'],
      ['2024-01-01T00:00:00.000Z', 'Zürich', 3],
    ],
  },
  {
    view: 'query: explain',
    path: '/druid/v2/sql',
    body: sql('EXPLAIN PLAN FOR SELECT "page", COUNT(*) FROM shown GROUP BY 1', { resultFormat: 'object' }),
    reads: [{ PLAN: expect.stringContaining('"query"'), RESOURCES: text, ATTRIBUTES: text }],
  },
  {
    view: 'query: recent tasks',
    path: '/druid/v2/sql',
    body: sql(
      `SELECT CASE WHEN "error_msg" = 'Shutdown request from user' THEN 'CANCELED' ELSE "status" END AS "state", "task_id", "datasource", "created_time", "duration", "error_msg"
       FROM sys.tasks WHERE "type" = 'query_controller' ORDER BY "created_time" DESC LIMIT 100`,
    ),
    reads: [
      { state: 'SUCCESS', task_id: text, datasource: 'shown', created_time: text, duration: number, error_msg: null },
    ],
  },
  {
    view: 'query: connect external data',
    path: '/druid/indexer/v1/sampler?for=input-format-step',
    body: {
      type: 'index_parallel',
      spec: {
        type: 'index_parallel',
        ioConfig: {
          type: 'index_parallel',
          inputSource: { type: 'inline', data: rows.map((row) => JSON.stringify(row)).join('\n') },
          inputFormat: { type: 'json', keepNullColumns: true },
        },
        dataSchema: {
          dataSource: 'sample',
          timestampSpec: { column: 't', format: 'iso', missingValue: '1970-01-01T00:00:00Z' },
          dimensionsSpec: { useSchemaDiscovery: true },
          granularitySpec: { rollup: false },
        },
      },
      samplerConfig: { numRows: 500, timeoutMs: 15000 },
    },
    reads: {
      numRowsRead: 2,
      logicalSegmentSchema: expect.arrayContaining([{ name: 'added', type: 'LONG' }]),
      physicalDimensions: list,
      data: expect.arrayContaining([{ input: rows[0], parsed: expect.objectContaining({ page: 'Zürich' }) }]),
    },
  },
  {
    view: 'query: whether the sampler is there',
    path: '/proxy/overlord/status',
    reads: { version: text, modules: [] },
  },
  {
    view: 'datasources',
    path: '/druid/v2/sql',
    body: sql(
      `SELECT "datasource", COUNT(*) FILTER (WHERE is_active = 1) AS "active",
         COUNT(*) FILTER (WHERE is_published = 1 AND is_overshadowed = 0 AND is_available = 0 AND replication_factor > 0) AS "loading",
         SUM("size") FILTER (WHERE is_active = 1) AS "bytes", AVG("num_rows") FILTER (WHERE is_available = 1 AND is_realtime = 0) AS "mean",
         COUNT(*) FILTER (WHERE is_active = 1 AND "start" LIKE '%T00:00:00.000Z' AND "end" LIKE '%T00:00:00.000Z') AS "days",
         SUM("size" * "num_replicas") FILTER (WHERE is_active = 1) AS "replicated"
       FROM sys.segments GROUP BY 1 ORDER BY 1`,
    ),
    reads: [{ datasource: 'shown', active: 2, loading: 0, bytes: number, mean: 1, days: 2, replicated: number }],
  },
  { view: 'datasources', path: '/druid/coordinator/v1/rules', reads: { _default: [{ type: 'loadForever' }] } },
  { view: 'datasources', path: '/druid/indexer/v1/compaction/config/datasources', reads: { compactionConfigs: [] } },
  { view: 'datasources', path: '/druid/indexer/v1/compaction/status/datasources', reads: { latestStatus: [] } },
  {
    view: 'datasources, with unused ones',
    path: '/druid/coordinator/v1/metadata/datasources?includeUnused',
    reads: ['shown'],
  },
  { view: 'datasources: rules of retention', path: '/druid/coordinator/v1/rules/shown/history?count=200', reads: [] },
  {
    view: 'segments: detail',
    path: '/druid/coordinator/v1/metadata/datasources/shown/segments/{segment}?includeUnused=true',
    reads: { dataSource: 'shown', interval: text, version: text, loadSpec: expect.any(Object), size: number },
  },
  {
    view: 'segments',
    path: '/druid/v2/sql',
    body: sql(
      `SELECT "segment_id", "start", "end", "version", "shard_spec", "partition_num", "size", "num_rows", "is_active", "last_compaction_state"
       FROM sys.segments WHERE "datasource" = 'shown' ORDER BY "start" DESC, "version" DESC LIMIT 1`,
    ),
    reads: [
      { start: '2024-01-02T00:00:00.000Z', shard_spec: expect.stringContaining('"type"'), num_rows: 1, is_active: 1 },
    ],
  },
  {
    view: 'tasks',
    path: '/druid/v2/sql',
    body: sql(
      `WITH t AS (SELECT "task_id", "group_id", "type", "datasource", "created_time", "location", "duration", "error_msg",
         CASE WHEN "status" = 'RUNNING' THEN "runner_status" ELSE "status" END AS "status" FROM sys.tasks)
       SELECT * FROM t ORDER BY (CASE "status" WHEN 'RUNNING' THEN 4 WHEN 'PENDING' THEN 3 ELSE 1 END) DESC, "created_time" DESC`,
    ),
    reads: [{ task_id: text, group_id: text, type: 'query_controller', datasource: 'shown', status: 'SUCCESS' }],
  },
  {
    view: 'tasks: detail',
    path: '/druid/indexer/v1/task/{task}/status',
    reads: { status: { status: 'SUCCESS', duration: number } },
  },
  {
    view: 'tasks: detail',
    path: '/druid/indexer/v1/task/{task}',
    reads: { payload: { sqlQuery: text, spec: { destination: { type: 'dataSource', dataSource: 'shown' } } } },
  },
  {
    view: 'tasks: stages',
    path: '/druid/indexer/v1/task/{task}/reports',
    reads: {
      multiStageQuery: {
        taskId: text,
        payload: {
          status: {
            status: 'SUCCESS',
            startTime: text,
            durationMs: number,
            pendingTasks: number,
            runningTasks: number,
          },
          stages: expect.arrayContaining([
            expect.objectContaining({
              stageNumber: 0,
              phase: 'FINISHED',
              definition: expect.objectContaining({ processor: { type: text }, input: list, signature: list }),
            }),
          ]),
          counters: { '0': { '0': { input0: { type: 'channel', rows: list, files: list, totalFiles: list } } } },
        },
      },
    },
  },
  {
    view: 'services',
    path: '/druid/v2/sql',
    body: sql(
      `SELECT "server_type", "plaintext_port", "tls_port", "curr_size", "max_size", "is_leader", "labels" FROM sys.servers ORDER BY 1`,
    ),
    reads: ['broker', 'coordinator', 'historical', 'middle_manager', 'overlord', 'router'].map((type) =>
      expect.objectContaining({ server_type: type, tls_port: -1 }),
    ),
  },
  { view: 'lookups', path: '/druid/coordinator/v1/lookups/config?discover=true', reads: ['__default'] },
  {
    view: 'lookups',
    path: '/druid/coordinator/v1/lookups/config/all',
    reads: { __default: { names: { version: 'v1', lookupExtractorFactory: { type: 'map' } } } },
  },
  {
    view: 'lookups: values',
    path: '/druid/v2/sql',
    body: sql('SELECT "k", "v" FROM "lookup"."names" LIMIT 5000'),
    reads: [{ k: 'de', v: 'Germany' }],
  },
  {
    view: 'dynamic configuration',
    path: '/druid/coordinator/v1/config',
    reads: { pauseCoordination: false, maxSegmentsToMove: 100 },
  },
  { view: 'dynamic configuration', path: '/druid/coordinator/v1/config/history?count=100', reads: [] },
  { view: 'dynamic configuration', path: '/druid/indexer/v1/worker', reads: { type: 'default' } },
  { view: 'dynamic configuration', path: '/druid/indexer/v1/worker/history?count=100', reads: [] },
  {
    view: 'dynamic configuration',
    path: '/druid/indexer/v1/compaction/config/cluster',
    reads: { compactionTaskSlotRatio: 0.1, useSupervisors: false },
  },
  { view: 'doctor', path: '/status/properties', reads: { 'druid.router.managementProxy.enabled': 'true' } },
  {
    view: 'doctor',
    path: '/druid/v2/sql',
    body: sql(
      `SELECT COUNT(*) FILTER (WHERE "curr_size" * 1.0 / "max_size" > 0.95) AS "full" FROM sys.servers WHERE "server_type" = 'historical'`,
    ),
    reads: [{ full: 0 }],
  },
];

describe("what the views of Druid's console ask", () => {
  test.each(requests)('$view: $path', async ({ path, body, reads }) => {
    const answer = await suite.api.request(body === undefined ? 'GET' : 'POST', fill(path), body);
    expect(answer.status, answer.text).toBe(200);
    if (Array.isArray(reads)) expect(answer.json).toHaveLength(reads.length);
    expect(answer.json).toMatchObject(reads as object);
  });
});

test('stages of a query on datasources name intervals, which the stages pane joins', async () => {
  const { report } = await suite.api.ingest(
    `INSERT INTO ${rewritten} SELECT * FROM shown WHERE "__time" >= TIMESTAMP '2024-01-02' AND "page" IN (SELECT "page" FROM shown) PARTITIONED BY DAY`,
  );
  const inputs = report.stages[0].definition.input as readonly { dataSource: string; intervals: string[] }[];
  expect(inputs.map(({ dataSource, intervals }) => [dataSource, intervals.join('; ')])).toEqual([
    ['shown', '2024-01-02T00:00:00.000Z/146140482-04-24T15:36:27.903Z'],
    ['shown', '-146136543-09-08T08:23:32.096Z/146140482-04-24T15:36:27.903Z'],
  ]);
});

test('the worker that GET workers tells of is the middle manager of sys.servers', async () => {
  const [worker] = (await suite.api.get('/druid/indexer/v1/workers')).json;
  const named = await suite.api.rows(`SELECT "server" FROM sys.servers WHERE "server_type" = 'middle_manager'`);
  expect(named).toEqual([[worker.worker.host]]);
  const disabled = await suite.api.request('POST', fill('/druid/indexer/v1/worker/{host}/disable'));
  expect([disabled.status, disabled.json]).toEqual([200, { [host()]: 'disabled' }]);
  expect((await suite.api.request('POST', fill('/druid/indexer/v1/worker/{host}/enable'))).status).toBe(200);
});

test('the load queue of the historical is found by its name in sys.servers', async () => {
  const queue = (await suite.api.get('/druid/coordinator/v1/loadqueue?simple')).json;
  const named = await suite.api.rows(`SELECT "server" FROM sys.servers WHERE "server_type" = 'historical'`);
  expect(Object.keys(queue)).toEqual(named.flat());
});

test('a client that leaves before its answer is no failure of the server', async () => {
  const leaving = new AbortController();
  const asked = fetch(`${suite.server.url}/druid/v2/sql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'SELECT 1', context: { sqlQueryId: 'left' } }),
    signal: leaving.signal,
  });
  leaving.abort();
  await expect(asked).rejects.toThrow();
  expect((await suite.api.get('/status/health')).json).toBe(true);
  expect(suite.server.log()).not.toContain('"level":50');
});
