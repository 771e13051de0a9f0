/**
 * Whole numbers of 64 bits wrap in Druid, as Java's do. An engine that ends a statement on overflow computes an arithmetic
 * expression as it is first, which is quick, and only where that fails once more with wider numbers.
 */
import type { CallExpression, Expression } from '../../sql/plan/index.js';
import { isInteger } from '../../sql/types.js';
import type { Emission } from './emission.js';
import { operand } from './names.js';
import { childrenOf } from './sources.js';
import type { OverflowSyntax } from './syntax.js';

/** Characters of an operand beyond which it is not written twice, lest nested arithmetic grow without bound. */
const LONG = 100;

const signs: ReadonlySet<string> = new Set(['+', '-', '*']);

const isArithmetic = (expression: Expression): expression is CallExpression =>
  expression.kind === 'call' &&
  signs.has(expression.function) &&
  isInteger(expression.type) &&
  expression.args.every((arg) => isInteger(arg.type));

/** The SQL of integer arithmetic; undefined for all other expressions, and where the engine's own numbers wrap. */
export function integerArithmeticSql(
  expression: Expression,
  { syntax, fresh }: Pick<Emission, 'syntax' | 'fresh'>,
  emit: (expression: Expression) => string,
): string | undefined {
  const { overflow } = syntax;
  if (!overflow || !isArithmetic(expression)) return undefined;
  const operands = new Map<Expression, string>();
  const values = new Map<string, string>();
  const isBound = !holdsQuery(expression);
  const read = (part: Expression): void => {
    if (isArithmetic(part)) {
      part.args.forEach(read);
      return;
    }
    const sql = operand(emit(part));
    const name = isBound && sql.length > LONG ? (values.get(sql) ?? fresh('long')) : undefined;
    if (name !== undefined) values.set(sql, name);
    operands.set(part, name ?? sql);
  };
  read(expression);
  const plain = (part: Expression): string =>
    isArithmetic(part) ? `(${infix(part.function, part.args.map(plain))})` : (operands.get(part) ?? '');
  const wide = (part: Expression): string =>
    isArithmetic(part) ? wrapped(part, part.args.map(wide), overflow) : (operands.get(part) ?? '');
  return [...values].reduceRight(
    (body, [sql, name]) => syntax.bind(name, sql, body),
    overflow.attempt(plain(expression), wide(expression)),
  );
}

/** A query cannot stand in what binds names. */
const holdsQuery = (expression: Expression): boolean => 'plan' in expression || childrenOf(expression).some(holdsQuery);

const infix = (sign: string, operands: readonly string[]): string =>
  operands.length === 1 ? `${sign} ${operands.join('')}` : operands.join(` ${sign} `);

function wrapped(call: CallExpression, operands: readonly string[], overflow: OverflowSyntax): string {
  const [first = '', ...rest] = operands;
  return overflow.wrap(infix(call.function, [overflow.wide(first), ...rest]));
}
