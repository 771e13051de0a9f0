import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  FLOAT,
  INTEGER,
  JSON_TYPE,
  type SqlType,
  TIMESTAMP,
  VARCHAR,
} from '../../sql/types.js';
import type { DuckdbSession } from './duckdb-session.js';
import { type Database, openInstance } from './instance.js';
import { engineMacros } from './macros.js';
import { resultSql } from './results.js';

let directory: string;
let database: Database;
let session: DuckdbSession;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'duckdb-'));
  const settings = { threads: 2, memoryBytes: 100_000_000, spillDirectory: join(directory, 'spill') };
  database = await openInstance(settings, engineMacros());
  session = await database.connect();
});
afterAll(async () => {
  await session.close();
  database.close();
  await rm(directory, { recursive: true, force: true });
});

describe('a session', () => {
  it('hands values over as the seam says', async () => {
    const sql = `SELECT 1::BIGINT, 2::INTEGER, 1.5::DOUBLE, 1.25::DECIMAL(5, 2), 'é😀', TRUE, NULL,
      TIMESTAMP '2015-09-12 01:02:03', DATE '2015-09-12', [1::BIGINT, NULL], [['a']]`;
    expect(await session.rows(sql)).toEqual([
      [
        1n,
        2,
        1.5,
        1.25,
        'é😀',
        true,
        null,
        '2015-09-12T01:02:03.000Z',
        '2015-09-12T00:00:00.000Z',
        [1n, null],
        [['a']],
      ],
    ]);
  });

  it('tells how many rows a statement wrote', async () => {
    expect(await session.run('CREATE TEMP TABLE written AS SELECT * FROM range(1234)')).toBe(1234);
  });

  it('keeps temporary relations to itself and shares macros', async () => {
    const other = await database.connect();
    expect(await other.rows(`SELECT is_multi('a')`)).toEqual([[false]]);
    await session.run('CREATE OR REPLACE TEMP VIEW mine AS SELECT 1');
    await expect(other.rows('FROM mine')).rejects.toMatchObject({ kind: 'unsupported' });
    await other.close();
  });

  it('streams all rows in the order of the query', async () => {
    const seen: unknown[] = [];
    for await (const rows of session.stream('SELECT i FROM range(10000) r(i) ORDER BY i DESC'))
      seen.push(...rows.map(([i]) => i));
    expect(seen).toHaveLength(10_000);
    expect([seen[0], seen[9_999]]).toEqual([9_999n, 0n]);
  });

  it('runs on after a stream that was left', async () => {
    for await (const rows of session.stream('SELECT i FROM range(1000000) r(i)')) {
      expect(rows.length).toBeGreaterThan(0);
      break;
    }
    expect(await session.rows('SELECT 1')).toEqual([[1]]);
  });

  it('interrupts the running statement', async () => {
    const slow = session.rows('SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j) WHERE (i * j) % 7 = 1');
    const failure = expect(slow).rejects.toMatchObject({ name: 'EngineError', kind: 'interrupted' });
    const interrupting = setInterval(() => {
      session.interrupt();
    }, 20);
    await failure;
    clearInterval(interrupting);
    expect(await session.rows('SELECT 2')).toEqual([[2]]);
  });
});

describe('failures', () => {
  it.each([
    [`SELECT CAST('x' AS BIGINT)`, 'data'],
    ['SELECT 9223372036854775807 + i FROM range(1, 3) r(i)', 'data'],
    [`SELECT error('no')`, 'data'],
    ['FROM nothing', 'unsupported'],
    ['SELEC', 'unsupported'],
  ])('%s is %s', async (sql, kind) => {
    await expect(session.rows(sql)).rejects.toMatchObject({ name: 'EngineError', kind });
  });

  it('tells memory from disk', async () => {
    const small = await openInstance(
      { threads: 1, memoryBytes: 20_000_000, spillDirectory: join(directory, 'small') },
      [],
    );
    const other = await small.connect();
    const sorting = `SELECT count(*) FROM (SELECT md5(i::VARCHAR) AS m FROM range(2000000) r(i) ORDER BY m) WHERE m > 'a'`;
    await other.run(`SET max_temp_directory_size = '1MB'`);
    await expect(other.rows(sorting)).rejects.toMatchObject({ kind: 'disk' });
    await expect(other.rows('SELECT len(list(i ORDER BY i)) FROM range(20000000) r(i)')).rejects.toMatchObject({
      name: 'EngineError',
      kind: expect.stringMatching(/^(memory|disk)$/) as string,
    });
    await other.close();
    small.close();
  });
});

describe('resultSql', () => {
  it.each<[string, SqlType, unknown]>([
    ['5::INTEGER', INTEGER, 5n],
    ['5::HUGEINT', BIGINT, 5n],
    ['0.1::FLOAT', FLOAT, 0.1],
    ['0.1::DOUBLE', DOUBLE, 0.1],
    ['TRUE', BOOLEAN, true],
    [`TIMESTAMP '2015-09-12 01:02:03.5'`, TIMESTAMP, '2015-09-12T01:02:03.500Z'],
    [`'plain'`, VARCHAR, 'plain'],
    [`chr(29) || '["a","b"]'`, VARCHAR, '["a","b"]'],
    [`'{"a": [1, 2.0]}'::JSON`, JSON_TYPE, '{"a":[1,2.0]}'],
    [`[TIMESTAMP '2015-09-12 00:00:00']`, arrayOf(TIMESTAMP), [1442016000000n]],
    [`[[1::BIGINT], NULL]`, arrayOf(arrayOf(BIGINT)), [[1n], null]],
    ['NULL', { name: 'NULL', nullable: true }, null],
  ])('%s', async (sql, type, expected) => {
    expect(await session.rows(resultSql(`SELECT ${sql} AS c1`, [{ sqlName: 'c1', type }]))).toEqual([[expected]]);
  });

  it('answers arrays as JSON text when asked', async () => {
    const sql = resultSql(`SELECT [1.0::DOUBLE, NULL] AS c1`, [{ sqlName: 'c1', type: arrayOf(DOUBLE) }], {
      stringifyArrays: true,
    });
    expect(await session.rows(sql)).toEqual([['[1.0,null]']]);
  });

  it.each<[string, SqlType, string | null]>([
    [`['a"b', NULL]`, arrayOf(VARCHAR), '["a\\"b",null]'],
    [`['NaN'::DOUBLE, -1e9]`, arrayOf(DOUBLE), '["NaN",-1.0E9]'],
    [`[0.1::FLOAT]`, arrayOf(FLOAT), '[0.1]'],
    [`[[1.5], NULL, []]`, arrayOf(arrayOf(DOUBLE)), '[[1.5],null,[]]'],
    [`[[['x']]]`, arrayOf(arrayOf(arrayOf(VARCHAR))), '[[["x"]]]'],
    ['[]::DOUBLE[]', arrayOf(DOUBLE), '[]'],
    ['NULL::DOUBLE[]', arrayOf(DOUBLE), null],
  ])('answers %s as JSON text', async (sql, type, expected) => {
    const query = resultSql(`SELECT ${sql} AS c1`, [{ sqlName: 'c1', type }], { stringifyArrays: true });
    expect(await session.rows(query)).toEqual([[expected]]);
  });

  it('tells times as the clock of a zone shows them', async () => {
    const query = resultSql(`SELECT TIMESTAMP '2015-09-12 01:02:03.5' AS c1`, [{ sqlName: 'c1', type: TIMESTAMP }], {
      timeZone: 'America/New_York',
    });
    expect(await session.rows(query)).toEqual([['2015-09-11T21:02:03.500-04:00']]);
  });

  it('keeps the order of rows', async () => {
    const sql = resultSql('SELECT i AS c1 FROM range(300000) r(i) ORDER BY i DESC', [{ sqlName: 'c1', type: BIGINT }]);
    const values = (await session.rows(sql)).map(([value]) => Number(value));
    expect(values.every((value, index) => value === 299_999 - index)).toBe(true);
  });
});
