import { beforeAll, describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

/** A row of every kind of value, as JSON text so that no digit is lost; the columns are those of `signature`. */
const signature =
  '"t" BIGINT, "s" VARCHAR, "l" BIGINT, "d" DOUBLE, "f" FLOAT, "m" VARCHAR, "a" VARCHAR ARRAY, "la" BIGINT ARRAY, "da" DOUBLE ARRAY, "j" TYPE(\'COMPLEX<json>\')';

const records = [
  String.raw`{"t": -1, "s": "é 😀 \u2028 \"quoted\" \\ ' tab\t", "l": 9223372036854775807, "d": 1e308, "f": 1.5, "m": ["b", "a", "b"], "a": ["x", null, ""], "la": [9007199254740993, null], "da": [0.1, -5e-324], "j": {"a": [1, {"b": null}], "é": "😀", "n": 9007199254740993}}`,
  String.raw`{"t": -62135596800000, "s": "", "l": -9223372036854775808, "d": -0.0, "f": 0.1, "m": ["one"], "a": [], "la": [], "da": [], "j": {}}`,
  String.raw`{"t": 253402300800000, "s": null, "l": null, "d": null, "f": null, "m": null, "a": null, "la": null, "da": null, "j": null}`,
  String.raw`{"t": 0, "s": "NULL", "l": 9007199254740993, "d": 4.9e-324, "f": -3e38, "m": [], "a": [null], "la": [null], "da": [null], "j": [1, [2, []], "x"]}`,
  String.raw`{"t": 1, "s": "${'long '.repeat(20_000)}", "l": 0, "d": 0.1, "f": 16777216, "m": ["\u0001", "\"", "["], "a": ["\"[]\"", "é"], "la": [0], "da": [1e308], "j": "text"}`,
];

const source = (): string =>
  `TABLE(EXTERN('${JSON.stringify({ type: 'inline', data: records.join('\n') }).replaceAll("'", "''")}', '{"type":"json"}')) EXTEND (${signature})`;

/** The answer's text, in which integers have all their digits. */
async function all(table: string): Promise<string> {
  const answer = await suite.api.request('POST', '/druid/v2/sql', {
    query: `SELECT * FROM "${table}" ORDER BY "__time"`,
    resultFormat: 'arrayLines',
    header: true,
    typesHeader: true,
  });
  expect(answer.status).toBe(200);
  return answer.text;
}

beforeAll(async () => {
  await suite.api.ingest(
    `INSERT INTO "kept" SELECT MILLIS_TO_TIMESTAMP("t") AS "__time", "s", "l", "d", "f", "m", "a", "la", "da", "j",
       CASE WHEN "t" = 0 THEN CAST('NaN' AS DOUBLE) WHEN "t" = 1 THEN CAST('Infinity' AS DOUBLE) WHEN "t" = -1 THEN CAST('-Infinity' AS DOUBLE) END AS "edge"
     FROM ${source()} PARTITIONED BY YEAR`,
  );
});

describe('values come out as they went in', () => {
  const column = async (sql: string): Promise<unknown[]> =>
    (await suite.api.rows(`SELECT ${sql} FROM "kept" ORDER BY "__time"`, { sqlStringifyArrays: false })).map(
      ([value]) => value,
    );

  test.each<[string, unknown[]]>([
    ['"s"', ['', 'é 😀 \u2028 "quoted" \\ \' tab\t', 'NULL', 'long '.repeat(20_000), null]],
    ['CAST("l" AS VARCHAR)', ['-9223372036854775808', '9223372036854775807', '9007199254740993', '0', null]],
    ['"d"', [-0, 1e308, 5e-324, 0.1, null]],
    ['"edge"', [null, '-Infinity', 'NaN', 'Infinity', null]],
    // As Druid stores them: in order, and none at all as NULL.
    ['"m"', ['one', '["a","b","b"]', null, String.raw`["\u0001","\"","["]`, null]],
    ['"a"', [[], ['x', null, ''], [null], ['"[]"', 'é'], null]],
    ['CAST(ARRAY_OFFSET("la", 0) AS VARCHAR)', [null, '9007199254740993', null, '0', null]],
    ['"da"', [[], [0.1, -5e-324], [null], [1e308], null]],
    ['JSON_VALUE("j", \'$.a[0]\')', [null, '1', null, null, null]],
    [
      'TO_JSON_STRING("j")',
      ['{}', '{"a":[1,{"b":null}],"é":"😀","n":9007199254740993}', '[1,[2,[]],"x"]', '"text"', null],
    ],
    [
      'CAST("__time" AS VARCHAR)',
      [
        '0001-01-01 00:00:00',
        '1969-12-31 23:59:59',
        '1970-01-01 00:00:00',
        '1970-01-01 00:00:00',
        '10000-01-01 00:00:00',
      ],
    ],
  ])('%s', async (sql, expected) => {
    expect(await column(sql)).toEqual(expected);
  });
});

describe('and stay so when they are written again', () => {
  test.each<[string, string, string]>([
    [
      'REPLACE of the datasource by itself',
      'kept',
      'REPLACE INTO "kept" OVERWRITE ALL SELECT * FROM "kept" PARTITIONED BY ALL',
    ],
    ['INSERT of all of it elsewhere', 'copy', 'INSERT INTO "copy" SELECT * FROM "kept" PARTITIONED BY YEAR'],
    [
      'REPLACE in another order',
      'kept',
      'REPLACE INTO "kept" OVERWRITE ALL SELECT * FROM "kept" PARTITIONED BY ALL CLUSTERED BY "s"',
    ],
  ])('%s', async (_name, table, sql) => {
    const before = await all('kept');
    await suite.api.ingest(sql);
    expect(await all(table)).toBe(before);
  });
});
