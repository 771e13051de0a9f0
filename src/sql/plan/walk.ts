/** Walks over plans and expressions that every rewrite shares. */
import type { Expression, SortKey, WindowCall, AggregateCall, Frame, FrameBoundary } from './expression.js';
import type { Computed, Plan } from './plan.js';

/** Gives a replacement, or undefined to go on inside. */
export type ExpressionRewrite = (expression: Expression) => Expression | undefined;

/** Rebuilds an expression with replacements; subqueries are entered too, as they may refer to columns outside. */
export function rewriteExpression(expression: Expression, rewrite: ExpressionRewrite): Expression {
  const replaced = rewrite(expression);
  if (replaced) return replaced;
  const inner = (each: Expression): Expression => rewriteExpression(each, rewrite);
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return expression;
    case 'call':
      return { ...expression, args: expression.args.map(inner) };
    case 'cast':
      return { ...expression, input: inner(expression.input) };
    case 'case':
      return {
        ...expression,
        whens: expression.whens.map(({ when, then }) => ({ when: inner(when), then: inner(then) })),
        otherwise: inner(expression.otherwise),
      };
    case 'inList':
      return { ...expression, needle: inner(expression.needle), items: expression.items.map(inner) };
    case 'inSubquery':
      return {
        ...expression,
        needles: expression.needles.map(inner),
        plan: rewritePlanExpressions(expression.plan, rewrite),
      };
    case 'exists':
    case 'scalarSubquery':
      return { ...expression, plan: rewritePlanExpressions(expression.plan, rewrite) };
    case 'quantified':
      return {
        ...expression,
        needle: inner(expression.needle),
        plan: rewritePlanExpressions(expression.plan, rewrite),
      };
    default:
      return expression satisfies never;
  }
}

const rewriteKeys = (keys: readonly SortKey[], rewrite: ExpressionRewrite): readonly SortKey[] =>
  keys.map((key) => ({ ...key, expression: rewriteExpression(key.expression, rewrite) }));

/** Rebuilds an aggregate call with replacements in its arguments, filter and order. */
export function rewriteAggregate(call: AggregateCall, rewrite: ExpressionRewrite): AggregateCall {
  return {
    ...call,
    args: call.args.map((arg) => rewriteExpression(arg, rewrite)),
    ...(call.filter && { filter: rewriteExpression(call.filter, rewrite) }),
    ...(call.orderBy && { orderBy: rewriteKeys(call.orderBy, rewrite) }),
  };
}

function rewriteBoundary(boundary: FrameBoundary, rewrite: ExpressionRewrite): FrameBoundary {
  if (boundary.kind !== 'preceding' && boundary.kind !== 'following') return boundary;
  return { ...boundary, offset: rewriteExpression(boundary.offset, rewrite) };
}

/** As rewriteAggregate, with the window's parts. */
export function rewriteWindow(call: WindowCall, rewrite: ExpressionRewrite): WindowCall {
  const frame: Frame | undefined = call.frame && {
    ...call.frame,
    start: rewriteBoundary(call.frame.start, rewrite),
    end: rewriteBoundary(call.frame.end, rewrite),
  };
  return {
    ...call,
    ...rewriteAggregate(call, rewrite),
    partitionBy: call.partitionBy.map((each) => rewriteExpression(each, rewrite)),
    windowOrderBy: rewriteKeys(call.windowOrderBy, rewrite),
    ...(frame && { frame }),
  };
}

const rewriteComputed = <E>(columns: readonly Computed<E>[], step: (expression: E) => E): readonly Computed<E>[] =>
  columns.map((column) => ({ ...column, expression: step(column.expression) }));

/** The inputs of a node, left to right; plans inside of expressions are not among them. */
export function planInputs(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'scan':
    case 'external':
    case 'values':
      return [];
    case 'join':
      return [plan.left, plan.right];
    case 'setOperation':
      return plan.inputs;
    default:
      return [plan.input];
  }
}

/** The node over other inputs. */
export function withInputs(plan: Plan, inputs: readonly Plan[]): Plan {
  const [first, second] = inputs;
  switch (plan.kind) {
    case 'scan':
    case 'external':
    case 'values':
      return plan;
    case 'setOperation':
      return { ...plan, inputs };
    case 'join':
      return first && second ? { ...plan, left: first, right: second } : plan;
    default:
      return first ? { ...plan, input: first } : plan;
  }
}

/** Rebuilds a node's own expressions; its inputs stay. */
export function rewriteNodeExpressions(plan: Plan, rewrite: ExpressionRewrite): Plan {
  const inner = (each: Expression): Expression => rewriteExpression(each, rewrite);
  switch (plan.kind) {
    case 'scan':
    case 'external':
    case 'limit':
    case 'setOperation':
      return plan;
    case 'values':
      return { ...plan, rows: plan.rows.map((row) => row.map(inner)) };
    case 'filter':
      return { ...plan, condition: inner(plan.condition) };
    case 'project':
      return { ...plan, columns: rewriteComputed(plan.columns, inner) };
    case 'aggregate':
      return {
        ...plan,
        keys: rewriteComputed(plan.keys, inner),
        aggregates: rewriteComputed(plan.aggregates, (call) => rewriteAggregate(call, rewrite)),
      };
    case 'window':
      return { ...plan, calls: rewriteComputed(plan.calls, (call) => rewriteWindow(call, rewrite)) };
    case 'join':
      return plan.condition ? { ...plan, condition: inner(plan.condition) } : plan;
    case 'unnest':
      return { ...plan, expression: inner(plan.expression) };
    case 'sort':
      return { ...plan, keys: rewriteKeys(plan.keys, rewrite) };
    default:
      return plan satisfies never;
  }
}

/** Rebuilds every expression of a plan. */
export function rewritePlanExpressions(plan: Plan, rewrite: ExpressionRewrite): Plan {
  const inputs = planInputs(plan).map((input) => rewritePlanExpressions(input, rewrite));
  return rewriteNodeExpressions(withInputs(plan, inputs), rewrite);
}

/** Calls `visit` for the expression and everything in it, plans of subqueries included. */
export function visitExpression(expression: Expression, visit: (expression: Expression) => void): void {
  rewriteExpression(expression, (each) => {
    visit(each);
    return undefined;
  });
}

/** Calls `visit` for every expression of the node itself. */
export function visitNodeExpressions(plan: Plan, visit: (expression: Expression) => void): void {
  rewriteNodeExpressions(plan, (each) => {
    visit(each);
    return undefined;
  });
}

/** Calls `visit` for the plan and every plan in it, those of subqueries included. */
export function visitPlans(plan: Plan, visit: (plan: Plan) => void): void {
  visit(plan);
  for (const input of planInputs(plan)) visitPlans(input, visit);
  visitNodeExpressions(plan, (expression) => {
    // Plans inside of a subquery's plan are reached by the visit of its own expressions.
    if ('plan' in expression) visitPlanTree(expression.plan, visit);
  });
}

function visitPlanTree(plan: Plan, visit: (plan: Plan) => void): void {
  visit(plan);
  for (const input of planInputs(plan)) visitPlanTree(input, visit);
}

/** An id that no field of the plan has. */
export function nextFieldId(plan: Plan): number {
  let greatest = 0;
  visitPlans(plan, (node) => {
    for (const { id } of node.fields) greatest = Math.max(greatest, id);
  });
  return greatest + 1;
}

const keys = new WeakMap<Expression, string>();

/** A text that two expressions share exactly when they mean the same. */
export function expressionKey(expression: Expression): string {
  const known = keys.get(expression);
  if (known !== undefined) return known;
  const key = structuralKey(expression);
  keys.set(expression, key);
  return key;
}

/** The same for any plain data that holds expressions. Places never count. */
export function structuralKey(data: unknown): string {
  return JSON.stringify(data, (name, value: unknown) => {
    if (name === 'span') return undefined;
    return typeof value === 'bigint' ? `${value}n` : value;
  });
}
