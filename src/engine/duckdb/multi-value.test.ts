import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Expression, Plan } from '../../sql/plan/index.js';
import { BIGINT, BOOLEAN, VARCHAR } from '../../sql/types.js';
import { quoteText } from './quoting.js';
import { resultSql } from './results.js';
import {
  call,
  column,
  field,
  integer,
  multi,
  openTestEngine,
  table,
  type TestEngine,
  text,
} from '../../../test/support/duckdb-plans.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.close());

const encoded = (...values: (string | null)[]): string => `\u001d${JSON.stringify(values)}`;

const id = field(1);
const tags = multi(2);
const rows = table(
  [id, tags],
  [
    [1, 'a'],
    [2, encoded('a', 'b')],
    [3, null],
    [4, encoded()],
    [5, encoded('b', null)],
    [6, encoded('it\'s "c"', 'd')],
  ],
);
const tag = column(tags);

describe('conditions', () => {
  it.each<[string, Expression, readonly number[]]>([
    ['= holds for any value', call('=', [tag, text('a')]), [1, 2]],
    ['<> negates the match of the whole row', call('<>', [tag, text('a')]), [6]],
    ['NOT = is the same', call('NOT', [call('=', [tag, text('a')])]), [6]],
    ['IS NULL holds for an empty list and for a null among values', call('IS NULL', [tag]), [3, 4, 5]],
    ['IS NOT NULL is its negation', call('IS NOT NULL', [tag]), [1, 2, 6]],
    ['IN', { kind: 'inList', needle: tag, items: [text('b'), text('x')], negated: false, type: BOOLEAN }, [2, 5]],
    ['NOT IN', { kind: 'inList', needle: tag, items: [text('b'), text('x')], negated: true, type: BOOLEAN }, [1, 6]],
    ['LIKE', call('LIKE', [tag, text('it%c%')]), [6]],
    ['over a function of the value', call('=', [call('UPPER', [tag], VARCHAR), text('B')]), [2, 5]],
    ['over a number made of the value', call('>', [call('LENGTH', [tag], BIGINT), integer(3)]), [6]],
    ['two values at once', call('AND', [call('=', [tag, text('a')]), call('=', [tag, text('b')])]), [2]],
    ['functions that know several values', call('>', [call('MV_LENGTH', [tag], BIGINT), integer(1)]), [2, 5, 6]],
  ])('%s', async (_, condition, expected) => {
    const plan: Plan = { kind: 'filter', input: rows, condition, fields: rows.fields };
    const found = (await engine.rows(plan)).map(([value]) => Number(value));
    expect(found.sort()).toEqual(expected);
  });
});

describe('values', () => {
  const output = field(9, VARCHAR);
  const valuesOf = async (expression: Expression, keep: readonly number[]): Promise<unknown[]> => {
    const filtered: Plan = {
      kind: 'filter',
      input: rows,
      condition: { kind: 'inList', needle: column(id), items: keep.map(integer), negated: false, type: BOOLEAN },
      fields: rows.fields,
    };
    const projected: Plan = {
      kind: 'project',
      input: filtered,
      columns: [
        { field: field(8), expression: column(id) },
        { field: { ...output, type: expression.type }, expression },
      ],
      fields: [field(8), { ...output, type: expression.type }],
    };
    const sorted: Plan = {
      kind: 'sort',
      input: projected,
      keys: [{ expression: column(field(8)), descending: false, nullsFirst: true }],
      fields: projected.fields,
    };
    const sql = resultSql(engine.sql(sorted), [{ sqlName: 'c9', type: expression.type }]);
    return (await engine.session.rows(sql)).map(([value]) => value);
  };

  it.each<[string, Expression, readonly unknown[]]>([
    ['as they are', tag, ['a', '["a","b"]', null, '[]', '["b",null]', '["it\'s \\"c\\"","d"]']],
    [
      'through a function',
      call('UPPER', [tag], VARCHAR),
      ['A', '["A","B"]', null, null, '["B",null]', '["IT\'S \\"C\\"","D"]'],
    ],
    [
      'through a tree of functions',
      call('||', [call('UPPER', [tag], VARCHAR), call('||', [tag, text('!')], VARCHAR)], VARCHAR),
      ['Aa!', '["Aa!","Bb!"]', null, null, '["Bb!",null]', '["IT\'S \\"C\\"it\'s \\"c\\"!","Dd!"]'],
    ],
    [
      'through a function that sees them all, then one of each',
      call('UPPER', [call('MV_REVERSE', [tag], tags.type)], VARCHAR),
      ['A', '["B","A"]', null, null, '[null,"B"]', '["D","IT\'S \\"C\\""]'],
    ],
  ])('%s', async (_, expression, expected) => {
    expect(await valuesOf(expression, [1, 2, 3, 4, 5, 6])).toEqual(expected);
  });

  it('computes a number of plain text and refuses several values', async () => {
    const length = call('LENGTH', [tag], BIGINT);
    expect(await valuesOf(length, [1, 3])).toEqual([1n, null]);
    await expect(valuesOf(length, [2])).rejects.toThrow('Cannot take several values as one: ["a","b"]');
  });

  it('chooses a number by a condition on any value', async () => {
    const choice: Expression = {
      kind: 'case',
      whens: [{ when: call('=', [tag, text('b')]), then: integer(1) }],
      otherwise: integer(0),
      type: BIGINT,
    };
    expect(await valuesOf(call('+', [choice, integer(5)], BIGINT), [1, 2, 3, 5])).toEqual([5n, 6n, 5n, 6n]);
  });

  it('combines two multi-value strings value by value', async () => {
    const other = multi(3);
    const pairs = table(
      [tags, other],
      [
        ['x', 'y'],
        [encoded('a', 'b'), encoded('1', '2')],
        ['p', encoded('q', 'r')],
      ],
    );
    const both: Plan = {
      kind: 'project',
      input: pairs,
      columns: [{ field: output, expression: call('||', [tag, column(other)], VARCHAR) }],
      fields: [output],
    };
    const answer = await engine.session.rows(resultSql(engine.sql(both), [{ sqlName: 'c9', type: VARCHAR }]));
    expect(answer.map(([value]) => value).sort()).toEqual(['["a1","a2","b1","b2"]', '["pq","pr"]', 'xy']);
  });

  it('follows values through projections whose type does not tell', async () => {
    const upper = field(10, VARCHAR);
    const inner: Plan = {
      kind: 'project',
      input: rows,
      columns: [{ field: upper, expression: call('UPPER', [tag], VARCHAR) }],
      fields: [upper],
    };
    const plan: Plan = {
      kind: 'filter',
      input: inner,
      condition: call('=', [column(upper), text('B')]),
      fields: [upper],
    };
    expect(await engine.rows(plan)).toHaveLength(2);
  });
});

describe('joins', () => {
  it('compares columns as they are and constants with any value', async () => {
    const other = multi(30);
    const right = table([other], [['a'], [encoded('a', 'b')]]);
    const plan: Plan = {
      kind: 'join',
      type: 'inner',
      left: rows,
      right,
      condition: call('AND', [call('=', [tag, column(other)]), call('=', [tag, text('b')])]),
      fields: [...rows.fields, other],
    };
    expect(engine.sql(plan)).toContain('(c2 = c30)');
    expect((await engine.rows(plan)).map(([value]) => value)).toEqual([2n]);
  });
});

describe('grouping', () => {
  it('puts a row into the group of each of its values', async () => {
    const key = field(20, VARCHAR);
    const total = field(21);
    const plan: Plan = {
      kind: 'aggregate',
      input: rows,
      keys: [{ field: key, expression: tag }],
      groupingSets: [[0]],
      aggregates: [{ field: total, expression: { function: 'COUNT', args: [], distinct: false, type: BIGINT } }],
      fields: [key, total],
    };
    const sorted: Plan = {
      kind: 'sort',
      input: plan,
      keys: [{ expression: column(key), descending: false, nullsFirst: true }],
      fields: plan.fields,
    };
    expect(await engine.rows(sorted)).toEqual([
      [null, 3n],
      ['a', 2n],
      ['b', 2n],
      ['d', 1n],
      ['it\'s "c"', 1n],
    ]);
  });

  it('groups by each combination of two multi-value strings', async () => {
    const other = multi(3);
    const keys = [field(20, VARCHAR), field(23, VARCHAR)];
    const total = field(21);
    const pairs = table(
      [tags, other],
      [
        ['a', 'x'],
        [encoded('a', 'b'), encoded('x', null)],
        [null, encoded('y', 'z')],
        [null, null],
      ],
    );
    const plan: Plan = {
      kind: 'aggregate',
      input: pairs,
      keys: keys.map((key, index) => ({
        field: key,
        expression: index === 0 ? call('UPPER', [tag], VARCHAR) : column(other),
      })),
      groupingSets: [[0, 1]],
      aggregates: [{ field: total, expression: { function: 'COUNT', args: [], distinct: false, type: BIGINT } }],
      fields: [...keys, total],
    };
    const answer = await engine.rows(plan);
    const found = answer.map(([first, second, rowsIn]) => [first, second, Number(rowsIn)].map(String).join(' '));
    expect(found.sort()).toEqual(['A null 1', 'A x 2', 'B null 1', 'B x 1', 'null null 1', 'null y 1', 'null z 1']);
  });

  it('unnests the values of a column', async () => {
    const element = field(22, VARCHAR);
    const plan: Plan = {
      kind: 'unnest',
      input: rows,
      expression: tag,
      element,
      type: 'inner',
      fields: [...rows.fields, element],
    };
    expect(await engine.rows(plan)).toHaveLength(9);
  });
});

describe('values in order', () => {
  it.each<[string, string | null, string | null]>([
    ['plain texts', encoded('b', 'a', 'c'), encoded('a', 'b', 'c')],
    ['texts with brackets and commas', encoded('[', 'a,b', ']'), encoded('[', ']', 'a,b')],
    ['texts with quotes and backslashes', encoded('x"', 'a","b', '\\'), encoded('\\', 'a","b', 'x"')],
    ['nulls first', encoded('b', null, 'a'), encoded(null, 'a', 'b')],
    ['the text null', encoded('null', 'a', 'b'), encoded('a', 'b', 'null')],
    ['signs beyond ASCII', encoded('ü', 'z', '漢'), encoded('z', 'ü', '漢')],
    ['empty texts', encoded('b', '', 'a'), encoded('', 'a', 'b')],
    ['one value', 'a', 'a'],
    ['none', encoded(), null],
    ['null', null, null],
  ])('%s', async (_, value, sorted) => {
    const sql = value === null ? 'NULL::VARCHAR' : quoteText(value);
    expect(await engine.session.rows(`SELECT multi_sorted(${sql})`)).toEqual([[sorted]]);
  });
});
