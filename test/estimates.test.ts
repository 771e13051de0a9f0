import { beforeAll, describe, expect, test } from 'vitest';
import { lookUpFunction, allFunctions } from '../src/sql/functions/index.js';
import { isRefused } from '../src/sql/functions/signatures.js';
import { useServer } from './support/suite.js';

const suite = useServer();

/** Ten thousand rows: `n` 0 to 9999, `user` of a thousand, `tags` of two values each. */
const ROWS = 10_000;

beforeAll(async () => {
  const lines = Array.from({ length: ROWS }, (_, n) =>
    JSON.stringify({
      n,
      user: n % 10 === 0 ? null : `u${n % 1000}`,
      group: n % 2 === 0 ? 'even' : 'odd',
      tags: [`t${n % 7}`, 'all'],
    }),
  );
  await suite.api.ingest(
    `REPLACE INTO "events" OVERWRITE ALL SELECT TIMESTAMP '2026-01-01' AS "__time", "n", "user", "group", "tags"
     FROM TABLE(EXTERN('${JSON.stringify({ type: 'inline', data: lines.join('\n') })}', '{"type":"json"}'))
     EXTEND ("n" BIGINT, "user" VARCHAR, "group" VARCHAR, "tags" VARCHAR) PARTITIONED BY ALL`,
  );
});

const row = async (select: string, rest = ''): Promise<unknown[]> =>
  (await suite.api.rows(`SELECT ${select} FROM "events" ${rest}`))[0] ?? [];

describe('distinct counts', () => {
  test.each([
    'APPROX_COUNT_DISTINCT("user")',
    'APPROX_COUNT_DISTINCT_BUILTIN("user")',
    'APPROX_COUNT_DISTINCT_DS_HLL("user")',
    `APPROX_COUNT_DISTINCT_DS_HLL("user", 12, 'HLL_8')`,
    'APPROX_COUNT_DISTINCT_DS_THETA("user")',
    'APPROX_COUNT_DISTINCT_DS_THETA("user", 4096)',
    'COUNT(DISTINCT "user")',
  ])('%s', async (call) => {
    const [count] = await row(call);
    expect(count).toBeGreaterThan(900 * 0.97);
    expect(count).toBeLessThan(900 * 1.03);
  });

  test('of numbers, of nothing, filtered, over values of a multi-value string and in windows', async () => {
    expect(
      await row(
        `APPROX_COUNT_DISTINCT("n"), APPROX_COUNT_DISTINCT_DS_HLL("user") FILTER (WHERE "n" < 0),
         APPROX_COUNT_DISTINCT_DS_THETA("group") FILTER (WHERE "n" > 5), APPROX_COUNT_DISTINCT("tags")`,
      ),
    ).toEqual([ROWS, 0, 2, 8]);
    expect(
      await suite.api.rows(
        'SELECT "group", APPROX_COUNT_DISTINCT_DS_HLL("tags") FROM "events" WHERE "n" < 7 GROUP BY 1 ORDER BY 1',
      ),
    ).toEqual([
      ['even', 5],
      ['odd', 4],
    ]);
  });

  test('arrays are refused', async () => {
    const answer = await suite.api.request('POST', '/druid/v2/sql', {
      query: 'SELECT APPROX_COUNT_DISTINCT_DS_HLL(ARRAY["n"]) FROM "events"',
    });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain('APPROX_COUNT_DISTINCT_DS_HLL');
  });
});

describe('quantiles', () => {
  test.each([
    ['APPROX_QUANTILE("n", 0.5)', 5_000],
    ['APPROX_QUANTILE("n", 0.98, 100)', 9_800],
    ['APPROX_QUANTILE_DS("n", 0.25)', 2_500],
    ['APPROX_QUANTILE_DS("n", 0.9, 256)', 9_000],
    ['APPROX_QUANTILE_DS("n", 0)', 0],
    ['APPROX_QUANTILE_DS("n", 1)', 9_999],
    ['APPROX_QUANTILE_FIXED_BUCKETS("n", 0.5, 100, 0, 10000)', 5_000],
    [`APPROX_QUANTILE_FIXED_BUCKETS("n", 0.5, 100, 0, 2000, 'ignore')`, 1_000],
    [`APPROX_QUANTILE_FIXED_BUCKETS("n", 0.9, 100, 0, 2000, 'clip')`, 2_000],
  ])('%s', async (call, expected) => {
    const [value] = await row(call);
    expect(Math.abs(Number(value) - expected)).toBeLessThanOrEqual(ROWS * 0.02);
  });

  test('by group, filtered, and of nothing', async () => {
    const rows = await suite.api.rows(
      'SELECT "group", APPROX_QUANTILE_DS("n", 0.5) FILTER (WHERE "n" >= 5000) FROM "events" GROUP BY 1 ORDER BY 1',
    );
    expect(rows.map(([group]) => group)).toEqual(['even', 'odd']);
    for (const [, value] of rows) expect(Math.abs(Number(value) - 7_500)).toBeLessThan(200);
    expect(await row('APPROX_QUANTILE_DS("n", 0.5), COUNT(*)', 'WHERE "n" < 0')).toEqual(['NaN', 0]);
  });

  test.each(['APPROX_QUANTILE_DS("n", 1.5)', 'APPROX_QUANTILE_DS("n", "n")', 'APPROX_QUANTILE_DS("n")'])(
    '%s is refused',
    async (call) => {
      const answer = await suite.api.request('POST', '/druid/v2/sql', { query: `SELECT ${call} FROM "events"` });
      expect(answer.status).toBe(400);
    },
  );
});

describe('sketches as values are refused by name', () => {
  const sketches = allFunctions()
    .filter((declaration) => declaration.family === 'sketch' && isRefused(declaration))
    .map(({ name }) => name);

  test('they are all known', () => {
    const families = [
      'DS_HLL',
      'DS_THETA',
      'DS_QUANTILES_SKETCH',
      'HLL_SKETCH_ESTIMATE',
      'THETA_SKETCH_UNION',
      'DS_CDF',
    ];
    for (const name of families) expect(sketches).toContain(name);
  });

  test.each(sketches)('%s', async (name) => {
    const [signature] = lookUpFunction(name)?.signatures ?? [];
    const rest = (signature?.operands ?? []).slice(1).filter((operand) => !operand.optional && !operand.variadic);
    const call = `${name}("user"${rest.map(() => ', 1').join('')})`;
    const answer = await suite.api.request('POST', '/druid/v2/sql', { query: `SELECT ${call} FROM "events"` });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain(`'${name}'`);
    const task = await suite.api.request('POST', '/druid/v2/sql/task', {
      query: `INSERT INTO "sketched" SELECT "__time", ${call} AS "s" FROM "events" GROUP BY 1 PARTITIONED BY ALL`,
    });
    expect(task.status).toBe(400);
  });
});
