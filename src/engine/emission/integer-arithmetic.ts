/**
 * Whole numbers of 64 bits wrap in Druid, as Java's do. An engine that ends a statement on overflow computes an arithmetic
 * expression as it is first, which is quick, and only where that fails once more with wider numbers.
 */
import type { CallExpression, Expression } from '../../sql/plan/index.js';
import { isInteger } from '../../sql/types.js';
import { operand } from './names.js';
import type { EngineSyntax, OverflowSyntax } from './syntax.js';

const signs: ReadonlySet<string> = new Set(['+', '-', '*']);

const isArithmetic = (expression: Expression): expression is CallExpression =>
  expression.kind === 'call' &&
  signs.has(expression.function) &&
  isInteger(expression.type) &&
  expression.args.every((arg) => isInteger(arg.type));

/** The SQL of integer arithmetic; undefined for all other expressions, and where the engine's own numbers wrap. */
export function integerArithmeticSql(
  expression: Expression,
  { overflow }: EngineSyntax,
  emit: (expression: Expression) => string,
): string | undefined {
  if (!overflow || !isArithmetic(expression)) return undefined;
  const operands = new Map<Expression, string>();
  const plain = (part: Expression): string => {
    if (isArithmetic(part)) return `(${infix(part.function, part.args.map(plain))})`;
    const sql = operand(emit(part));
    operands.set(part, sql);
    return sql;
  };
  const wide = (part: Expression): string =>
    isArithmetic(part) ? wrapped(part, part.args.map(wide), overflow) : (operands.get(part) ?? '');
  return overflow.attempt(plain(expression), wide(expression));
}

const infix = (sign: string, operands: readonly string[]): string =>
  operands.length === 1 ? `${sign} ${operands.join('')}` : operands.join(` ${sign} `);

function wrapped(call: CallExpression, operands: readonly string[], overflow: OverflowSyntax): string {
  const [first = '', ...rest] = operands;
  return overflow.wrap(infix(call.function, [overflow.wide(first), ...rest]));
}
