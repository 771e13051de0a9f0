import { describe, expect, test } from 'vitest';
import { ContextError, readContext } from './context.js';

const read = (raw: Record<string, unknown>) => readContext(raw, { maxNumTasks: 3 });

describe('readContext', () => {
  test('fills defaults in', () => {
    expect(read({})).toMatchObject({
      maxNumTasks: 3,
      rowsPerSegment: 3_000_000,
      maxParseExceptions: 0,
      segmentSortOrder: [],
      sqlTimeZone: 'UTC',
      failOnEmptyInsert: false,
      maxNumSegments: undefined,
    });
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['a number as text', { rowsPerSegment: '1000' }, { rowsPerSegment: 1000 }],
    ['a decimal that is whole', { rowsPerSegment: '12.00' }, { rowsPerSegment: 12 }],
    ['a boolean as text', { failOnEmptyInsert: 'TRUE' }, { failOnEmptyInsert: true }],
    ['a boolean as text that is not true', { failOnEmptyInsert: 'false' }, { failOnEmptyInsert: false }],
    ['an object as JSON text', { indexSpec: '{"a":1}' }, { indexSpec: { a: 1 } }],
    ['null as absent', { rowsPerSegment: null }, { rowsPerSegment: 3_000_000 }],
    ['the older numTasks', { numTasks: 5 }, { maxNumTasks: 5 }],
    ['maxNumTasks over numTasks', { numTasks: 5, maxNumTasks: 4 }, { maxNumTasks: 4 }],
    ['nonStrict', { mode: 'nonStrict' }, { maxParseExceptions: -1 }],
    ['nonStrict in any case', { mode: 'NONSTRICT' }, { maxParseExceptions: -1 }],
    ['maxParseExceptions over mode', { mode: 'nonStrict', maxParseExceptions: 2 }, { maxParseExceptions: 2 }],
    ['a list as JSON text', { segmentSortOrder: '["__time","a,b"]' }, { segmentSortOrder: ['__time', 'a,b'] }],
    ['a list with commas', { segmentSortOrder: '__time, a' }, { segmentSortOrder: ['__time', 'a'] }],
    ['a list', { skipTypeVerification: ['a'] }, { skipTypeVerification: ['a'] }],
    ['no list in an empty text', { segmentSortOrder: '' }, { segmentSortOrder: [] }],
    ['unknown keys', { nobodyKnows: 1 }, {}],
  ])('takes %s', (_name, raw, expected) => {
    expect(read(raw)).toMatchObject(expected);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ maxNumTasks: 1 }, 'Expected key [maxNumTasks] to be at least 2, but got [1]'],
    [{ failOnEmptyInsert: 'yes' }, 'Expected key [failOnEmptyInsert] to be a Boolean, but got [yes]'],
    [{ indexSpec: '[]' }, 'Expected key [indexSpec] to be a JSON object, but got [[]]'],
    [{ sqlTimeZone: 'Mars/Olympus' }, 'Expected key [sqlTimeZone] to be a time zone, but got [Mars/Olympus]'],
    [{ sqlCurrentTimestamp: 'soon' }, 'Expected key [sqlCurrentTimestamp] to be an ISO 8601 time, but got [soon]'],
    [{ rowsPerSegment: 'many' }, 'Expected key [rowsPerSegment] to be in integer format, but got [many]'],
    [{ rowsPerSegment: 1.5 }, 'Expected key [rowsPerSegment] to be in integer format, but got [1.5]'],
    [{ rowsPerSegment: [] }, 'Expected key [rowsPerSegment] to be an Integer, but got [[]]'],
    [{ failOnEmptyInsert: 1 }, 'Expected key [failOnEmptyInsert] to be a Boolean, but got [1]'],
    [{ sqlTimeZone: 1 }, 'Expected key [sqlTimeZone] to be a String, but got [1]'],
    [{ mode: 'lax' }, 'Expected key [mode] to be one of the values [strict,nonStrict], but got [lax]'],
    [{ segmentSortOrder: [1] }, 'Expected key [segmentSortOrder] to be a list of names, but got [[1]]'],
    [{ segmentSortOrder: '[' }, 'Expected key [segmentSortOrder] to be a list of names, but got [[]'],
    [{ segmentSortOrder: 'a' }, 'must start with[__time]'],
    [{ selectDestination: 'elsewhere' }, '[selectDestination] to be one of the values [taskReport,durableStorage]'],
  ])('refuses %j', (raw, message) => {
    expect(() => read(raw)).toThrow(ContextError);
    expect(() => read(raw)).toThrow(message);
  });

  test('lets other sort orders through when asked', () => {
    expect(read({ segmentSortOrder: 'a,__time', forceSegmentSortByTime: false }).segmentSortOrder).toEqual([
      'a',
      '__time',
    ]);
  });
});
