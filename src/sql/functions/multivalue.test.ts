import { expect, it } from 'vitest';
import { type Argument, constant, sqlArgument, useEvaluation } from '../../../test/support/emitters.js';
import { arrayOf, BIGINT, BOOLEAN, DOUBLE, MULTI_VALUE_VARCHAR, NULL_TYPE, VARCHAR } from '../types.js';
import { arrayMacros } from './array.js';
import { multivalueFunctions, multivalueMacros } from './multivalue.js';
import { numberTextMacros } from './number-text.js';

const evaluation = useEvaluation(multivalueFunctions, [...numberTextMacros, ...arrayMacros, ...multivalueMacros]);

const coded = (...values: (string | null)[]): string => `\u001d${JSON.stringify(values)}`;
const multi = (...values: (string | null)[]): Argument =>
  sqlArgument(`('${coded(...values).replaceAll("'", "''")}')`, MULTI_VALUE_VARCHAR);
const single = (value: string | null): Argument =>
  sqlArgument(value === null ? 'NULL::VARCHAR' : `'${value}'`, MULTI_VALUE_VARCHAR);
const plain = (value: string): Argument => constant(value, VARCHAR);
const texts = (sql: string): Argument => sqlArgument(`${sql}::VARCHAR[]`, arrayOf(VARCHAR));
const booleans = sqlArgument('[TRUE, FALSE, NULL]', arrayOf(BOOLEAN));
const doubles = sqlArgument('[0.5, NULL]::DOUBLE[]', arrayOf(DOUBLE));
const long = (value: number): Argument => sqlArgument(`${String(value)}::BIGINT`, BIGINT);
const nothing = constant(null, NULL_TYPE);
const ab = multi('a', 'b');

it.each<[string, readonly Argument[], unknown]>([
  ['ARRAY_TO_MV', [texts(`['a', 'b']`)], coded('a', 'b')],
  ['ARRAY_TO_MV', [texts(`['a']`)], 'a'],
  ['ARRAY_TO_MV', [texts(`[]`)], null],
  ['ARRAY_TO_MV', [texts(`NULL`)], null],
  ['ARRAY_TO_MV', [booleans], coded('1', '0', null)],
  ['ARRAY_TO_MV', [doubles], coded('0.5', null)],
  ['ARRAY_TO_MV', [ab], coded('a', 'b')],
  ['MV_TO_ARRAY', [ab], ['a', 'b']],
  ['MV_TO_ARRAY', [single('a')], ['a']],
  ['MV_TO_ARRAY', [plain('a')], ['a']],
  ['MV_TO_ARRAY', [single(null)], null],
  ['MV_TO_ARRAY', [multi()], null],
  ['MV_TO_ARRAY', [booleans], ['1', '0', null]],
  ['STRING_TO_MV', [plain('a,b'), plain(',')], coded('a', 'b')],
  ['STRING_TO_MV', [plain('a'), plain(',')], 'a'],
  ['MV_TO_STRING', [multi('a', null), plain('|')], 'a|null'],
  ['MV_TO_STRING', [single('a'), plain('|')], 'a'],
  ['MV_TO_STRING', [single(null), plain('|')], null],
  ['MV_TO_STRING', [texts('[NULL, NULL]'), plain('|')], 'null|null'],
  ['MV_LENGTH', [multi('a', null, 'it\'s "b"')], '3'],
  ['MV_LENGTH', [single('a')], '1'],
  ['MV_LENGTH', [single(null)], null],
  ['MV_LENGTH', [multi()], null],
  ['MV_OFFSET', [ab, long(1)], 'b'],
  ['MV_OFFSET', [ab, long(2)], null],
  ['MV_OFFSET', [booleans, long(0)], '1'],
  ['MV_ORDINAL', [ab, long(1)], 'a'],
  ['MV_ORDINAL', [single(null), long(1)], null],
  ['MV_OFFSET_OF', [ab, plain('b')], '1'],
  ['MV_OFFSET_OF', [ab, plain('c')], null],
  ['MV_ORDINAL_OF', [ab, plain('a')], '1'],
  ['MV_APPEND', [ab, plain('c')], coded('a', 'b', 'c')],
  ['MV_APPEND', [single(null), plain('c')], null],
  ['MV_APPEND', [booleans, plain('A')], coded('1', '0', null, null)],
  ['MV_PREPEND', [plain('z'), ab], coded('z', 'a', 'b')],
  ['MV_CONCAT', [ab, single('c')], coded('a', 'b', 'c')],
  ['MV_CONCAT', [ab, single(null)], null],
  ['MV_CONCAT', [texts('[]'), texts('[]')], null],
  ['MV_SLICE', [multi('a', 'b', 'c'), long(1), long(3)], coded('b', 'c')],
  ['MV_SLICE', [multi('a', 'b', 'c'), long(2)], 'c'],
  ['MV_SLICE', [texts('[]'), long(0), long(2)], coded(null, null)],
  ['MV_SLICE', [ab, long(-1)], null],
  ['MV_FILTER_ONLY', [multi('a', 'b', null), texts(`['b', NULL]`)], coded('b', null)],
  ['MV_FILTER_ONLY', [ab, texts(`['c']`)], null],
  ['MV_FILTER_NONE', [multi('a', 'b', null), texts(`['b']`)], coded('a', null)],
  ['MV_FILTER_NONE', [single('a'), texts(`['b']`)], 'a'],
  ['MV_FILTER_REGEX', [multi('ab', 'cd', null), plain('b')], 'ab'],
  ['MV_FILTER_PREFIX', [multi('ab', 'ac', 'b'), plain('a')], coded('ab', 'ac')],
])('%s(%j) is %j', async (name, args, expected) => {
  expect(await evaluation.value(name, args)).toEqual(expected);
});

it.each<[string, readonly Argument[], boolean | null]>([
  ['MV_CONTAINS', [ab, plain('a')], true],
  ['MV_CONTAINS', [ab, plain('c')], false],
  ['MV_CONTAINS', [ab, texts(`['a', 'b']`)], true],
  ['MV_CONTAINS', [ab, texts(`['a', 'c']`)], false],
  ['MV_CONTAINS', [ab, texts('[]')], true],
  ['MV_CONTAINS', [single(null), nothing], true],
  ['MV_CONTAINS', [multi(), nothing], true],
  ['MV_CONTAINS', [ab, nothing], false],
  ['MV_CONTAINS', [multi('1', '2'), long(2)], true],
  ['MV_CONTAINS', [single(null), plain('a')], false],
  ['MV_OVERLAP', [ab, texts(`['b', 'c']`)], true],
  ['MV_OVERLAP', [ab, texts(`['c']`)], false],
  ['MV_OVERLAP', [ab, texts('[]')], false],
  ['MV_OVERLAP', [multi('a', null), texts(`['c']`)], null],
  ['MV_OVERLAP', [multi('a', null), texts(`['c', NULL]`)], true],
  ['MV_OVERLAP', [single(null), nothing], true],
  ['MV_OVERLAP', [ab, single('b')], true],
  ['MV_OVERLAP', [texts(`['a']`), plain('a')], true],
])('%s(%j) is %j', async (name, args, expected) => {
  expect(await evaluation.value(name, args)).toBe(expected);
});
