import { describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

const extern = (rows: readonly object[], columns: string): string =>
  `TABLE(EXTERN('${JSON.stringify({ type: 'inline', data: rows.map((row) => JSON.stringify(row)).join('\n') }).replaceAll("'", "''")}',
    '{"type":"json"}')) EXTEND (${columns})`;

const day = `TIMESTAMP '2024-01-01' AS "__time"`;
const people = extern(
  [
    { id: 1, name: 'ann' },
    { id: 2, name: 'bob' },
  ],
  'id BIGINT, name VARCHAR',
);
const orders = extern(
  [
    { who: 1, sum: 5 },
    { who: 1, sum: 7 },
    { who: 2, sum: 9 },
    { who: 3, sum: 1 },
  ],
  'who BIGINT, "sum" BIGINT',
);

const made = async (name: string, select: string, partitioned = 'DAY'): Promise<unknown[][]> => {
  await suite.api.ingest(`REPLACE INTO "${name}" OVERWRITE ALL ${select} PARTITIONED BY ${partitioned}`);
  return suite.api.rows(`SELECT * FROM "${name}" ORDER BY 2, 3`, { sqlStringifyArrays: false });
};
const values = (rows: unknown[][]): unknown[][] => rows.map(([, ...rest]) => rest);

test('EXTERN joined with EXTERN, and with a datasource', async () => {
  const both = await made(
    'joined',
    `SELECT ${day}, p.name, o."sum" FROM ${orders} AS o LEFT JOIN ${people} AS p ON o.who = p.id`,
  );
  const expected = [
    [null, 1],
    ['ann', 5],
    ['ann', 7],
    ['bob', 9],
  ];
  expect(values(both)).toEqual(expected);
  await made('people', `SELECT ${day}, name, id FROM ${people}`);
  const one = await made(
    'half',
    `SELECT p."__time", p."name", o."sum" FROM ${orders} AS o JOIN "people" AS p ON o.who = p."id"`,
  );
  expect(values(one)).toEqual(expected.slice(1));
});

test('UNNEST, windows, UNION ALL and subqueries', async () => {
  const rows = await made(
    'shaped',
    `SELECT ${day}, x, ROW_NUMBER() OVER (ORDER BY x) AS place
     FROM (SELECT x FROM UNNEST(ARRAY['c', 'a']) AS u(x) UNION ALL SELECT name FROM ${people}
           WHERE id IN (SELECT MAX(who) - 1 FROM ${orders}))`,
  );
  expect(values(rows)).toEqual([
    ['a', 1],
    ['bob', 2],
    ['c', 3],
  ]);
});

test('LIMIT and OFFSET with PARTITIONED BY ALL', async () => {
  const ordered = `SELECT "sum", who FROM ${orders} ORDER BY "sum" DESC LIMIT 2 OFFSET 1`;
  const select = `SELECT ${day}, "sum", who FROM (${ordered}) LIMIT 5`;
  expect(values(await made('limited', select, 'ALL'))).toEqual([
    [5, 1],
    [7, 1],
  ]);
  const refused = await suite.api.request('POST', '/druid/v2/sql/task', {
    query: `INSERT INTO "limited" ${select} PARTITIONED BY DAY`,
  });
  expect(refused.status).toBe(400);
});

test('arrays, multi-value strings and JSON come out of a datasource as they went in', async () => {
  const select = `SELECT ${day}, 'x' AS "key", ARRAY[1, NULL, 3] AS "numbers", ARRAY['a', NULL, ''] AS "texts",
    ARRAY_TO_MV(ARRAY['p', 'q', 'p']) AS "tags", PARSE_JSON('{"a":[1,{"b":null}],"c":"x"}') AS "data"
    FROM (VALUES (1)) AS t(n)`;
  const first = await made('typed', select);
  const again = await made('copied', `SELECT * FROM "typed"`);
  expect(again).toEqual(first);
  expect(values(again)[0]?.slice(1)).toHaveLength(4);
  const types = (name: string): Promise<unknown[][]> =>
    suite.api.rows(
      `SELECT "COLUMN_NAME", "DATA_TYPE" FROM INFORMATION_SCHEMA.COLUMNS WHERE "TABLE_NAME" = '${name}' ORDER BY 1`,
    );
  expect(await types('copied')).toEqual(await types('typed'));
  expect(
    await suite.api.rows(`SELECT MV_LENGTH("tags"), ARRAY_LENGTH("numbers"), JSON_VALUE("data", '$.c') FROM "copied"`),
  ).toEqual([[3, 3, 'x']]);
});

test('INSERT with a list of columns names the columns of its query', async () => {
  await suite.api.ingest(
    `INSERT INTO "listed" ("__time", "who", "amount") SELECT TIMESTAMP '2024-01-01', name, id FROM ${people} PARTITIONED BY DAY CLUSTERED BY "who"`,
  );
  expect(await suite.api.rows(`SELECT "who", "amount" FROM "listed" ORDER BY 1`)).toEqual([
    ['ann', 1],
    ['bob', 2],
  ]);
  const refused = await suite.api.request('POST', '/druid/v2/sql/task', {
    query: `INSERT INTO "listed" ("__time", "who") SELECT TIMESTAMP '2024-01-01', name, id FROM ${people} PARTITIONED BY DAY`,
  });
  expect(refused.status).toBe(400);
});

describe('GROUPING SETS, ROLLUP and CUBE in tasks', () => {
  const sales = extern(
    [
      { shop: 'x', kind: 'a', sum: 1 },
      { shop: 'x', kind: 'b', sum: 2 },
      { shop: 'y', kind: 'a', sum: 4 },
    ],
    'shop VARCHAR, kind VARCHAR, "sum" BIGINT',
  );
  const byBoth = [
    [1, 'x', 'a', 0],
    [2, 'x', 'b', 0],
    [4, 'y', 'a', 0],
  ];
  const byShop = [
    [3, 'x', null, 1],
    [4, 'y', null, 1],
  ];
  const byKind = [
    [5, null, 'a', 2],
    [2, null, 'b', 2],
  ];
  const total = [[7, null, null, 3]];
  const inOrder = (rows: unknown[][]): unknown[][] =>
    rows.toSorted((a, b) => Number(a[3]) - Number(b[3]) || JSON.stringify(a).localeCompare(JSON.stringify(b)));

  test.each<[string, unknown[][]]>([
    ['ROLLUP (shop, kind)', [...byBoth, ...byShop, ...total]],
    ['CUBE (shop, kind)', [...byBoth, ...byShop, ...byKind, ...total]],
    ['GROUPING SETS ((shop), (kind))', [...byShop, ...byKind]],
    ['GROUPING SETS ((shop, kind), ())', [...byBoth, ...total]],
  ])('GROUP BY %s', async (by, expected) => {
    const select = `SELECT ${day}, SUM("sum") AS "sum", shop, kind, GROUPING(shop, kind) AS "rolled" FROM ${sales} GROUP BY ${by}`;
    await suite.api.ingest(`REPLACE INTO "cubed" OVERWRITE ALL ${select} PARTITIONED BY DAY CLUSTERED BY shop`);
    await suite.api.ingest(`INSERT INTO "cubed" ${select} PARTITIONED BY DAY`);
    const rows = await suite.api.rows('SELECT "sum", "shop", "kind", "rolled" FROM "cubed"');
    expect(inOrder(rows)).toEqual(inOrder([...expected, ...expected]));
  });
});

test('windows of more than 100,000 rows', async () => {
  const count = 250_000;
  const numbers = `(SELECT i * 1000 + j AS n FROM UNNEST(ARRAY[${Array.from({ length: 250 }, (_, i) => i).join()}]) AS a(i)
    CROSS JOIN UNNEST(ARRAY[${Array.from({ length: 1_000 }, (_, j) => j).join()}]) AS b(j))`;
  await suite.api.ingest(
    `REPLACE INTO "windowed" OVERWRITE ALL SELECT ${day}, n, ROW_NUMBER() OVER (ORDER BY n DESC) AS "place", SUM(n) OVER () AS "all",
       SUM(n) OVER (ORDER BY n) AS "so_far", LAG(n, 1) OVER (ORDER BY n) AS "before", NTILE(4) OVER (ORDER BY n) AS "quarter"
     FROM ${numbers} PARTITIONED BY DAY`,
    { maxRowsMaterializedInWindow: 1 },
  );
  const sum = (count * (count - 1)) / 2;
  expect(
    await suite.api.rows(
      `SELECT COUNT(*), MIN("place" + "n"), MAX("place" + "n"), MIN("all"), MAX("all"), COUNT(DISTINCT "place"),
         SUM(CASE WHEN "so_far" = "n" * ("n" + 1) / 2 THEN 1 END), SUM(CASE WHEN "before" = "n" - 1 THEN 1 END), SUM("quarter")
       FROM "windowed"`,
    ),
  ).toEqual([[count, count, count, sum, sum, count, count, count - 1, (count / 4) * 10]]);
});
