import { expect, test } from 'vitest';
import { inlineSql } from './support/inline-sql.js';
import { useServer } from './support/suite.js';

const suite = useServer();

const source = (rows: readonly (readonly [string, string, string, number])[]): string =>
  `(VALUES ${rows.map(([time, page, user, added]) => `(TIMESTAMP '${time}', '${page}', '${user}', ${String(added)})`).join(', ')}) AS t("at", "page", "author", "added")`;

const rolledUp = (from: string): string =>
  `SELECT TIME_FLOOR("at", 'P1D') AS "__time", "page", COUNT(*) AS "count", SUM("added") AS "added",
     LATEST_BY("author", "at") AS "last_author", EARLIEST_BY("added", "at") AS "first_added"
   FROM ${from} GROUP BY 1, 2`;

const morning = source([
  ['2024-01-01 01:00:00', 'a', 'ann', 10],
  ['2024-01-01 09:00:00', 'a', 'bob', 20],
  ['2024-01-01 02:00:00', 'b', 'cid', 30],
]);
const night = source([
  ['2024-01-01 00:30:00', 'a', 'dan', 40],
  ['2024-01-01 08:00:00', 'a', 'eve', 50],
]);

const unfinalized = { finalizeAggregations: false };

const answer = (dataSource: string): Promise<unknown[][]> =>
  suite.api.rows(
    `SELECT "page", SUM("count"), SUM("added"), LATEST("last_author"), EARLIEST("first_added") FROM "${dataSource}" GROUP BY 1 ORDER BY 1`,
  );

const expected = [
  ['a', 4, 120, 'bob', 40],
  ['b', 1, 30, 'cid', 30],
];

test('rows rolled up by several tasks aggregate further by the times of their values', async () => {
  await suite.api.ingest(`INSERT INTO "rollup" ${rolledUp(morning)} PARTITIONED BY DAY`, unfinalized);
  await suite.api.ingest(`INSERT INTO "rollup" ${rolledUp(night)} PARTITIONED BY DAY`, unfinalized);
  expect(await suite.api.rows('SELECT COUNT(*) FROM "rollup"')).toEqual([[3]]);
  expect(await answer('rollup')).toEqual(expected);
  const columns = await suite.api.rows(
    `SELECT "COLUMN_NAME", "DATA_TYPE" FROM INFORMATION_SCHEMA.COLUMNS WHERE "TABLE_NAME" = 'rollup' AND "DATA_TYPE" LIKE 'COMPLEX%' ORDER BY 1`,
  );
  expect(columns).toEqual([
    ['first_added', 'COMPLEX<serializablePairLongLong>'],
    ['last_author', 'COMPLEX<serializablePairLongString>'],
  ]);
});

test('a REPLACE from the datasource itself merges rows and keeps the times', async () => {
  await suite.api.ingest(`INSERT INTO "merged" ${rolledUp(morning)} PARTITIONED BY DAY`, unfinalized);
  await suite.api.ingest(`INSERT INTO "merged" ${rolledUp(night)} PARTITIONED BY DAY`, unfinalized);
  await suite.api.ingest(
    `REPLACE INTO "merged" OVERWRITE ALL
     SELECT "__time", "page", SUM("count") AS "count", SUM("added") AS "added",
       LATEST("last_author") AS "last_author", EARLIEST("first_added") AS "first_added"
     FROM "merged" GROUP BY 1, 2 PARTITIONED BY DAY`,
    unfinalized,
  );
  expect(await suite.api.rows('SELECT COUNT(*) FROM "merged"')).toEqual([[2]]);
  expect(await answer('merged')).toEqual(expected);
  await suite.api.ingest(
    `INSERT INTO "merged" ${rolledUp(source([['2024-01-01 05:00:00', 'a', 'fay', 1]]))} PARTITIONED BY DAY`,
    unfinalized,
  );
  expect(await suite.api.rows(`SELECT LATEST("last_author") FROM "merged" WHERE "page" = 'a'`)).toEqual([['bob']]);
});

test('values stored plain count as of the times of their rows beside pairs', async () => {
  await suite.api.ingest(`INSERT INTO "mixed" ${rolledUp(night)} PARTITIONED BY DAY`);
  await suite.api.ingest(`INSERT INTO "mixed" ${rolledUp(morning)} PARTITIONED BY DAY`, unfinalized);
  expect(await answer('mixed')).toEqual(expected);
});

test('a SELECT answers pairs as Druid writes them, and finalized values otherwise', async () => {
  const sql = `SELECT LATEST_BY("author", "at") AS "last" FROM ${morning}`;
  expect(await suite.api.rows(sql)).toEqual([['bob']]);
  const [[pair] = []] = await suite.api.rows(sql, unfinalized);
  expect(JSON.parse(String(pair))).toEqual({ lhs: Date.parse('2024-01-01T09:00:00Z'), rhs: 'bob' });
});

/** Name, aggregate over raw rows, and aggregate over what was stored, for all that can be aggregated further. */
const storable: readonly (readonly [name: string, raw: string, stored: string])[] = [
  ['rows', 'COUNT(*)', 'SUM("rows")'],
  ['numbers', 'COUNT("n")', 'SUM("numbers")'],
  ['some', `COUNT(*) FILTER (WHERE "s" = 'x')`, 'SUM("some")'],
  ...['n', 'd', 'f'].flatMap((column): [string, string, string][] => [
    [`sum_${column}`, `SUM("${column}")`, `SUM("sum_${column}")`],
    [`min_${column}`, `MIN("${column}")`, `MIN("min_${column}")`],
    [`max_${column}`, `MAX("${column}")`, `MAX("max_${column}")`],
  ]),
  ['sum_of_x', `SUM("n") FILTER (WHERE "s" = 'x')`, 'SUM("sum_of_x")'],
  ...['n', 'd', 'f', 's'].flatMap((column): [string, string, string][] => [
    [`first_${column}`, `EARLIEST("${column}")`, `EARLIEST("first_${column}")`],
    [`last_${column}`, `LATEST("${column}")`, `LATEST("last_${column}")`],
    [`first_by_${column}`, `EARLIEST_BY("${column}", "at")`, `EARLIEST("first_by_${column}")`],
    [`last_by_${column}`, `LATEST_BY("${column}", "at")`, `LATEST("last_by_${column}")`],
  ]),
];

test('all that can be aggregated further answers as the raw rows do', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => ({
    // No two rows have a time in common.
    t: Date.UTC(2024, 0) + ((i * 7_919) % 259_200) * 1_000,
    at: Date.UTC(2023, 0, 1 + ((i * 11) % 200), 0, i % 60),
    page: `p${i % 4}`,
    n: i % 9 === 0 ? null : ((i * 37) % 101) - 50,
    d: ((i * 53) % 97) / 4,
    s: i % 5 === 0 ? null : ['x', 'y', 'z'][(i * 7) % 3],
  }));
  const inline = inlineSql(rows, { t: 'long', at: 'long', page: 'string', n: 'long', d: 'double', s: 'string' });
  await suite.api.ingest(
    `INSERT INTO "raw" SELECT MILLIS_TO_TIMESTAMP("t") AS "__time", MILLIS_TO_TIMESTAMP("at") AS "at", "page", "n", "d", CAST("d" AS FLOAT) AS "f", "s"
     FROM ${inline} PARTITIONED BY DAY`,
  );
  const list = (of: (row: (typeof storable)[number]) => string): string => storable.map(of).join(', ');
  const expected = (by: string): Promise<unknown[][]> =>
    suite.api.rows(
      `SELECT ${by}, ${list(([, raw]) => raw.replaceAll('"at"', 'MILLIS_TO_TIMESTAMP("at")'))} FROM "raw" GROUP BY 1 ORDER BY 1`,
    );
  const stored = (by: string): Promise<unknown[][]> =>
    suite.api.rows(`SELECT ${by}, ${list(([, , again]) => again)} FROM "stored" GROUP BY 1 ORDER BY 1`);
  for (const part of ['= 0', '> 0']) {
    await suite.api.ingest(
      `INSERT INTO "stored" SELECT TIME_FLOOR("__time", 'P1D') AS "__time", "page",
         ${list(([name, raw]) => `${raw.replaceAll('"at"', 'MILLIS_TO_TIMESTAMP("at")')} AS "${name}"`)}
       FROM "raw" WHERE MOD("d" * 4, 2) ${part} GROUP BY 1, 2 PARTITIONED BY DAY`,
      unfinalized,
    );
  }
  const both = ['"page"', `TIME_FLOOR("__time", 'P1D')`, `TIME_FLOOR("__time", 'P1M')`];
  for (const by of both) expect(await stored(by)).toEqual(await expected(by));
  // And again after what was stored has been stored again.
  await suite.api.ingest(
    `REPLACE INTO "stored" OVERWRITE ALL SELECT TIME_FLOOR("__time", 'P1M') AS "__time", "page", ${list(([name, , again]) => `${again} AS "${name}"`)}
     FROM "stored" GROUP BY 1, 2 PARTITIONED BY MONTH`,
    unfinalized,
  );
  expect(await suite.api.rows('SELECT COUNT(*) FROM "stored"')).toEqual([[4]]);
  for (const by of ['"page"', `TIME_FLOOR("__time", 'P1M')`]) expect(await stored(by)).toEqual(await expected(by));
});

const daily = (aggregate: string): string =>
  `REPLACE INTO "daily" OVERWRITE ALL SELECT TIME_FLOOR("at", 'P1D') AS "__time", ${aggregate} AS "v" FROM ${morning} GROUP BY 1 PARTITIONED BY DAY`;

test.each<[string, string, unknown]>([
  ['AVG("added")', 'DOUBLE', 20],
  ['STDDEV_POP("added")', 'DOUBLE', Math.sqrt(200 / 3)],
  ['APPROX_QUANTILE_DS("added", 0.5)', 'DOUBLE', 20],
  [`ANY_VALUE("page") FILTER (WHERE "page" = 'b')`, 'VARCHAR', 'b'],
  ['BIT_OR("added")', 'BIGINT', 30],
])('%s is stored as its final value', async (aggregate, type, value) => {
  await suite.api.ingest(daily(aggregate), unfinalized);
  const types = `SELECT "DATA_TYPE" FROM INFORMATION_SCHEMA.COLUMNS WHERE "TABLE_NAME" = 'daily' AND "COLUMN_NAME" = 'v'`;
  expect(await suite.api.rows(types)).toEqual([[type]]);
  expect(await suite.api.rows('SELECT "v" FROM "daily"')).toEqual([[value]]);
});

test.each([
  ['APPROX_COUNT_DISTINCT("author")', 'APPROX_COUNT_DISTINCT cannot be answered unfinalized: its HyperLogLog sketch'],
  ['COUNT(DISTINCT "author")', 'APPROX_COUNT_DISTINCT cannot be answered unfinalized: its HyperLogLog sketch'],
  ['APPROX_COUNT_DISTINCT_BUILTIN("author")', 'APPROX_COUNT_DISTINCT_BUILTIN cannot be'],
  [
    'APPROX_COUNT_DISTINCT_DS_HLL("author")',
    'APPROX_COUNT_DISTINCT_DS_HLL cannot be answered unfinalized: its HLL sketch',
  ],
  ['APPROX_COUNT_DISTINCT_DS_THETA("author")', 'its theta sketch'],
  ['VAR_POP("added")', 'VAR_POP cannot be answered unfinalized: its variance state'],
  ['VAR_SAMP("added")', 'VAR_SAMP'],
  ['VARIANCE("added")', 'VAR_SAMP'],
  ['DS_HLL("author")', 'Column [v] of type [COMPLEX<HLLSKETCHBUILD>] cannot be stored'],
  ['DS_THETA("author")', 'COMPLEX<THETASKETCHBUILD>'],
  ['DS_QUANTILES_SKETCH("added")', 'COMPLEX<QUANTILESDOUBLESSKETCH>'],
  ['TDIGEST_GENERATE_SKETCH("added")', 'COMPLEX<TDIGESTSKETCH>'],
  ['BLOOM_FILTER("author", 10)', 'COMPLEX<BLOOM>'],
])('%s, whose intermediate value is a sketch, is refused by name', async (aggregate, message) => {
  const refused = await suite.api.request('POST', '/druid/v2/sql/task', {
    query: daily(aggregate),
    context: unfinalized,
  });
  expect(refused.status).toBe(400);
  expect(refused.text).toContain(message);
});

const segmentsOf = (dataSource: string): Promise<unknown[][]> =>
  suite.api.rows(
    `SELECT "dimensions", "metrics", "last_compaction_state" FROM sys.segments WHERE "datasource" = '${dataSource}'`,
  );

test('an ingestion that rolls up tells metrics from dimensions, and keeps how it did when asked', async () => {
  const context = { ...unfinalized, groupByEnableMultiValueUnnesting: false, storeCompactionState: true };
  await suite.api.ingest(
    `INSERT INTO "edits" SELECT "at" AS "__time", "page", "author", "added" FROM ${morning} PARTITIONED BY DAY`,
  );
  await suite.api.ingest(
    `REPLACE INTO "described" OVERWRITE ALL
     SELECT TIME_FLOOR("__time", 'P1D') AS "__time", "page", COUNT(*) AS "count", SUM("added") AS "sum_added",
       LATEST("author") AS "last_author", EARLIEST("added") AS "first_added"
     FROM "edits" GROUP BY 1, 2 PARTITIONED BY DAY CLUSTERED BY "page"`,
    context,
  );
  const [[dimensions, metrics, state] = []] = await segmentsOf('described');
  expect(JSON.parse(String(dimensions))).toEqual(['page']);
  expect(JSON.parse(String(metrics))).toEqual(['count', 'sum_added', 'last_author', 'first_added']);
  expect(JSON.parse(String(state))).toMatchObject({
    partitionsSpec: { type: 'range', maxRowsPerSegment: 3_000_000, partitionDimensions: ['page'] },
    dimensionsSpec: { dimensions: [{ type: 'string', name: 'page' }] },
    metricsSpec: [
      { type: 'count', name: 'count' },
      { type: 'longSum', name: 'sum_added', fieldName: 'added' },
      { type: 'stringLast', name: 'last_author', fieldName: 'author', timeColumn: '__time' },
      { type: 'longFirst', name: 'first_added', fieldName: 'added', timeColumn: '__time' },
    ],
    granularitySpec: { type: 'uniform', segmentGranularity: 'DAY', queryGranularity: { type: 'none' }, rollup: true },
  });
  const listed = await suite.api.request('GET', '/druid/coordinator/v1/metadata/datasources/described/segments?full');
  expect(listed.json).toMatchObject([
    {
      dimensions: 'page',
      metrics: 'count,sum_added,last_author,first_added',
      lastCompactionState: JSON.parse(String(state)),
    },
  ]);
});

test('without rollup every column is a dimension, and an INSERT keeps no state', async () => {
  await suite.api.ingest(`INSERT INTO "plain" ${rolledUp(morning)} PARTITIONED BY DAY`, {
    ...unfinalized,
    storeCompactionState: true,
  });
  expect(await segmentsOf('plain')).toEqual([['["page","count","added","last_author","first_added"]', '[]', null]]);
});

test('grouping by strings of several values is an error where their values are not to be taken apart', async () => {
  await suite.api.ingest(
    `INSERT INTO "tagged"
     SELECT TIMESTAMP '2024-01-01' AS "__time", ARRAY_TO_MV(ARRAY['x', 'y']) AS "several", 'x' AS "single" FROM (VALUES (1)) AS t(n)
     PARTITIONED BY DAY`,
  );
  const grouped = (column: string): string => `SELECT "${column}", COUNT(*) FROM "tagged" GROUP BY 1 ORDER BY 1`;
  const context = { groupByEnableMultiValueUnnesting: false };
  expect(await suite.api.rows(grouped('several'))).toEqual([
    ['x', 1],
    ['y', 1],
  ]);
  expect(await suite.api.rows(grouped('single'), context)).toEqual([['x', 1]]);
  const refused = await suite.api.request('POST', '/druid/v2/sql', { query: grouped('several'), context });
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('Encountered multi-value dimension [several]');
});
