import { expect, it } from 'vitest';
import { type Argument, constant, sqlArgument, useEvaluation } from '../../../test/support/emitters.js';
import { BIGINT, INTEGER, VARCHAR } from '../types.js';
import { windowFunctions } from './window.js';

const evaluation = useEvaluation(windowFunctions, []);

const y = sqlArgument('y', VARCHAR);
const two = constant(2n, INTEGER);

it.each<[string, readonly Argument[], readonly unknown[]]>([
  ['ROW_NUMBER', [], ['1', '2', '3', '4']],
  ['RANK', [], ['1', '2', '2', '4']],
  ['DENSE_RANK', [], ['1', '2', '2', '3']],
  ['PERCENT_RANK', [], [0, 1 / 3, 1 / 3, 1]],
  ['CUME_DIST', [], [0.25, 0.75, 0.75, 1]],
  ['NTILE', [two], ['1', '1', '2', '2']],
  ['LAG', [y], [null, 'a', 'b', 'b']],
  ['LAG', [y, two], [null, null, 'a', 'b']],
  ['LEAD', [y], ['b', 'b', null, null]],
  ['FIRST_VALUE', [y], ['a', 'a', 'a', 'a']],
  ['LAST_VALUE', [y], ['a', 'b', 'b', null]],
])('%s', async (name, args, expected) => {
  const sql = evaluation.sql(name, args, { suffix: ' OVER (ORDER BY x)' });
  const rows = `(VALUES (1, 'a', 1), (2, 'b', 2), (2, 'b', 3), (3, NULL, 4)) AS t(x, y, n)`;
  expect(await evaluation.rows(`SELECT v FROM (SELECT ${sql} AS v, n FROM ${rows}) ORDER BY n`)).toEqual(expected);
});

it('keeps the type of the value', () => {
  const result = windowFunctions.find(({ name }) => name === 'LAG')?.result;
  expect(typeof result === 'function' && result([sqlArgument('x', BIGINT).expression])).toEqual(BIGINT);
});
