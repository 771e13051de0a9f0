import { beforeAll, describe, expect, test } from 'vitest';
import { flightColumns, flights, localFlights, writeFlights } from './support/flights.js';
import { useServer } from './support/suite.js';

const suite = useServer();
let file: string;

beforeAll(() => {
  file = writeFlights(suite.directory);
});

const insert = (dataSource: string, tail: string, from = localFlights(file)): string =>
  `INSERT INTO "${dataSource}" SELECT ${flightColumns} FROM ${from} ${tail}`;

const segments = (dataSource: string): Promise<unknown[][]> =>
  suite.api.rows(
    `SELECT "start", "end", "num_rows", "partition_num", "version" FROM sys.segments
     WHERE "datasource" = '${dataSource}' AND "is_overshadowed" = 0 AND "is_active" = 1 ORDER BY "start", "partition_num"`,
  );

describe('INSERT', () => {
  test('brings every row in, with values as they were', async () => {
    await suite.api.ingest(insert('by_day', 'PARTITIONED BY DAY'));
    const expected = flights().reduce((total, flight) => total + flight.distance, 0);
    expect(await suite.api.rows('SELECT COUNT(*), SUM("distance") FROM "by_day"')).toEqual([
      [flights().length, expected],
    ]);
    expect(await suite.api.rows('SELECT * FROM "by_day" ORDER BY "__time" LIMIT 1')).toEqual([
      ['2001-01-01T00:47:00.000Z', 'DTW', 'LAS', 1750, 66],
    ]);
  });

  test.each([
    ['ALL', 1],
    ['YEAR', 1],
    ['QUARTER', 1],
    ['MONTH', 3],
    ['TIME_FLOOR("__time", \'P1M\')', 3],
    ['FLOOR("__time" TO MONTH)', 3],
    ["'P1M'", 3],
  ])('PARTITIONED BY %s makes %i chunks', async (granularity, chunks) => {
    const dataSource = `chunks_${granularity.replace(/\W+/g, '_')}`;
    await suite.api.ingest(insert(dataSource, `PARTITIONED BY ${granularity}`));
    const rows = await segments(dataSource);
    expect(new Set(rows.map(([start]) => start)).size).toBe(chunks);
    expect(rows.reduce((total, [, , count]) => total + Number(count), 0)).toBe(flights().length);
  });

  test('a second INSERT appends to the chunks of the first', async () => {
    await suite.api.ingest(insert('twice', 'PARTITIONED BY MONTH'));
    await suite.api.ingest(insert('twice', 'PARTITIONED BY MONTH'));
    expect(await suite.api.rows('SELECT COUNT(*) FROM "twice"')).toEqual([[2 * flights().length]]);
    const rows = await segments('twice');
    expect(rows.map(([, , , partition]) => partition)).toEqual([0, 1, 0, 1, 0, 1]);
  });

  test('rowsPerSegment bounds the rows of a segment', async () => {
    await suite.api.ingest(insert('small_segments', 'PARTITIONED BY ALL'), { rowsPerSegment: 3_000 });
    const counts = (await segments('small_segments')).map(([, , count]) => Number(count));
    expect(Math.max(...counts)).toBeLessThanOrEqual(3_000);
    expect(counts.reduce((a, b) => a + b)).toBe(flights().length);
  });

  test('CLUSTERED BY keeps equal values together in few segments', async () => {
    await suite.api.ingest(insert('clustered', 'PARTITIONED BY ALL CLUSTERED BY "origin"'), { rowsPerSegment: 5_000 });
    expect((await segments('clustered')).length).toBeGreaterThan(2);
    expect(await suite.api.rows('SELECT COUNT(*), COUNT(DISTINCT "origin") FROM "clustered"')).toEqual([
      [flights().length, new Set(flights().map((flight) => flight.origin)).size],
    ]);
  });

  test('a GROUP BY is computed before rows are written', async () => {
    await suite.api.ingest(
      `INSERT INTO "rolled_up" SELECT TIME_FLOOR("t", 'P1D') AS "__time", "origin", COUNT(*) AS "flights", SUM("distance") AS "distance"
       FROM (SELECT TIME_PARSE("date", 'yyyy/MM/dd HH:mm') AS "t", "origin", "distance" FROM ${localFlights(file)})
       GROUP BY 1, 2 PARTITIONED BY MONTH`,
    );
    const [[flightsCounted] = []] = await suite.api.rows('SELECT SUM("flights") FROM "rolled_up"');
    expect(flightsCounted).toBe(flights().length);
  });

  test('a datasource can be read and written in one statement', async () => {
    await suite.api.ingest(insert('self', 'PARTITIONED BY MONTH'));
    await suite.api.ingest(
      'REPLACE INTO "self" OVERWRITE ALL SELECT * FROM "self" WHERE "delay" > 0 PARTITIONED BY MONTH',
    );
    const late = flights().filter((flight) => flight.delay > 0).length;
    expect(await suite.api.rows('SELECT COUNT(*), MIN("delay") > 0 FROM "self"')).toEqual([[late, true]]);
  });
});

describe('REPLACE', () => {
  test('overshadows exactly its interval', async () => {
    await suite.api.ingest(insert('replaced', 'PARTITIONED BY MONTH'));
    await suite.api.ingest(
      `REPLACE INTO "replaced" OVERWRITE WHERE "__time" >= TIMESTAMP '2001-02-01' AND "__time" < TIMESTAMP '2001-03-01'
       SELECT ${flightColumns} FROM ${localFlights(file)}
       WHERE TIME_PARSE("date", 'yyyy/MM/dd HH:mm') >= TIMESTAMP '2001-02-01' AND TIME_PARSE("date", 'yyyy/MM/dd HH:mm') < TIMESTAMP '2001-02-02'
       PARTITIONED BY MONTH`,
    );
    const inMonth = (month: string): number => flights().filter((flight) => flight.date.startsWith(month)).length;
    expect(
      await suite.api.rows('SELECT TIME_FORMAT("__time", \'yyyy/MM\'), COUNT(*) FROM "replaced" GROUP BY 1 ORDER BY 1'),
    ).toEqual([
      ['2001/01', inMonth('2001/01')],
      ['2001/02', inMonth('2001/02/01')],
      ['2001/03', inMonth('2001/03')],
    ]);
  });

  test('OVERWRITE ALL with fewer chunks leaves nothing of the old ones', async () => {
    await suite.api.ingest(insert('shrunk', 'PARTITIONED BY MONTH'));
    await suite.api.ingest(
      `REPLACE INTO "shrunk" OVERWRITE ALL SELECT ${flightColumns} FROM ${localFlights(file)}
       WHERE "date" < '2001/02' PARTITIONED BY MONTH`,
    );
    const january = flights().filter((flight) => flight.date < '2001/02').length;
    expect(await suite.api.rows('SELECT COUNT(*), MAX("__time") < TIMESTAMP \'2001-02-01\' FROM "shrunk"')).toEqual([
      [january, true],
    ]);
  });
});

describe('the report of a task', () => {
  test('counts rows, bytes and files as they were', async () => {
    const { report } = await suite.api.ingest(insert('counted', 'PARTITIONED BY MONTH'));
    expect(report.status.status).toBe('SUCCESS');
    expect(report.stages.map((stage: { phase: string }) => stage.phase)).toEqual(report.stages.map(() => 'FINISHED'));
    const input = report.counters['0']['0'].input0;
    expect(input).toMatchObject({ type: 'channel', rows: [flights().length], files: [1], totalFiles: [1] });
    const last = String(report.stages.length - 1);
    expect(report.counters[last]['0'].segmentGenerationProgress).toMatchObject({
      type: 'segmentGenerationProgress',
      rowsProcessed: flights().length,
      rowsPushed: flights().length,
    });
  });

  test('holds the rows of a SELECT', async () => {
    const { report } = await suite.api.task(
      `SELECT COUNT(*) AS "n", MAX("distance") AS "far" FROM ${localFlights(file)}`,
    );
    expect(report.results).toMatchObject({
      signature: [
        { name: 'n', type: 'LONG' },
        { name: 'far', type: 'LONG' },
      ],
      sqlTypeNames: ['BIGINT', 'BIGINT'],
      results: [[flights().length, Math.max(...flights().map((flight) => flight.distance))]],
    });
  });
});

describe('faults', () => {
  test.each([
    [
      'a null time',
      `INSERT INTO "f" SELECT TIME_PARSE('x') AS "__time", "origin" FROM {file} PARTITIONED BY DAY`,
      'InsertTimeNull',
    ],
    [
      'rows outside of the replaced interval',
      `REPLACE INTO "f" OVERWRITE WHERE "__time" >= TIMESTAMP '2010-01-01' AND "__time" < TIMESTAMP '2011-01-01'
       SELECT ${flightColumns} FROM {file} PARTITIONED BY YEAR`,
      'InsertTimeOutOfBounds',
    ],
    ['too many chunks', `INSERT INTO "f" SELECT ${flightColumns} FROM {file} PARTITIONED BY 'PT1M'`, 'TooManyBuckets'],
  ])('%s is %s', async (_name, sql, code) => {
    const { state, report, status } = await suite.api.task(sql.replace('{file}', localFlights(file)));
    expect(state).toBe('FAILED');
    expect(report.status.errorReport.error.errorCode).toBe(code);
    expect(status.errorMsg).toContain(code);
    expect((await suite.api.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM "f"' })).status).toBe(400);
  });
});
