import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LA,
  column,
  emit,
  moment,
  onMoment,
  run,
  text,
  useTimeFunctions,
  whole,
} from '../../../test/support/time-functions.js';
import { instantToWall, wallToInstant } from '../binder/timestamps.js';
import type { Expression } from '../plan/expression.js';
import { BIGINT } from '../types.js';
import { timeFunctions } from './time.js';

useTimeFunctions();

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
    expect(await onMoment(`typeof(${emit('EXTRACT', [text(unit), column])})`, '2015-09-12T10:45:30Z')).toBe('BIGINT');
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
