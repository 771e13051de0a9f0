/** What filters say of the rows that a scan below them needs, for the pruning of segments. */
import type { Expression } from './expression.js';
import type { Plan, ProjectNode, ScanNode } from './plan.js';
import type { TimeRange } from './statement.js';
import { textBoundsOf } from './text-ranges.js';
import { planInputs, rewriteExpression, rewriteNodeExpressions, withInputs } from './walk.js';

const EVER: TimeRange = { start: -Infinity, end: Infinity };

/** Milliseconds of a timestamp constant. */
function instantOf(expression: Expression | undefined): number | undefined {
  if (expression?.kind !== 'literal' || typeof expression.value !== 'number') return undefined;
  return expression.type.name === 'TIMESTAMP' || expression.type.name === 'DATE' ? expression.value : undefined;
}

const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };

function comparisonRange(operator: string, instant: number): TimeRange | undefined {
  switch (operator) {
    case '<':
      return { start: -Infinity, end: instant };
    case '<=':
      return { start: -Infinity, end: instant + 1 };
    case '>':
      return { start: instant + 1, end: Infinity };
    case '>=':
      return { start: instant, end: Infinity };
    case '=':
      return { start: instant, end: instant + 1 };
    default:
      return undefined;
  }
}

function intersect(a: readonly TimeRange[], b: readonly TimeRange[]): readonly TimeRange[] {
  return a
    .flatMap((left) =>
      b.map((right) => ({ start: Math.max(left.start, right.start), end: Math.min(left.end, right.end) })),
    )
    .filter((range) => range.start < range.end);
}

function unite(ranges: readonly TimeRange[]): readonly TimeRange[] {
  const merged: TimeRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged[merged.length - 1];
    if (last && range.start <= last.end)
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    else merged.push(range);
  }
  return merged;
}

/** Ranges outside of which the condition cannot be true; all of time where nothing is known. */
function rangesOf(condition: Expression, timeId: number): readonly TimeRange[] {
  if (condition.kind !== 'call') return [EVER];
  const [first, second, third] = condition.args;
  const isTime = (expression: Expression | undefined): boolean =>
    expression?.kind === 'column' && expression.id === timeId;
  switch (condition.function) {
    case 'AND':
      return condition.args.map((arg) => rangesOf(arg, timeId)).reduce(intersect, [EVER]);
    case 'OR':
      return unite(condition.args.flatMap((arg) => rangesOf(arg, timeId)));
    case 'BETWEEN': {
      const [low, high] = [instantOf(second), instantOf(third)];
      if (!isTime(first) || low === undefined || high === undefined) return [EVER];
      return low <= high ? [{ start: low, end: high + 1 }] : [];
    }
  }
  const flipped = isTime(second);
  const instant = isTime(first) ? instantOf(second) : flipped ? instantOf(first) : undefined;
  if (instant === undefined) return [EVER];
  const operator = flipped ? (mirrored[condition.function] ?? '') : condition.function;
  const range = comparisonRange(operator, instant);
  return [range ?? EVER];
}

const isEver = (ranges: readonly TimeRange[]): boolean =>
  ranges.length === 1 && ranges[0]?.start === -Infinity && ranges[0].end === Infinity;

/** Writes what filters imply of `__time` and of text columns into the scans below them. */
export function withScanBounds(plan: Plan): Plan {
  const inputs = planInputs(plan).map(withScanBounds);
  const node = rewriteNodeExpressions(withInputs(plan, inputs), (expression) => {
    if (expression.kind !== 'exists' && expression.kind !== 'scalarSubquery') return undefined;
    return { ...expression, plan: withScanBounds(expression.plan) };
  });
  if (node.kind !== 'filter') return node;
  return { ...node, input: narrowed(node.input, node.condition) };
}

function narrowedScan(scan: ScanNode, condition: Expression): ScanNode {
  const time = scan.fields.find((field) => field.name === '__time');
  const intervals = intersect(scan.intervals ?? [EVER], time ? rangesOf(condition, time.id) : [EVER]);
  const textBounds = [...(scan.textBounds ?? []), ...textBoundsOf(condition, scan.fields)];
  return {
    ...scan,
    ...(!isEver(intervals) && { intervals }),
    ...(textBounds.length > 0 && { textBounds }),
  };
}

/** The condition over a projection's input, where it speaks of columns that are only passed on. */
function belowProject(condition: Expression, { columns }: ProjectNode): Expression {
  const passed = new Map(columns.map(({ field, expression }) => [field.id, expression]));
  return rewriteExpression(condition, (expression) => {
    const below = expression.kind === 'column' ? passed.get(expression.id) : undefined;
    return below?.kind === 'column' ? below : undefined;
  });
}

/** Passes a condition down to scans: through filters, projections, and the sides of a join that it may cut. */
function narrowed(plan: Plan, condition: Expression): Plan {
  switch (plan.kind) {
    case 'scan':
      return narrowedScan(plan, condition);
    case 'filter':
      return { ...plan, input: narrowed(plan.input, condition) };
    case 'project':
      return { ...plan, input: narrowed(plan.input, belowProject(condition, plan)) };
    case 'join': {
      const left = plan.type === 'inner' || plan.type === 'cross' || plan.type === 'left';
      const right = plan.type === 'inner' || plan.type === 'cross' || plan.type === 'right';
      return {
        ...plan,
        left: left ? narrowed(plan.left, condition) : plan.left,
        right: right ? narrowed(plan.right, condition) : plan.right,
      };
    }
    default:
      return plan;
  }
}
