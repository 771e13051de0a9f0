import { describe, expect, it } from 'vitest';
import { type Argument, constant, sqlArgument, useEvaluation } from '../../../test/support/emitters.js';
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  FLOAT,
  INTEGER,
  JSON_TYPE,
  MULTI_VALUE_VARCHAR,
  NULL_TYPE,
  type SqlType,
  TIMESTAMP,
  VARCHAR,
} from '../types.js';
import { duckdbMacros } from './index.js';
import { duckdbPath, parsePath } from './json-path.js';
import { jsonFunctions } from './json.js';

const evaluation = useEvaluation(jsonFunctions, duckdbMacros());

const json = (value: unknown): Argument =>
  sqlArgument(`'${JSON.stringify(value).replaceAll("'", "''")}'::JSON`, JSON_TYPE);
const noJson = sqlArgument('NULL::JSON', JSON_TYPE);
const text = (value: string | null): Argument => constant(value, VARCHAR);
const path = text;

describe('paths', () => {
  it.each<[string, string]>([
    ['$', '$'],
    ['$.', '$'],
    ['', '$'],
    ['$.a', '$."a"'],
    ['$.a.b c', '$."a"."b c"'],
    ["$['a.b']", '$."a.b"'],
    ['$[0]', '$[0]'],
    ['$.a[-1].b', '$."a"[#-1]."b"'],
    ["$.a[1]['b'][2]", '$."a"[1]."b"[2]'],
    ['$.a"b', '$."a\\"b"'],
    ["$['it's']", '$."it\'s"'],
  ])('%s is %s', (given, expected) => {
    const parts = parsePath(given);
    expect('message' in parts ? parts.message : duckdbPath(parts)).toBe(expected);
  });

  it.each<[string, string]>([
    ['a', "JSONPath [a] is invalid, it must start with '$'"],
    ['$a', 'JSONPath [$a] is invalid, cannot read it from position 1'],
    ['$[a]', 'JSONPath [$[a]] is invalid, cannot read it from position 1'],
    ['$.[0]', "JSONPath [$.[0]] is invalid, found '[' at invalid position 2, must not follow '.'"],
    ["$['a", "JSONPath [$['a] is invalid, cannot read it from position 1"],
  ])('%s is refused', (given, expected) => {
    const declaration = jsonFunctions.find(({ name }) => name === 'JSON_QUERY');
    expect(declaration?.check?.([noJson.expression, path(given).expression])).toBe(expected);
  });
});

describe('JSON_VALUE', () => {
  const document = json({
    text: 'x',
    one: 1,
    half: 0.5,
    yes: true,
    none: null,
    object: { a: 1 },
    list: [1, null, 2],
    single: ['x'],
    mixed: [true, 1, 0.1, 'S', null],
    deep: [[1], 2],
    brace: '{x',
    day: '2024-05-06',
    'a.b': { "c'd": 'e' },
  });

  it.each<[string, SqlType, unknown]>([
    ['$.text', VARCHAR, 'x'],
    ['$.one', VARCHAR, '1'],
    ['$.yes', VARCHAR, 'true'],
    ['$.none', VARCHAR, null],
    ['$.missing', VARCHAR, null],
    ['$.object', VARCHAR, null],
    ['$.list', VARCHAR, null],
    ['$.single', VARCHAR, 'x'],
    ['$.list[0]', VARCHAR, '1'],
    ['$.list[-1]', VARCHAR, '2'],
    ["$['a.b']['c'd']", VARCHAR, 'e'],
    ['$.brace', VARCHAR, '{x'],
    ['$.one', BIGINT, '1'],
    ['$.half', BIGINT, '0'],
    ['$.text', BIGINT, null],
    ['$.yes', BIGINT, '1'],
    ['$.half', DOUBLE, 0.5],
    ['$.half', FLOAT, 0.5],
    ['$.yes', BOOLEAN, true],
    ['$.one', BOOLEAN, true],
    ['$.object', BIGINT, null],
    ['$.one', TIMESTAMP, '1970-01-01 00:00:00.001'],
    ['$.day', TIMESTAMP, '2024-05-06 00:00:00'],
    ['$.list', arrayOf(BIGINT), ['1', null, '2']],
    ['$.one', arrayOf(BIGINT), ['1']],
    ['$.mixed', arrayOf(VARCHAR), ['true', '1', '0.1', 'S', null]],
    ['$.mixed', arrayOf(BOOLEAN), [true, true, true, null, null]],
    ['$.deep', arrayOf(VARCHAR), null],
    ['$.object', arrayOf(VARCHAR), null],
    ['$.none', arrayOf(VARCHAR), null],
  ])('%s as %j', async (at, type, expected) => {
    expect(await evaluation.value('JSON_VALUE', [document, path(at)], { type })).toEqual(expected);
  });

  it.each<[string, Argument, SqlType, unknown]>([
    ['text', text('ABCD'), VARCHAR, 'ABCD'],
    ['text that looks like JSON', text('{"a":1}'), VARCHAR, '{"a":1}'],
    ['a number', sqlArgument('1234.5::DOUBLE', DOUBLE), DOUBLE, 1234.5],
    ['a time', sqlArgument("TIMESTAMP '2022-01-01 00:00:00'", TIMESTAMP), BIGINT, '1640995200000'],
    ['an array', sqlArgument('[1, 2]::BIGINT[]', arrayOf(BIGINT)), arrayOf(BIGINT), ['1', '2']],
    ['nothing', noJson, VARCHAR, null],
  ])('takes %s', async (_, argument, type, expected) => {
    expect(await evaluation.value('JSON_VALUE', [argument, path('$')], { type })).toEqual(expected);
  });
});

describe('JSON', () => {
  const booleans = sqlArgument('[TRUE, FALSE, NULL]', arrayOf(BOOLEAN));

  it.each<[string, readonly Argument[], unknown]>([
    ['JSON_QUERY', [json({ a: { b: [1, null] } }), path('$.a')], '{"b":[1,null]}'],
    ['JSON_QUERY', [json({ a: null }), path('$.a')], null],
    ['JSON_QUERY', [json({}), path('$.a')], null],
    ['JSON_QUERY', [booleans, path('$[0]')], '1'],
    ['JSON_QUERY_ARRAY', [json({ a: [{ b: 1 }, 2, null] }), path('$.a')], ['{"b":1}', '2', null]],
    ['JSON_QUERY_ARRAY', [json({ a: { b: 1 } }), path('$.a')], ['{"b":1}']],
    ['JSON_QUERY_ARRAY', [json({}), path('$.a')], null],
    ['JSON_OBJECT', [text('a'), text('{"x":1}')], '{"a":"{\\"x\\":1}"}'],
    ['JSON_OBJECT', [text('a'), json({ x: 1 }), text('b'), constant(null, NULL_TYPE)], '{"a":{"x":1},"b":null}'],
    ['JSON_OBJECT', [text('a'), sqlArgument('TRUE', BOOLEAN)], '{"a":1}'],
    ['JSON_OBJECT', [text('a'), booleans], '{"a":[1,0,null]}'],
    ['JSON_OBJECT', [text('a'), sqlArgument('0.1::FLOAT', FLOAT)], '{"a":0.1}'],
    ['JSON_OBJECT', [text('a'), sqlArgument(`chr(29) || '["x","y"]'`, MULTI_VALUE_VARCHAR)], '{"a":["x","y"]}'],
    ['JSON_OBJECT', [text('a'), text('1'), text('b'), text('2'), text('a'), text('3')], '{"b":"2","a":"3"}'],
    ['JSON_OBJECT', [], '{}'],
    ['JSON_KEYS', [json({ a: 1, b: 2 }), path('$')], ['a', 'b']],
    ['JSON_KEYS', [json({ a: [5, 6] }), path('$.a')], ['0', '1']],
    ['JSON_KEYS', [json({ a: [] }), path('$.a')], []],
    ['JSON_KEYS', [json({ a: 1 }), path('$.a')], null],
    ['JSON_KEYS', [noJson, path('$.')], null],
    [
      'JSON_PATHS',
      [json({ a: 1, b: { c: [2, null], d: {} }, e: [{ f: 1 }, 2, []] })],
      ['$.b.c', '$.e[0].f', '$.e[1]', '$.e[2]', '$.a'],
    ],
    ['JSON_PATHS', [json({ 'a.b': 1 })], ["$['a.b']"]],
    ['JSON_PATHS', [json([{}, [], null])], ['$[2]', '$[1]']],
    // The order of a table of 32 slots.
    [
      'JSON_PATHS',
      [
        json({
          a: { x: 1, yy: 2, z: [{ q: 1 }, 3] },
          b: [2],
          c: 1,
          d: 2,
          e: 1,
          f: 2,
          g: 1,
          h: 1,
          i: 1,
          j: 1,
          'k.l': 1,
        }),
      ],
      [
        '$.a.yy',
        '$.b',
        '$.c',
        '$.a.z[0].q',
        '$.d',
        '$.e',
        '$.f',
        '$.a.z[1]',
        '$.g',
        '$.h',
        "$['k.l']",
        '$.i',
        '$.j',
        '$.a.x',
      ],
    ],
    ['JSON_PATHS', [json({})], []],
    ['JSON_PATHS', [json('x')], ['$']],
    ['JSON_PATHS', [noJson], ['$']],
    ['JSON_MERGE', [json({ a: 1, b: { x: 1 } }), json({ b: { y: 2 }, c: null })], '{"a":1,"b":{"y":2},"c":null}'],
    ['JSON_MERGE', [text('{"a":1}'), json({ b: 2 }), text('{"a":3}')], '{"a":3,"b":2}'],
    ['JSON_MERGE', [text('[1]'), text('[2]')], '[1,2]'],
    ['JSON_MERGE', [json({ a: 1 }), noJson], null],
    ['PARSE_JSON', [text(' {"a" : 1} ')], '{"a" : 1}'],
    ['PARSE_JSON', [text('null')], null],
    ['PARSE_JSON', [text(null)], null],
    ['TRY_PARSE_JSON', [text('{"a":1}')], '{"a":1}'],
    ['TRY_PARSE_JSON', [text('{')], null],
    ['TRY_PARSE_JSON', [text('"a": 123')], '"a"'],
    ['TRY_PARSE_JSON', [text('{"a":{"b":"}"}} x')], '{"a":{"b":"}"}}'],
    ['TRY_PARSE_JSON', [text(' [1] ]')], '[1]'],
    ['TRY_PARSE_JSON', [text('true,')], 'true'],
    ['TRY_PARSE_JSON', [text('1 2')], '1'],
    ['TRY_PARSE_JSON', [text('1,2')], null],
    ['TRY_PARSE_JSON', [text('truest')], null],
    ['PARSE_JSON', [text('{} {}')], '{}'],
    ['TRY_PARSE_JSON', [text('')], null],
    ['TO_JSON_STRING', [sqlArgument(`'{ "a" : 1 }'::JSON`, JSON_TYPE)], '{"a":1}'],
    ['TO_JSON_STRING', [text('it "is"')], '"it \\"is\\""'],
    ['TO_JSON_STRING', [sqlArgument('TRUE', BOOLEAN)], '1'],
    ['TO_JSON_STRING', [sqlArgument('NULL', BIGINT)], null],
    ['TO_JSON_STRING', [json(null)], null],
    ['TO_JSON_STRING', [booleans], '[1,0,null]'],
  ])('%s(%j)', async (name, args, expected) => {
    const value = await evaluation.value(name, args);
    expect(typeof value === 'string' && name === 'PARSE_JSON' ? value.trim() : value).toEqual(expected);
  });

  it.each<[string, readonly Argument[], string]>([
    ['PARSE_JSON', [text('{')], 'bad string input [{]'],
    ['JSON_MERGE', [json({}), json([])], 'expected two objects or two arrays'],
  ])('%s fails', async (name, args, message) => {
    await expect(evaluation.value(name, args)).rejects.toThrow(message);
  });

  it('walks each row of a table', async () => {
    const sql = evaluation.sql('JSON_PATHS', [sqlArgument('j', JSON_TYPE)]);
    const table = `(VALUES (1, '{"a":1}'::JSON), (2, NULL), (3, '[{"b":2}]')) AS t(n, j)`;
    expect(await evaluation.rows(`SELECT ${sql} FROM ${table} ORDER BY n`)).toEqual([['$.a'], ['$'], ['$[0].b']]);
  });

  it.each<[string, readonly SqlType[], string]>([
    ['PARSE_JSON', [JSON_TYPE], `Cannot apply 'PARSE_JSON' to arguments of type 'PARSE_JSON(<COMPLEX<JSON>>)'.`],
    ['TRY_PARSE_JSON', [INTEGER], `Cannot apply 'TRY_PARSE_JSON' to arguments of type 'TRY_PARSE_JSON(<INTEGER>)'.`],
    ['JSON_OBJECT', [INTEGER, VARCHAR], 'field name must be a STRING'],
  ])('%s refuses %j', (name, types, message) => {
    const declaration = jsonFunctions.find((each) => each.name === name);
    expect(declaration?.check?.(types.map((type) => sqlArgument('x', type).expression))).toContain(message);
  });
});
