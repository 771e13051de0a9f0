import { describe, expect, it } from 'vitest';
import { type Argument, constant, sqlArgument, useEvaluation } from '../../../test/support/emitters.js';
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  JSON_TYPE,
  NULL_TYPE,
  type SqlType,
  TIMESTAMP,
  VARCHAR,
} from '../types.js';
import { arrayFunctions, arrayMacros } from './array.js';
import { numberTextMacros } from './number-text.js';

const evaluation = useEvaluation(arrayFunctions, [...numberTextMacros, ...arrayMacros]);

const longs = (sql: string): Argument => sqlArgument(`${sql}::BIGINT[]`, arrayOf(BIGINT));
const doubles = (sql: string): Argument => sqlArgument(`${sql}::DOUBLE[]`, arrayOf(DOUBLE));
const texts = (sql: string): Argument => sqlArgument(`${sql}::VARCHAR[]`, arrayOf(VARCHAR));
const booleans = (sql: string): Argument => sqlArgument(`${sql}::BOOLEAN[]`, arrayOf(BOOLEAN));
const long = (value: number): Argument => sqlArgument(`${String(value)}::BIGINT`, BIGINT);
const double = (value: number): Argument => sqlArgument(`${String(value)}::DOUBLE`, DOUBLE);
const text = (value: string | null): Argument => constant(value, VARCHAR);
const nothing = constant(null, NULL_TYPE);
const noLongs = longs('NULL');

describe('values', () => {
  it.each<[string, readonly Argument[], unknown]>([
    ['ARRAY_LENGTH', [longs('[1, NULL]')], '2'],
    ['ARRAY_LENGTH', [longs('[]')], '0'],
    ['ARRAY_LENGTH', [noLongs], null],
    ['ARRAY_LENGTH', [text('a')], '1'],
    ['ARRAY_OFFSET', [longs('[1, 2]'), long(1)], '2'],
    ['ARRAY_OFFSET', [longs('[1, 2]'), long(2)], null],
    ['ARRAY_OFFSET', [longs('[1, 2]'), long(-1)], null],
    ['ARRAY_ORDINAL', [longs('[1, 2]'), long(1)], '1'],
    ['ARRAY_ORDINAL', [longs('[1, 2]'), long(0)], null],
    ['ITEM', [longs('[1, 2]'), long(2)], '2'],
    ['ITEM', [longs('[1, 2]'), long(-1)], null],
    ['ARRAY_OFFSET_OF', [longs('[1, 2, 2]'), long(2)], '1'],
    ['ARRAY_OFFSET_OF', [longs('[1, 2]'), long(3)], null],
    ['ARRAY_OFFSET_OF', [longs('[1, NULL]'), nothing], '1'],
    ['ARRAY_OFFSET_OF', [longs('[1]'), double(1)], null],
    ['ARRAY_OFFSET_OF', [longs('[1]'), text('1')], null],
    ['ARRAY_ORDINAL_OF', [texts(`['a', 'b']`), text('b')], '2'],
    ['ARRAY_ORDINAL_OF', [noLongs, long(1)], null],
    ['ARRAY_TO_STRING', [longs('[1, NULL, 2]'), text('-')], '1-null-2'],
    ['ARRAY_TO_STRING', [doubles('[0.5, 1e10]'), text(' ')], '0.5 1.0E10'],
    ['ARRAY_TO_STRING', [booleans('[TRUE, FALSE]'), text('|')], '1|0'],
    ['ARRAY_TO_STRING', [longs('[]'), text('-')], ''],
    ['ARRAY_TO_STRING', [longs('[NULL]'), text('-')], null],
    ['ARRAY_TO_STRING', [longs('[1, 2]'), text(null)], '12'],
    ['ARRAY_TO_STRING', [noLongs, text('-')], null],
    ['ARRAY_QUANTILE', [longs('[4, NULL, 1, 2]'), constant(0.5, DOUBLE)], 2],
    ['ARRAY_QUANTILE', [longs('[1, 2]'), constant(0.25, DOUBLE)], 1.25],
    ['ARRAY_QUANTILE', [longs('[NULL]'), constant(0.5, DOUBLE)], 'NaN'],
    ['ARRAY_QUANTILE', [longs('[1]'), constant(2, DOUBLE)], 'NaN'],
    ['ARRAY_QUANTILE', [noLongs, constant(0.5, DOUBLE)], null],
    ['ARRAY_QUANTILE', [texts(`['a']`), constant(0.5, DOUBLE)], null],
  ])('%s(%j)', async (name, args, expected) => {
    expect(await evaluation.value(name, args)).toEqual(expected);
  });
});

describe('conditions', () => {
  it.each<[string, readonly Argument[], boolean | null]>([
    ['ARRAY_CONTAINS', [longs('[1, 2]'), long(2)], true],
    ['ARRAY_CONTAINS', [longs('[1, 2]'), long(3)], false],
    ['ARRAY_CONTAINS', [longs('[1, NULL]'), nothing], true],
    ['ARRAY_CONTAINS', [longs('[1]'), nothing], false],
    ['ARRAY_CONTAINS', [longs('[1]'), text('1')], true],
    ['ARRAY_CONTAINS', [longs('[NULL]'), text('a')], false],
    ['ARRAY_CONTAINS', [texts(`['1']`), long(1)], true],
    ['ARRAY_CONTAINS', [longs('[1, 2, 3]'), longs('[1, 3]')], true],
    ['ARRAY_CONTAINS', [longs('[1, 2]'), longs('[1, 3]')], false],
    ['ARRAY_CONTAINS', [longs('[1, 2]'), longs('[1, NULL]')], false],
    ['ARRAY_CONTAINS', [longs('[1, NULL]'), longs('[1, NULL]')], true],
    ['ARRAY_CONTAINS', [longs('[1]'), longs('[]')], true],
    ['ARRAY_CONTAINS', [longs('[1]'), noLongs], false],
    ['ARRAY_CONTAINS', [noLongs, long(1)], null],
    ['ARRAY_CONTAINS', [noLongs, text('a')], null],
    ['ARRAY_CONTAINS', [noLongs, noLongs], null],
    ['ARRAY_CONTAINS', [booleans('[TRUE]'), long(1)], true],
    ['ARRAY_OVERLAP', [longs('[1, 2]'), longs('[2, 3]')], true],
    ['ARRAY_OVERLAP', [longs('[1, 2]'), longs('[3]')], false],
    ['ARRAY_OVERLAP', [longs('[1, NULL]'), longs('[NULL]')], true],
    ['ARRAY_OVERLAP', [longs('[1]'), noLongs], false],
    ['ARRAY_OVERLAP', [noLongs, longs('[1]')], null],
    ['ARRAY_OVERLAP', [longs('[]'), longs('[1]')], false],
    ['ARRAY_OVERLAP', [booleans('[TRUE]'), longs('[1]')], true],
    ['SCALAR_IN_ARRAY', [long(2), longs('[1, 2]')], true],
    ['SCALAR_IN_ARRAY', [long(3), longs('[1, NULL]')], false],
    ['SCALAR_IN_ARRAY', [nothing, longs('[1, NULL]')], true],
    ['SCALAR_IN_ARRAY', [nothing, longs('[1]')], null],
    ['SCALAR_IN_ARRAY', [long(1), noLongs], null],
    ['SCALAR_IN_ARRAY', [double(1.5), longs('[1]')], false],
    ['SCALAR_IN_ARRAY', [double(1), longs('[1]')], true],
    ['SCALAR_IN_ARRAY', [text('a'), longs('[1]')], false],
    ['SCALAR_IN_ARRAY', [long(1), texts(`['1']`)], true],
  ])('%s(%j)', async (name, args, expected) => {
    expect(await evaluation.value(name, args)).toBe(expected);
  });
});

describe('arrays', () => {
  it.each<[string, readonly Argument[], unknown]>([
    ['ARRAY', [long(1), sqlArgument('NULL', BIGINT)], ['1', null]],
    ['ARRAY_APPEND', [longs('[1]'), long(2)], ['1', '2']],
    ['ARRAY_APPEND', [longs('[1]'), nothing], ['1', null]],
    ['ARRAY_APPEND', [longs('[1]'), text('x')], ['1', null]],
    ['ARRAY_APPEND', [doubles('[0.5]'), long(9)], [0.5, 9]],
    ['ARRAY_APPEND', [texts(`['a']`), long(9)], ['a', '9']],
    ['ARRAY_APPEND', [booleans('[TRUE]'), long(9)], ['1', '9']],
    ['ARRAY_APPEND', [noLongs, long(2)], null],
    ['ARRAY_PREPEND', [long(0), longs('[1]')], ['0', '1']],
    ['ARRAY_PREPEND', [long(0), noLongs], null],
    ['ARRAY_CONCAT', [longs('[1]'), longs('[NULL, 2]')], ['1', null, '2']],
    ['ARRAY_CONCAT', [longs('[1]'), noLongs], null],
    ['ARRAY_CONCAT', [noLongs, longs('[1]')], null],
    ['ARRAY_CONCAT', [texts(`['a']`), longs('[1]')], ['a', '1']],
    ['ARRAY_CONCAT', [text('a'), text('b')], ['a', 'b']],
    ['ARRAY_SLICE', [longs('[1, 2, 3]'), long(1), long(3)], ['2', '3']],
    ['ARRAY_SLICE', [longs('[1, 2, 3]'), long(1)], ['2', '3']],
    ['ARRAY_SLICE', [longs('[1]'), long(0), long(3)], ['1', null, null]],
    ['ARRAY_SLICE', [longs('[1]'), long(1), long(1)], []],
    ['ARRAY_SLICE', [longs('[1]'), long(2), long(3)], null],
    ['ARRAY_SLICE', [longs('[1]'), long(-1), long(1)], null],
    ['ARRAY_SLICE', [longs('[1, 2]'), long(1), long(0)], null],
    ['ARRAY_SLICE', [noLongs, long(0), long(1)], null],
    ['STRING_TO_ARRAY', [text('a,b'), text(',')], ['a', 'b']],
    ['STRING_TO_ARRAY', [text('a|b'), text('\\|')], ['a', 'b']],
    ['STRING_TO_ARRAY', [text('a1b22c'), text('[0-9]+')], ['a', 'b', 'c']],
    ['STRING_TO_ARRAY', [text(',a,,'), text(',')], ['', 'a']],
    ['STRING_TO_ARRAY', [text(',,'), text(',')], []],
    ['STRING_TO_ARRAY', [text(''), text(',')], ['']],
    ['STRING_TO_ARRAY', [text('abc'), text('')], ['a', 'b', 'c']],
    ['STRING_TO_ARRAY', [text("it's"), text("'")], ['it', 's']],
    ['STRING_TO_ARRAY', [text(null), text(',')], null],
  ])('%s(%j)', async (name, args, expected) => {
    expect(await evaluation.value(name, args)).toEqual(expected);
  });

  it('makes an empty array of text', async () => {
    expect(await evaluation.value('ARRAY', [])).toEqual([]);
  });
});

describe('types', () => {
  it.each<[string, readonly SqlType[], SqlType]>([
    ['ARRAY_OFFSET', [arrayOf(TIMESTAMP), INTEGER], TIMESTAMP],
    ['ARRAY_OFFSET', [VARCHAR, INTEGER], VARCHAR],
    ['ARRAY_SLICE', [arrayOf(BIGINT, false), INTEGER], arrayOf(BIGINT)],
    ['ARRAY_APPEND', [arrayOf(BOOLEAN), BIGINT], arrayOf(BIGINT)],
    ['ARRAY_PREPEND', [INTEGER, arrayOf(VARCHAR)], arrayOf(VARCHAR)],
    ['ARRAY_CONCAT', [VARCHAR, VARCHAR], arrayOf(VARCHAR)],
  ])('%s of %j is %j', (name, types, expected) => {
    const result = arrayFunctions.find((each) => each.name === name)?.result;
    expect(typeof result === 'function' && result(types.map((type) => sqlArgument('x', type).expression))).toEqual(
      expected,
    );
  });

  it('refuses what is no element', () => {
    const declaration = arrayFunctions.find(({ name }) => name === 'ARRAY_CONTAINS');
    const types = [arrayOf(BIGINT), JSON_TYPE].map((type) => sqlArgument('x', type).expression);
    expect(declaration?.check?.(types)).toBe(
      `Cannot apply 'ARRAY_CONTAINS' to arguments of type 'ARRAY_CONTAINS(<BIGINT ARRAY>, <COMPLEX<JSON>>)'. Supported form(s): 'ARRAY_CONTAINS(array, array)'`,
    );
  });
});
