/** An expression of a plan's JSON; its members depend on its kind. */
interface PlanExpression {
  readonly kind?: string;
  readonly name?: string;
  readonly function?: string;
  readonly args?: readonly PlanExpression[];
  readonly value?: unknown;
  readonly operand?: PlanExpression;
}

const infix = new Set(['AND', 'OR', '=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '||', 'LIKE']);

function literalText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' ? '…' : String(value);
}

/** An expression as a reader of SQL knows it; what has no short form is an ellipsis. */
export function expressionText(expression: unknown): string {
  const { kind, name, function: called, args = [], value } = (expression ?? {}) as PlanExpression;
  if (kind === 'column') return name ?? '…';
  if (kind === 'literal') return literalText(value);
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
