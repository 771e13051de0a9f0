import { beforeAll, describe, expect, test } from 'vitest';
import { flightColumns, flights, localFlights, writeFlights } from './support/flights.js';
import { useServer } from './support/suite.js';

const suite = useServer();
let source: string;

beforeAll(() => {
  source = localFlights(writeFlights(suite.directory));
});

interface Segment {
  readonly start: string;
  readonly rows: number;
  readonly partition: number;
  readonly shardSpec: { readonly type: string; readonly dimensions?: string[]; start?: string[]; end?: string[] };
}

async function segmentsOf(dataSource: string): Promise<readonly Segment[]> {
  const rows = await suite.api.rows(
    `SELECT "start", "num_rows", "partition_num", "shard_spec" FROM sys.segments
     WHERE "datasource" = '${dataSource}' AND "is_overshadowed" = 0 AND "is_active" = 1 ORDER BY "start", "partition_num"`,
  );
  return rows.map(([start, count, partition, spec]) => ({
    start: String(start),
    rows: Number(count),
    partition: Number(partition),
    shardSpec: JSON.parse(String(spec)) as Segment['shardSpec'],
  }));
}

/** Rows of JSON in the statement. */
const inline = (rows: readonly unknown[], columns: string): string =>
  `TABLE(EXTERN('${JSON.stringify({ type: 'inline', data: rows.map((row) => JSON.stringify(row)).join('\n') }).replaceAll("'", "''")}', '{"type":"json"}')) EXTEND (${columns})`;

/** How many segments a query read, and its first value. */
async function reading(from: string, context: Record<string, unknown> = {}): Promise<[files: number, value: unknown]> {
  const { state, report } = await suite.api.task(`SELECT COUNT(*) FROM ${from}`, context);
  expect(state).toBe('SUCCESS');
  return [report.counters['0']['0'].input0.totalFiles[0], report.results.results[0][0]];
}

describe('range shard specs', () => {
  const count = (of: (flight: ReturnType<typeof flights>[number]) => boolean): number => flights().filter(of).length;

  beforeAll(async () => {
    await suite.api.ingest(
      `REPLACE INTO "ranged" OVERWRITE ALL SELECT ${flightColumns} FROM ${source}
       PARTITIONED BY MONTH CLUSTERED BY "origin", "destination"`,
      { rowsPerSegment: 1_000 },
    );
  });

  test('cut a chunk at values of CLUSTERED BY, one after the other', async () => {
    const segments = await segmentsOf('ranged');
    for (const start of new Set(segments.map((segment) => segment.start))) {
      const chunk = segments.filter((segment) => segment.start === start);
      expect(chunk.length).toBeGreaterThan(5);
      expect(chunk.map(({ partition }) => partition)).toEqual(chunk.map((_, index) => index));
      expect(chunk.every(({ shardSpec }) => shardSpec.type === 'range')).toBe(true);
      expect(chunk.map(({ shardSpec }) => shardSpec.dimensions)).toEqual(chunk.map(() => ['origin', 'destination']));
      expect(chunk[0]?.shardSpec.start ?? null).toBeNull();
      expect(chunk.at(-1)?.shardSpec.end ?? null).toBeNull();
      for (const [index, { shardSpec }] of chunk.slice(1).entries()) {
        expect(shardSpec.start).toEqual(chunk[index]?.shardSpec.end);
      }
    }
    expect(segments.reduce((total, { rows }) => total + rows, 0)).toBe(flights().length);
  });

  test.each<[string, (flight: ReturnType<typeof flights>[number]) => boolean, number]>([
    [`"origin" = 'ATL'`, ({ origin }) => origin === 'ATL', 9],
    [`'ATL' = "origin"`, ({ origin }) => origin === 'ATL', 9],
    [`"origin" IN ('ATL', 'SFO')`, ({ origin }) => origin === 'ATL' || origin === 'SFO', 16],
    [`"origin" = 'ATL' OR "origin" = 'SFO'`, ({ origin }) => origin === 'ATL' || origin === 'SFO', 16],
    [`"origin" >= 'W'`, ({ origin }) => origin >= 'W', 6],
    [`"origin" BETWEEN 'A' AND 'AZZ'`, ({ origin }) => origin.startsWith('A'), 9],
    [`"origin" LIKE 'AT%'`, ({ origin }) => origin.startsWith('AT'), 9],
    [`"origin" = 'nowhere'`, () => false, 3],
    [`"origin" = 'ATL' AND "__time" < TIMESTAMP '2001-02-01'`, (f) => f.origin === 'ATL' && f.date < '2001/02', 3],
  ])('WHERE %s reads few of them', async (condition, holds, atMost) => {
    const [files, value] = await reading(`"ranged" WHERE ${condition}`);
    expect(value).toBe(count(holds));
    expect(files).toBeLessThanOrEqual(atMost);
    const [all] = await reading('"ranged"');
    expect(files).toBeLessThan(all);
  });

  test.each([
    `"origin" <> 'ATL'`,
    `NOT ("origin" = 'ATL')`,
    `UPPER("origin") = 'ATL'`,
    `"origin" = 'ATL' OR "delay" > 0`,
  ])('WHERE %s reads all', async (condition) => {
    const [files, value] = await reading(`"ranged" WHERE ${condition}`);
    const [[interactive] = []] = await suite.api.rows(`SELECT COUNT(*) FROM "ranged" WHERE ${condition}`);
    expect(value).toBe(interactive);
    expect(files).toBe((await segmentsOf('ranged')).length);
  });

  test('time prunes by what the rows of a segment have', async () => {
    const [files, value] = await reading(
      `(SELECT "__time" AS "t", "origin" AS "from" FROM "ranged") WHERE "t" >= TIMESTAMP '2001-03-01' AND "from" = 'ATL'`,
    );
    expect(value).toBe(count(({ origin, date }) => origin === 'ATL' && date >= '2001/03'));
    expect(files).toBeLessThanOrEqual(3);
  });

  test('rows that an INSERT appends are found beside them', async () => {
    await suite.api.ingest(
      `INSERT INTO "ranged" SELECT TIMESTAMP '2001-01-15' AS "__time", 'ATL' AS "origin", 'ZZZ' AS "destination", 1 AS "distance", 1 AS "delay" PARTITIONED BY MONTH`,
    );
    const [, value] = await reading(`"ranged" WHERE "origin" = 'ATL'`);
    expect(value).toBe(count(({ origin }) => origin === 'ATL') + 1);
    const january = (await segmentsOf('ranged')).filter(({ start }) => start.startsWith('2001-01'));
    expect(january.at(-1)).toMatchObject({ rows: 1, partition: january.length - 1, shardSpec: { type: 'numbered' } });
  });
});

describe('segments near rowsPerSegment', () => {
  /** A key that half of the rows have, between keys of their own. */
  const skewed = Array.from({ length: 2_000 }, (_, n) => ({
    n,
    k: n % 2 === 0 ? 'm' : `${n % 4 === 1 ? 'a' : 'z'}${n}`,
  }));
  const rows = inline(skewed, '"n" BIGINT, "k" VARCHAR');

  test('although a key is skewed, which stays in one segment', async () => {
    await suite.api.ingest(
      `REPLACE INTO "skewed" OVERWRITE ALL SELECT "n", "k" FROM ${rows} PARTITIONED BY ALL CLUSTERED BY "k"`,
      {
        rowsPerSegment: 100,
      },
    );
    const segments = await segmentsOf('skewed');
    const sizes = segments.map((segment) => segment.rows);
    expect(sizes.filter((size) => size >= 1_000)).toHaveLength(1);
    expect(sizes.filter((size) => size < 1_000).every((size) => size >= 50 && size <= 150)).toBe(true);
    const [files, value] = await reading(`"skewed" WHERE "k" = 'm'`);
    expect([files, value]).toEqual([1, 1_000]);
  });

  test('without CLUSTERED BY, evenly', async () => {
    await suite.api.ingest(`REPLACE INTO "even" OVERWRITE ALL SELECT "n", "k" FROM ${rows} PARTITIONED BY ALL`, {
      rowsPerSegment: 150,
    });
    const sizes = (await segmentsOf('even')).map((segment) => segment.rows);
    expect(sizes.every((size) => size >= 140 && size <= 150)).toBe(true);
  });
});

describe('the order of rows in a segment', () => {
  const rows = inline(
    [
      { t: '2024-01-01T03', k: 'a', c: 'y' },
      { t: '2024-01-01T01', k: 'b', c: 'x' },
      { t: '2024-01-01T02', k: 'a', c: 'z' },
    ],
    '"t" VARCHAR, "k" VARCHAR, "c" VARCHAR',
  );
  const free = { forceSegmentSortByTime: false };
  test.each<[string, string, Record<string, unknown>, string[]]>([
    ['__time, then CLUSTERED BY', 'CLUSTERED BY "k"', {}, ['x', 'z', 'y']],
    ['CLUSTERED BY alone without forceSegmentSortByTime', 'CLUSTERED BY "k"', free, ['z', 'y', 'x']],
    ['segmentSortOrder before CLUSTERED BY', 'CLUSTERED BY "k"', { segmentSortOrder: '__time, c' }, ['x', 'z', 'y']],
    ['segmentSortOrder as JSON', 'CLUSTERED BY "k"', { ...free, segmentSortOrder: '["c"]' }, ['x', 'y', 'z']],
    ['segmentSortOrder with __time behind', '', { ...free, segmentSortOrder: 'k,__time' }, ['z', 'y', 'x']],
  ])('%s', async (_name, tail, context, expected) => {
    await suite.api.ingest(
      `REPLACE INTO "sorted" OVERWRITE ALL SELECT TIME_PARSE("t") AS "__time", "k", "c" FROM ${rows} PARTITIONED BY DAY ${tail}`,
      context,
    );
    // Rows that a query leaves unordered come as they stand in their segment.
    expect((await suite.api.rows('SELECT "c" FROM "sorted"')).flat()).toEqual(expected);
  });
});

describe('time chunks', () => {
  const day = (date: string, table: string, head: string, granularity: string): string =>
    `${head} "${table}" ${head === 'REPLACE INTO' ? 'OVERWRITE ALL ' : ''}SELECT TIMESTAMP '${date}' AS "__time", 1 AS "n" PARTITIONED BY ${granularity}`;

  test('an INSERT of another granularity is refused where there are rows, and taken elsewhere', async () => {
    await suite.api.ingest(day('2024-05-10', 'mixed', 'INSERT INTO', 'MONTH'));
    const { state, report } = await suite.api.task(day('2024-05-11', 'mixed', 'INSERT INTO', 'DAY'));
    expect(state).toBe('FAILED');
    expect(report.status.errorReport.error).toMatchObject({
      errorCode: 'InsertCannotAllocateSegment',
      dataSource: 'mixed',
      interval: '2024-05-11T00:00:00.000Z/2024-05-12T00:00:00.000Z',
      allocatedInterval: '2024-05-01T00:00:00.000Z/2024-06-01T00:00:00.000Z',
    });
    await suite.api.ingest(day('2024-06-11', 'mixed', 'INSERT INTO', 'DAY'));
    expect(await suite.api.rows('SELECT COUNT(*) FROM "mixed"')).toEqual([[2]]);
    const coarser = await suite.api.task(day('2024-06-12', 'mixed', 'INSERT INTO', 'MONTH'));
    expect(coarser.report.status.errorReport.error.errorCode).toBe('InsertCannotAllocateSegment');
  });

  test('a REPLACE leaves tombstones where it leaves nothing, and an INSERT fills them again', async () => {
    const overwrite = `OVERWRITE WHERE "__time" >= TIMESTAMP '2001-02-01' AND "__time" < TIMESTAMP '2001-04-01'`;
    await suite.api.ingest(`INSERT INTO "emptied" SELECT ${flightColumns} FROM ${source} PARTITIONED BY MONTH`);
    await suite.api.ingest(
      `REPLACE INTO "emptied" ${overwrite} SELECT ${flightColumns} FROM ${source}
       WHERE "date" >= '2001/03' AND "date" < '2001/04' AND "origin" = 'ATL' PARTITIONED BY MONTH`,
    );
    const segments = await segmentsOf('emptied');
    expect(segments.map(({ start, shardSpec }) => [start.slice(0, 7), shardSpec.type])).toEqual([
      ['2001-01', 'numbered'],
      ['2001-02', 'tombstone'],
      ['2001-03', 'numbered'],
    ]);
    await suite.api.ingest(day('2001-02-03', 'emptied', 'INSERT INTO', 'DAY').replace('"n"', '"delay"'));
    expect(await suite.api.rows(`SELECT COUNT(*) FROM "emptied" WHERE TIME_EXTRACT("__time", 'MONTH') = 2`)).toEqual([
      [1],
    ]);
  });

  test.each([
    [`"__time" >= TIMESTAMP '2024-01-01' AND "__time" < TIMESTAMP '2024-01-15'`, 'MONTH', 'not aligned'],
    [`"__time" >= TIMESTAMP '2024-01-01' AND "__time" < TIMESTAMP '2024-02-01'`, 'ALL', 'not aligned'],
    [`"__time" >= TIMESTAMP '2024-01-01' AND "n" = 1`, 'MONTH', ''],
  ])('OVERWRITE WHERE %s by %s is refused', async (where, granularity, message) => {
    const { status, json } = await suite.api.request('POST', '/druid/v2/sql/task', {
      query: `REPLACE INTO "x" OVERWRITE WHERE ${where} SELECT TIMESTAMP '2024-01-01' AS "__time", 1 AS "n" PARTITIONED BY ${granularity}`,
    });
    expect(status).toBe(400);
    expect(json.errorMessage).toContain(message);
  });
});
