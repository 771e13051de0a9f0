import { afterAll, beforeAll, expect, test } from 'vitest';
import { resultSql, sparkDialect, sparkEmitter, SparkSession } from '../../src/engine/spark/index.js';
import { allFunctions } from '../../src/sql/functions/index.js';
import { compileSql } from '../../src/sql/index.js';
import { isFractional, type SqlType } from '../../src/sql/types.js';
import { sparkRemote } from './server.js';

const now = Date.UTC(2024, 0, 2, 3, 4, 5);

let session: SparkSession;

beforeAll(async () => {
  session = await SparkSession.open({ remote: sparkRemote, session: {} });
});

afterAll(() => session.close());

function shown(value: unknown, type: SqlType): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) {
    return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each));
  }
  if (typeof value === 'number' && isFractional(type) && Number.isInteger(value)) return value.toFixed(1);
  return String(value);
}

interface Example {
  readonly name: string;
  readonly sql: string;
  readonly result: string;
}

/** Spark's SQL of an example, which answers one value, and the value's type. */
function compile({ sql: example }: Example): { readonly sql: string; readonly type: SqlType } {
  const query = /^\s*SELECT\b/i.test(example) ? example : `SELECT ${example}`;
  const { statement } = compileSql(query, { catalog: { table: () => undefined }, now });
  if (statement.kind !== 'select') throw new Error('Examples are queries');
  const [column] = statement.columns;
  if (!column) throw new Error('An example has one column');
  const { sql } = sparkDialect.emit(statement.plan, { timeZone: 'UTC', now });
  return { sql: resultSql(sql, [{ sqlName: `c${column.fieldId}`, type: column.type }]), type: column.type };
}

/** Evaluates examples as columns of one query, which is much faster than one by one; what fails is halved. */
async function evaluate(examples: readonly Example[]): Promise<readonly string[]> {
  const compiled = examples.map(compile);
  try {
    const columns = compiled.map(({ sql }, index) => `(${sql}) AS r${index}`);
    const [row = []] = await session.rows(`SELECT ${columns.join(',\n')}`);
    return compiled.map(({ type }, index) => shown(row[index] ?? null, type));
  } catch (error) {
    if (examples.length === 1) return [`failed: ${String(error).slice(0, 200)}`];
    const half = Math.ceil(examples.length / 2);
    return [...(await evaluate(examples.slice(0, half))), ...(await evaluate(examples.slice(half)))];
  }
}

test('the examples of all functions that Spark runs', async () => {
  const examples = allFunctions().flatMap((declaration): readonly Example[] => {
    const { name, example } = declaration;
    return example && sparkEmitter(declaration) ? [{ name, ...example }] : [];
  });
  expect(examples.length).toBeGreaterThan(150);
  const wrong: string[] = [];
  for (let start = 0; start < examples.length; start += 25) {
    const part = examples.slice(start, start + 25);
    for (const [index, found] of (await evaluate(part)).entries()) {
      const { name = '', sql = '', result = '' } = part[index] ?? {};
      if (found !== result) wrong.push(`${name}: ${sql} is ${found} instead of ${result}`);
    }
  }
  expect(wrong).toEqual([]);
});

test.each([
  [
    'JSON_QUERY of a text that reads like a number',
    `JSON_QUERY(PARSE_JSON('{"a": "1", "b": ["true"]}'), '$.a')`,
    '"1"',
  ],
  ['PARSE_JSON without space', `PARSE_JSON(' {"a" : [1, {"b" : null}]} ')`, '{"a":[1,{"b":null}]}'],
  [
    'JSON_PATHS of lists',
    `JSON_PATHS(PARSE_JSON('{"a":[1,{"b":[]}],"c.d":{},"e":null,"f":{"g":"x,{"}}'))`,
    '["$.a[0]","$.a[1].b","$.e","$.f.g"]',
  ],
  ['JSON_PATHS of nothing', 'JSON_PATHS(PARSE_JSON(NULL))', '["$"]'],
  ['JSON_MERGE of lists', `JSON_MERGE('[1, "a,b"]', '[{"x": [2]}]')`, '[1,"a,b",{"x":[2]}]'],
  ['JSON_MERGE of three objects', `JSON_MERGE('{"a":{"x":"}"},"b":1}', '{"a":2}', '{"c":[]}')`, '{"a":2,"b":1,"c":[]}'],
  [
    'JSON_QUERY_ARRAY of mixed values',
    `JSON_QUERY_ARRAY(PARSE_JSON('{"a":["1",1,{"b":null}]}'), '$.a')`,
    '["\\"1\\"","1","{\\"b\\":null}"]',
  ],
  ['IPV6_MATCH with an IPv4 end', `IPV6_MATCH('::ffff:192.168.0.1', '::ffff:192.168.0.0/112')`, 'true'],
  ['IPV6_MATCH of no address', `IPV6_MATCH('2001:db8:::1', '2001:db8::/32')`, 'false'],
  ['bits there and back', 'BITWISE_CONVERT_LONG_BITS_TO_DOUBLE(BITWISE_CONVERT_DOUBLE_TO_LONG_BITS(-0.1))', '-0.1'],
] as const)('%s', async (name, sql, result) => {
  expect(await evaluate([{ name, sql, result }])).toEqual([result]);
});
