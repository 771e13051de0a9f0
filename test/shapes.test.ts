import { expect, test } from 'vitest';
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

test('GROUPING SETS, ROLLUP and CUBE in tasks', async () => {
  const rows = await made(
    'cubed',
    `SELECT ${day}, SUM("sum") AS "sum", who, GROUPING(who) AS "all" FROM ${orders} GROUP BY ROLLUP (who)`,
  );
  expect(values(rows)).toEqual([
    [1, 3, 0],
    [9, 2, 0],
    [12, 1, 0],
    [22, null, 1],
  ]);
});
