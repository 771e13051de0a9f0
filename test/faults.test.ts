import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { flightColumns, flights, localFlights, writeFlights } from './support/flights.js';
import { useServer } from './support/suite.js';

const suite = useServer();

/** EXTERN over JSON records given in the statement. */
const inline = (rows: readonly unknown[], signature: string): string =>
  `TABLE(EXTERN('${JSON.stringify({
    type: 'inline',
    data: rows.map((row) => JSON.stringify(row)).join('\n'),
  }).replaceAll("'", "''")}', '{"type":"json"}')) EXTEND (${signature})`;

/** The fault of a task that must fail, and that nothing of it was published. */
async function faultOf(sql: string, context: Readonly<Record<string, unknown>> = {}) {
  const { state, report, status } = await suite.api.task(sql, context);
  expect(state).toBe('FAILED');
  const { error } = report.status.errorReport;
  expect(status.errorMsg).toBe(`${error.errorCode}: ${error.errorMessage}`);
  const table = /(?:INTO) "(\w+)"/.exec(sql)?.[1];
  if (table !== undefined) {
    const answer = await suite.api.request('POST', '/druid/v2/sql', { query: `SELECT * FROM "${table}"` });
    expect(answer.status).toBe(400);
  }
  return error;
}

const columnsOf = (count: number, of = ''): string =>
  Array.from({ length: count }, (_, index) => `${of}${index} AS "c${index}"`).join(', ');

describe('limits of a statement', () => {
  test('TooManyColumns', async () => {
    expect(await faultOf(`INSERT INTO "wide" SELECT ${columnsOf(2_001)} PARTITIONED BY ALL`)).toEqual({
      errorCode: 'TooManyColumns',
      errorMessage: 'Too many output columns (requested = 2001, max = 2000)',
      numColumns: 2_001,
      maxColumns: 2_000,
    });
  });

  test('TooManyClusteredByColumns', async () => {
    const names = Array.from({ length: 1_500 }, (_, index) => `"c${index}"`).join(', ');
    expect(
      await faultOf(
        `INSERT INTO "sorted" SELECT TIMESTAMP '2001-01-01' AS "__time", ${columnsOf(1_500, '"a" + ')}
         FROM ${inline([{ a: 1 }], '"a" BIGINT')} PARTITIONED BY DAY CLUSTERED BY ${names}`,
      ),
    ).toMatchObject({ errorCode: 'TooManyClusteredByColumns', numColumns: 1_501, maxColumns: 1_500, stage: 0 });
  });

  test('TooManyWorkers', async () => {
    expect(await faultOf('INSERT INTO "workers" SELECT 1 AS "a" PARTITIONED BY ALL', { maxNumTasks: 1_002 })).toEqual({
      errorCode: 'TooManyWorkers',
      errorMessage: 'Too many workers (current = 1001; max = 1000)',
      workers: 1_001,
      maxWorkers: 1_000,
    });
  });

  test.each(['__boost', '__bucket'])('ColumnNameRestricted: %s', async (name) => {
    expect(await faultOf(`INSERT INTO "restricted" SELECT 1 AS "${name}" PARTITIONED BY ALL`)).toEqual({
      errorCode: 'ColumnNameRestricted',
      errorMessage: `[${name}] column name is reserved for MSQ's internal purpose. Please retry the query after renaming the column.`,
      columnName: name,
    });
  });

  test('TooManyInputFiles', async () => {
    const directory = path.join(suite.directory, 'many');
    mkdirSync(directory);
    for (let index = 0; index <= 10_000; index++) writeFileSync(path.join(directory, `${index}.json`), '');
    const source = JSON.stringify({ type: 'local', baseDir: directory, filter: '*.json' });
    const sql = `INSERT INTO "files" SELECT "a" FROM TABLE(EXTERN('${source}', '{"type":"json"}')) EXTEND ("a" BIGINT) PARTITIONED BY ALL`;
    expect(await faultOf(sql, { maxNumTasks: 2 })).toMatchObject({
      errorCode: 'TooManyInputFiles',
      numInputFiles: 10_001,
      maxInputFiles: 10_000,
      minNumWorkers: 2,
    });
  });
});

describe('rows that cannot be stored', () => {
  test('InsertTimeNull', async () => {
    expect(await faultOf(`INSERT INTO "f" SELECT TIME_PARSE('x') AS "__time" PARTITIONED BY DAY`)).toEqual({
      errorCode: 'InsertTimeNull',
      errorMessage: 'Null timestamp (__time) encountered during INSERT or REPLACE.',
    });
  });

  test('InsertCannotBeEmpty', async () => {
    const sql = `INSERT INTO "f" SELECT 1 AS "a" FROM ${inline([{ a: 1 }], '"a" BIGINT')} WHERE "a" = 2 PARTITIONED BY ALL`;
    expect(await faultOf(sql, { failOnEmptyInsert: true })).toMatchObject({
      errorCode: 'InsertCannotBeEmpty',
      dataSource: 'f',
    });
  });

  test('InvalidNullByte, unless removeNullBytes takes them out', async () => {
    const insert = (table: string): string =>
      `INSERT INTO "${table}" SELECT "s" FROM ${inline([{ s: 'plain' }, { s: 'a\u0000b' }], '"s" VARCHAR')} PARTITIONED BY ALL`;
    expect(await faultOf(insert('nulls'))).toMatchObject({
      errorCode: 'InvalidNullByte',
      column: 's',
      value: String.raw`a\u0000b`,
      position: 2,
    });
    await suite.api.ingest(insert('removed'), { removeNullBytes: true });
    expect(await suite.api.rows('SELECT "s" FROM "removed" ORDER BY 1')).toEqual([['ab'], ['plain']]);
  });

  test('InvalidNullByte in arrays and multi-value strings', async () => {
    const rows = inline([{ s: ['x', 'a\u0000b'] }], '"s" VARCHAR ARRAY');
    const array = `INSERT INTO "arrays" SELECT "s" FROM ${rows} PARTITIONED BY ALL`;
    expect(await faultOf(array)).toMatchObject({ errorCode: 'InvalidNullByte', column: 's' });
    await suite.api.ingest(array, { removeNullBytes: true });
    expect(await suite.api.rows('SELECT "s" FROM "arrays"')).toEqual([['["x","ab"]']]);
    const multi = `INSERT INTO "multi" SELECT "s" FROM ${inline([{ s: ['x', 'a\u0000b'] }], '"s" VARCHAR')} PARTITIONED BY ALL`;
    expect(await faultOf(multi)).toMatchObject({ errorCode: 'InvalidNullByte', column: 's' });
    await suite.api.ingest(multi, { removeNullBytes: true });
    expect(await suite.api.rows('SELECT "s" FROM "multi"')).toEqual([['["ab","x"]']]);
  });

  test('RowTooLarge, unless maxFrameSize allows it', async () => {
    const sql = `INSERT INTO "large" SELECT "s" FROM ${inline([{ s: 'x'.repeat(1_100_000) }], '"s" VARCHAR')} PARTITIONED BY ALL`;
    expect(await faultOf(sql)).toEqual({
      errorCode: 'RowTooLarge',
      errorMessage:
        'Encountered row that cannot fit in a single frame (max frame size = 1,000,000). ' +
        'Reduce your row size or increase the context parameter[maxFrameSize].',
      maxFrameSize: 1_000_000,
    });
    await suite.api.ingest(sql, { maxFrameSize: 2_000_000 });
    expect(await suite.api.rows('SELECT CHAR_LENGTH("s") FROM "large"')).toEqual([[1_100_000]]);
  });
});

describe('segments', () => {
  const source = (): string => localFlights(writeFlights(suite.directory));

  test('TooManyBuckets', async () => {
    expect(await faultOf(`INSERT INTO "f" SELECT ${flightColumns} FROM ${source()} PARTITIONED BY 'PT1M'`)).toEqual({
      errorCode: 'TooManyBuckets',
      errorMessage:
        'Too many partition buckets (max = 5,000); try breaking your query up into smaller queries or using a wider PARTITIONED BY',
      maxBuckets: 5_000,
    });
  });

  test('TooManyPartitions', async () => {
    const sql = `INSERT INTO "f" SELECT "n" FROM ${source()} CROSS JOIN UNNEST(ARRAY[1, 2]) AS u("n") PARTITIONED BY ALL`;
    expect(await faultOf(sql, { rowsPerSegment: 1 })).toMatchObject({
      errorCode: 'TooManyPartitions',
      maxPartitions: 25_000,
    });
  });

  test('TooManySegmentsInTimeChunk', async () => {
    const sql = `INSERT INTO "f" SELECT ${flightColumns} FROM ${source()} PARTITIONED BY MONTH`;
    expect(await faultOf(sql, { rowsPerSegment: 1_000, maxNumSegments: 2 })).toMatchObject({
      errorCode: 'TooManySegmentsInTimeChunk',
      maxNumSegments: 2,
      segmentGranularity: 'MONTH',
      timeChunk: '2001-01-01T00:00:00.000Z',
    });
  });

  test('InsertTimeOutOfBounds', async () => {
    const sql = `REPLACE INTO "f" OVERWRITE WHERE "__time" >= TIMESTAMP '2010-01-01' AND "__time" < TIMESTAMP '2011-01-01'
      SELECT ${flightColumns} FROM ${source()} PARTITIONED BY YEAR`;
    expect(await faultOf(sql)).toMatchObject({
      errorCode: 'InsertTimeOutOfBounds',
      interval: '2001-01-01T00:00:00.000Z/2002-01-01T00:00:00.000Z',
      intervalBounds: ['2010-01-01T00:00:00.000Z/2011-01-01T00:00:00.000Z'],
    });
  });
});

describe('running', () => {
  test('QueryRuntimeError', async () => {
    const sql = `SELECT (SELECT "a" FROM ${inline([{ a: 1 }, { a: 2 }], '"a" BIGINT')})`;
    expect(await faultOf(sql)).toMatchObject({ errorCode: 'QueryRuntimeError' });
  });

  test('QueryNotSupported, when the engine refuses what it is given', async () => {
    const sql = `SELECT "a"${' + 1'.repeat(1_200)} FROM ${inline([{ a: 1 }], '"a" BIGINT')}`;
    expect(await faultOf(sql)).toMatchObject({
      errorCode: 'QueryNotSupported',
      errorMessage: expect.stringMatching(
        /^The engine cannot run this query: Parser Error: Max expression depth limit/,
      ),
    });
  });

  test('DurableStorageConfiguration, when results have no place', async () => {
    const place = path.join(suite.server.dataDirectory, 'query-results');
    rmSync(place, { recursive: true, force: true });
    writeFileSync(place, 'a file where a directory should be');
    const context = { selectDestination: 'durableStorage' };
    expect(await faultOf('SELECT 1', context)).toMatchObject({
      errorCode: 'DurableStorageConfiguration',
      errorMessage: expect.stringContaining(place),
    });
    rmSync(place);
    expect((await suite.api.ingest('SELECT 1', context)).report.results.results).toEqual([[1]]);
  });

  test('Canceled by a timeout', async () => {
    const sql = `SELECT COUNT(*) FROM ${localFlights(writeFlights(suite.directory))} AS a
      CROSS JOIN ${localFlights(writeFlights(suite.directory))} AS b WHERE a."delay" + b."delay" = 1000000`;
    expect(await faultOf(sql, { timeout: 300 })).toMatchObject({ errorCode: 'Canceled', reason: 'QUERY_TIMEOUT' });
  });
});

test('includeAllCounters adds the processor time of each stage', async () => {
  const sql = `SELECT COUNT(*) FROM ${localFlights(writeFlights(suite.directory))}`;
  const plain = await suite.api.task(sql);
  expect(plain.report.counters['0']['0'].cpu).toBeUndefined();
  const { report } = await suite.api.task(sql, { includeAllCounters: true });
  expect(report.results.results).toEqual([[flights().length]]);
  expect(report.counters['0']['0'].cpu).toMatchObject({ type: 'cpus', main: { type: 'cpu' } });
  expect(report.counters['0']['0'].cpu.main.cpu).toBeGreaterThan(0);
});
