import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  duckdbDialect,
  openDatabase,
  resultSql,
  type Database,
  type DuckdbSession,
} from '../src/engine/duckdb/index.js';
import { allFunctions } from '../src/sql/functions/index.js';
import { compileSql } from '../src/sql/index.js';
import { isFractional, type SqlType } from '../src/sql/types.js';
import { makeDirectory, removeDirectory } from './support/server-process.js';

const now = Date.UTC(2024, 0, 2, 3, 4, 5);

let directory: string;
let database: Database;
let session: DuckdbSession;

beforeAll(async () => {
  directory = await makeDirectory();
  database = await openDatabase({ threads: 1, memoryBytes: 512 * 1024 ** 2, spillDirectory: directory });
  session = await database.connect();
});

afterAll(async () => {
  await database.close();
  await removeDirectory(directory);
});

function shown(value: unknown, type: SqlType): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) {
    return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each));
  }
  if (typeof value === 'number' && isFractional(type) && Number.isInteger(value)) return value.toFixed(1);
  return String(value);
}

/** The one value that a query answers, through the whole front end. */
async function evaluate(sql: string): Promise<string> {
  const { statement } = compileSql(sql, { catalog: { table: () => undefined }, now });
  if (statement.kind !== 'select') throw new Error('Examples are queries');
  const [column] = statement.columns;
  if (!column) throw new Error('An example has one column');
  const query = duckdbDialect.emit(statement.plan, { timeZone: 'UTC', now });
  const [row] = await session.rows(resultSql(query.sql, [{ sqlName: `c${column.fieldId}`, type: column.type }]));
  return shown(row?.[0] ?? null, column.type);
}

const examples = allFunctions().flatMap(({ name, example, emit }) =>
  example && emit.duckdb ? [[name, example.sql, example.result] as const] : [],
);

test.each(examples)('%s: %s is %s', async (_name, sql, result) => {
  expect(await evaluate(/^\s*SELECT\b/i.test(sql) ? sql : `SELECT ${sql}`)).toBe(result);
});

test('every name means one function', () => {
  const names = allFunctions().flatMap((declaration) => [declaration.name, ...(declaration.aliases ?? [])]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('a function that no engine has is refused by name', () => {
  for (const { name, emit, kind } of allFunctions()) {
    if (emit.duckdb || kind === 'operator') continue;
    expect(name).toMatch(/^[A-Z0-9_]+$/);
  }
});

test.each([
  ['CAST(1.0 AS VARCHAR)', '1.0'],
  ['CAST(CAST(10000000 AS DOUBLE) AS VARCHAR)', '1.0E7'],
  ['CAST(CAST(123456789.125 AS DOUBLE) AS VARCHAR)', '1.23456789125E8'],
  ['CAST(CAST(0.0001 AS DOUBLE) AS VARCHAR)', '1.0E-4'],
  ['CAST(CAST(0.00012345 AS DOUBLE) AS VARCHAR)', '1.2345E-4'],
  ['CAST(CAST(-1e-10 AS DOUBLE) AS VARCHAR)', '-1.0E-10'],
  ['CAST(CAST(1e300 AS DOUBLE) AS VARCHAR)', '1.0E300'],
  ['CAST(CAST(12345678 AS DOUBLE) AS VARCHAR)', '1.2345678E7'],
  ['CAST(CAST(0.001 AS DOUBLE) AS VARCHAR)', '0.001'],
  ["CAST('1.9' AS BIGINT)", '1'],
  ["CAST('x' AS BIGINT)", 'NULL'],
  ['CAST(1.9 AS BIGINT)', '1'],
  ['CAST(-1.9 AS BIGINT)', '-1'],
  ["CAST('2001-02-03' AS TIMESTAMP)", '2001-02-03T00:00:00.000Z'],
  ["CAST(TIMESTAMP '2001-02-03 04:05:06' AS VARCHAR)", '2001-02-03 04:05:06'],
  ["CAST(TIMESTAMP '2001-02-03 04:05:06' AS DATE)", '2001-02-03T00:00:00.000Z'],
  ["CAST(TIMESTAMP '1970-01-01 00:00:01' AS BIGINT)", '1000'],
  ['CAST(TRUE AS BIGINT)', '1'],
  ['7 / 2', '3'],
  ['-7 / 2', '-3'],
  ['7 / 2.0', '3.5'],
  ['1 / 0', 'NULL'],
  ["'a' || 1", 'a1'],
  ["'2' + 1", '3'],
  ["TIMESTAMP '2001-01-31 00:00:00' + INTERVAL '1' MONTH", '2001-02-28T00:00:00.000Z'],
  ["TIMESTAMP '2001-01-31 00:00:00' - INTERVAL '1' DAY", '2001-01-30T00:00:00.000Z'],
  ['NULL IN (1, 2)', 'NULL'],
  ['2 NOT IN (1, NULL)', 'NULL'],
  ["CASE 1 WHEN 1 THEN 'a' ELSE 'b' END", 'a'],
  ['ARRAY[1, 2] = ARRAY[1, 2]', 'true'],
  ['ARRAY[3, 4][1]', '3'],
  ["LPAD('abc', 0, 'x')", 'NULL'],
  ["LPAD('abc', -1, 'x')", ''],
  ["RPAD('abc', -1, 'x')", ''],
  ["RPAD('abc', 2, CAST(NULL AS VARCHAR))", 'NULL'],
  ["LPAD('abc', 6, '')", 'abc'],
  ['BITWISE_SHIFT_LEFT(1, 63)', '-9223372036854775808'],
  ['BITWISE_SHIFT_LEFT(1, 65)', '2'],
  ['BITWISE_SHIFT_LEFT(-3, 63)', '-9223372036854775808'],
  ['BITWISE_SHIFT_LEFT(1, -1)', '-9223372036854775808'],
  ['BITWISE_SHIFT_RIGHT(-8, 1)', '-4'],
  ['BITWISE_SHIFT_RIGHT(8, -1)', '0'],
  ['BITWISE_SHIFT_RIGHT(8, 64)', '8'],
])('%s is %s', async (sql, result) => {
  expect(await evaluate(`SELECT ${sql}`)).toBe(result);
});
