import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LA,
  column,
  emit,
  onMoment,
  onText,
  run,
  text,
  useTimeFunctions,
} from '../../../test/support/time-functions.js';
import { VARCHAR } from '../types.js';

useTimeFunctions();

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
