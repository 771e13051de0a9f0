/** Operators. The binder checks and casts their operands itself, so these declarations mostly say what is emitted. */
import { BOOLEAN, isDatetime, VARCHAR } from '../types.js';
import type { Emitter, FunctionDeclaration, FunctionFamily } from './declaration.js';
import { family, likeNumber, operands } from './declare.js';

const infix =
  (sign: string): Emitter =>
  (args) =>
    args.join(` ${sign} `);

/** An interval of milliseconds or months as the engine's interval. */
function intervalSql(sql: string, typeName: string | undefined): string | undefined {
  if (typeName === 'INTERVAL_DAY_TIME') return `to_milliseconds(${sql})`;
  return typeName === 'INTERVAL_YEAR_MONTH' ? `to_months(CAST(${sql} AS INTEGER))` : undefined;
}

const additive =
  (sign: '+' | '-'): Emitter =>
  (args, context) => {
    const [a = '', b = ''] = args;
    const [left, right] = context.args;
    if (args.length === 1) return `${sign}${a}`;
    if (left && isDatetime(left.type)) return `${a} ${sign} ${intervalSql(b, right?.type.name) ?? b}`;
    if (right && isDatetime(right.type)) return `${b} ${sign} ${intervalSql(a, left?.type.name) ?? a}`;
    return `${a} ${sign} ${b}`;
  };

function operator(
  of: FunctionFamily,
  name: string,
  summary: string,
  duckdb: Emitter,
  nulls: FunctionDeclaration['nulls'] = 'strict',
): FunctionDeclaration {
  const result = of === 'arithmetic' ? likeNumber(0) : of === 'string' ? VARCHAR : BOOLEAN;
  return family('operator', of)({ name, signature: operands('operand… any'), result, summary, duckdb, nulls });
}

const arithmetic = (name: string, summary: string, duckdb: Emitter): FunctionDeclaration =>
  operator('arithmetic', name, summary, duckdb);

const comparison = (
  name: string,
  summary: string,
  duckdb: Emitter = infix(name),
  nulls: FunctionDeclaration['nulls'] = 'strict',
): FunctionDeclaration => operator('comparison', name, summary, duckdb, nulls);

const test = (name: string, summary: string): FunctionDeclaration =>
  operator('comparison', name, summary, ([x = '']) => `${x} ${name}`, 'own');

const like: Emitter = ([x = '', pattern = '', escape]) =>
  escape === undefined ? `${x} LIKE ${pattern}` : `${x} LIKE ${pattern} ESCAPE ${escape}`;

export const operatorFunctions: readonly FunctionDeclaration[] = [
  arithmetic('+', 'Sum of two numbers; moves a timestamp by an interval.', additive('+')),
  arithmetic('-', 'Difference of two numbers; moves a timestamp back by an interval.', additive('-')),
  arithmetic('*', 'Product.', infix('*')),
  arithmetic('/', 'Quotient; that of two whole numbers is cut off towards zero.', (args, { type }) =>
    type.name === 'DOUBLE' || type.name === 'FLOAT' || type.name === 'DECIMAL' || type.name === 'REAL'
      ? args.join(' / ')
      : args.join(' // '),
  ),
  arithmetic('%', 'Remainder, with the sign of the dividend.', infix('%')),
  operator('string', '||', 'Joins texts.', infix('||')),
  comparison('=', 'Whether two values are equal.'),
  comparison('<>', 'Whether two values differ.'),
  comparison('<', 'Less than.'),
  comparison('<=', 'Less than or equal.'),
  comparison('>', 'Greater than.'),
  comparison('>=', 'Greater than or equal.'),
  comparison('IS DISTINCT FROM', 'Whether two values differ, NULL being a value.', infix('IS DISTINCT FROM'), 'own'),
  comparison(
    'IS NOT DISTINCT FROM',
    'Whether two values are equal, NULL being a value.',
    infix('IS NOT DISTINCT FROM'),
    'own',
  ),
  comparison(
    'BETWEEN',
    'Whether a value lies within bounds, these included.',
    ([x = '', low = '', high = '']) => `${x} BETWEEN ${low} AND ${high}`,
  ),
  comparison('LIKE', 'Whether a text matches a pattern with % and _.', like),
  operator('logic', 'AND', 'True when all operands are.', infix('AND'), 'own'),
  operator('logic', 'OR', 'True when any operand is.', infix('OR'), 'own'),
  operator('logic', 'NOT', 'Negation.', ([x = '']) => `NOT ${x}`),
  test('IS NULL', 'Whether a value is NULL.'),
  test('IS NOT NULL', 'Whether a value is not NULL.'),
  test('IS TRUE', 'True only for TRUE.'),
  test('IS NOT TRUE', 'True for FALSE and NULL.'),
  test('IS FALSE', 'True only for FALSE.'),
  test('IS NOT FALSE', 'True for TRUE and NULL.'),
];
