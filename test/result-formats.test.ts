import { describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

const post = (body: Record<string, unknown>) => suite.api.request('POST', '/druid/v2/sql', body);

/** A value of each type: its SQL, its native and SQL types, and how JSON and CSV show it. */
const values: readonly (readonly [sql: string, type: string, sqlType: string, json: string, csv: string])[] = [
  [`'a,"b"'`, 'STRING', 'CHAR', '"a,\\"b\\""', '"a,""b"""'],
  [`UPPER('ü')`, 'STRING', 'VARCHAR', '"Ü"', 'Ü'],
  [`'two\nlines'`, 'STRING', 'CHAR', '"two\\nlines"', '"two\nlines"'],
  ['5', 'LONG', 'INTEGER', '5', '5'],
  ['9007199254740993', 'LONG', 'BIGINT', '9007199254740993', '9007199254740993'],
  ['CAST(2 AS DOUBLE)', 'DOUBLE', 'DOUBLE', '2.0', '2.0'],
  ['CAST(12345678.5 AS DOUBLE)', 'DOUBLE', 'DOUBLE', '1.23456785E7', '1.23456785E7'],
  ['CAST(0.00025 AS DOUBLE)', 'DOUBLE', 'DOUBLE', '2.5E-4', '2.5E-4'],
  [`CAST('NaN' AS DOUBLE)`, 'DOUBLE', 'DOUBLE', '"NaN"', 'NaN'],
  ['CAST(0.1 AS FLOAT)', 'FLOAT', 'FLOAT', '0.1', '0.1'],
  ['1.5', 'DOUBLE', 'DECIMAL', '1.5', '1.5'],
  ['TRUE', 'LONG', 'BOOLEAN', 'true', 'true'],
  [
    `TIMESTAMP '2026-01-02 03:04:05.006'`,
    'LONG',
    'TIMESTAMP',
    '"2026-01-02T03:04:05.006Z"',
    '2026-01-02T03:04:05.006Z',
  ],
  [`DATE '2026-01-02'`, 'LONG', 'DATE', '"2026-01-02T00:00:00.000Z"', '2026-01-02T00:00:00.000Z'],
  ['ARRAY[1, NULL]', 'ARRAY<LONG>', 'ARRAY', '"[1,null]"', '"[1,null]"'],
  [`ARRAY['x', 'y']`, 'ARRAY<STRING>', 'ARRAY', '"[\\"x\\",\\"y\\"]"', '"[""x"",""y""]"'],
  ['ARRAY[1.0, CAST(12345678 AS DOUBLE)]', 'ARRAY<DOUBLE>', 'ARRAY', '"[1.0,1.2345678E7]"', '"[1.0,1.2345678E7]"'],
  [`PARSE_JSON('{"k": [1, 2]}')`, 'COMPLEX<json>', 'OTHER', '"{\\"k\\":[1,2]}"', '"{""k"":[1,2]}"'],
  [`MV_APPEND(ARRAY['p'], 'q')`, 'STRING', 'VARCHAR', '"[\\"p\\",\\"q\\"]"', '"[""p"",""q""]"'],
  ['NULL', 'STRING', 'NULL', 'null', ''],
];

describe.each(values)('%s', (sql, type, sqlType, json, csv) => {
  const query = `SELECT ${sql} AS "v", 1 AS "one"`;
  const headers = { header: true, typesHeader: true, sqlTypesHeader: true };

  test('object', async () => {
    expect((await post({ query })).text).toBe(`[{"v":${json},"one":1}]\n`);
    expect((await post({ query, resultFormat: 'object', ...headers })).text).toBe(
      `[{"v":{"type":"${type}","sqlType":"${sqlType}"},"one":{"type":"LONG","sqlType":"INTEGER"}},{"v":${json},"one":1}]\n`,
    );
  });

  test('array', async () => {
    expect((await post({ query, resultFormat: 'array', ...headers })).text).toBe(
      `[["v","one"],["${type}","LONG"],["${sqlType}","INTEGER"],[${json},1]]\n`,
    );
  });

  test('objectLines and arrayLines', async () => {
    expect((await post({ query, resultFormat: 'objectLines', header: true })).text).toBe(
      `{"v":null,"one":null}\n{"v":${json},"one":1}\n\n`,
    );
    expect((await post({ query, resultFormat: 'arrayLines', header: true, typesHeader: true })).text).toBe(
      `["v","one"]\n["${type}","LONG"]\n[${json},1]\n\n`,
    );
  });

  test('csv', async () => {
    expect((await post({ query, resultFormat: 'csv', header: true, sqlTypesHeader: true })).text).toBe(
      `v,one\n${sqlType},INTEGER\n${csv},1\n\n`,
    );
  });
});

describe('several rows', () => {
  const query = `SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t("n", "s")`;

  test.each([
    ['object', '[{"n":1,"s":"a"},{"n":2,"s":null}]\n'],
    ['array', '[[1,"a"],[2,null]]\n'],
    ['objectLines', '{"n":1,"s":"a"}\n{"n":2,"s":null}\n\n'],
    ['arrayLines', '[1,"a"]\n[2,null]\n\n'],
    ['csv', '1,a\n2,\n\n'],
  ])('%s', async (resultFormat, expected) => {
    expect((await post({ query, resultFormat })).text).toBe(expected);
  });
});

describe('no rows', () => {
  const query = 'SELECT "n" FROM (VALUES (1)) AS t("n") WHERE "n" > 1';

  test.each([
    ['object', '[]\n', '[{"n":null}]\n', 'application/json'],
    ['array', '[]\n', '[["n"]]\n', 'application/json'],
    ['objectLines', '\n\n', '{"n":null}\n\n', 'text/plain'],
    ['arrayLines', '\n\n', '["n"]\n\n', 'text/plain'],
    ['csv', '\n', 'n\n\n', 'text/csv'],
  ])('%s', async (resultFormat, bare, headed, contentType) => {
    const answer = await post({ query, resultFormat });
    expect(answer.text).toBe(bare);
    expect(answer.headers.get('content-type')).toContain(contentType);
    expect(answer.headers.get('x-druid-sql-header-included')).toBeNull();
    const withHeader = await post({ query, resultFormat, header: true });
    expect(withHeader.text).toBe(headed);
    expect(withHeader.headers.get('x-druid-sql-header-included')).toBe('yes');
  });
});

test('a lone empty text is quoted in CSV, where an empty line is the end', async () => {
  expect((await post({ query: `SELECT '' AS "v"`, resultFormat: 'csv' })).text).toBe('""\n\n');
  expect((await post({ query: `SELECT NULL AS "v"`, resultFormat: 'csv' })).text).toBe('""\n\n');
});

test('the name of a format counts in any case; an unknown one is refused', async () => {
  expect((await post({ query: 'SELECT 1', resultFormat: 'ARRAYLINES' })).text).toBe('[1]\n\n');
  expect((await post({ query: 'SELECT 1', resultFormat: 'xml' })).status).toBe(400);
});

test.each(['typesHeader', 'sqlTypesHeader'])('%s needs header', async (flag) => {
  const answer = await post({ query: 'SELECT 1', [flag]: true });
  expect(answer.status).toBe(400);
  expect(answer.json.errorMessage).toContain(`Cannot include '${flag}' without 'header'`);
});

describe('arrays as they are', () => {
  const query = `SELECT ARRAY[1.0, NULL] AS "d", ARRAY['x'] AS "s"`;
  const context = { sqlStringifyArrays: false };

  test('JSON', async () => {
    expect((await post({ query, resultFormat: 'array', context })).text).toBe('[[[1.0,null],["x"]]]\n');
  });

  test('CSV shows them as Java does', async () => {
    expect((await post({ query, resultFormat: 'csv', context })).text).toBe('"[1.0, null]",[x]\n\n');
  });
});

describe('sqlTimeZone', () => {
  const times = `SELECT TIMESTAMP '2026-01-02 03:04:05' AS "winter", TIMESTAMP '2026-07-02 03:04:05' AS "summer", DATE '2026-07-02' AS "day"`;

  test.each([
    ['America/Los_Angeles', '-08:00', '-07:00'],
    ['Asia/Kolkata', '+05:30', '+05:30'],
    ['Europe/London', 'Z', '+01:00'],
    ['-03:00', '-03:00', '-03:00'],
    ['Etc/UTC', 'Z', 'Z'],
  ])('%s', async (sqlTimeZone, winter, summer) => {
    expect((await post({ query: times, resultFormat: 'array', context: { sqlTimeZone } })).json).toEqual([
      [`2026-01-02T03:04:05.000${winter}`, `2026-07-02T03:04:05.000${summer}`, `2026-07-02T00:00:00.000${summer}`],
    ]);
  });

  test('an unknown zone is refused', async () => {
    const answer = await post({ query: times, context: { sqlTimeZone: 'Mars/Olympus' } });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain('Mars/Olympus');
  });
});
