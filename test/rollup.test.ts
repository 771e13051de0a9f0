import { expect, test } from 'vitest';
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

test('aggregates whose intermediate value is a sketch are refused by name', async () => {
  const answered = await suite.api.request('POST', '/druid/v2/sql/task', {
    query: `INSERT INTO "sketched" SELECT TIME_FLOOR("at", 'P1D') AS "__time", APPROX_COUNT_DISTINCT("author") AS "authors" FROM ${morning} GROUP BY 1 PARTITIONED BY DAY`,
    context: unfinalized,
  });
  expect(answered.status).toBe(400);
  expect(answered.text).toContain('HyperLogLog sketch');
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
    granularitySpec: { segmentGranularity: 'DAY', rollup: true },
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
