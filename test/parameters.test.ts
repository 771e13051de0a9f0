import { describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

const ask = (query: string, parameters: readonly unknown[], context: Record<string, unknown> = {}) =>
  suite.api.request('POST', '/druid/v2/sql', {
    query,
    parameters,
    context,
    resultFormat: 'array',
    header: true,
    sqlTypesHeader: true,
  });

/** The SQL type and the value that `SELECT ?` answers. */
async function selected(type: string, value: unknown, context?: Record<string, unknown>): Promise<unknown[]> {
  const answer = await ask('SELECT ?', [{ type, value }], context);
  expect(answer.status, answer.text).toBe(200);
  const [, sqlTypes, row] = answer.json;
  return [sqlTypes[0], row[0]];
}

describe('a parameter is the literal of its value', () => {
  test.each([
    ['VARCHAR', `it's`, 'CHAR', `it's`],
    ['CHAR', '', 'CHAR', ''],
    ['VARCHAR', 5, 'CHAR', '5'],
    ['TINYINT', 5, 'INTEGER', 5],
    ['INTEGER', -7, 'INTEGER', -7],
    ['BIGINT', 3_000_000_000, 'BIGINT', 3_000_000_000],
    ['BIGINT', '12', 'INTEGER', 12],
    ['DOUBLE', 1.5, 'DOUBLE', 1.5],
    ['FLOAT', 2, 'DOUBLE', 2],
    ['REAL', '0.25', 'DOUBLE', 0.25],
    ['DECIMAL', 1.25, 'DECIMAL', 1.25],
    ['NUMERIC', '-3.5', 'DECIMAL', -3.5],
    ['BOOLEAN', true, 'BOOLEAN', true],
    ['TIMESTAMP', '2026-01-02 03:04:05', 'TIMESTAMP', '2026-01-02T03:04:05.000Z'],
    ['TIMESTAMP', '2026-01-02T03:04:05.678Z', 'TIMESTAMP', '2026-01-02T03:04:05.678Z'],
    ['TIMESTAMP', Date.UTC(2026, 0, 2), 'TIMESTAMP', '2026-01-02T00:00:00.000Z'],
    ['DATE', '2026-01-02', 'DATE', '2026-01-02T00:00:00.000Z'],
    ['DATE', 20_455, 'DATE', '2026-01-02T00:00:00.000Z'],
    ['VARCHAR', null, 'NULL', null],
    ['BIGINT', null, 'NULL', null],
    ['ARRAY', null, 'NULL', null],
    ['ARRAY', [1, 2], 'ARRAY', '[1,2]'],
    ['ARRAY', ['a', null], 'ARRAY', '["a",null]'],
    ['ARRAY', [1.5, 2], 'ARRAY', '[1.5,2.0]'],
  ])('%s %j', async (type, value, sqlType, answer) => {
    expect(await selected(type, value)).toEqual([sqlType, answer]);
  });

  test('integers keep all their digits', async () => {
    const body =
      '{"query": "SELECT ?, ?", "resultFormat": "array", "parameters": [{"type": "BIGINT", "value": 9007199254740993}, {"type": "ARRAY", "value": [-9007199254740993]}]}';
    const answer = await suite.api.request('POST', '/druid/v2/sql', body);
    expect(answer.text).toBe('[[9007199254740993,"[-9007199254740993]"]]\n');
  });

  test('a timestamp is wall time of the session’s zone', async () => {
    const context = { sqlTimeZone: 'Asia/Tokyo' };
    expect(await selected('TIMESTAMP', '2026-01-02 03:04:05', context)).toEqual([
      'TIMESTAMP',
      '2026-01-02T03:04:05.000+09:00',
    ]);
  });
});

describe('parameters in their places', () => {
  const table = `(VALUES (1, 'a'), (2, 'b'), (3, NULL)) AS t("n", "s")`;
  const rows = async (query: string, parameters: readonly unknown[]): Promise<unknown> => {
    const answer = await ask(query, parameters);
    expect(answer.status, answer.text).toBe(200);
    return answer.json.slice(2);
  };
  const long = (value: unknown) => ({ type: 'BIGINT', value });

  test('filters, lists and functions', async () => {
    expect(await rows(`SELECT "n" FROM ${table} WHERE "n" > ? AND "n" < ?`, [long(1), long(3)])).toEqual([[2]]);
    expect(await rows(`SELECT "n" FROM ${table} WHERE "n" IN (?, ?) ORDER BY 1`, [long(1), long(3)])).toEqual([
      [1],
      [3],
    ]);
    expect(
      await rows(`SELECT "n" FROM ${table} WHERE ARRAY_CONTAINS(?, "n") ORDER BY 1`, [
        { type: 'ARRAY', value: [2, 3] },
      ]),
    ).toEqual([[2], [3]]);
    expect(
      await rows(`SELECT TIME_FLOOR(TIMESTAMP '2026-01-02 03:04:05', ?)`, [{ type: 'VARCHAR', value: 'P1D' }]),
    ).toEqual([['2026-01-02T00:00:00.000Z']]);
    expect(await rows(`SELECT "n" FROM ${table} WHERE "s" = ?`, [{ type: 'VARCHAR', value: null }])).toEqual([]);
  });
});

describe('refusals', () => {
  test.each([
    ['none at all', 'SELECT ?', [], 'No value bound for parameter (position [1])'],
    ['too few', 'SELECT ?, ?', [{ type: 'BIGINT', value: 1 }], 'No value bound for parameter (position [2])'],
    ['a null in the list', 'SELECT ?', [null], 'No value bound for parameter (position [1])'],
    ['text for a number', 'SELECT ?', [{ type: 'BIGINT', value: 'x' }], 'is not of its type [BIGINT]'],
    ['a fraction for an integer', 'SELECT ?', [{ type: 'INTEGER', value: 1.5 }], 'is not of its type [INTEGER]'],
    ['text for a truth value', 'SELECT ?', [{ type: 'BOOLEAN', value: 'yes' }], 'is not of its type [BOOLEAN]'],
    ['no time', 'SELECT ?', [{ type: 'TIMESTAMP', value: 'noon' }], 'is not of its type [TIMESTAMP]'],
    ['no date', 'SELECT ?', [{ type: 'DATE', value: 'today' }], "Illegal DATE literal 'today'"],
    ['an unknown type', 'SELECT ?', [{ type: 'POINT', value: 1 }], 'is not of its type [POINT]'],
    ['an object in an array', 'SELECT ?', [{ type: 'ARRAY', value: [{}] }], 'with an illegal value of type [object]'],
  ])('%s', async (_name, query, parameters, message) => {
    const answer = await ask(query, parameters);
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain(message);
  });
});

describe('SET', () => {
  const time = `SELECT TIMESTAMP '2026-01-01 09:00:00'`;
  const value = async (query: string, context: Record<string, unknown> = {}): Promise<unknown> => {
    const answer = await ask(query, [], context);
    expect(answer.status, answer.text).toBe(200);
    return answer.json[2][0];
  };

  test('several, the last of a name counts, and they win over the context', async () => {
    const script = `SET sqlTimeZone = 'Asia/Tokyo'; SET sqlOuterLimit = 1; SET sqlTimeZone = 'America/New_York'; ${time};`;
    expect(await value(script, { sqlTimeZone: 'Europe/Paris' })).toBe('2026-01-01T09:00:00.000-05:00');
  });

  test('numbers and truth values', async () => {
    expect(await value(`SET sqlStringifyArrays = false; SELECT ARRAY[1, 2]`)).toEqual([1, 2]);
    const answer = await ask(`SET sqlOuterLimit = 2; SELECT * FROM (VALUES (1), (2), (3)) AS t(x)`, []);
    expect(answer.json.slice(2)).toHaveLength(2);
  });

  test('what a setting allows is not refused before it is read', async () => {
    const id = await suite.api.submit(
      `SET forceSegmentSortByTime = false; SET segmentSortOrder = 'k';
       REPLACE INTO "sorted" OVERWRITE ALL SELECT 'a' AS "k", TIMESTAMP '2026-01-01' AS "__time" PARTITIONED BY DAY CLUSTERED BY "k"`,
    );
    expect((await suite.api.finish(id)).state).toBe('SUCCESS');
  });

  test('a bad value is refused', async () => {
    const answer = await ask(`SET sqlOuterLimit = 'many'; ${time}`, []);
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain('sqlOuterLimit');
  });

  test('SET alone is no query', async () => {
    expect((await ask(`SET sqlTimeZone = 'UTC';`, [])).status).toBe(400);
  });
});
