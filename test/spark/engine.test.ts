import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Api } from '../support/api.js';
import { makeDirectory, removeDirectory, startServerProcess } from '../support/server-process.js';
import { useServer } from '../support/suite.js';
import { sparkRemote } from './server.js';
import { finish, runTask } from './tasks.js';

const suite = useServer(['--engine', 'spark', '--spark-remote', sparkRemote]);

const records = [
  { t: '2026-01-01T10:00:00Z', x: 'b', n: 1, d: 0.5, tags: ['p', 'q'], o: { k: [1, null] } },
  { t: '2026-01-01 11:00', x: "it's \\ ü", n: '2', d: '1e3', tags: 'p', o: null },
  { t: '2026-01-02', x: null, n: true, d: null, tags: [], o: 'text' },
  { t: '2026-01-02T00:00:00+02:00', x: '[no list]', n: 'none', d: -0.25, tags: ['r'], o: 7 },
];
const columns = [
  ['t', 'string'],
  ['x', 'string'],
  ['n', 'long'],
  ['d', 'double'],
  ['tags', 'string'],
  ['o', 'COMPLEX<json>'],
].map(([name, type]) => ({ name, type }));

const extern = (lines: readonly unknown[]): string => {
  const data = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const texts = [{ type: 'inline', data }, { type: 'json' }, columns].map(
    (each) => `'${JSON.stringify(each).replaceAll("'", "''")}'`,
  );
  return `TABLE(EXTERN(${texts.join(', ')}))`;
};

const ingestion = (table: string, lines: readonly unknown[] = records): string =>
  `REPLACE INTO "${table}" OVERWRITE ALL SELECT TIME_PARSE("t") AS __time, "x", "n", "d", "tags", "o"
   FROM ${extern(lines)} PARTITIONED BY DAY CLUSTERED BY "x"`;

describe('ingestion', () => {
  test('gives the rows and segments that DuckDB gives', async () => {
    const { api } = suite;
    for (const [table, engine] of [
      ['on_spark', 'spark'],
      ['on_duckdb', 'duckdb'],
    ] as const) {
      const end = await runTask(api, ingestion(table), { engine, rowsPerSegment: 1 });
      expect(end.state, JSON.stringify(end.report?.status?.errorReport)).toBe('SUCCESS');
    }
    const rows = (table: string, engine: string): Promise<unknown[][]> =>
      api.rows(`SELECT * FROM "${table}" ORDER BY __time, "x"`, { engine });
    const expected = await rows('on_duckdb', 'duckdb');
    expect(expected).toHaveLength(4);
    expect(await rows('on_spark', 'duckdb')).toEqual(expected);
    expect(await rows('on_spark', 'spark')).toEqual(expected);
    expect(await rows('on_duckdb', 'spark')).toEqual(expected);
    const segments = (table: string): Promise<unknown[][]> =>
      api.rows(
        `SELECT "start", "end", partition_num, num_rows FROM sys.segments WHERE datasource = '${table}' ORDER BY 1, 3`,
      );
    expect(await segments('on_spark')).toEqual(await segments('on_duckdb'));
  });

  test('fails at a record that is none, or warns of it', async () => {
    const { api } = suite;
    const lines = [...records, '{"t": "2026-01-03"'];
    const failed = await runTask(api, ingestion('bad', lines));
    expect(failed.state).toBe('FAILED');
    expect(failed.report.status.errorReport.error.errorCode).toBe('CannotParseExternalData');
    const lenient = await runTask(api, ingestion('bad', lines), { maxParseExceptions: 1 });
    expect(lenient.state).toBe('SUCCESS');
    expect(lenient.report.status.warnings).toHaveLength(1);
    expect(await api.rows('SELECT COUNT(*) FROM "bad"')).toEqual([[4]]);
  });
});

test('cancels within two seconds', async () => {
  const { api } = suite;
  const id = await api.submit(
    `SELECT COUNT(*) FROM ${extern(Array.from({ length: 400 }, () => records[0]))} AS a
     CROSS JOIN ${extern(Array.from({ length: 400 }, () => records[1]))} AS b
     CROSS JOIN ${extern(Array.from({ length: 400 }, () => records[2]))} AS c
     CROSS JOIN ${extern(Array.from({ length: 400 }, () => records[3]))} AS d WHERE a."x" || b."x" || d."x" <> 'none'`,
  );
  for (let tries = 0; tries < 200; tries += 1) {
    const report = await api.get(`/druid/indexer/v1/task/${id}/reports`);
    const counters = report.json?.multiStageQuery?.payload?.counters;
    if (counters && Object.keys(counters as object).length > 0) break;
    await delay(100);
  }
  const started = performance.now();
  await api.request('POST', `/druid/indexer/v1/task/${id}/shutdown`);
  const { state, report } = await finish(api, id);
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(state).toBe('FAILED');
  expect(report.status.errorReport.error.errorCode).toBe('Canceled');
});

test('refuses by name what Spark cannot express', async () => {
  const answer = await suite.api.request('POST', '/druid/v2/sql', {
    query: 'SELECT "x" > ANY (SELECT 1) FROM (VALUES (1)) AS t("x")',
    context: { engine: 'spark' },
  });
  expect(answer.status).toBe(400);
  expect(answer.text).toMatch(/> ANY .*spark/);
});

test('computes over frames of rows and of peers as DuckDB does', async () => {
  const frames = [
    'ROWS BETWEEN 1 PRECEDING AND 0 FOLLOWING',
    'ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING',
    'ROWS 1 PRECEDING',
    'ROWS BETWEEN 0 PRECEDING AND 1 PRECEDING',
    'ROWS BETWEEN 2 FOLLOWING AND 1 FOLLOWING',
    'RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
    'GROUPS BETWEEN CURRENT ROW AND CURRENT ROW',
    'GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW',
  ];
  const sums = frames.map(
    (frame) =>
      `SUM("n") OVER (ORDER BY "x" ${frame}), COUNT("n") OVER (ORDER BY "x" ${frame}), MAX("n") OVER (ORDER BY "x" ${frame})`,
  );
  const query = `SELECT "x", ${sums.join(', ')} FROM (VALUES (1, 1), (2, 10), (2, 10), (3, 100), (NULL, 1000)) AS t("x", "n")`;
  const [spark, duckdb] = await Promise.all(
    ['spark', 'duckdb'].map((engine) => suite.api.rows(`${query} ORDER BY "x"`, { engine })),
  );
  expect(duckdb).toHaveLength(5);
  expect(spark).toEqual(duckdb);
});

test('computes the repeated parts of a long condition once, with the same rows', async () => {
  const number = `CAST(TRIM(LEADING 'S' FROM "x") AS BIGINT)`;
  const tests = Array.from({ length: 12 }, (_, n) => `(${number} + ${n} > ${n} AND ${number} * ${n} < ${n * 9})`);
  const query = `SELECT "x" FROM (VALUES ('S1'), ('S2'), ('Sx'), ('9'), (NULL)) AS t("x") WHERE ${tests.join(' OR ')} ORDER BY 1`;
  const rows = await suite.api.rows(query, { engine: 'spark' });
  expect(rows).toEqual([['S1'], ['S2']]);
  expect(rows).toEqual(await suite.api.rows(query, { engine: 'duckdb' }));
});

test('says that the server is lost', async () => {
  const directory = await makeDirectory();
  const server = await startServerProcess(`${directory}/var`, ['--spark-remote', 'sc://127.0.0.1:1']);
  try {
    const end = await runTask(new Api(server.url), 'SELECT 1 + 1', { engine: 'spark' });
    expect(end.state).toBe('FAILED');
    const { error } = end.report.status.errorReport;
    expect(error.errorCode).toBe('WorkerFailed');
    expect(error.errorMessage).toContain('cannot be reached');
  } finally {
    await server.stop();
    await removeDirectory(directory);
  }
});

describe('null bytes in results', () => {
  const rows = `TABLE(EXTERN('{"type":"inline","data":"1,a\\u0000b\\n2,\\u0000\\n"}', '{"type":"csv","columns":["n","s"]}')) EXTEND ("n" BIGINT, "s" VARCHAR)`;
  const sql = `SELECT "n", "s", ARRAY["s", 'c'] AS "l" FROM ${rows} ORDER BY "n"`;
  const kept = [
    [1, 'a\0b', '["a\\u0000b","c"]'],
    [2, '\0', '["\\u0000","c"]'],
  ];
  const removed = [
    [1, 'ab', '["ab","c"]'],
    [2, '', '["","c"]'],
  ];

  test('stay, and go with removeNullBytes', async () => {
    for (const [removeNullBytes, expected] of [
      [false, kept],
      [true, removed],
    ] as const) {
      const { state, report } = await runTask(suite.api, sql, { removeNullBytes });
      expect(state, JSON.stringify(report?.status?.errorReport)).toBe('SUCCESS');
      expect(report.results.results).toEqual(expected);
    }
  });

  test('go from stored pages too', async () => {
    const context = { removeNullBytes: true, selectDestination: 'durableStorage', executionMode: 'ASYNC' };
    const { json } = await suite.api.request('POST', '/druid/v2/sql/statements', { query: sql, context });
    const { state, report } = await finish(suite.api, json.queryId);
    expect(state, JSON.stringify(report?.status?.errorReport)).toBe('SUCCESS');
    const page = await suite.api.get(`/druid/v2/sql/statements/${json.queryId}/results?resultFormat=array`);
    expect(page.json).toEqual(removed);
  });
});

describe('what Spark refuses', () => {
  const sql = `SELECT REGEXP_LIKE("x", '(') AS "r" FROM (VALUES ('a'), ('b')) AS t("x")`;

  test('is the statement’s error in an answer, with the message kept', async () => {
    const { status, json } = await suite.api.request('POST', '/druid/v2/sql', {
      query: sql,
      context: { engine: 'spark' },
    });
    expect(status).toBe(400);
    expect(json).toMatchObject({ category: 'INVALID_INPUT', context: { faultCode: 'QueryRuntimeError' } });
    expect(json.errorMessage).toContain("'('");
  });

  test('is the fault of a task', async () => {
    const { state, report } = await runTask(suite.api, sql);
    expect(state).toBe('FAILED');
    expect(report.status.errorReport.error).toMatchObject({ errorCode: 'QueryRuntimeError' });
  });
});
