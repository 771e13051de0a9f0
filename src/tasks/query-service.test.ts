import { beforeAll, describe, expect, test } from 'vitest';
import { endless, insert, makeBig, useEngine } from '../../test/support/engine-suite.js';

const suite = useEngine();
const { ingest, query } = suite;

beforeAll(() => ingest(makeBig));

describe('queries', () => {
  test('refuse what only tasks do', async () => {
    await expect(query(insert('x'))).rejects.toThrow('INSERT operations are not supported');
    await expect(query(insert('x').replace('INSERT INTO "x"', 'REPLACE INTO "x" OVERWRITE ALL'))).rejects.toThrow(
      'REPLACE operations are not supported',
    );
  });

  test('take parameters and sqlOuterLimit', async () => {
    await ingest(insert('limited'));
    expect(
      await query('SELECT "n" FROM "limited" WHERE "x" = ? ORDER BY "n"', {}, [{ type: 'VARCHAR', value: 'a' }]),
    ).toEqual([[1], [3]]);
    expect(await query('SELECT "n" FROM "limited" ORDER BY "n" DESC', { sqlOuterLimit: 2 })).toEqual([[3], [2]]);
    expect(await query('SELECT "n" FROM "limited" ORDER BY "n" LIMIT 1', { sqlOuterLimit: 2 })).toEqual([[1]]);
  });

  test('EXPLAIN answers plan, resources and attributes', async () => {
    await ingest(insert('explained'));
    const [[plan, resources, attributes] = []] = await query(
      'EXPLAIN PLAN FOR REPLACE INTO "target" OVERWRITE ALL SELECT * FROM "explained" PARTITIONED BY DAY CLUSTERED BY "x"',
    );
    expect(JSON.parse(String(plan))).toEqual([
      expect.objectContaining({
        columnMappings: expect.arrayContaining([expect.objectContaining({ outputColumn: 'x' })]),
      }),
    ]);
    expect(JSON.parse(String(resources))).toEqual([
      { name: 'explained', type: 'DATASOURCE' },
      { name: 'target', type: 'DATASOURCE' },
    ]);
    expect(JSON.parse(String(attributes))).toEqual({
      statementType: 'REPLACE',
      targetDataSource: 'target',
      partitionedBy: 'DAY',
      clusteredBy: ['x'],
      replaceTimeChunks: 'all',
    });
  });

  test('are canceled by id, and by a reader that leaves', async () => {
    const { signal } = new AbortController();
    const answer = await suite.engine.queries.run({
      sql: endless,
      context: {},
      parameters: [],
      queryId: 'slow',
      signal,
    });
    const reading = answer.rows[Symbol.asyncIterator]().next();
    expect(suite.engine.queries.cancel('slow')).toBe(true);
    expect(suite.engine.queries.cancel('slow')).toBe(false);
    await expect(reading).rejects.toThrow('[User request]');
    const left = new AbortController();
    const other = await suite.engine.queries.run({
      sql: endless,
      context: {},
      parameters: [],
      queryId: 'left',
      signal: left.signal,
    });
    const waiting = other.rows[Symbol.asyncIterator]().next();
    left.abort();
    await expect(waiting).rejects.toThrow('canceled');
    expect(await query('SELECT 1')).toEqual([[1]]);
    expect(suite.engine.queries.cancel('nobody')).toBe(false);
  });

  test('a request that was given up before it began does not run', async () => {
    const answer = await suite.engine.queries.run({
      sql: endless,
      context: {},
      parameters: [],
      queryId: 'late',
      signal: AbortSignal.abort(),
    });
    await expect(answer.rows[Symbol.asyncIterator]().next()).rejects.toThrow('canceled');
    expect(suite.engine.queries.cancel('late')).toBe(false);
  });

  test('go on in a new process when theirs dies', async () => {
    const { signal } = new AbortController();
    const answer = await suite.engine.queries.run({
      sql: endless,
      context: {},
      parameters: [],
      queryId: 'killed',
      signal,
    });
    const running = answer.rows[Symbol.asyncIterator]().next();
    running.catch(() => undefined);
    // A process takes queries in their order: one that has answered the second has taken the first.
    expect(await query('SELECT 1')).toEqual([[1]]);
    process.kill(suite.engine.queries.processId ?? 0, 'SIGKILL');
    await expect(running).rejects.toMatchObject({ fault: { errorCode: 'WorkerFailed' } });
    expect(await query('SELECT 1')).toEqual([[1]]);
  });

  test('a timeout cancels them', async () => {
    await expect(query(endless, { timeout: 100 })).rejects.toThrow('[Query timeout]');
  });

  test('many at once answer each its own', async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((n) => query(`SELECT COUNT(*), ${n} FROM "big" WHERE "n" < ${n}`)));
    expect(answers).toEqual(numbers.map((n) => [[n, n]]));
  });

  test('many rows come in batches, as fast as they are read', async () => {
    const rows = await query('SELECT a."n" FROM "big" a CROSS JOIN (SELECT "n" FROM "big" LIMIT 50) b');
    expect(rows).toHaveLength(100_000);
  });
});

describe('system tables', () => {
  test('sys.tasks, sys.servers and sys.segments', async () => {
    const { id } = await ingest(insert('in_sys'));
    expect(await query(`SELECT "status", "type" FROM sys.tasks WHERE "task_id" = '${id}'`)).toEqual([
      ['SUCCESS', 'query_controller'],
    ]);
    expect(await query(`SELECT "server" FROM sys.servers WHERE "server_type" = 'historical'`)).toEqual([
      ['127.0.0.1:8888/historical'],
    ]);
    expect(
      await query(
        `SELECT s."start", s."num_rows", s."is_available" FROM sys.segments s JOIN sys.server_segments v ON s."segment_id" = v."segment_id"
         WHERE s."datasource" = 'in_sys' ORDER BY 1`,
      ),
    ).toEqual([
      ['2026-01-01T00:00:00.000Z', 2, 1],
      ['2026-01-02T00:00:00.000Z', 1, 1],
    ]);
    expect(await query('SELECT COUNT(*) FROM sys.supervisors')).toEqual([[0]]);
  });

  test('INFORMATION_SCHEMA', async () => {
    await ingest(insert('in_schema'));
    expect(
      await query(
        `SELECT "COLUMN_NAME", "DATA_TYPE", "IS_NULLABLE" FROM INFORMATION_SCHEMA.COLUMNS WHERE "TABLE_NAME" = 'in_schema' ORDER BY "ORDINAL_POSITION"`,
      ),
    ).toEqual([
      ['__time', 'TIMESTAMP', 'NO'],
      ['x', 'VARCHAR', 'YES'],
      ['n', 'BIGINT', 'YES'],
    ]);
    expect(
      await query(
        `SELECT "TABLE_SCHEMA", "TABLE_TYPE" FROM INFORMATION_SCHEMA.TABLES WHERE "TABLE_NAME" IN ('in_schema', 'tasks') ORDER BY 1`,
      ),
    ).toEqual([
      ['druid', 'TABLE'],
      ['sys', 'SYSTEM_TABLE'],
    ]);
    expect(await query(`SELECT "IS_AGGREGATOR" FROM INFORMATION_SCHEMA.ROUTINES WHERE "ROUTINE_NAME" = 'SUM'`)).toEqual(
      [['YES']],
    );
  });
});
