import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aggregateOf,
  ascending,
  call,
  city,
  column,
  count,
  field,
  filter,
  id,
  integer,
  openTestEngine,
  people,
  project,
  sort,
  testDialect,
  text,
  type TestEngine,
} from '../../../test/support/duckdb-plans.js';
import type { AggregateCall, Expression, Plan } from '../../sql/plan/index.js';
import { arrayOf, BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR } from '../../sql/types.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.close());

describe('leaves', () => {
  it('names each leaf and its columns', () => {
    const scan: Plan = { kind: 'scan', schema: 'druid', table: 'wiki pedia', fields: [field(7, VARCHAR, 'a "b"')] };
    const emitted = testDialect.emit(filter(scan, call('=', [column(scan.fields[0] ?? id), text("it's")])), {
      timeZone: 'UTC',
      now: 0,
    });
    expect(emitted.relations).toEqual([{ name: 'wiki_pedia_r1', node: scan }]);
    expect(emitted.sql).toBe(`SELECT c7\nFROM (SELECT "a ""b""" AS c7 FROM "wiki_pedia_r1")\nWHERE c7 = 'it''s'`);
  });

  it('counts rows of a leaf of which no column is used', async () => {
    await engine.session.run('CREATE OR REPLACE TEMP VIEW "t_r1" AS SELECT * FROM range(5)');
    const scan: Plan = { kind: 'scan', schema: 'druid', table: 't', fields: [] };
    const output = field(9);
    const plan: Plan = {
      kind: 'aggregate',
      input: scan,
      keys: [],
      groupingSets: [[]],
      aggregates: [{ field: output, expression: count }],
      fields: [output],
    };
    expect(await engine.rows(plan)).toEqual([[5n]]);
  });

  it('makes rows of constants of every type', async () => {
    const literals: Expression[] = [
      integer(-9223372036854775808n),
      { kind: 'literal', value: -1.5, type: DOUBLE },
      text('line\none\0two'),
      { kind: 'literal', value: true, type: BOOLEAN },
      { kind: 'literal', value: Date.UTC(2015, 8, 12, 1, 2, 3, 4), type: TIMESTAMP },
      { kind: 'literal', value: Date.UTC(-44, 2, 15), type: TIMESTAMP },
      { kind: 'literal', value: null, type: arrayOf(BIGINT) },
    ];
    const fields = literals.map((literal, index) => field(20 + index, literal.type));
    const plan = filter({ kind: 'values', rows: [literals], fields }, call('IS NOT NULL', [text('x')]));
    expect(await engine.rows(plan)).toEqual([
      [
        -9223372036854775808n,
        -1.5,
        'line\none\0two',
        true,
        '2015-09-12T01:02:03.004Z',
        '-000044-03-15T00:00:00.000Z',
        null,
      ],
    ]);
  });

  it.each([
    ['no rows', [], []],
    ['rows without columns', [[], []], [[1n], [1n]]],
  ])('makes %s', async (_, rows, expected) => {
    const fields = rows.length === 0 ? [id] : [];
    const values: Plan = { kind: 'values', rows, fields };
    const one = field(30);
    expect(await engine.rows(project(values, [one, integer(1)]))).toEqual(expected);
  });
});

describe('blocks', () => {
  it('fuses filter, projection, order and limit into one SELECT', () => {
    const doubled = field(3);
    const plan: Plan = {
      kind: 'limit',
      input: sort(
        project(filter(people, call('>', [column(id), integer(1)])), [
          doubled,
          call('+', [column(id), column(id)], BIGINT),
        ]),
        {
          expression: column(doubled),
          descending: true,
          nullsFirst: false,
        },
      ),
      limit: 2,
      offset: 1,
      fields: [doubled],
    };
    expect(engine.sql(plan).match(/SELECT/g)).toHaveLength(1);
    expect(engine.sql(plan)).toMatch(/WHERE c1 > 1\nORDER BY c3 DESC NULLS LAST\nLIMIT 2 OFFSET 1$/);
  });

  it('keeps the order of rows when a projection drops the sort key', async () => {
    const output = field(3, VARCHAR);
    const plan = project(sort(people, { expression: column(id), descending: true, nullsFirst: false }), [
      output,
      column(city),
    ]);
    expect(await engine.rows(plan)).toEqual([[null], ['Oslo'], ['Rome'], ['Oslo']]);
  });

  it('keeps the order through a computed projection over a limit', async () => {
    const upper = field(4, VARCHAR);
    const output = field(5, VARCHAR);
    const limited: Plan = {
      kind: 'limit',
      input: sort(project(people, [upper, call('UPPER', [column(city)], VARCHAR)]), ascending(column(upper), false)),
      limit: 3,
      offset: 0,
      fields: [upper],
    };
    expect(await engine.rows(project(limited, [output, call('||', [column(upper), text('!')], VARCHAR)]))).toEqual([
      ['OSLO!'],
      ['OSLO!'],
      ['ROME!'],
    ]);
  });

  it('sorts by an expression over computed columns and places nulls', async () => {
    const upper = field(4, VARCHAR);
    const computed = project(people, [upper, call('UPPER', [column(city)], VARCHAR)]);
    const key = call('||', [column(upper), text('x')], VARCHAR);
    expect(await engine.rows(sort(computed, ascending(key, false)))).toEqual([['OSLO'], ['OSLO'], ['ROME'], [null]]);
    expect((await engine.rows(sort(computed, ascending(key, true))))[0]).toEqual([null]);
  });

  it('filters after a limit', async () => {
    const limited: Plan = {
      kind: 'limit',
      input: sort(people, ascending(column(id))),
      limit: 2,
      offset: 0,
      fields: people.fields,
    };
    expect(await engine.rows(filter(limited, call('=', [column(city), text('Oslo')])))).toEqual([[1n, 'Oslo']]);
  });

  it('limits a limit', async () => {
    const first: Plan = {
      kind: 'limit',
      input: sort(people, ascending(column(id))),
      limit: 3,
      offset: 0,
      fields: people.fields,
    };
    const second: Plan = { kind: 'limit', input: first, limit: 10, offset: 2, fields: people.fields };
    expect(await engine.rows(second)).toEqual([[3n, 'Oslo']]);
  });
});

describe('aggregation', () => {
  const key = field(5, VARCHAR);
  const total = field(6);
  const bits = field(7);
  const grouped = (
    groupingSets: readonly (readonly number[])[],
    aggregates: readonly AggregateCall[] = [count],
  ): Plan => {
    const fields = [total, bits].slice(0, aggregates.length);
    return {
      kind: 'aggregate',
      input: people,
      keys: [{ field: key, expression: call('UPPER', [column(city)], VARCHAR) }],
      groupingSets,
      aggregates: fields.map((output, index) => ({ field: output, expression: aggregates[index] ?? count })),
      fields: [key, ...fields],
    };
  };
  const inOrder = (plan: Plan): Plan => sort(plan, ascending(column(total)), ascending(column(key)));

  it('groups by an expression', async () => {
    expect(await engine.rows(inOrder(grouped([[0]])))).toEqual([
      [null, 1n],
      ['ROME', 1n],
      ['OSLO', 2n],
    ]);
  });

  it('rolls up with GROUPING', async () => {
    const grouping = aggregateOf('GROUPING', [call('UPPER', [column(city)], VARCHAR)]);
    expect(await engine.rows(inOrder(grouped([[0], []], [count, grouping])))).toEqual([
      [null, 1n, 0n],
      ['ROME', 1n, 0n],
      ['OSLO', 2n, 0n],
      [null, 4n, 1n],
    ]);
    expect(await engine.rows(grouped([[]], [count, grouping]))).toEqual([[null, 4n, 1n]]);
  });

  it('passes FILTER, DISTINCT and ORDER BY to the function', async () => {
    const outputs = [field(11), field(12), field(13, arrayOf(BIGINT))];
    const calls = [
      aggregateOf('COUNT', [], { filter: call('=', [column(city), text('Oslo')]) }),
      aggregateOf('COUNT', [column(city)], { distinct: true }),
      aggregateOf('ARRAY_AGG', [column(id)], {
        orderBy: [{ expression: column(id), descending: true, nullsFirst: false }],
      }),
    ];
    const plan: Plan = {
      kind: 'aggregate',
      input: people,
      keys: [],
      groupingSets: [[]],
      aggregates: outputs.map((output, index) => ({ field: output, expression: calls[index] ?? count })),
      fields: outputs,
    };
    expect(await engine.rows(plan)).toEqual([[2n, 2n, [4n, 3n, 2n, 1n]]]);
  });

  it('answers one row to a grand total without aggregates', async () => {
    const one = field(8);
    const plan: Plan = { kind: 'aggregate', input: people, keys: [], groupingSets: [[]], aggregates: [], fields: [] };
    expect(await engine.rows(project(plan, [one, integer(7)]))).toEqual([[7n]]);
  });

  it('stays a grand total when nobody wants its aggregate', async () => {
    const one = field(8);
    const plan: Plan = {
      kind: 'aggregate',
      input: people,
      keys: [],
      groupingSets: [[]],
      aggregates: [{ field: total, expression: count }],
      fields: [total],
    };
    expect(await engine.rows(project(project(plan), [one, integer(7)]))).toEqual([[7n]]);
  });

  it('puts out fewer columns than it groups and sorts by', async () => {
    const plan = { ...inOrder(grouped([[0]])), fields: [total] };
    expect(await engine.rows(plan)).toEqual([[1n], [1n], [2n]]);
  });

  it('refuses a function without an emitter by name', () => {
    expect(() => engine.sql(grouped([[0]], [aggregateOf('THETA', [])]))).toThrow(
      "Function 'THETA' is not supported by the duckdb engine",
    );
  });
});
