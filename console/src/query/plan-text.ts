/** An expression of a plan's JSON; its members depend on its kind. */
interface PlanExpression {
  readonly kind?: string;
  readonly name?: string;
  readonly function?: string;
  readonly args?: readonly PlanExpression[];
  readonly value?: unknown;
  readonly operand?: PlanExpression;
  readonly type?: { readonly name?: string };
}

const infix = new Set(['AND', 'OR', '=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '||', 'LIKE']);

function literalText({ value, type }: PlanExpression): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' && (type?.name === 'TIMESTAMP' || type?.name === 'DATE')) {
    return `'${new Date(value)
      .toISOString()
      .replace('T', ' ')
      .replace(/( 00:00:00)?\.000Z$/, '')}'`;
  }
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' ? '…' : String(value);
}

/** An expression as a reader of SQL knows it; what has no short form is an ellipsis. */
export function expressionText(expression: unknown): string {
  const known = (expression ?? {}) as PlanExpression;
  const { kind, name, function: called, args = [] } = known;
  if (kind === 'column') return name ?? '…';
  if (kind === 'literal') return literalText(known);
  if (called === undefined) return '…';
  const operands = args.map((argument) => {
    const text = expressionText(argument);
    const isNested = argument.function !== undefined && infix.has(argument.function) && infix.has(called);
    return isNested ? `(${text})` : text;
  });
  return infix.has(called) && operands.length > 1 ? operands.join(` ${called} `) : `${called}(${operands.join(', ')})`;
}

/** The conditions that all have to hold, one text each. */
export function conditionTexts(condition: unknown): readonly string[] {
  const { function: called, args = [] } = (condition ?? {}) as PlanExpression;
  return called === 'AND' ? args.flatMap(conditionTexts) : [expressionText(condition)];
}
