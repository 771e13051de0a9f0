import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aggregateOf,
  ascending,
  call,
  city,
  column,
  field,
  filter,
  id,
  integer,
  openTestEngine,
  people,
  project,
  sort,
  table,
  text,
  type TestEngine,
} from '../../../test/support/duckdb-plans.js';
import type { Expression, Plan, WindowCall } from '../../sql/plan/index.js';
import { arrayOf, BIGINT, BOOLEAN, VARCHAR } from '../../sql/types.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.close());

describe('windows', () => {
  it('computes over partitions and frames', async () => {
    const running = field(15);
    const windowCall: WindowCall = {
      ...aggregateOf('SUM', [column(id)]),
      partitionBy: [column(city)],
      windowOrderBy: [ascending(column(id))],
      frame: { unit: 'ROWS', start: { kind: 'preceding', offset: integer(1) }, end: { kind: 'currentRow' } },
    };
    const plan: Plan = {
      kind: 'window',
      input: people,
      calls: [{ field: running, expression: { ...windowCall, function: 'COUNT' } }],
      fields: [id, city, running],
    };
    expect(await engine.rows(sort(plan, ascending(column(id))))).toEqual([
      [1n, 'Oslo', 1n],
      [2n, 'Rome', 1n],
      [3n, 'Oslo', 2n],
      [4n, null, 1n],
    ]);
    const unordered: Plan = {
      ...plan,
      calls: [{ field: running, expression: { ...windowCall, function: 'COUNT', windowOrderBy: [] } }],
    };
    expect((await engine.rows(sort(unordered, ascending(column(id))))).map(([, , counted]) => counted)).toEqual([
      2n,
      1n,
      2n,
      1n,
    ]);
    const ignoring: Plan = { ...plan, calls: [{ field: running, expression: { ...windowCall, ignoreNulls: true } }] };
    expect(() => engine.sql(ignoring)).toThrow('IGNORE NULLS');
  });
});

describe('a window without an order over groups', () => {
  it('takes the groups in the order of their keys', async () => {
    const key = field(16, VARCHAR);
    const first = field(17, VARCHAR);
    const groups: Plan = {
      kind: 'aggregate',
      input: people,
      keys: [{ field: key, expression: column(city) }],
      groupingSets: [[0]],
      aggregates: [],
      fields: [key],
    };
    const number: WindowCall = { ...aggregateOf('ROW_NUMBER', []), partitionBy: [], windowOrderBy: [] };
    const plan: Plan = {
      kind: 'window',
      input: groups,
      calls: [{ field: first, expression: number }],
      fields: [key, first],
    };
    expect(await engine.rows(sort(plan, ascending(column(first))))).toEqual([
      [null, 1n],
      ['Oslo', 2n],
      ['Rome', 3n],
    ]);
  });
});

describe('joins', () => {
  const name = field(31, VARCHAR);
  const land = field(32, VARCHAR);
  const lands = table(
    [name, land],
    [
      ['Oslo', 'Norway'],
      ['Bern', 'Switzerland'],
    ],
  );
  const joined = (type: 'inner' | 'left' | 'right' | 'full' | 'cross', condition?: Expression): Plan => {
    const plan: Plan = { kind: 'join', type, left: people, right: lands, fields: [...people.fields, name, land] };
    return condition ? { ...plan, condition } : plan;
  };
  const sameCity = call('=', [column(city), column(name)]);

  it.each([
    ['inner', 2],
    ['left', 4],
    ['right', 3],
    ['full', 5],
  ] as const)('%s', async (type, rows) => {
    expect(await engine.rows(joined(type, sameCity))).toHaveLength(rows);
  });

  it('cross', async () => {
    expect(await engine.rows(joined('cross'))).toHaveLength(8);
    expect(await engine.rows(joined('cross', sameCity))).toHaveLength(2);
  });

  it('nests on either side', async () => {
    const other = table([field(41, VARCHAR)], [['Norway'], ['Italy']]);
    const right: Plan = {
      kind: 'join',
      type: 'left',
      left: lands,
      right: other,
      condition: call('=', [column(land), column(other.fields[0] ?? name)]),
      fields: [...lands.fields, ...other.fields],
    };
    const plan: Plan = {
      kind: 'join',
      type: 'left',
      left: people,
      right,
      condition: sameCity,
      fields: [...people.fields, ...right.fields],
    };
    const ordered = sort(plan, ascending(column(id)));
    expect(await engine.rows(ordered)).toEqual([
      [1n, 'Oslo', 'Oslo', 'Norway', 'Norway'],
      [2n, 'Rome', null, null, null],
      [3n, 'Oslo', 'Oslo', 'Norway', 'Norway'],
      [4n, null, null, null, null],
    ]);
  });
});

describe('subqueries', () => {
  const other = field(51);
  const place = field(52, VARCHAR);
  const visits = table(
    [other, place],
    [
      [1, 'Rome'],
      [3, 'Bern'],
    ],
  );
  const visitIds = project(visits, [field(53), column(other)]);
  const correlated = filter(visits, call('=', [column(other), column(id)]));

  it.each<[string, Expression, readonly bigint[]]>([
    ['IN', { kind: 'inSubquery', needles: [column(id)], plan: visitIds, negated: false, type: BOOLEAN }, [1n, 3n]],
    ['NOT IN', { kind: 'inSubquery', needles: [column(id)], plan: visitIds, negated: true, type: BOOLEAN }, [2n, 4n]],
    [
      'a row in',
      { kind: 'inSubquery', needles: [column(id), text('Rome')], plan: visits, negated: false, type: BOOLEAN },
      [1n],
    ],
    ['EXISTS, correlated', { kind: 'exists', plan: correlated, type: BOOLEAN }, [1n, 3n]],
    [
      'a scalar, correlated',
      call('=', [
        { kind: 'scalarSubquery', plan: project(correlated, [field(54, VARCHAR), column(place)]), type: VARCHAR },
        text('Bern'),
      ]),
      [3n],
    ],
    [
      'ANY',
      { kind: 'quantified', operator: '>', quantifier: 'ANY', needle: column(id), plan: visitIds, type: BOOLEAN },
      [2n, 3n, 4n],
    ],
    [
      'ALL',
      { kind: 'quantified', operator: '>', quantifier: 'ALL', needle: column(id), plan: visitIds, type: BOOLEAN },
      [4n],
    ],
    [
      'a list',
      { kind: 'inList', needle: column(id), items: [integer(2), integer(-3)], negated: false, type: BOOLEAN },
      [2n],
    ],
    [
      'CASE',
      {
        kind: 'case',
        whens: [{ when: call('=', [column(city), text('Oslo')]), then: call('=', [column(id), integer(1)]) }],
        otherwise: call('=', [column(id), integer(2)]),
        type: BOOLEAN,
      },
      [1n, 2n],
    ],
  ])('%s', async (_, condition, expected) => {
    const ids = project(sort(filter(people, condition), ascending(column(id))), [field(60), column(id)]);
    expect((await engine.rows(ids)).map(([value]) => value)).toEqual(expected);
  });
});

describe('unnest', () => {
  const list = field(71, arrayOf(BIGINT));
  const lists: Plan = {
    kind: 'project',
    input: people,
    columns: [
      { field: field(70), expression: column(id) },
      {
        field: list,
        expression: {
          kind: 'case',
          whens: [
            {
              when: call('>', [column(id), integer(2)]),
              then: { kind: 'literal', value: null, type: arrayOf(BIGINT) },
            },
          ],
          otherwise: { kind: 'cast', input: column(id), type: arrayOf(BIGINT) },
          type: arrayOf(BIGINT),
        },
      },
    ],
    fields: [field(70), list],
  };
  const element = field(72);
  const ordinality = field(73);

  it.each([
    ['inner', 2],
    ['left', 4],
  ] as const)('%s, with ordinality', async (type, rows) => {
    const plan: Plan = {
      kind: 'unnest',
      input: lists,
      expression: column(list),
      element,
      ordinality,
      type,
      fields: [...lists.fields, element, ordinality],
    };
    const answer = await engine.rows(sort(plan, ascending(column(field(70)))));
    expect(answer).toHaveLength(rows);
    expect(answer[1]).toEqual([2n, [2n], 2n, 1n]);
  });
});

describe('arrays', () => {
  const array = (...values: (number | null)[]): Expression => call('ARRAY', values.map(integer), arrayOf(BIGINT));

  it.each<[string, Expression, Expression, boolean]>([
    ['a null before a value', array(1, null), array(1, 0), true],
    ['a value before a greater one', array(1, 2), array(1, 3), true],
    ['a shorter array before a longer one', array(1), array(1, null), true],
    ['equal arrays', array(null, 1), array(null, 1), false],
  ])('order %s', async (_, left, right, expected) => {
    const output = field(95);
    const plan = project({ kind: 'values', rows: [[]], fields: [] }, [output, call('<', [left, right])]);
    expect(await engine.rows(plan)).toEqual([[expected]]);
  });
});

describe('an unnested element that is not used', () => {
  it('still multiplies rows', async () => {
    const list: Expression = { kind: 'literal', value: null, type: arrayOf(BIGINT) };
    const values = call('ARRAY', [integer(1), integer(2)], arrayOf(BIGINT));
    const plan: Plan = {
      kind: 'unnest',
      input: people,
      expression: {
        kind: 'case',
        whens: [{ when: call('>', [column(id), integer(2)]), then: list }],
        otherwise: values,
        type: list.type,
      },
      element: field(91),
      type: 'inner',
      fields: [...people.fields, field(91)],
    };
    expect(await engine.rows(project(plan, [field(92), column(id)]))).toHaveLength(4);
  });
});

describe('set operations', () => {
  const left = table([field(80)], [[1], [1], [2], [3]]);
  const right = table([field(81)], [[1], [3], [3], [4]]);
  const output = field(82);

  it.each([
    ['union', true, [1, 1, 1, 2, 3, 3, 3, 4]],
    ['union', false, [1, 2, 3, 4]],
    ['intersect', false, [1, 3]],
    ['intersect', true, [1, 3]],
    ['except', false, [2]],
    ['except', true, [1, 2]],
  ] as const)('%s, all: %s', async (operator, all, expected) => {
    const plan: Plan = { kind: 'setOperation', operator, all, inputs: [left, right], fields: [output] };
    const answer = await engine.rows(sort(plan, ascending(column(output))));
    expect(answer.map(([value]) => Number(value))).toEqual(expected);
  });
});
