/** The window functions of the catalogue; aggregates over windows are in aggregate.ts. */
import type { Expression } from '../plan/expression.js';
import { BIGINT, DOUBLE, INTEGER, NULL_TYPE, type SqlType, VARCHAR, withNullability } from '../types.js';
import type { Emitter, FunctionDeclaration, Operand, ResultType } from './declaration.js';

const fromFirst = ([first]: readonly Expression[]): SqlType => {
  const type = first?.type ?? NULL_TYPE;
  return withNullability(type.name === 'CHAR' ? VARCHAR : type, true);
};

const plain =
  (call: string): Emitter =>
  (args, { suffix }) =>
    `${call}(${args.join(', ')})${suffix}`;

const neighbour =
  (call: string): Emitter =>
  (args, { suffix }) =>
    `${call}(${args.slice(0, 2).join(', ')})${suffix}`;

function windowFunction(
  name: string,
  operands: readonly Operand[],
  result: ResultType,
  summary: string,
  duckdb: Emitter,
  example: { readonly sql: string; readonly result: string },
): FunctionDeclaration {
  return {
    name,
    kind: 'window',
    family: 'window',
    signatures: [{ operands }],
    result,
    nulls: 'own',
    overWindow: true,
    summary,
    example,
    emit: { duckdb },
  };
}

const expr: Operand = { name: 'expr', family: 'any' };
const offset: Operand = { name: 'offset', family: 'integer', optional: true, literal: true };
/** Druid takes it and does nothing with it (Windowing: WindowOffsetProcessor has no default). */
const unusedDefault: Operand = { name: 'default', family: 'any', optional: true };
const counted = withNullability(BIGINT, false);
const fraction = withNullability(DOUBLE, false);
const one = (call: string): string => `SELECT ${call} OVER (ORDER BY x) FROM (VALUES (1)) AS t(x)`;

/** Every window function. */
export const windowFunctions: readonly FunctionDeclaration[] = [
  windowFunction('ROW_NUMBER', [], counted, 'The number of the row in its window, from 1.', plain('row_number'), {
    sql: one('ROW_NUMBER()'),
    result: '1',
  }),
  windowFunction('RANK', [], counted, 'The rank of the row, with gaps after equal rows.', plain('rank'), {
    sql: one('RANK()'),
    result: '1',
  }),
  windowFunction(
    'DENSE_RANK',
    [],
    counted,
    'The rank of the row, without gaps after equal rows.',
    plain('dense_rank'),
    { sql: one('DENSE_RANK()'), result: '1' },
  ),
  windowFunction(
    'PERCENT_RANK',
    [],
    fraction,
    'The rank of the row as a part of 1: (rank - 1) / (rows - 1).',
    plain('percent_rank'),
    { sql: one('PERCENT_RANK()'), result: '0.0' },
  ),
  windowFunction(
    'CUME_DIST',
    [],
    fraction,
    'The part of the window that comes before the row or is equal to it.',
    plain('cume_dist'),
    { sql: one('CUME_DIST()'), result: '1.0' },
  ),
  windowFunction(
    'NTILE',
    [{ name: 'tiles', family: 'integer', literal: true }],
    withNullability(INTEGER, false),
    'The number, from 1, of the row’s bucket when the window is cut into that many equal ones.',
    plain('ntile'),
    { sql: one('NTILE(2)'), result: '1' },
  ),
  windowFunction(
    'LAG',
    [expr, offset, unusedDefault],
    fromFirst,
    'The value in the row that stands offset rows before, 1 when not given; NULL when there is none, also when a default is given, as in Druid.',
    neighbour('lag'),
    { sql: one('LAG(x)'), result: 'NULL' },
  ),
  windowFunction(
    'LEAD',
    [expr, offset, unusedDefault],
    fromFirst,
    'The value in the row that stands offset rows after, 1 when not given; NULL when there is none, also when a default is given, as in Druid.',
    neighbour('lead'),
    { sql: one('LEAD(x)'), result: 'NULL' },
  ),
  windowFunction('FIRST_VALUE', [expr], fromFirst, 'The value in the first row of the frame.', plain('first_value'), {
    sql: one('FIRST_VALUE(x)'),
    result: '1',
  }),
  windowFunction('LAST_VALUE', [expr], fromFirst, 'The value in the last row of the frame.', plain('last_value'), {
    sql: one('LAST_VALUE(x)'),
    result: '1',
  }),
];
