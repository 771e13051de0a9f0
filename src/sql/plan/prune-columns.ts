import type { Expression } from './expression.js';
import type { Plan } from './plan.js';
import { planInputs, rewriteNodeExpressions, rewriteExpression, visitNodeExpressions, withInputs } from './walk.js';

function nodeIds(plan: Plan, into: Set<number>): void {
  visitNodeExpressions(plan, (each) => {
    if (each.kind === 'column') into.add(each.id);
    if ('plan' in each) for (const field of each.plan.fields) into.add(field.id);
  });
}

/**
 * Removes the columns that nobody above reads, down to the scans, so that an engine reads only what it needs.
 * @param used ids of the fields that the statement puts out
 */
export function pruneColumns(plan: Plan, used: ReadonlySet<number>): Plan {
  const needed = new Set(used);
  return pruneNode(plan, needed);
}

/** `needed` holds what any node above may read, ids being unique in the statement. */
function pruneNode(plan: Plan, needed: Set<number>): Plan {
  const kept = pruneOwn(plan, needed);
  nodeIds(kept, needed);
  const inputs = planInputs(kept);
  if (kept.kind === 'setOperation') {
    // Fields of set operations correspond by place, and all of them count.
    return withInputs(
      kept,
      inputs.map((input) => pruneNode(input, new Set([...needed, ...input.fields.map((field) => field.id)]))),
    );
  }
  const pruned = withInputs(
    kept,
    [...inputs]
      .reverse()
      .map((input) => pruneNode(input, needed))
      .reverse(),
  );
  return withSubqueries(withFieldsOfInputs(pruned));
}

function pruneOwn(plan: Plan, needed: ReadonlySet<number>): Plan {
  switch (plan.kind) {
    case 'scan':
    case 'external':
      return { ...plan, fields: plan.fields.filter((field) => needed.has(field.id)) };
    case 'project': {
      const columns = plan.columns.filter((column) => needed.has(column.field.id));
      return { ...plan, columns, fields: columns.map((column) => column.field) };
    }
    case 'aggregate': {
      const aggregates = plan.aggregates.filter((call) => needed.has(call.field.id));
      return {
        ...plan,
        aggregates,
        fields: [...plan.keys.map((key) => key.field), ...aggregates.map((call) => call.field)],
      };
    }
    case 'window':
      return { ...plan, calls: plan.calls.filter((call) => needed.has(call.field.id)) };
    default:
      return plan;
  }
}

/** The fields of nodes that pass their inputs' fields on. */
function withFieldsOfInputs(plan: Plan): Plan {
  switch (plan.kind) {
    case 'filter':
    case 'sort':
    case 'limit':
      return { ...plan, fields: plan.input.fields };
    case 'window':
      return { ...plan, fields: [...plan.input.fields, ...plan.calls.map((call) => call.field)] };
    case 'unnest':
      return { ...plan, fields: [...plan.input.fields, plan.element, ...(plan.ordinality ? [plan.ordinality] : [])] };
    case 'join':
      return { ...plan, fields: [...plan.left.fields, ...plan.right.fields] };
    default:
      return plan;
  }
}

/** Prunes the plans inside of a node's expressions by themselves; all of their own fields count. */
function withSubqueries(plan: Plan): Plan {
  return rewriteNodeExpressions(plan, pruneSubquery);
}

function pruneSubquery(expression: Expression): Expression | undefined {
  if (!('plan' in expression)) return undefined;
  const plan = pruneColumns(expression.plan, new Set(expression.plan.fields.map((field) => field.id)));
  switch (expression.kind) {
    case 'inSubquery':
      return {
        ...expression,
        plan,
        needles: expression.needles.map((needle) => rewriteExpression(needle, pruneSubquery)),
      };
    case 'quantified':
      return { ...expression, plan, needle: rewriteExpression(expression.needle, pruneSubquery) };
    default:
      return { ...expression, plan };
  }
}
