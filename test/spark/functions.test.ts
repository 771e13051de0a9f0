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

/** The one value that a query answers, through the whole front end; or why it does not. */
async function evaluate(sql: string): Promise<string> {
  const { statement } = compileSql(sql, { catalog: { table: () => undefined }, now });
  if (statement.kind !== 'select') throw new Error('Examples are queries');
  const [column] = statement.columns;
  if (!column) throw new Error('An example has one column');
  const query = sparkDialect.emit(statement.plan, { timeZone: 'UTC', now });
  const answered = resultSql(query.sql, [{ sqlName: `c${column.fieldId}`, type: column.type }]);
  const [row] = await session.rows(answered);
  return shown(row?.[0] ?? null, column.type);
}

test('the examples of all functions that Spark runs', async () => {
  const examples = allFunctions().flatMap((declaration) => {
    const { name, example } = declaration;
    return example && sparkEmitter(declaration) ? [{ name, ...example }] : [];
  });
  expect(examples.length).toBeGreaterThan(150);
  const wrong: string[] = [];
  const queue = [...examples];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { name, sql, result } = next;
      const query = /^\s*SELECT\b/i.test(sql) ? sql : `SELECT ${sql}`;
      const found = await evaluate(query).catch((error: unknown) => `failed: ${String(error).slice(0, 200)}`);
      if (found !== result) wrong.push(`${name}: ${sql} is ${found} instead of ${result}`);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  expect(wrong).toEqual([]);
});
