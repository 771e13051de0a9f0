import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../test/support/duckdb-plans.js';
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  FLOAT,
  JSON_TYPE,
  type SqlType,
  TIMESTAMP,
  VARCHAR,
} from '../../sql/types.js';
import { castSql } from './casts.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.close());

describe('castSql', () => {
  it.each<[string, SqlType, SqlType, unknown]>([
    [`'12'`, VARCHAR, BIGINT, 12n],
    [`'+12'`, VARCHAR, BIGINT, 12n],
    [`'-1.9'`, VARCHAR, BIGINT, -1n],
    [`'9223372036854775807'`, VARCHAR, BIGINT, 9223372036854775807n],
    [`'99999999999999999999'`, VARCHAR, BIGINT, 9223372036854775807n],
    [`' 12'`, VARCHAR, BIGINT, null],
    [`'1_000'`, VARCHAR, BIGINT, null],
    [`'0x10'`, VARCHAR, BIGINT, null],
    [`''`, VARCHAR, BIGINT, null],
    [`'true'`, VARCHAR, BIGINT, 1n],
    [`'1e3'`, VARCHAR, DOUBLE, 1000],
    [`'.5'`, VARCHAR, DOUBLE, 0.5],
    [`'5.'`, VARCHAR, DOUBLE, 5],
    [`'abc'`, VARCHAR, DOUBLE, null],
    [`'NaN'`, VARCHAR, DOUBLE, NaN],
    [`'1e999'`, VARCHAR, DOUBLE, Infinity],
    [`'-1e999'`, VARCHAR, DOUBLE, -Infinity],
    [`'1.5'`, VARCHAR, FLOAT, 1.5],
    [`'TRUE'`, VARCHAR, BOOLEAN, true],
    [`'0'`, VARCHAR, BOOLEAN, false],
    [`'maybe'`, VARCHAR, BOOLEAN, null],
    ['1.9e0', DOUBLE, BIGINT, 1n],
    ['-1.9e0', DOUBLE, BIGINT, -1n],
    ['1e30', DOUBLE, BIGINT, 9223372036854775807n],
    [`'nan'::DOUBLE`, DOUBLE, BIGINT, 0n],
    ['5::BIGINT', BIGINT, DOUBLE, 5],
    ['5::BIGINT', BIGINT, VARCHAR, '5'],
    ['5::BIGINT', BIGINT, BOOLEAN, true],
    ['TRUE', BOOLEAN, BIGINT, 1n],
    ['TRUE', BOOLEAN, VARCHAR, '1'],
    ['-2', BIGINT, BOOLEAN, true],
    ['0.9::DOUBLE', DOUBLE, BOOLEAN, false],
    [`'-3.7'`, VARCHAR, BOOLEAN, false],
    [`'2024-05-06'`, VARCHAR, BOOLEAN, null],
    [`TIMESTAMP '2015-09-12 01:02:03.004'`, TIMESTAMP, BIGINT, 1442019723004n],
    ['1442019723004::BIGINT', BIGINT, TIMESTAMP, '2015-09-12T01:02:03.004Z'],
    [`TIMESTAMP '2015-09-12 01:02:03.004'`, TIMESTAMP, VARCHAR, '2015-09-12 01:02:03'],
    [`TIMESTAMP '2015-09-12 00:00:00'`, DATE, VARCHAR, '2015-09-12'],
    [`TIMESTAMP '2015-09-12 01:02:03.004'`, TIMESTAMP, DATE, '2015-09-12T00:00:00.000Z'],
    [`['1', 'x', NULL]`, arrayOf(VARCHAR), arrayOf(BIGINT), [1n, null, null]],
    [`[1.5e0]`, arrayOf(DOUBLE), BIGINT, 1n],
    [`[1.5e0, 2e0]`, arrayOf(DOUBLE), BIGINT, null],
    [`'3'`, VARCHAR, arrayOf(BIGINT), [3n]],
    [`'{"a": 1}'::JSON`, JSON_TYPE, VARCHAR, '{"a":1}'],
    [`'text'`, VARCHAR, JSON_TYPE, '"text"'],
    ['NULL', { name: 'NULL', nullable: true }, BIGINT, null],
  ])('%s from %o to %o is %s', async (sql, from, to, expected) => {
    expect(await engine.session.rows(`SELECT ${castSql(sql, from, to)}`)).toEqual([[expected]]);
  });

  it('understands days and text in the zone of the statement', async () => {
    const options = { timeZone: 'America/Los_Angeles' };
    const moment = `TIMESTAMP '2015-09-12 01:02:03'`;
    const sql = `SELECT ${castSql(moment, TIMESTAMP, DATE, options)}, ${castSql(moment, TIMESTAMP, VARCHAR, options)}`;
    expect(await engine.session.rows(sql)).toEqual([['2015-09-11T07:00:00.000Z', '2015-09-11 18:02:03']]);
  });

  it('refuses casts that Druid does not have', () => {
    expect(() => castSql('x', JSON_TYPE, BIGINT)).toThrow(
      'Cast from COMPLEX<JSON> to BIGINT is not supported by the duckdb engine',
    );
  });
});
