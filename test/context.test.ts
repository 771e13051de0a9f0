import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { contextParameters } from '../src/msq/context.js';
import { useServer } from './support/suite.js';

const suite = useServer();

type ParameterName = keyof typeof contextParameters;

const bad: Readonly<Record<ParameterName, readonly unknown[]>> = {
  maxNumTasks: [1, 'two', 2.5, true],
  numTasks: [0, {}],
  taskAssignment: ['most', 1],
  finalizeAggregations: ['perhaps', 0],
  arrayIngestMode: ['list', 1],
  sqlJoinAlgorithm: ['hash', []],
  rowsInMemory: ['many', 1.5],
  segmentSortOrder: [[1], '[', '"a', {}],
  forceSegmentSortByTime: ['no', 1],
  maxParseExceptions: [-2, 'none'],
  mode: ['lax', 1],
  rowsPerSegment: [0, 'x', 1.5],
  maxNumSegments: [0, 'x'],
  indexSpec: ['{', [], 5],
  durableShuffleStorage: ['x'],
  faultTolerance: ['x', 1],
  selectDestination: ['drawer'],
  waitUntilSegmentsLoad: ['x'],
  includeSegmentSource: ['ALL', true],
  rowsPerPage: [0, 'x'],
  skipTypeVerification: [[1], 7],
  failOnEmptyInsert: ['x', 1],
  storeCompactionState: ['x'],
  groupByEnableMultiValueUnnesting: ['x'],
  removeNullBytes: ['x'],
  includeAllCounters: ['x'],
  maxFrameSize: [0, 'large'],
  maxInputBytesPerWorker: [0, 'x'],
  maxConcurrentStages: [0, 'x'],
  clusterStatisticsMergeMode: ['NEVER'],
  targetPartitionsPerWorker: [0, 'x'],
  maxRowsMaterializedInWindow: ['x', []],
  rowBasedFrameType: ['x'],
  sketchEncoding: ['HEX'],
  maxThreads: ['x', 0.5],
  useAutoColumnSchemas: ['x'],
  useConcurrentLocks: ['x'],
  taskLockType: ['NONE'],
  priority: ['high', 1.5],
  sqlQueryId: [5, {}],
  sqlTimeZone: ['Mars/Olympus', 1],
  sqlCurrentTimestamp: ['soon'],
  engine: [1],
  sqlOuterLimit: [-1, 'x'],
  sqlStringifyArrays: ['x'],
  useApproximateCountDistinct: ['x'],
  useApproximateTopN: ['x'],
  timeout: [-1, 'long'],
};

const literal = (value: unknown): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

async function refusal(query: string, context: Record<string, unknown>, path = '/druid/v2/sql/task') {
  const { status, json } = await suite.api.request('POST', path, { query, context });
  expect(status).toBe(400);
  expect(json).toMatchObject({ error: 'druidException', persona: 'USER', category: 'INVALID_INPUT' });
  return json.errorMessage as string;
}

describe('a value that does not fit is refused by the name of its parameter', () => {
  test.each(Object.entries(bad))('%s', async (name, values) => {
    for (const value of values) {
      expect(await refusal('SELECT 1', { [name]: value })).toContain(`[${name}]`);
      if (typeof value !== 'object')
        expect(await refusal(`SET ${name} = ${literal(value)}; SELECT 1`, {})).toContain(`[${name}]`);
    }
    expect(await refusal('SELECT 1', { [name]: values[0] }, '/druid/v2/sql')).toContain(`[${name}]`);
  });

  const insert = `INSERT INTO "x" SELECT 1 AS "a" PARTITIONED BY ALL`;
  const replace = `REPLACE INTO "x" OVERWRITE ALL SELECT 1 AS "a" PARTITIONED BY ALL`;
  test.each<[string, string, Record<string, unknown>, string]>([
    [
      'locks of a REPLACE',
      insert,
      { taskLockType: 'EXCLUSIVE' },
      'TaskLock must be of type [SHARED] or [APPEND] for an INSERT query',
    ],
    [
      'locks of an INSERT',
      replace,
      { taskLockType: 'APPEND' },
      'TaskLock must be of type [EXCLUSIVE] or [REPLACE] for a REPLACE query',
    ],
    ['sort by what is not there', insert, { segmentSortOrder: '__time,b' }, 'segmentSortOrder] names column[b]'],
    ['sort by time later', insert, { segmentSortOrder: 'a' }, 'must start with[__time]'],
    [
      'fault tolerance without durable storage',
      insert,
      { faultTolerance: true, durableShuffleStorage: false },
      '[durableShuffleStorage] cannot be explicitly set to false',
    ],
    [
      'what Druid sets by itself',
      insert,
      { sqlInsertSegmentGranularity: 'DAY' },
      '[sqlInsertSegmentGranularity] is not allowed',
    ],
    ['sqlOuterLimit', insert, { sqlOuterLimit: 5 }, '[sqlOuterLimit] cannot be provided on operator [INSERT]'],
    [
      'arrays by arrayIngestMode none',
      `INSERT INTO "x" SELECT ARRAY['a'] AS "l" PARTITIONED BY ALL`,
      { arrayIngestMode: 'none' },
      '[l]',
    ],
    [
      'arrays of numbers as multi-value strings',
      `INSERT INTO "x" SELECT ARRAY[1] AS "l" PARTITIONED BY ALL`,
      { arrayIngestMode: 'mvd' },
      '[l]',
    ],
  ])('%s', async (_name, query, context, message) => {
    expect(await refusal(query, context)).toContain(message);
  });
});

describe('effects', () => {
  test('what is accepted without an effect changes nothing', async () => {
    const context = {
      taskAssignment: 'auto',
      sqlJoinAlgorithm: 'sortMerge',
      rowsInMemory: '1000',
      indexSpec: { stringDictionaryEncoding: { type: 'frontCoded', bucketSize: 4 } },
      durableShuffleStorage: true,
      maxInputBytesPerWorker: 1_000,
      maxConcurrentStages: 2,
      clusterStatisticsMergeMode: 'parallel',
      targetPartitionsPerWorker: 3,
      maxRowsMaterializedInWindow: 1,
      rowBasedFrameType: 18,
      sketchEncoding: 'JSON',
      useAutoColumnSchemas: true,
      useConcurrentLocks: true,
      useApproximateTopN: false,
      nobodyKnows: [1],
    };
    const { id, report } = await suite.api.ingest('SELECT 1 AS "one"', context);
    expect(report.results.results).toEqual([[1]]);
    const { payload } = (await suite.api.get(`/druid/indexer/v1/task/${id}`)).json;
    expect(payload.sqlQueryContext).toMatchObject(context);
    expect(payload.spec).toMatchObject({
      assignmentStrategy: 'auto',
      tuningConfig: { maxRowsInMemory: 1_000, indexSpec: context.indexSpec },
    });
  });

  test('waitUntilSegmentsLoad tells of the segments that are loaded', async () => {
    const insert = `INSERT INTO "loaded" SELECT 1 AS "a" PARTITIONED BY ALL`;
    expect((await suite.api.ingest(insert)).report.status.segmentLoadWaiterStatus).toBeUndefined();
    expect(
      (await suite.api.ingest(insert, { waitUntilSegmentsLoad: true })).report.status.segmentLoadWaiterStatus,
    ).toMatchObject({
      state: 'SUCCESS',
      totalSegments: 1,
      pendingSegments: 0,
    });
  });

  test('includeSegmentSource REALTIME, but not of what is written', async () => {
    await suite.api.ingest(`INSERT INTO "own" SELECT 1 AS "a" PARTITIONED BY ALL`);
    const context = { includeSegmentSource: 'REALTIME' };
    const copy = (to: string): string => `REPLACE INTO "${to}" OVERWRITE ALL SELECT * FROM "own" PARTITIONED BY ALL`;
    expect(await refusal(copy('own'), context)).toContain('includeSegmentSource');
    await suite.api.ingest(copy('other'), context);
    expect(await suite.api.rows('SELECT COUNT(*) FROM "other"', context)).toEqual([[1]]);
  });

  test('text and arrays do not mix unless skipTypeVerification says so', async () => {
    const write = (value: string): string =>
      `REPLACE INTO "typed" OVERWRITE ALL SELECT ${value} AS "v" PARTITIONED BY ALL`;
    await suite.api.ingest(write(`'a'`));
    const message = await refusal(write(`ARRAY['a']`), {});
    expect(message).toContain(
      'Cannot write into field[v] using type[CHAR(1) ARRAY] and arrayIngestMode[array], since the existing type is[VARCHAR]. ' +
        'Try wrapping this field using ARRAY_TO_MV(...) AS "v"',
    );
    await suite.api.ingest(write(`ARRAY['a', 'b']`), { arrayIngestMode: 'mvd' });
    expect(await suite.api.rows(`SELECT "v", MV_LENGTH("v") FROM "typed"`)).toEqual([['["a","b"]', 2]]);
    await suite.api.ingest(write(`ARRAY['a', 'b']`), { skipTypeVerification: '"other, one",v' });
    expect(await suite.api.rows(`SELECT ARRAY_LENGTH("v") FROM "typed"`)).toEqual([[2]]);
    expect(await refusal(write(`'a'`), {})).toContain(
      'adjusting your query to make this column an ARRAY instead of VARCHAR',
    );
    expect(await refusal(write(`ARRAY['a']`), { arrayIngestMode: 'mvd' })).toContain(
      'Try setting arrayIngestMode to[array]',
    );
  });

  test.each<[string, Record<string, unknown>, number]>([
    ['maxNumTasks', { maxNumTasks: 2 }, 1],
    ['numTasks', { numTasks: 2 }, 1],
    ['maxNumTasks before numTasks', { maxNumTasks: 2, numTasks: 3 }, 1],
    ['maxThreads', { maxNumTasks: 3, maxThreads: 1 }, 1],
    ['no more threads than cores', { maxNumTasks: 500 }, availableParallelism()],
  ])('%s decides how many threads a task has', async (_name, context, threads) => {
    const { id } = await suite.api.ingest('SELECT 1', context);
    const log = (await suite.api.get(`/druid/indexer/v1/task/${id}/log`)).text;
    expect(Number(/"threads":(\d+)/.exec(log)?.[1])).toBe(threads);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['mode strict', { mode: 'strict' }, 'FAILED'],
    ['mode nonStrict', { mode: 'nonStrict' }, 'SUCCESS'],
    ['maxParseExceptions before mode', { mode: 'nonStrict', maxParseExceptions: 0 }, 'FAILED'],
    ['SET maxParseExceptions', {}, 'SUCCESS'],
  ])('%s decides about bad records', async (name, context, expected) => {
    const source = JSON.stringify({ type: 'inline', data: '{"n": 1}\n{"n"\n' });
    const sql = `SELECT "n" FROM TABLE(EXTERN('${source}', '{"type":"json"}')) EXTEND ("n" BIGINT)`;
    const { state } = await suite.api.task(name.startsWith('SET') ? `${name} = 1; ${sql}` : sql, context);
    expect(state).toBe(expected);
  });

  test('sqlOuterLimit bounds the rows of a SELECT task', async () => {
    const query = 'SELECT * FROM (VALUES (1), (2), (3)) AS t(x)';
    expect((await suite.api.ingest(query, { sqlOuterLimit: 2 })).report.results.results).toEqual([[1], [2]]);
    expect((await suite.api.ingest(`${query} LIMIT 1`, { sqlOuterLimit: 2 })).report.results.results).toEqual([[1]]);
  });

  test('useApproximateCountDistinct false makes a distinct count a number, which can be stored unfinalized', async () => {
    const query = `REPLACE INTO "distinct" OVERWRITE ALL SELECT TIMESTAMP '2024-01-01' AS "__time", COUNT(DISTINCT x) AS "n"
      FROM (VALUES ('a'), ('b'), ('a')) AS t(x) PARTITIONED BY DAY`;
    expect(await refusal(query, { finalizeAggregations: false })).toContain('HyperLogLog sketch');
    await suite.api.ingest(query, { finalizeAggregations: false, useApproximateCountDistinct: false });
    expect(await suite.api.rows('SELECT "n" FROM "distinct"')).toEqual([[2]]);
  });

  test('sqlQueryId names the task, once', async () => {
    const { id } = await suite.api.ingest('SELECT 1', { sqlQueryId: 'mine' });
    expect(id).toBe('query-mine');
    expect(
      (await suite.api.request('POST', '/druid/v2/sql/task', { query: 'SELECT 1', context: { sqlQueryId: 'mine' } }))
        .status,
    ).toBe(400);
  });

  test('sqlTimeZone and sqlCurrentTimestamp', async () => {
    const { report } = await suite.api.ingest(
      `SELECT TIME_EXTRACT(CURRENT_TIMESTAMP, 'HOUR'), TIME_FORMAT(TIMESTAMP '2024-01-01 00:00:00', 'yyyy-MM-dd HH:mm Z')`,
      {
        sqlTimeZone: 'Asia/Tokyo',
        sqlCurrentTimestamp: '2024-01-01T00:00:00Z',
      },
    );
    expect(report.results.results).toEqual([[9, '2024-01-01 00:00 +0900']]);
  });

  test('rowsPerPage and selectDestination', async () => {
    const context = { selectDestination: 'durableStorage', rowsPerPage: 2, executionMode: 'ASYNC' };
    const query = 'SELECT * FROM (VALUES (1), (2), (3), (4), (5)) AS t(x)';
    const { json } = await suite.api.request('POST', '/druid/v2/sql/statements', { query, context });
    await suite.api.finish(json.queryId);
    const ended = await suite.api.get(`/druid/v2/sql/statements/${json.queryId}`);
    expect(ended.json.result.pages.map((page: { numRows: number }) => page.numRows)).toEqual([2, 2, 1]);
  });
});
