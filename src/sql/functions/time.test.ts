import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantToWall, wallToInstant } from '../binder/timestamps.js';
import type { Expression } from '../plan/expression.js';
import { BIGINT, TIMESTAMP, VARCHAR } from '../types.js';
import { timeFunctions, timeMacros } from './time.js';

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { autoload_known_extensions: 'false', threads: '1' });
  connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'; ${timeMacros.join(';\n')};`);
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const now = Date.UTC(2026, 10, 24, 23, 30, 0, 123);
const text = (value: string | null): Expression => ({ kind: 'literal', value, type: VARCHAR });
const whole = (value: number): Expression => ({ kind: 'literal', value: BigInt(value), type: BIGINT });
const moment = (value: string): Expression => ({ kind: 'literal', value: Date.parse(value), type: TIMESTAMP });
const column: Expression = { kind: 'column', id: 1, name: 'x', type: TIMESTAMP };

function declaration(name: string) {
  const found = timeFunctions.find((each) => each.name === name || each.aliases?.includes(name));
  if (!found) throw new Error(`no function ${name}`);
  return found;
}

function sqlOf(arg: Expression): string {
  if (arg.kind === 'column') return arg.name;
  if (arg.kind !== 'literal' || arg.value === null) return 'NULL';
  if (arg.type.name === 'TIMESTAMP') return `make_timestamp_ms(${String(arg.value)})`;
  return typeof arg.value === 'string' ? `'${arg.value.replaceAll("'", "''")}'` : `${String(arg.value)}::BIGINT`;
}

function emit(name: string, args: readonly Expression[], timeZone = 'UTC'): string {
  const found = declaration(name);
  const problem = found.check?.(args);
  if (problem !== undefined) throw new Error(problem);
  const type = typeof found.result === 'function' ? found.result(args) : found.result;
  const sql = found.emit.duckdb?.(args.map(sqlOf), {
    args,
    type,
    timeZone,
    distinct: false,
    orderBy: '',
    suffix: '',
    now,
    emit: sqlOf,
  });
  if (sql === undefined) throw new Error(`no emitter for ${name}`);
  return sql;
}

/** Runs a call over values of the column x and gives its values: moments as milliseconds since 1970. */
async function run(sql: string, type: 'TIMESTAMP' | 'VARCHAR', values: readonly string[]): Promise<unknown[]> {
  const rows = values.map((value, index) => `(${String(index)}, ${value})`).join(', ');
  const reader = await connection.runAndReadAll(
    `SELECT CASE WHEN typeof(v) = 'TIMESTAMP' THEN epoch_ms(TRY_CAST(CAST(v AS VARCHAR) AS TIMESTAMP))::VARCHAR ELSE CAST(v AS VARCHAR) END, typeof(v)
     FROM (SELECT i, ${sql} AS v FROM (VALUES ${rows}) t(i, x0), LATERAL (SELECT CAST(x0 AS ${type}) AS x)) ORDER BY i`,
  );
  return reader.getRows().map(([value, kind]) => {
    if (value === null || value === undefined) return null;
    return kind === 'TIMESTAMP' ? new Date(Number(value)).toISOString() : value;
  });
}

const at = (iso: string): string => `make_timestamp_ms(${String(Date.parse(iso))})`;
const onMoment = async (sql: string, iso: string): Promise<unknown> => (await run(sql, 'TIMESTAMP', [at(iso)]))[0];
const onText = async (sql: string, value: string): Promise<unknown> =>
  (await run(sql, 'VARCHAR', [`'${value.replaceAll("'", "''")}'`]))[0];

const LA = 'America/Los_Angeles';

describe('TIME_FLOOR and TIME_CEIL', () => {
  it.each([
    ['PT1S', '2015-09-12T10:45:30.678Z', '2015-09-12T10:45:30.000Z', '2015-09-12T10:45:31.000Z'],
    ['PT5M', '2015-09-12T10:47:30.678Z', '2015-09-12T10:45:00.000Z', '2015-09-12T10:50:00.000Z'],
    ['PT1H', '2015-09-12T10:45:30.678Z', '2015-09-12T10:00:00.000Z', '2015-09-12T11:00:00.000Z'],
    ['PT6H', '2015-09-12T10:45:30.678Z', '2015-09-12T06:00:00.000Z', '2015-09-12T12:00:00.000Z'],
    ['P1D', '2015-09-12T00:00:00.000Z', '2015-09-12T00:00:00.000Z', '2015-09-12T00:00:00.000Z'],
    ['P3D', '1970-01-05T01:00:00.000Z', '1970-01-04T00:00:00.000Z', '1970-01-07T00:00:00.000Z'],
    ['P1W', '2015-09-12T10:45:30.678Z', '2015-09-07T00:00:00.000Z', '2015-09-14T00:00:00.000Z'],
    ['P2W', '1970-01-16T00:00:00.000Z', '1970-01-15T00:00:00.000Z', '1970-01-29T00:00:00.000Z'],
    ['P1M', '2016-02-29T10:45:30.678Z', '2016-02-01T00:00:00.000Z', '2016-03-01T00:00:00.000Z'],
    ['P3M', '2015-09-12T10:45:30.678Z', '2015-07-01T00:00:00.000Z', '2015-10-01T00:00:00.000Z'],
    ['P5M', '1970-07-12T10:45:30.678Z', '1970-06-01T00:00:00.000Z', '1970-11-01T00:00:00.000Z'],
    ['P1Y', '2015-09-12T10:45:30.678Z', '2015-01-01T00:00:00.000Z', '2016-01-01T00:00:00.000Z'],
    ['P10Y', '2015-09-12T10:45:30.678Z', '2010-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z'],
    ['P1Y6M', '1972-09-12T00:00:00.000Z', '1971-07-01T00:00:00.000Z', '1973-01-01T00:00:00.000Z'],
    ['PT1H30M', '1970-01-01T04:00:00.000Z', '1970-01-01T03:00:00.000Z', '1970-01-01T04:30:00.000Z'],
    ['P1DT12H', '1970-01-02T13:00:00.000Z', '1970-01-02T12:00:00.000Z', '1970-01-04T00:00:00.000Z'],
    ['PT0.250S', '2015-09-12T10:45:30.678Z', '2015-09-12T10:45:30.500Z', '2015-09-12T10:45:30.750Z'],
    ['P1M', '0001-02-03T00:00:00.000Z', '0001-02-01T00:00:00.000Z', '0001-03-01T00:00:00.000Z'],
  ])('%s at %s', async (period, x, floor, ceil) => {
    expect(await onMoment(emit('TIME_FLOOR', [column, text(period)]), x)).toBe(floor);
    expect(await onMoment(emit('TIME_CEIL', [column, text(period)]), x)).toBe(ceil);
  });

  it.each([
    ['P1D', '2000-01-01T00:30:00Z', '2019-08-25T00:10:00Z', '2019-08-24T00:30:00.000Z'],
    ['PT1H', '2016-06-27T00:30:00Z', '2016-06-27T05:10:00Z', '2016-06-27T04:30:00.000Z'],
    ['P1M', '2000-01-31T12:00:00Z', '2000-02-29T11:00:00Z', '2000-01-31T12:00:00.000Z'],
    ['P1M', '2000-01-31T12:00:00Z', '2000-02-29T13:00:00Z', '2000-02-29T12:00:00.000Z'],
    ['P1M', '2000-01-15T00:00:00Z', '1999-12-31T00:00:00Z', '1999-12-15T00:00:00.000Z'],
    ['P1W', '2000-01-02T00:00:00Z', '2000-01-10T00:00:00Z', '2000-01-09T00:00:00.000Z'],
    ['P1Y', '2000-07-01T00:00:00Z', '2015-06-30T23:00:00Z', '2014-07-01T00:00:00.000Z'],
  ])('%s from %s at %s', async (period, origin, x, floor) => {
    expect(await onMoment(emit('TIME_FLOOR', [column, text(period), moment(origin)]), x)).toBe(floor);
  });

  it.each([
    // The day on which clocks go forward has 23 hours, the one on which they go back has 25.
    ['P1D', LA, '2021-03-15T06:59:59.999Z', '2021-03-14T08:00:00.000Z', '2021-03-15T07:00:00.000Z'],
    ['P1D', LA, '2021-11-08T07:59:59.999Z', '2021-11-07T07:00:00.000Z', '2021-11-08T08:00:00.000Z'],
    ['PT1H', LA, '2021-11-07T08:30:00.000Z', '2021-11-07T08:00:00.000Z', '2021-11-07T09:00:00.000Z'],
    ['PT1H', LA, '2021-11-07T09:30:00.000Z', '2021-11-07T09:00:00.000Z', '2021-11-07T10:00:00.000Z'],
    ['PT1H', 'Asia/Kolkata', '2021-11-07T09:15:00.000Z', '2021-11-07T08:30:00.000Z', '2021-11-07T09:30:00.000Z'],
    ['P1D', '+05:30', '2021-11-07T19:15:00.000Z', '2021-11-07T18:30:00.000Z', '2021-11-08T18:30:00.000Z'],
    ['P1M', LA, '2021-11-01T06:00:00.000Z', '2021-10-01T07:00:00.000Z', '2021-11-01T07:00:00.000Z'],
    ['P1W', LA, '2021-11-09T00:00:00.000Z', '2021-11-08T08:00:00.000Z', '2021-11-15T08:00:00.000Z'],
    ['PT12H', LA, '2021-07-01T00:00:00.000Z', '2021-06-30T20:00:00.000Z', '2021-07-01T08:00:00.000Z'],
    ['P1D', 'America/Sao_Paulo', '2017-10-15T12:00:00.000Z', '2017-10-15T03:00:00.000Z', '2017-10-16T03:00:00.000Z'],
  ])('%s in %s at %s', async (period, zone, x, floor, ceil) => {
    expect(await onMoment(emit('TIME_FLOOR', [column, text(period), text(null), text(zone)]), x)).toBe(floor);
    expect(await onMoment(emit('TIME_FLOOR', [column, text(period)], zone), x)).toBe(floor);
    expect(await onMoment(emit('TIME_CEIL', [column, text(period), text(null), text(zone)]), x)).toBe(ceil);
  });

  it('rounds days as wall clocks do', async () => {
    const instants = fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2037, 0, 1) });
    const zones = fc.constantFrom(LA, 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', '-03:30');
    await fc.assert(
      fc.asyncProperty(fc.array(instants, { minLength: 20, maxLength: 20 }), zones, async (values, zone) => {
        const sql = emit('TIME_FLOOR', [column, text('P1D'), text(null), text(zone)]);
        const actual = await run(
          sql,
          'TIMESTAMP',
          values.map((value) => `make_timestamp_ms(${String(value)})`),
        );
        const expected = values.map((value) => {
          const wall = instantToWall(value, zone);
          return new Date(wallToInstant(Math.floor(wall / 86_400_000) * 86_400_000, zone)).toISOString();
        });
        expect(actual).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['fortnight', /Invalid period/],
    ['P0D', /zero period/],
    ['P1M1D', /not supported/],
    ['-P1D', /Invalid period/],
    ['P-1D', /negative/],
  ])('refuses %s', (period, message) => {
    expect(() => emit('TIME_FLOOR', [column, text(period)])).toThrow(message);
  });

  it('refuses unknown zones and days with time in a zone of varying days', () => {
    expect(() => emit('TIME_FLOOR', [column, text('P1D'), text(null), text('Mars/Base')])).toThrow(/not recognised/);
    expect(() => emit('TIME_FLOOR', [column, text('P1DT6H')], LA)).toThrow(/fixed time zone/);
  });
});

describe('TIME_SHIFT, TIMESTAMPADD, TIMESTAMPDIFF', () => {
  it.each([
    ['2016-01-31T10:00:00.000Z', 'P1M', 1, 'UTC', '2016-02-29T10:00:00.000Z'],
    ['2016-02-29T10:00:00.000Z', 'P1Y', -1, 'UTC', '2015-02-28T10:00:00.000Z'],
    ['2016-02-29T10:00:00.000Z', 'P1DT1H', 2, 'UTC', '2016-03-02T12:00:00.000Z'],
    ['2021-03-13T18:00:00.000Z', 'P1D', 1, LA, '2021-03-14T17:00:00.000Z'],
    ['2021-03-13T18:00:00.000Z', 'PT24H', 1, LA, '2021-03-14T18:00:00.000Z'],
    ['2021-11-06T08:30:00.000Z', 'P1D', 1, LA, '2021-11-07T08:30:00.000Z'],
    ['2021-11-06T08:30:00.000Z', 'P1W', -2, '+02:00', '2021-10-23T08:30:00.000Z'],
  ])('%s by %s times %d in %s', async (x, period, step, zone, expected) => {
    expect(await onMoment(emit('TIME_SHIFT', [column, text(period), whole(step), text(zone)]), x)).toBe(expected);
    const stepColumn: Expression = { kind: 'column', id: 2, name: String(step), type: BIGINT };
    expect(await onMoment(emit('TIME_SHIFT', [column, text(period), stepColumn, text(zone)]), x)).toBe(expected);
  });

  it.each([
    ['DAY', 2, '2021-03-13T18:00:00.000Z', '2021-03-15T18:00:00.000Z'],
    ['MONTH', 1, '2021-01-31T18:00:00.000Z', '2021-02-28T18:00:00.000Z'],
    ['QUARTER', -1, '2021-01-31T18:00:00.000Z', '2020-10-31T18:00:00.000Z'],
    ['YEAR', 1, '2020-02-29T18:00:00.000Z', '2021-02-28T18:00:00.000Z'],
    ['SECOND', 90, '2020-02-29T18:00:00.001Z', '2020-02-29T18:01:30.001Z'],
  ])('adds %s %d', async (unit, count, x, expected) => {
    expect(await onMoment(emit('TIMESTAMPADD', [text(unit), whole(count), column]), x)).toBe(expected);
  });

  it.each([
    ['DAY', '2021-03-13T18:00:00Z', '2021-03-15T17:59:59Z', '1'],
    ['DAY', '2021-03-15T17:59:59Z', '2021-03-13T18:00:00Z', '-1'],
    ['WEEK', '2021-03-01T00:00:00Z', '2021-03-15T00:00:00Z', '2'],
    ['MONTH', '2020-01-31T00:00:00Z', '2020-02-29T00:00:00Z', '1'],
    ['MONTH', '2020-02-15T00:00:00Z', '2020-01-16T00:00:00Z', '0'],
    ['QUARTER', '2020-01-01T00:00:00Z', '2020-12-31T00:00:00Z', '3'],
    ['YEAR', '2020-06-01T00:00:00Z', '2018-06-02T00:00:00Z', '-1'],
    ['SECOND', '2020-06-01T00:00:00Z', '2020-06-01T00:01:00.999Z', '60'],
  ])('counts %s from %s to %s', async (unit, from, to, expected) => {
    expect(await onMoment(emit('TIMESTAMPDIFF', [text(unit), column, moment(to)]), from)).toBe(expected);
  });
});

describe('EXTRACT', () => {
  it.each([
    ['EPOCH', '1442054730'],
    ['MILLISECOND', '678'],
    ['SECOND', '30'],
    ['MINUTE', '45'],
    ['HOUR', '10'],
    ['DAY', '12'],
    ['DOW', '6'],
    ['ISODOW', '6'],
    ['DOY', '255'],
    ['WEEK', '37'],
    ['MONTH', '9'],
    ['QUARTER', '3'],
    ['YEAR', '2015'],
    ['ISOYEAR', '2015'],
    ['DECADE', '201'],
    ['CENTURY', '21'],
    ['MILLENNIUM', '3'],
  ])('%s', async (unit, expected) => {
    expect(await onMoment(emit('EXTRACT', [text(unit), column]), '2015-09-12T10:45:30.678Z')).toBe(expected);
    expect(await onMoment(emit('TIME_EXTRACT', [column, text(unit), text(null)]), '2015-09-12T10:45:30.678Z')).toBe(
      expected,
    );
    const types = await connection.runAndReadAll(
      `SELECT typeof(${emit('EXTRACT', [text(unit), column])}) FROM (SELECT TIMESTAMP '2015-09-12' AS x)`,
    );
    expect(types.getRows()[0]?.[0]).toBe('BIGINT');
  });

  it('follows the zone, and numbers Sunday 7', async () => {
    expect(await onMoment(emit('EXTRACT', [text('HOUR'), column], LA), '2015-09-12T10:45:30Z')).toBe('3');
    expect(await onMoment(emit('TIME_EXTRACT', [column, text('MINUTE'), text('+05:30')]), '2015-09-12T10:45:30Z')).toBe(
      '15',
    );
    expect(await onMoment(emit('DAYOFWEEK', [column]), '2015-09-13T10:45:30Z')).toBe('7');
  });
});

describe('other functions', () => {
  it('truncates to centuries and quarters', async () => {
    const truncate = (unit: string): Promise<unknown> =>
      onMoment(emit('DATE_TRUNC', [text(unit), column]), '2015-09-12T10:45:30.678Z');
    expect(await truncate('quarter')).toBe('2015-07-01T00:00:00.000Z');
    expect(await truncate('milliseconds')).toBe('2015-09-12T10:45:30.678Z');
    expect(await truncate('week')).toBe('2015-09-07T00:00:00.000Z');
    expect(await truncate('decade')).toBe('2010-01-01T00:00:00.000Z');
    // Centuries are counted from 1970, as periods of a hundred years are.
    expect(await truncate('century')).toBe('1970-01-01T00:00:00.000Z');
  });

  it.each([
    ['FLOOR_TO', 'WEEK', '2015-09-07T00:00:00.000Z'],
    ['CEIL_TO', 'YEAR', '2016-01-01T00:00:00.000Z'],
  ])('%s %s', async (name, unit, expected) => {
    expect(await onMoment(emit(name, [column, text(unit)]), '2015-09-12T10:45:30.678Z')).toBe(expected);
  });

  it.each([
    ['2015-09-12/2015-09-13', '2015-09-12T00:00:00Z', 'UTC', 'true'],
    ['2015-09-12/2015-09-13', '2015-09-13T00:00:00Z', 'UTC', 'false'],
    ['2015-09-12T10:00/PT1H', '2015-09-12T10:59:59.999Z', 'UTC', 'true'],
    ['P1M/2015-10', '2015-08-31T23:59:59.999Z', 'UTC', 'false'],
    ['2015-09-12/P1D', '2015-09-13T06:59:59Z', LA, 'true'],
    ['2015-09-12T00:00:00Z/P1D', '2015-09-13T06:59:59Z', LA, 'false'],
  ])('%s holds %s in %s: %s', async (interval, x, zone, expected) => {
    expect(await onMoment(emit('TIME_IN_INTERVAL', [column, text(interval)], zone), x)).toBe(expected);
  });

  it('refuses what is no interval', () => {
    expect(() => emit('TIME_IN_INTERVAL', [column, text('2015-09-12')])).toThrow(/not a valid ISO8601 interval/);
    expect(() => emit('TIME_IN_INTERVAL', [column, text('2015-09-12/2015-09-11')])).toThrow(/not a valid/);
  });

  it('knows the present', async () => {
    expect(await onMoment(emit('CURRENT_TIMESTAMP', []), '1970-01-01Z')).toBe('2026-11-24T23:30:00.123Z');
    expect(await onMoment(emit('LOCALTIMESTAMP', []), '1970-01-01Z')).toBe('2026-11-24T23:30:00.123Z');
    expect(await onMoment(emit('CURRENT_DATE', []), '1970-01-01Z')).toBe('2026-11-24T00:00:00.000Z');
    expect(await onMoment(emit('CURRENT_DATE', [], 'Asia/Tokyo'), '1970-01-01Z')).toBe('2026-11-24T15:00:00.000Z');
  });

  it('goes to milliseconds and back', async () => {
    expect(await onMoment(emit('TIMESTAMP_TO_MILLIS', [column]), '2015-09-12T10:45:30.678Z')).toBe('1442054730678');
    expect(await onMoment(emit('MILLIS_TO_TIMESTAMP', [whole(-1)]), '1970-01-01Z')).toBe('1969-12-31T23:59:59.999Z');
  });
});

describe('TIME_PARSE without a pattern', () => {
  it.each([
    ['2019-08-25T00:00:00.031Z', '2019-08-25T00:00:00.031Z'],
    ['2019-08-25T01:02:03Z', '2019-08-25T01:02:03.000Z'],
    ['2019-08-25 01:02:03', '2019-08-25T01:02:03.000Z'],
    ['2019-08-25', '2019-08-25T00:00:00.000Z'],
    ['2019', '2019-01-01T00:00:00.000Z'],
    ['2019-8', '2019-08-01T00:00:00.000Z'],
    ['2019-8-5 1:2', '2019-08-05T01:02:00.000Z'],
    ['2019-08-25T01', '2019-08-25T01:00:00.000Z'],
    ['2019-08-25T01.5', '2019-08-25T01:30:00.000Z'],
    ['2019-08-25T01:30.25', '2019-08-25T01:30:15.000Z'],
    ['2019-08-25T01:02:03.9999', '2019-08-25T01:02:03.999Z'],
    ['2019-08-25T01:02:03,5+05:30', '2019-08-24T19:32:03.500Z'],
    ['2019-08-25 01:02:03-0800', '2019-08-25T09:02:03.000Z'],
    ['2019-08-25t01:02:03z', '2019-08-25T01:02:03.000Z'],
    ['2019-08-25T01:02:03.004+05:30', '2019-08-24T19:32:03.004Z'],
    ['2019-08-25T01:02:03.004+00:00', '2019-08-25T01:02:03.004Z'],
    [' 019-08-25', null],
    ['2019- 8-25', null],
    ['2019-08-25  1:02:03', null],
    ['2019-08-25 01: 2:03', null],
    ['2019-08-25 01:02: 3', null],
    ['2019-08-25 01:02:3 ', null],
    ['2019-08-25T 1:02:03.000Z', null],
    ['2019-08-25T+02', '2019-08-24T22:00:00.000Z'],
    ['2019-13-25', null],
    ['2019-02-29', null],
    ['2019-08-25T24:00:00Z', null],
    ['2019-08-25T23:60:00.000Z', null],
    [' 2019-08-25', null],
    ['2019-08-25 ', '2019-08-25T00:00:00.000Z'],
    ['2019/08/25', null],
    ['epoch', null],
    ['infinity', null],
    ['', null],
    ['2019-08-25T01:02:03.031 Z', null],
  ])('%s', async (value, expected) => {
    expect(await onText(emit('TIME_PARSE', [column]), value)).toBe(expected);
  });

  it.each([
    ['2021-07-01 00:00:00', LA, '2021-07-01T07:00:00.000Z'],
    ['2021-07-01', '+05:30', '2021-06-30T18:30:00.000Z'],
    ['2021-07-01T00:00:00Z', LA, '2021-07-01T00:00:00.000Z'],
    ['2021-03-14 02:30:00', LA, null],
    ['2021-11-07 01:30:00', LA, '2021-11-07T08:30:00.000Z'],
    ['2021-11-07 1:30', LA, '2021-11-07T08:30:00.000Z'],
  ])('%s in %s', async (value, zone, expected) => {
    expect(await onText(emit('TIME_PARSE', [column, text(null), text(zone)]), value)).toBe(expected);
    expect(await onText(`druid_text_to_timestamp(x, '${zone}')`, value)).toBe(expected);
  });
});

describe('patterns', () => {
  it.each([
    ['yyyy-MM-dd', '2015-09-12', '2015-09-12T00:00:00.000Z'],
    ['yyyy-MM-dd', '2015-9-2', '2015-09-02T00:00:00.000Z'],
    ['yyyy-MM-dd HH:mm:ss', '2015-09-12 10:45:30', '2015-09-12T10:45:30.000Z'],
    [`yyyy-MM-dd'T'HH:mm:ss.SSS'Z'`, '2015-09-12T10:45:30.678Z', '2015-09-12T10:45:30.678Z'],
    ['yyyyMMdd', '20150912', '2015-09-12T00:00:00.000Z'],
    ['yyyyMMddHHmmss', '20150912104530', '2015-09-12T10:45:30.000Z'],
    ['dd/MMM/yyyy:HH:mm:ss Z', '12/Sep/2015:10:45:30 +0200', '2015-09-12T08:45:30.000Z'],
    ['EEE, d MMM yyyy', 'sat, 12 september 2015', '2015-09-12T00:00:00.000Z'],
    ['MM/dd/yyyy hh:mm:ss a', '09/12/2015 12:45:30 AM', '2015-09-12T00:45:30.000Z'],
    ['MM/dd/yyyy h:mm a', '09/12/2015 1:45 pm', '2015-09-12T13:45:00.000Z'],
    ['yy-M-d', '15-9-2', '2015-09-02T00:00:00.000Z'],
    ['yy-M-d', '60-9-2', '1960-09-02T00:00:00.000Z'],
    ['HH:mm', '10:45', '1970-01-01T10:45:00.000Z'],
    ['MM-dd', '02-29', '2000-02-29T00:00:00.000Z'],
    ['yyyy-DDD', '2015-255', '2015-09-12T00:00:00.000Z'],
    ['yyyy-DDD', '2015-366', null],
    ['yyyy-MM-dd HH:mm:ss.SSSSSS', '2015-09-12 10:45:30.678901', '2015-09-12T10:45:30.678Z'],
    ['yyyy-MM-dd HH:mm:ssZZ', '2015-09-12 10:45:30+02:00', '2015-09-12T08:45:30.000Z'],
    ['yyyy-MM-dd HH:mm:ssZZ', '2015-09-12 10:45:30Z', '2015-09-12T10:45:30.000Z'],
    ['yyyy-MM-dd HH:mm z', '2015-09-12 10:45 PDT', '2015-09-12T17:45:00.000Z'],
    [`hh 'o''clock' a`, `03 o'clock PM`, '1970-01-01T15:00:00.000Z'],
    ['yyyy-MM-dd', '2015-09-12 ', null],
    ['yyyy-MM-dd', '2015-13-12', null],
    ['yyyy-MM-dd', 'nonsense', null],
    ['yyyyMMdd', '201591', null],
    ['yyyy-MM-dd HH:mm:ss', '2015-09-12  1:02:03', null],
    ['yyyy-MM-dd', ' 015-09-12', null],
    ['yyyy-MM-dd', '2015- 9-12', null],
    ['yyyyMMdd', '2015 912', null],
    ['yyyy-MM-dd HH:mm:ss', '2015-09-12 24:00:00', null],
    ['HH:mm', '24:00', null],
    ['MM/dd/yyyy hh:mm a', '09/12/2015 13:45 AM', null],
  ])('parses %s', async (pattern, value, expected) => {
    expect(await onText(emit('TIME_PARSE', [column, text(pattern)]), value)).toBe(expected);
  });

  it.each([
    ['yyyy-MM-dd HH:mm:ss', 'UTC', '2015-09-02 10:45:30'],
    ['d/M/yy H:m:s.S', 'UTC', '2/9/15 10:45:30.6'],
    ['EEEE, d MMMM yyyy', 'UTC', 'Wednesday, 2 September 2015'],
    [`xxxx-'W'ww-e`, 'UTC', '2015-W36-3'],
    ['yyyy-DDD', 'UTC', '2015-245'],
    ['hh:mm a, K k', LA, '03:45 AM, 3 3'],
    ['HH:mm Z ZZ ZZZ', LA, `03:45 -0700 -07:00 ${LA}`],
    ['HH:mm Z', '+05:30', '16:15 +0530'],
    [`'100%' G CC yyyyy SSSSSS`, 'UTC', '100% AD 20 02015 678000'],
    ['z', 'UTC', 'UTC'],
  ])('formats %s in %s', async (pattern, zone, expected) => {
    const sql = emit('TIME_FORMAT', [column, text(pattern), text(zone)]);
    expect(await onMoment(sql, '2015-09-02T10:45:30.678Z')).toBe(expected);
    expect((await run(sql, 'TIMESTAMP', ['NULL']))[0]).toBeNull();
  });

  it('formats as ISO 8601 without a pattern', async () => {
    expect(await onMoment(emit('TIME_FORMAT', [column]), '2015-09-12T10:45:30.678Z')).toBe(
      '2015-09-12T10:45:30.678+00:00',
    );
    expect(await onMoment(emit('TIME_FORMAT', [column], LA), '2015-09-12T10:45:30.678Z')).toBe(
      '2015-09-12T03:45:30.678-07:00',
    );
  });

  it('refuses letters that do not exist or cannot be parsed', () => {
    expect(() => emit('TIME_FORMAT', [column, text('yyyy-bb')])).toThrow('Illegal pattern component: bb');
    expect(() => emit('TIME_PARSE', [column, text('xxxx-ww')])).toThrow(/'x' is not supported/);
    expect(() => emit('TIME_PARSE', [column, text('yyyy ZZZ')])).toThrow(/'ZZZ'/);
    expect(() => emit('TIME_FORMAT', [column, text('z'), text(LA)])).toThrow(/'z'/);
  });

  it('reads back what it wrote', async () => {
    const instants = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) });
    const patterns = fc.constantFrom(
      `yyyy-MM-dd'T'HH:mm:ss.SSSZZ`,
      'yyyyMMddHHmmssSSS Z',
      'EEE, dd MMM yyyy hh:mm:ss.SSS a ZZ',
      'd/M/yyyy k:m:s.SSS Z',
      'yyyy DDD K:mm:ss.SSS a Z',
    );
    const zones = fc.constantFrom('UTC', LA, 'Asia/Kolkata', '-09:30');
    await fc.assert(
      fc.asyncProperty(
        fc.array(instants, { minLength: 10, maxLength: 10 }),
        patterns,
        zones,
        async (values, pattern, zone) => {
          // Before 1970 zones had offsets of seconds, which patterns do not show.
          const moments = values.map((value) => (zone === 'UTC' ? value : Math.abs(value)));
          const written = emit('TIME_FORMAT', [column, text(pattern), text(zone)]);
          const inner = `(${written})`;
          const read = emit('TIME_PARSE', [
            { kind: 'column', id: 3, name: inner, type: VARCHAR },
            text(pattern),
            text(zone),
          ]);
          const actual = await run(
            read,
            'TIMESTAMP',
            moments.map((value) => `make_timestamp_ms(${String(value)})`),
          );
          expect(actual).toEqual(moments.map((value) => new Date(value).toISOString()));
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('declarations', () => {
  it.each(timeFunctions.map((each) => [each.name, each] as const))('%s says what it is', (_, each) => {
    expect(each.summary).toMatch(/[.;]/);
    expect(each.family).toBe('time');
    expect(each.signatures.length).toBeGreaterThan(0);
  });

  it('gives NULL for NULL', async () => {
    for (const each of timeFunctions) {
      const operands = each.signatures[0]?.operands ?? [];
      if (!operands.some((operand) => operand.literal !== true)) continue;
      const constants: Record<string, Expression> = {
        period: text('P1D'),
        unit: text('DAY'),
        interval: text('2015/2016'),
      };
      const args = operands
        .filter((operand) => operand.optional !== true)
        .map((operand): Expression => constants[operand.name] ?? column);
      const type = each.name === 'TIME_PARSE' ? 'VARCHAR' : 'TIMESTAMP';
      if (operands.some((operand) => operand.family === 'integer')) continue;
      expect(await run(emit(each.name, args), type, ['NULL']), each.name).toEqual([null]);
    }
  });
});
