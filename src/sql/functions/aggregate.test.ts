import { describe, expect, it } from 'vitest';
import { type Argument, constant, sqlArgument, useEvaluation } from '../../../test/support/emitters.js';
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  FLOAT,
  INTEGER,
  MULTI_VALUE_VARCHAR,
  type SqlType,
  TIMESTAMP,
  VARCHAR,
} from '../types.js';
import { aggregateFunctions, aggregateMacros } from './aggregate.js';
import type { EmitContext } from './declaration.js';

const evaluation = useEvaluation(aggregateFunctions, aggregateMacros);

async function over(
  values: string,
  name: string,
  args: readonly Argument[],
  context: Partial<EmitContext> = {},
): Promise<unknown> {
  const [value] = await evaluation.rows(
    `SELECT ${evaluation.sql(name, args, context)} FROM (VALUES ${values}) AS t(x, y)`,
  );
  return value;
}

const x = (type: SqlType = BIGINT): Argument => sqlArgument('x', type);
const distinct = { distinct: true };

describe('numbers', () => {
  it.each<[string, string, SqlType, string, unknown, Partial<EmitContext>?]>([
    ['COUNT', '(1, 0), (NULL, 0), (1, 0)', BIGINT, 'values that are not null', '2'],
    ['COUNT', '(1, 0), (NULL, 0), (1, 0)', BIGINT, 'distinct ones', '1', distinct],
    ['SUM', '(1, 0), (2, 0), (NULL, 0)', BIGINT, 'integers', '3'],
    ['SUM', '(NULL::BIGINT, 0)', BIGINT, 'nothing', null],
    ['SUM', '(9223372036854775807, 0), (1, 0)', BIGINT, 'wraps upwards', '-9223372036854775808'],
    ['SUM', '(-9223372036854775807, 0), (-9223372036854775807, 0)', BIGINT, 'wraps downwards', '2'],
    ['SUM', '(0.5::DOUBLE, 0), (0.25::DOUBLE, 0)', DOUBLE, 'doubles', 0.75],
    ['MIN', '(2, 0), (1, 0)', BIGINT, 'the least', 1],
    ['MAX', '(2, 0), (1, 0)', BIGINT, 'the greatest', 2],
    ['AVG', '(1, 0), (2, 0)', BIGINT, 'integers as a double', 1.5],
    ['BIT_AND', '(6::BIGINT, 0), (3, 0), (NULL, 0)', BIGINT, 'starts from 0', '0'],
    ['BIT_AND', '(NULL::BIGINT, 0)', BIGINT, 'nothing', null],
    ['BIT_OR', '(6::BIGINT, 0), (3, 0)', BIGINT, 'bits', '7'],
    ['BIT_XOR', '(6::BIGINT, 0), (3, 0)', BIGINT, 'bits', '5'],
    ['VAR_POP', '(1.0, 0), (3.0, 0)', DOUBLE, 'population', 1],
    ['VARIANCE', '(1.0, 0), (3.0, 0)', DOUBLE, 'sample, by an alias', 2],
    ['VAR_SAMP', '(1.0, 0)', DOUBLE, 'a sample of one row', 0],
    ['STDDEV', '(NULL::DOUBLE, 0)', DOUBLE, 'no rows', null],
    ['APPROX_COUNT_DISTINCT', '(1, 0), (1, 0), (NULL, 0), (2, 0)', BIGINT, 'distinct values', '2'],
  ])('%s(%s) of %o: %s', async (name, values, type, _, expected, context) => {
    expect(await over(values, name, [x(type)], context)).toEqual(expected);
  });

  it('COUNT(*) counts rows', async () => {
    expect(await over('(NULL, 0), (NULL, 0)', 'COUNT', [])).toBe('2');
  });

  it('appends FILTER to every engine aggregate', async () => {
    const context = { suffix: ' FILTER (WHERE x > 1)' };
    expect(await over('(1, 0), (2, 0), (3, 0)', 'SUM', [x()], context)).toBe('5');
    expect(await over('(1, 0), (2, 0)', 'STDDEV_SAMP', [x(DOUBLE)], context)).toBe(0);
  });

  it.each<[string, unknown]>([
    ['SUM', ['1', '3']],
    ['VAR_SAMP', [0, 0.5]],
    ['APPROX_COUNT_DISTINCT', ['1', '2']],
    ['ARRAY_AGG', [[1], [1, 2]]],
    ['STRING_AGG', ['1', '12']],
    ['APPROX_QUANTILE_DS', [1, 1.5]],
  ])('%s stands over a window', async (name, expected) => {
    const args = name === 'APPROX_QUANTILE_DS' ? [sqlArgument('x::DOUBLE', DOUBLE), constant(0.5, DOUBLE)] : [x()];
    const sql = evaluation.sql(name, args, { suffix: ' OVER (ORDER BY x)' });
    expect(await evaluation.rows(`SELECT ${sql} FROM (VALUES (1), (2)) AS t(x) ORDER BY x`)).toEqual(expected);
  });

  it.each<[SqlType, string, string]>([
    [INTEGER, 'SUM', 'BIGINT'],
    [FLOAT, 'SUM', 'DOUBLE'],
    [BIGINT, 'AVG', 'DOUBLE'],
    [FLOAT, 'MAX', 'FLOAT'],
    [TIMESTAMP, 'MIN', 'TIMESTAMP'],
    [TIMESTAMP, 'EARLIEST_BY', 'VARCHAR'],
    [FLOAT, 'LATEST_BY', 'FLOAT'],
    [INTEGER, 'ARRAY_AGG', 'ARRAY'],
  ])('%o in %s gives %s', (type, name, expected) => {
    const result = aggregateFunctions.find((each) => each.name === name)?.result;
    const given = typeof result === 'function' ? result([x(type).expression]) : result;
    expect(given?.name).toBe(expected);
  });
});

describe('values', () => {
  const time = sqlArgument('y', TIMESTAMP);

  it.each<[string, string, SqlType, unknown]>([
    ['EARLIEST_BY', `('b', 2), ('a', 1), ('n', NULL)`, VARCHAR, 'a'],
    ['EARLIEST_BY', `('b', 2), (NULL, 1)`, VARCHAR, null],
    ['LATEST_BY', `('b', 2), ('a', 1), ('n', NULL)`, VARCHAR, 'b'],
    ['LATEST_BY', `(7, 2), (8, 1)`, BIGINT, 7],
    ['LATEST_BY', `([1, NULL], 2), ([2], 1)`, arrayOf(BIGINT), '[1, null]'],
    ['LATEST_BY', `([TRUE, FALSE], 2), ([TRUE], 1)`, arrayOf(BOOLEAN), '[1, 0]'],
    ['LATEST_BY', `([]::BIGINT[], 2)`, arrayOf(BIGINT), '[]'],
    ['EARLIEST_BY', `(make_timestamp_ms(5000), 2)`, TIMESTAMP, '5000'],
  ])('%s over %s of %o is %o', async (name, values, type, expected) => {
    expect(await over(values, name, [x(type), time])).toEqual(expected);
  });

  it.each<[bigint, string]>([
    [4n, 'aéb'],
    [3n, 'aé'],
    [2n, 'a'],
    [100n, 'aéb'],
  ])('cuts text to %s bytes', async (size, expected) => {
    const args = [x(VARCHAR), time, constant(size, INTEGER)];
    expect(await over(`('aéb', 1)`, 'LATEST_BY', args)).toBe(expected);
    expect(await over(`('aéb', 1)`, 'ANY_VALUE', [x(VARCHAR), constant(size, INTEGER)])).toBe(expected);
  });

  it('takes the first value of a multi-value string when told to', async () => {
    const values = `(chr(29) || '["a","b"]', 1)`;
    const args = [x(MULTI_VALUE_VARCHAR), constant(100n, INTEGER)];
    expect(await over(values, 'ANY_VALUE', [...args, constant(false, BOOLEAN)])).toBe('a');
    expect(await over(values, 'ANY_VALUE', [...args, constant(true, BOOLEAN)])).toBe('\u001d["a","b"]');
  });
});

describe('collections', () => {
  const words = `('b', 0), (NULL, 0), ('a', 0), ('b', 0)`;
  const comma = constant(',', VARCHAR);

  it.each<[string, readonly Argument[], string, Partial<EmitContext>, unknown]>([
    ['ARRAY_AGG', [x(VARCHAR)], words, {}, ['b', null, 'a', 'b']],
    ['ARRAY_AGG', [x(VARCHAR)], words, distinct, [null, 'a', 'b']],
    ['ARRAY_AGG', [x(VARCHAR)], words, { suffix: ' FILTER (WHERE FALSE)' }, null],
    ['ARRAY_AGG', [x(VARCHAR)], words, { orderBy: ' ORDER BY x DESC NULLS LAST' }, ['b', 'b', 'a', null]],
    ['STRING_AGG', [x(VARCHAR), comma], words, {}, 'b,a,b'],
    ['STRING_AGG', [x(VARCHAR), comma], words, distinct, 'a,b'],
    ['LISTAGG', [x(VARCHAR)], words, distinct, 'ab'],
    ['STRING_AGG', [x(TIMESTAMP), comma], '(make_timestamp_ms(5), 0), (make_timestamp_ms(6), 0)', {}, '5,6'],
    ['STRING_AGG', [x(BOOLEAN), comma], '(TRUE, 0), (FALSE, 0)', {}, '1,0'],
    ['STRING_AGG', [x(VARCHAR), comma], '(NULL::VARCHAR, 0)', {}, null],
    ['ARRAY_CONCAT_AGG', [x(arrayOf(BIGINT))], '([1, NULL], 0), (NULL, 0), ([1], 0)', {}, [1, null, 1]],
    ['ARRAY_CONCAT_AGG', [x(arrayOf(BIGINT))], '([2, NULL], 0), ([1, 2], 0)', distinct, [null, 1, 2]],
  ])('%s', async (name, args, values, context, expected) => {
    expect(await over(values, name, args, context)).toEqual(expected);
  });

  const multi = `(chr(29) || '["b","a"]', 0), ('b', 0), (NULL, 0)`;
  it.each<[string, readonly Argument[], Partial<EmitContext>, unknown]>([
    ['COUNT', [], distinct, '2'],
    ['APPROX_COUNT_DISTINCT', [], {}, '2'],
    ['COUNT', [], {}, '2'],
    ['ARRAY_AGG', [], {}, ['b', 'a', 'b', null]],
    ['ARRAY_AGG', [], distinct, [null, 'a', 'b']],
    ['STRING_AGG', [comma], {}, 'b,a,b'],
    ['STRING_AGG', [comma], distinct, 'a,b'],
  ])('%s takes each value of a multi-value string', async (name, more, context, expected) => {
    expect(await over(multi, name, [x(MULTI_VALUE_VARCHAR), ...more], context)).toEqual(expected);
  });
});

describe('quantiles', () => {
  const part = constant(0.5, DOUBLE);
  const limits = [constant(10n, INTEGER), constant(0, DOUBLE), constant(10, DOUBLE)];
  const values = '(1::DOUBLE, 0), (2, 0), (3, 0), (100, 0), (200, 0)';

  it.each<[string, string, readonly Argument[], unknown]>([
    ['APPROX_QUANTILE', values, [], 3],
    ['APPROX_QUANTILE_DS', values, [], 3],
    ['APPROX_QUANTILE_DS', '(NULL::DOUBLE, 0)', [], 'NaN'],
    ['APPROX_QUANTILE_FIXED_BUCKETS', values, limits, 2],
    ['APPROX_QUANTILE_FIXED_BUCKETS', values, [...limits, constant('clip', VARCHAR)], 3],
    ['APPROX_QUANTILE_FIXED_BUCKETS', '(NULL::DOUBLE, 0)', limits, 0],
  ])('%s', async (name, rows, more, expected) => {
    expect(await over(rows, name, [x(DOUBLE), part, ...more])).toEqual(expected);
  });
});

describe('refusals', () => {
  it.each<[string, SqlType, string | undefined]>([
    ['MIN', VARCHAR, 'Aggregation [MIN] does not support type [STRING]'],
    ['MAX', arrayOf(BIGINT), 'Aggregation [MAX] does not support type [ARRAY<LONG>]'],
    ['MAX', TIMESTAMP, undefined],
    [
      'APPROX_COUNT_DISTINCT',
      arrayOf(BIGINT),
      `Cannot apply 'APPROX_COUNT_DISTINCT' to arguments of type 'APPROX_COUNT_DISTINCT(<BIGINT ARRAY>)'. Supported form(s): 'APPROX_COUNT_DISTINCT(<STRING>)'\n'APPROX_COUNT_DISTINCT(<NUMERIC>)'`,
    ],
  ])('%s of %o', (name, type, expected) => {
    const declaration = aggregateFunctions.find((each) => each.name === name);
    expect(declaration?.check?.([x(type).expression])).toBe(expected);
  });

  it.each(['DS_HLL', 'DS_THETA', 'BLOOM_FILTER', 'TDIGEST_QUANTILE'])('%s has no emitter', (name) => {
    expect(aggregateFunctions.find((each) => each.name === name)?.emit).toEqual({});
  });
});
