/**
 * Text beside numbers in filters. A text column that a filter compares with a numeric constant is compared by Druid's
 * native filters, not by an expression: what is no number is then unequal to and less than every number, where a cast
 * would make it NULL (EqualityFilter and RangeFilter with the numeric StringComparator).
 */
import { BOOLEAN, isNumeric, isString } from '../types.js';
import type { AggregateCall, CallExpression, CastExpression, Expression } from './expression.js';
import type { Plan } from './plan.js';
import { planInputs, rewriteExpression, rewriteNodeExpressions, withInputs } from './walk.js';

/** Whether what is no number passes; comparisons that are missing here are no filters of Druid. */
const passes: Readonly<Record<string, boolean>> = {
  '=': false,
  '<>': true,
  '<': true,
  '<=': true,
  '>': false,
  '>=': false,
  BETWEEN: false,
};

const flipped: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** Tests of a truth value; under them it matters whether a condition is false or unknown. */
const tests: ReadonlySet<string> = new Set([
  'NOT',
  'IS TRUE',
  'IS NOT TRUE',
  'IS FALSE',
  'IS NOT FALSE',
  'IS NULL',
  'IS NOT NULL',
]);

/** Whether a plan's field is a column to Druid's filters, rather than an expression that it computes for them. */
function isColumn(plan: Plan, id: number): boolean {
  switch (plan.kind) {
    case 'project': {
      const expression = plan.columns.find(({ field }) => field.id === id)?.expression;
      return expression?.kind === 'column' && isColumn(plan.input, expression.id);
    }
    case 'filter':
    case 'sort':
      return isColumn(plan.input, id);
    case 'join':
    case 'unnest':
      return planInputs(plan).every((input) => !input.fields.some((field) => field.id === id) || isColumn(input, id));
    default:
      return true;
  }
}

const isConstant = (expression: Expression): boolean => expression.kind === 'literal' && expression.value !== null;

/** The text column below the cast that makes a number of it. */
function comparedText(expression: Expression | undefined, input: Plan): CastExpression['input'] | undefined {
  if (expression?.kind !== 'cast' || !isNumeric(expression.type)) return undefined;
  const text = expression.input;
  const isText = text.kind === 'column' && isString(text.type);
  return isText && isColumn(input, text.id) ? text : undefined;
}

interface Comparison {
  readonly text: Expression;
  /** Whether what is no number passes. */
  readonly passes: boolean;
}

function comparisonOf(expression: Expression, input: Plan): Comparison | undefined {
  if (expression.kind === 'inList') {
    const text = comparedText(expression.needle, input);
    return text && expression.items.every(isConstant) ? { text, passes: expression.negated } : undefined;
  }
  if (expression.kind !== 'call') return undefined;
  const { args } = expression;
  const isFlipped = args.length === 2 && isConstant(args[0] as Expression);
  const [value, ...constants] = isFlipped ? args.toReversed() : args;
  const passing = passes[isFlipped ? (flipped[expression.function] ?? expression.function) : expression.function];
  if (passing === undefined || !constants.every(isConstant)) return undefined;
  const text = comparedText(value, input);
  return text && { text, passes: passing };
}

/** The comparison that is negated, for `<>` and NOT IN; of several values none may then be equal. */
function opposite(expression: Expression): Expression | undefined {
  if (expression.kind === 'inList') return expression.negated ? { ...expression, negated: false } : undefined;
  return expression.kind === 'call' && expression.function === '<>' ? { ...expression, function: '=' } : undefined;
}

/** The comparison as Druid's filter decides it: unknown for NULL alone. */
function decided(expression: Expression, { text, passes: passing }: Comparison): Expression {
  const type = { ...BOOLEAN, nullable: true };
  const equality = opposite(expression);
  if (equality) return { kind: 'call', function: 'NOT', args: [decided(equality, { text, passes: false })], type };
  const exists: Expression = {
    kind: 'call',
    function: 'IS NOT NULL',
    args: [text],
    type: { ...BOOLEAN, nullable: false },
  };
  return {
    kind: 'call',
    function: 'COALESCE',
    args: [
      expression,
      {
        kind: 'case',
        whens: [{ when: exists, then: { kind: 'literal', value: passing, type: BOOLEAN } }],
        otherwise: { kind: 'literal', value: null, type },
        type,
      },
    ],
    type,
  };
}

/** `tested` says that false and unknown differ, which they do not where only true rows are kept. */
function rewriteCondition(condition: Expression, input: Plan, tested: boolean): Expression {
  if (
    condition.kind === 'call' &&
    (condition.function === 'AND' || condition.function === 'OR' || tests.has(condition.function))
  ) {
    const below = tested || tests.has(condition.function);
    return withArgs(condition, (arg) => rewriteCondition(arg, input, below));
  }
  const comparison = comparisonOf(condition, input);
  return comparison && (tested || comparison.passes) ? decided(condition, comparison) : condition;
}

function withArgs(call: CallExpression, rewrite: (arg: Expression) => Expression): Expression {
  const args = call.args.map(rewrite);
  return args.every((arg, index) => arg === call.args[index]) ? call : { ...call, args };
}

function rewriteFilterOf(call: AggregateCall, input: Plan): AggregateCall {
  return call.filter ? { ...call, filter: rewriteCondition(call.filter, input, false) } : call;
}

/** The plan with its filters of text columns by numbers decided as Druid decides them. */
export function withTextFilters(plan: Plan): Plan {
  const node = rewriteNodeExpressions(withInputs(plan, planInputs(plan).map(withTextFilters)), enterSubqueries);
  if (node.kind === 'filter') return { ...node, condition: rewriteCondition(node.condition, node.input, false) };
  if (node.kind !== 'aggregate') return node;
  return {
    ...node,
    aggregates: node.aggregates.map((computed) => ({
      ...computed,
      expression: rewriteFilterOf(computed.expression, node.input),
    })),
  };
}

/** Plans of subqueries; what stands around them goes on as it is. */
function enterSubqueries(expression: Expression): Expression | undefined {
  if (!('plan' in expression)) return undefined;
  const plan = withTextFilters(expression.plan);
  switch (expression.kind) {
    case 'inSubquery':
      return {
        ...expression,
        plan,
        needles: expression.needles.map((each) => rewriteExpression(each, enterSubqueries)),
      };
    case 'quantified':
      return { ...expression, plan, needle: rewriteExpression(expression.needle, enterSubqueries) };
    default:
      return { ...expression, plan };
  }
}
