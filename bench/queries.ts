/** What a query costs beside its work: parse, bind and plan by themselves, and the whole way over HTTP on a small table. */
import { duckdbDialect } from '../src/engine/duckdb/index.js';
import { compileSql, type SchemaCatalog } from '../src/sql/index.js';
import { BIGINT, DOUBLE, TIMESTAMP, VARCHAR, withNullability } from '../src/sql/types.js';
import type { Api } from '../test/support/api.js';
import { median } from './statistics.js';

const ROWS = 10_000;
const PLANNING_ROUNDS = 40;
const HTTP_ROUNDS = 25;

/** What people and consoles send, over the table that `makeTable` makes. */
export const typicalQueries: readonly string[] = [
  'SELECT 1',
  'SELECT COUNT(*) FROM "visits"',
  'SELECT * FROM "visits" LIMIT 100',
  'SELECT "page", COUNT(*) AS "n", SUM("bytes") FROM "visits" GROUP BY 1 ORDER BY 2 DESC LIMIT 5',
  `SELECT TIME_FLOOR("__time", 'PT1H') AS "hour", COUNT(DISTINCT "page"), AVG("seconds") FROM "visits"
   WHERE "__time" >= TIMESTAMP '2024-01-02 00:00:00' AND "__time" < TIMESTAMP '2024-01-04 00:00:00' GROUP BY 1 ORDER BY 1`,
  `SELECT "page", "bytes", RANK() OVER (PARTITION BY "page" ORDER BY "bytes" DESC) AS "place" FROM "visits"
   WHERE "country" IN ('de', 'fr', 'nl') ORDER BY 3, 1 LIMIT 20`,
  `SELECT v."page", t."total" FROM "visits" v
   JOIN (SELECT "page", SUM("bytes") AS "total" FROM "visits" GROUP BY 1) t ON v."page" = t."page"
   WHERE v."seconds" > 9 AND UPPER(v."country") LIKE 'D%' ORDER BY 2 DESC LIMIT 10`,
  `WITH "daily" AS (SELECT FLOOR("__time" TO DAY) AS "day", "country", SUM("bytes") AS "bytes" FROM "visits" GROUP BY 1, 2)
   SELECT "day", "country", "bytes", CASE WHEN "bytes" > 100000 THEN 'many' ELSE 'few' END FROM "daily"
   WHERE "bytes" > (SELECT AVG("bytes") FROM "daily") ORDER BY 1, 2`,
  `SELECT "country", COUNT(*) FILTER (WHERE "seconds" > 5), EARLIEST("page"), LATEST("page") FROM "visits"
   GROUP BY GROUPING SETS (("country"), ()) HAVING COUNT(*) > 10 ORDER BY 1`,
  `SELECT COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'visits' ORDER BY ORDINAL_POSITION`,
];

const catalog: SchemaCatalog = {
  table(schema, name) {
    const columns =
      schema === 'INFORMATION_SCHEMA'
        ? ['TABLE_NAME', 'COLUMN_NAME', 'DATA_TYPE', 'ORDINAL_POSITION'].map((column) => ({
            name: column,
            type: column === 'ORDINAL_POSITION' ? BIGINT : VARCHAR,
          }))
        : [
            { name: '__time', type: withNullability(TIMESTAMP, false) },
            { name: 'page', type: VARCHAR },
            { name: 'country', type: VARCHAR },
            { name: 'bytes', type: BIGINT },
            { name: 'seconds', type: DOUBLE },
          ];
    return { schema: schema ?? 'druid', name, columns };
  },
};

/** Milliseconds from the text of a query to the engine's SQL: median over the queries, each its own median. */
export function measurePlanning(): number {
  const times = typicalQueries.map(() => [] as number[]);
  for (let round = 0; round < PLANNING_ROUNDS; round++) {
    typicalQueries.forEach((sql, query) => {
      const started = performance.now();
      const { statement } = compileSql(sql, { catalog, now: 0 });
      if (statement.kind !== 'select') throw new Error(`Not a query: ${sql}`);
      duckdbDialect.emit(statement.plan, { timeZone: 'UTC', now: 0 });
      times[query]?.push(performance.now() - started);
    });
  }
  return median(times.map(median));
}

async function makeTable(api: Api): Promise<void> {
  const countries = ['de', 'fr', 'nl', 'us', 'jp'];
  const lines = Array.from({ length: ROWS }, (_, row) =>
    JSON.stringify({
      t: new Date(Date.UTC(2024, 0, 1) + row * 60_000).toISOString(),
      page: `/page/${row % 37}`,
      country: countries[row % countries.length],
      bytes: (row * 7919) % 10_000,
      seconds: (row % 101) / 10,
    }),
  );
  const source = JSON.stringify({ type: 'inline', data: lines.join('\n') });
  await api.ingest(`REPLACE INTO "visits" OVERWRITE ALL
    SELECT TIME_PARSE("t") AS "__time", "page", "country", "bytes", "seconds"
    FROM TABLE(EXTERN('${source}', '{"type":"json"}'))
    EXTEND ("t" VARCHAR, "page" VARCHAR, "country" VARCHAR, "bytes" BIGINT, "seconds" DOUBLE) PARTITIONED BY ALL`);
}

/** Milliseconds of each query over HTTP, the whole answer read, on a table of ten thousand rows; the median of each. */
export async function measureInteractive(
  api: Api,
): Promise<readonly { readonly sql: string; readonly milliseconds: number }[]> {
  await makeTable(api);
  const measured: { sql: string; milliseconds: number }[] = [];
  for (const sql of typicalQueries) {
    const times: number[] = [];
    for (let round = 0; round < HTTP_ROUNDS; round++) {
      const started = performance.now();
      await api.rows(sql);
      times.push(performance.now() - started);
    }
    measured.push({ sql, milliseconds: median(times) });
  }
  return measured;
}
