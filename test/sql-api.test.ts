import { beforeAll, describe, expect, test } from 'vitest';
import { flightColumns, flights, localFlights, writeFlights } from './support/flights.js';
import { useServer } from './support/suite.js';

const suite = useServer();

beforeAll(async () => {
  const file = writeFlights(suite.directory);
  await suite.api.ingest(
    `INSERT INTO "flights" SELECT ${flightColumns} FROM ${localFlights(file)} PARTITIONED BY MONTH`,
  );
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  suite.api.request('POST', '/druid/v2/sql', body, headers);

const query = `SELECT "origin" AS "o", COUNT(*) AS "n", TIMESTAMP '2001-01-02 03:04:05' AS "t" FROM "flights"
  WHERE "origin" = 'DTW' GROUP BY 1`;
const count = flights().filter((flight) => flight.origin === 'DTW').length;
const time = '2001-01-02T03:04:05.000Z';

describe('result formats', () => {
  test.each([
    ['object', `[{"o":"DTW","n":${count},"t":"${time}"}]\n`],
    ['array', `[["DTW",${count},"${time}"]]\n`],
    ['objectLines', `{"o":"DTW","n":${count},"t":"${time}"}\n\n`],
    ['arrayLines', `["DTW",${count},"${time}"]\n\n`],
    ['csv', `DTW,${count},${time}\n\n`],
  ])('%s', async (resultFormat, expected) => {
    const answer = await post({ query, resultFormat });
    expect(answer.status).toBe(200);
    expect(answer.text.replaceAll(',\n', ',')).toBe(expected);
  });

  test('headers name columns, native types and SQL types', async () => {
    const answer = await post({
      query,
      resultFormat: 'array',
      header: true,
      typesHeader: true,
      sqlTypesHeader: true,
    });
    expect(answer.json.slice(0, 3)).toEqual([
      ['o', 'n', 't'],
      ['STRING', 'LONG', 'LONG'],
      ['VARCHAR', 'BIGINT', 'TIMESTAMP'],
    ]);
    expect(answer.headers.get('x-druid-sql-header-included')).toBe('yes');
  });

  test('the SQL itself as text/plain', async () => {
    const answer = await post('SELECT 1 + 1 AS "two"', { 'content-type': 'text/plain' });
    expect(answer.json).toEqual([{ two: 2 }]);
  });

  test('64-bit integers keep all their digits', async () => {
    const answer = await post({ query: 'SELECT 9007199254740993 AS "big"', resultFormat: 'array' });
    expect(answer.text).toContain('9007199254740993');
  });
});

describe('parameters and context', () => {
  test('? takes values of their types', async () => {
    const answer = await post({
      query: 'SELECT COUNT(*) FROM "flights" WHERE "origin" = ? AND "distance" > ? AND "__time" < ?',
      resultFormat: 'array',
      parameters: [
        { type: 'VARCHAR', value: 'DTW' },
        { type: 'BIGINT', value: 500 },
        { type: 'TIMESTAMP', value: '2001-02-01 00:00:00' },
      ],
    });
    const expected = flights().filter((f) => f.origin === 'DTW' && f.distance > 500 && f.date < '2001/02/01').length;
    expect(answer.json).toEqual([[expected]]);
  });

  test('a missing parameter is named', async () => {
    const answer = await post({ query: 'SELECT ?' });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain('parameter');
  });

  test('sqlTimeZone moves literals and day borders', async () => {
    const rows = await suite.api.rows(`SELECT FLOOR(TIMESTAMP '2001-01-01 22:00:00' TO DAY)`, {
      sqlTimeZone: 'America/Los_Angeles',
    });
    expect(rows).toEqual([['2001-01-01T00:00:00.000-08:00']]);
  });

  test('SET wins over the context', async () => {
    const answer = await post({
      query: `SET sqlTimeZone = 'Asia/Tokyo'; SELECT TIMESTAMP '2001-01-01 09:00:00'`,
      resultFormat: 'array',
      context: { sqlTimeZone: 'America/Los_Angeles' },
    });
    expect(answer.json).toEqual([['2001-01-01T09:00:00.000+09:00']]);
  });
});

describe('refusals', () => {
  test.each([
    ['malformed JSON', '{"query":', 400],
    ['no query', '{}', 400],
    ['a query that is no text', '{"query": 1}', 400],
    ['an unknown format', '{"query": "SELECT 1", "resultFormat": "xml"}', 400],
    ['a context that is no object', '{"query": "SELECT 1", "context": []}', 400],
    ['an empty body', '', 400],
  ])('%s', async (_name, body, status) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ error: 'druidException', category: 'INVALID_INPUT' });
  });

  test('an unknown content type', async () => {
    expect((await post('<a/>', { 'content-type': 'application/xml' })).status).toBe(415);
  });

  test('a typo names its place', async () => {
    const answer = await post({ query: 'SELECT "orign" FROM "flights"' });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      errorCode: 'invalidInput',
      errorMessage: "Column 'orign' not found in any table (line [1], column [8])",
      context: { sourceType: 'sql', line: '1', column: '8' },
    });
  });

  test('a syntax error names the token', async () => {
    const answer = await post({ query: 'SELECT FROM "flights"' });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain('Received an unexpected token [FROM] (line [1], column [8])');
  });

  test('INSERT is a task', async () => {
    const answer = await post({ query: 'INSERT INTO "x" SELECT * FROM "flights" PARTITIONED BY DAY' });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain('INSERT operations are not supported');
  });

  test('an unknown path is 404', async () => {
    expect((await suite.api.get('/druid/v2/nothing')).status).toBe(404);
  });
});

test('EXPLAIN PLAN FOR answers a plan without running it', async () => {
  const answer = await post({ query: `EXPLAIN PLAN FOR ${query}` });
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.json[0])).toEqual(['PLAN', 'RESOURCES', 'ATTRIBUTES']);
  expect(JSON.parse(answer.json[0].RESOURCES)).toEqual([{ name: 'flights', type: 'DATASOURCE' }]);
});

test('a running query is canceled by its id', async () => {
  const slow = `SELECT COUNT(*) FROM "flights" a, "flights" b, "flights" c WHERE a."delay" + b."delay" * c."delay" = 7`;
  const running = post({ query: slow, context: { sqlQueryId: 'slow-one' } });
  const canceled = await suite.api.until(
    () => suite.api.request('DELETE', '/druid/v2/sql/slow-one'),
    (answer) => answer.status !== 404,
  );
  expect(canceled.status).toBe(202);
  const answer = await running;
  expect(answer.json.category).toBe('CANCELED');
  expect((await suite.api.request('DELETE', '/druid/v2/sql/slow-one')).status).toBe(404);
});

test('system tables answer', async () => {
  expect(
    await suite.api.rows(
      `SELECT COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'flights' ORDER BY ORDINAL_POSITION`,
    ),
  ).toEqual([
    ['__time', 'TIMESTAMP'],
    ['origin', 'VARCHAR'],
    ['destination', 'VARCHAR'],
    ['distance', 'BIGINT'],
    ['delay', 'BIGINT'],
  ]);
  expect(
    await suite.api.rows(`SELECT COUNT(*), SUM("num_rows") FROM sys.segments WHERE "datasource" = 'flights'`),
  ).toEqual([[3, flights().length]]);
  expect(await suite.api.rows(`SELECT "status" FROM sys.tasks WHERE "datasource" = 'flights'`)).toEqual([['SUCCESS']]);
});

describe('SQL over a datasource', () => {
  const by = <T>(key: (flight: typeof flights extends () => readonly (infer F)[] ? F : never) => T): Map<T, number> => {
    const counts = new Map<T, number>();
    for (const flight of flights()) counts.set(key(flight), (counts.get(key(flight)) ?? 0) + 1);
    return counts;
  };

  test('grouping with HAVING and ORDER BY', async () => {
    const expected = [...by((flight) => flight.origin)]
      .filter(([, n]) => n > 500)
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    expect(
      await suite.api.rows(
        'SELECT "origin", COUNT(*) AS "n" FROM "flights" GROUP BY "origin" HAVING COUNT(*) > 500 ORDER BY "n" DESC, "origin"',
      ),
    ).toEqual(expected);
  });

  test('a window over groups', async () => {
    const rows = await suite.api.rows(
      `SELECT "origin", COUNT(*), RANK() OVER (ORDER BY COUNT(*) DESC), SUM(COUNT(*)) OVER ()
       FROM "flights" GROUP BY "origin" ORDER BY 3, 1 LIMIT 1`,
    );
    const [[origin, most] = ['', 0]] = [...by((flight) => flight.origin)].sort((a, b) => b[1] - a[1]);
    expect(rows).toEqual([[origin, most, 1, flights().length]]);
  });

  test('a join with a derived table and a correlated subquery', async () => {
    const rows = await suite.api.rows(
      `WITH busy AS (SELECT "origin", COUNT(*) AS n FROM "flights" GROUP BY 1 ORDER BY 2 DESC LIMIT 3)
       SELECT COUNT(*) FROM "flights" f JOIN busy b ON f."destination" = b."origin"
       WHERE EXISTS (SELECT 1 FROM "flights" g WHERE g."origin" = f."destination" AND g."delay" > 100)`,
    );
    const busy = new Set(
      [...by((flight) => flight.origin)]
        .sort((a, b) => b[1] - a[1])
        .slice(0, 3)
        .map(([origin]) => origin),
    );
    const late = new Set(
      flights()
        .filter((flight) => flight.delay > 100)
        .map((flight) => flight.origin),
    );
    const expected = flights().filter((f) => busy.has(f.destination) && late.has(f.destination)).length;
    expect(rows).toEqual([[expected]]);
  });
});
