import fc from 'fast-check';
import { expect, test } from 'vitest';
import { duckdbDialect } from '../src/engine/duckdb/index.js';
import { sparkDialect } from '../src/engine/spark/index.js';
import { SqlError } from '../src/sql/errors.js';
import { allFunctions } from '../src/sql/functions/index.js';
import { compileSql } from '../src/sql/index.js';
import { arrayOf, BIGINT, DOUBLE, JSON_TYPE, MULTI_VALUE_VARCHAR, TIMESTAMP, VARCHAR } from '../src/sql/types.js';
import { useServer } from './support/suite.js';

const suite = useServer();

const edits = {
  schema: 'druid',
  name: 'edits',
  columns: [
    { name: '__time', type: TIMESTAMP },
    { name: 'page', type: VARCHAR },
    { name: 'tags', type: MULTI_VALUE_VARCHAR },
    { name: 'added', type: BIGINT },
    { name: 'score', type: DOUBLE },
    { name: 'list', type: arrayOf(VARCHAR) },
    { name: 'data', type: JSON_TYPE },
  ],
};
const catalog = {
  table: (schema: string | undefined, name: string) =>
    name === 'edits' && (schema ?? 'druid') === 'druid' ? edits : undefined,
};

const statements = [
  `SELECT "page", COUNT(*), SUM("added") FILTER (WHERE "added" > 1) FROM "edits" WHERE "__time" >= TIMESTAMP '2024-01-01' GROUP BY 1 HAVING COUNT(*) > 1 ORDER BY 2 DESC LIMIT 10`,
  `SELECT TIME_FLOOR("__time", 'PT1H') AS t, LATEST("page"), ARRAY_AGG(DISTINCT "page") FROM "edits" GROUP BY GROUPING SETS ((1), ())`,
  `SELECT "page", RANK() OVER (PARTITION BY "page" ORDER BY "added" ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM "edits"`,
  `WITH a AS (SELECT "page" FROM "edits"), b AS (SELECT * FROM a) SELECT * FROM a LEFT JOIN b ON a."page" = b."page" WHERE EXISTS (SELECT 1 FROM b)`,
  `SELECT CASE WHEN "page" LIKE 'a%' THEN 1 ELSE CAST("score" AS BIGINT) END, JSON_VALUE("data", '$.a[0]' RETURNING DOUBLE) FROM "edits"`,
  `SELECT t.x, MV_FILTER_ONLY("tags", ARRAY['a']) FROM "edits" CROSS JOIN UNNEST(MV_TO_ARRAY("tags")) AS t(x)`,
  `INSERT INTO "edits" SELECT "__time", "page" FROM TABLE(EXTERN('{"type":"inline","data":"a"}', '{"type":"json"}')) EXTEND ("__time" BIGINT, "page" VARCHAR) PARTITIONED BY DAY CLUSTERED BY "page"`,
  `REPLACE INTO "edits" OVERWRITE WHERE "__time" >= TIMESTAMP '2024-01-01' AND "__time" < TIMESTAMP '2024-01-02' SELECT * FROM "edits" PARTITIONED BY DAY`,
  `SELECT "page" FROM "edits" WHERE "added" IN (1, 2, 3) UNION ALL SELECT "page" FROM "edits" WHERE "added" NOT IN (SELECT "added" FROM "edits")`,
  `EXPLAIN PLAN FOR SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t(a, b) OFFSET 1`,
  ...allFunctions().flatMap(({ example }) => (example ? [`SELECT ${example.sql.replace(/^SELECT\s/i, '')}`] : [])),
];

const words = [
  ...(statements.join(' ').match(/\w+|"[^"]*"|'[^']*'|\S/g) ?? []),
  '(((',
  ')))',
  "'",
  '"',
  '/*',
  '--',
  '\\',
  ';',
  'NULL',
  '-',
  '1e999',
  '99999999999999999999999',
  "U&'\\0041'",
  '😀',
  '\u0000',
  'ſ',
  '?',
  'SET a = 1;',
];

/** A statement with some of its words removed, doubled, swapped or put in place of others. */
const mutated = fc
  .tuple(
    fc.constantFrom(...statements),
    fc.array(
      fc.record({
        kind: fc.constantFrom('remove', 'repeat', 'swap', 'replace', 'insert'),
        at: fc.nat(),
        to: fc.nat(),
        word: fc.constantFrom(...words),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(([statement, changes]) => {
    const tokens = statement.match(/\w+|"[^"]*"|'[^']*'|\s+|\S/g) ?? [];
    for (const { kind, at, to, word } of changes) {
      const index = at % (tokens.length + 1);
      const other = to % (tokens.length + 1);
      const token = tokens[index] ?? '';
      if (kind === 'remove') tokens.splice(index, 1 + (to % 3));
      else if (kind === 'repeat') tokens.splice(index, 0, token, ' ', token);
      else if (kind === 'swap') [tokens[index], tokens[other]] = [tokens[other] ?? '', token];
      else tokens.splice(index, kind === 'replace' ? 1 : 0, ` ${word} `);
    }
    return tokens.join('');
  });

const random = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(' '));

/** Runs as long as an unlucky machine may need, and not on and on. */
const bounded = { interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false };

test('whatever text comes, the front end compiles it or refuses it', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.oneof({ weight: 3, arbitrary: mutated }, { weight: 1, arbitrary: random }), (sql) => {
      try {
        const { statement } = compileSql(sql, { catalog, now: 0 });
        const { plan } = statement.kind === 'explain' ? statement.statement : statement;
        duckdbDialect.emit(plan, { timeZone: 'UTC', now: 0 });
        sparkDialect.emit(plan, { timeZone: 'UTC', now: 0 });
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
      }
    }),
    { numRuns: 6_000, ...bounded },
  );
});

test('whatever text comes, the server answers it or refuses it', { timeout: 60_000 }, async () => {
  await suite.api.ingest(
    `INSERT INTO "edits"
     SELECT TIMESTAMP '2024-01-01' AS "__time", 'a' AS "page", ARRAY_TO_MV(ARRAY['x', 'y']) AS "tags", 1 AS "added",
       1.5 AS "score", ARRAY['p', 'q'] AS "list", PARSE_JSON('{"a":[1]}') AS "data"
     FROM (VALUES (1)) AS t(n) PARTITIONED BY DAY`,
  );
  await fc.assert(
    fc.asyncProperty(mutated, async (query) => {
      const { status, text } = await suite.api.request('POST', '/druid/v2/sql', { query });
      if (status === 200) return;
      expect(status, text).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ errorMessage: expect.any(String) as string });
    }),
    { numRuns: 400, ...bounded },
  );
});

const answered = async (query: string): Promise<unknown> => {
  const { status, json } = await suite.api.request('POST', '/druid/v2/sql', { query, resultFormat: 'array' });
  return status === 200 ? json : status;
};
const repeat = (text: string, times: number): string => Array.from({ length: times }, () => text).join('');

test('long and deep statements are answered', { timeout: 60_000 }, async () => {
  const numbers = Array.from({ length: 10_000 }, (_, index) => index).join(', ');
  expect(await answered(`SELECT COUNT(*) FROM (VALUES (7), (-1)) AS t(n) WHERE n IN (${numbers})`)).toEqual([[1]]);
  const texts = Array.from({ length: 10_000 }, (_, index) => `'k${index}'`).join(', ');
  expect(await answered(`SELECT COUNT(*) FROM (VALUES ('k9999'), ('x')) AS t(n) WHERE n NOT IN (${texts})`)).toEqual([
    [1],
  ]);
  expect(await answered(`SELECT ${repeat('(', 200)}1${repeat(')', 200)}`)).toEqual([[1]]);
  const many = Array.from({ length: 2_000 }, (_, index) => `n = ${index}`).join(' OR ');
  expect(await answered(`SELECT COUNT(*) FROM (VALUES (7), (-1)) AS t(n) WHERE ${many}`)).toEqual([[1]]);
  expect(await answered(`SELECT ${repeat('1 + ', 500)}1`)).toEqual([[501]]);
  expect(await answered(`${repeat('SELECT * FROM (', 50)}SELECT 1 AS x${repeat(')', 50)}`)).toEqual([[1]]);
  const name = repeat('n', 5_000);
  expect(await answered(`SELECT 1 AS "${name}" ORDER BY "${name}"`)).toEqual([[1]]);
});

test('what is deeper than anybody writes is answered or refused', { timeout: 60_000 }, async () => {
  for (const query of [
    `SELECT ${repeat('(', 20_000)}1${repeat(')', 20_000)}`,
    `SELECT ${repeat('1 + ', 20_000)}1`,
    `SELECT ${repeat('NOT ', 20_000)}TRUE`,
    `SELECT ${repeat('- ', 20_000)}1`,
    `SELECT ${repeat('ABS(', 5_000)}1${repeat(')', 5_000)}`,
    `${repeat('SELECT * FROM (', 2_000)}SELECT 1${repeat(')', 2_000)}`,
    `SELECT ${repeat('CASE WHEN TRUE THEN ', 3_000)}1${repeat(' END', 3_000)}`,
    `SELECT ARRAY${repeat('[ARRAY', 3_000)}[1]${repeat(']', 3_000)}`,
  ]) {
    const { status, text } = await suite.api.request('POST', '/druid/v2/sql', { query });
    expect([200, 400], `${query.slice(0, 40)}: ${text.slice(0, 200)}`).toContain(status);
  }
  expect(await answered('SELECT 1')).toEqual([[1]]);
});
