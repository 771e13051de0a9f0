import { beforeAll, describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

const source = `TABLE(EXTERN('${JSON.stringify({ type: 'inline', data: '{"t":"2026-01-01T00:00:00Z","k":"a","n":1}' })}',
  '{"type":"json"}')) EXTEND ("t" VARCHAR, "k" VARCHAR, "n" BIGINT)`;
const rows = `SELECT TIME_PARSE("t") AS "__time", "k", "n" FROM ${source}`;

beforeAll(async () => {
  await suite.api.ingest(`INSERT INTO "events" ${rows} PARTITIONED BY DAY`);
});

const endpoints = ['/druid/v2/sql', '/druid/v2/sql/task'];

interface Explanation {
  readonly plan: readonly {
    readonly query: unknown;
    readonly signature: unknown;
    readonly columnMappings: unknown;
    readonly stages: readonly { readonly stageNumber: number; readonly definition: Record<string, unknown> }[];
  }[];
  readonly resources: unknown;
  readonly attributes: unknown;
}

async function explain(path: string, sql: string, context: Record<string, unknown> = {}): Promise<Explanation> {
  const answer = await suite.api.request('POST', path, {
    query: `EXPLAIN PLAN FOR ${sql}`,
    resultFormat: 'array',
    header: true,
    typesHeader: true,
    sqlTypesHeader: true,
    context,
  });
  expect(answer.status, answer.text).toBe(200);
  const [names, types, sqlTypes, row, ...rest] = answer.json;
  expect([names, types, sqlTypes, rest]).toEqual([
    ['PLAN', 'RESOURCES', 'ATTRIBUTES'],
    ['STRING', 'STRING', 'STRING'],
    ['VARCHAR', 'VARCHAR', 'VARCHAR'],
    [],
  ]);
  const [plan, resources, attributes] = row.map((text: string): unknown => JSON.parse(text));
  return { plan, resources, attributes };
}

describe.each(endpoints)('%s', (path) => {
  test('SELECT', async () => {
    const { plan, resources, attributes } = await explain(
      path,
      'SELECT "k", SUM("n") FROM "events" WHERE "n" > 0 GROUP BY 1',
    );
    expect(plan).toHaveLength(1);
    expect(plan[0]?.columnMappings).toMatchObject([{ outputColumn: 'k' }, { outputColumn: 'EXPR$1' }]);
    expect(plan[0]?.signature).toMatchObject([{ type: 'STRING' }, { type: 'LONG' }]);
    expect(plan[0]?.stages).toMatchObject([
      {
        stageNumber: 0,
        definition: {
          input: [
            {
              type: 'table',
              dataSource: 'events',
              intervals: ['-146136543-09-08T08:23:32.096Z/146140482-04-24T15:36:27.903Z'],
            },
          ],
          processor: { type: 'groupByPreShuffle' },
          signature: [
            { name: 'k', type: 'STRING' },
            { name: 'EXPR$1', type: 'LONG' },
          ],
        },
      },
    ]);
    expect(resources).toEqual([{ name: 'events', type: 'DATASOURCE' }]);
    expect(attributes).toEqual({ statementType: 'SELECT' });
  });

  test('INSERT', async () => {
    const { plan, resources, attributes } = await explain(path, `INSERT INTO "new" ${rows} PARTITIONED BY ALL`);
    expect(plan[0]?.stages.map(({ definition }) => definition['processor'])).toMatchObject([
      { type: 'scan' },
      { type: 'segmentGenerator', dataSource: 'new' },
    ]);
    expect(resources).toEqual([
      { name: 'EXTERNAL', type: 'EXTERNAL' },
      { name: 'new', type: 'DATASOURCE' },
    ]);
    expect(attributes).toEqual({ statementType: 'INSERT', targetDataSource: 'new', partitionedBy: { type: 'all' } });
  });

  test('REPLACE', async () => {
    const { attributes } = await explain(
      path,
      `REPLACE INTO "events" OVERWRITE WHERE "__time" >= TIMESTAMP '2026-01-01' AND "__time" < TIMESTAMP '2026-01-03'
       SELECT "__time", "k" AS "key", "n" FROM "events" PARTITIONED BY DAY CLUSTERED BY "k", 3`,
    );
    expect(attributes).toEqual({
      statementType: 'REPLACE',
      targetDataSource: 'events',
      partitionedBy: 'DAY',
      clusteredBy: ['key', 'n'],
      replaceTimeChunks: '2026-01-01T00:00:00.000Z/2026-01-03T00:00:00.000Z',
    });
    const all = await explain(path, `REPLACE INTO "other" OVERWRITE ALL SELECT * FROM "events" PARTITIONED BY MONTH`);
    expect(all.attributes).toMatchObject({ partitionedBy: 'MONTH', replaceTimeChunks: 'all' });
    expect(all.resources).toEqual([
      { name: 'events', type: 'DATASOURCE' },
      { name: 'other', type: 'DATASOURCE' },
    ]);
  });

  test('what cannot run cannot be explained', async () => {
    const query = 'EXPLAIN PLAN FOR INSERT INTO "new" SELECT 1 AS "one" PARTITIONED BY DAY';
    const answer = await suite.api.request('POST', path, { query });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain('__time');
  });
});

test('the stages are those that run', async () => {
  const sql = `REPLACE INTO "copy" OVERWRITE ALL ${rows} PARTITIONED BY DAY CLUSTERED BY "k"`;
  const { plan } = await explain('/druid/v2/sql/task', sql, { sqlQueryId: 'twice' });
  const { report } = await suite.api.ingest(sql, { sqlQueryId: 'twice' });
  expect(plan[0]?.stages.map(({ definition }) => definition)).toEqual(
    report.stages.map(({ definition }: { definition: unknown }) => definition),
  );
});

test('nothing runs', async () => {
  const tasks = (await suite.api.get('/druid/indexer/v1/tasks')).json as { dataSource: string }[];
  expect(tasks.map(({ dataSource }) => dataSource)).not.toContain('new');
});

test('the outer limit is part of the plan', async () => {
  const { plan } = await explain('/druid/v2/sql', 'SELECT "k" FROM "events"', { sqlOuterLimit: 7 });
  expect(plan[0]?.query).toMatchObject({ kind: 'limit', limit: 7 });
});
