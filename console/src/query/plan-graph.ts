import { conditionTexts, expressionText } from './plan-text.js';
import type { Explained } from './runs.js';

/** A box of the drawn plan. */
export interface PlanStep {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly isSource: boolean;
}

export interface PlanGraph {
  readonly steps: readonly PlanStep[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** A node of the plan's JSON; its members depend on its kind. */
interface PlanNode {
  readonly kind: string;
  readonly fields?: readonly { readonly name: string }[];
  readonly [member: string]: unknown;
}

const isNode = (value: unknown): value is PlanNode =>
  typeof value === 'object' && value !== null && typeof (value as { kind?: unknown }).kind === 'string';

const names = (values: unknown): string =>
  (Array.isArray(values) ? (values as { field?: { name?: string }; name?: string }[]) : [])
    .map((each) => each.field?.name ?? each.name ?? '')
    .filter((name) => name !== '')
    .join(', ');

/** Expressions of a list of keys. */
const keyTexts = (keys: unknown): readonly string[] =>
  (Array.isArray(keys) ? (keys as { expression?: unknown; descending?: boolean }[]) : []).map(
    ({ expression, descending }) => `${expressionText(expression)}${descending === true ? ' DESC' : ''}`,
  );

/** What is grouped or sorted by. */
const byText = (keys: unknown): readonly string[] => {
  const texts = keyTexts(keys);
  return texts.length === 0 ? [] : [`by ${texts.join(', ')}`];
};

/** A time range that a scan is pruned to. */
function rangeText(intervals: unknown): readonly string[] {
  if (!Array.isArray(intervals)) return ['all of time'];
  // An end that is open is null: JSON has no infinity.
  const day = (time: number | null): string => (time === null ? '' : new Date(time).toISOString().slice(0, 10));
  return (intervals as { start: number | null; end: number | null }[]).slice(0, 2).map(({ start, end }) => {
    if (start === null) return `until ${day(end)}`;
    return end === null ? `from ${day(start)}` : `${day(start)} to ${day(end)}`;
  });
}

function describe(node: PlanNode): Omit<PlanStep, 'id'> {
  const columns = names(node.fields);
  const plain = (title: string, lines: readonly string[] = []): Omit<PlanStep, 'id'> => ({
    title,
    lines,
    isSource: false,
  });
  switch (node.kind) {
    case 'scan':
      return { title: String(node['table']), lines: [...rangeText(node['intervals']), columns], isSource: true };
    case 'external': {
      const type = (value: unknown): string => String((value as { type?: unknown } | undefined)?.type ?? '');
      return {
        title: `${type(node['inputSource'])} ${type(node['inputFormat'])}`,
        lines: ['external data', columns],
        isSource: true,
      };
    }
    case 'values':
      return { title: 'Values', lines: [columns], isSource: true };
    case 'filter':
      return plain('Filter', conditionTexts(node['condition']).slice(0, 4));
    case 'project':
      return plain('Compute', [columns]);
    case 'aggregate':
      return plain('Group', [...byText(node['keys']), names(node['aggregates'])]);
    case 'window':
      return plain('Window', [names(node['calls'])]);
    case 'join':
      return plain(`Join (${String(node['type'])})`);
    case 'unnest':
      return plain('Unnest');
    case 'sort':
      return plain('Sort', byText(node['keys']));
    case 'limit':
      return plain('Limit', [
        ...(typeof node['limit'] === 'number' ? [`${node['limit'].toLocaleString('en-US')} rows`] : []),
        ...(Number(node['offset']) > 0 ? [`after ${String(node['offset'])}`] : []),
      ]);
    case 'setOperation':
      return plain(String(node['operator']).toUpperCase(), [node['all'] === true ? 'all' : 'distinct']);
    default:
      return plain(node.kind);
  }
}

/** Inputs of a node: whatever member of it is a node, or a list of nodes. */
const inputsOf = (node: PlanNode): readonly PlanNode[] =>
  ['input', 'left', 'right', 'inputs'].flatMap((member) => {
    const value = node[member];
    return Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];
  });

function queryOf({ plan }: Explained): PlanNode | undefined {
  const query: unknown = Array.isArray(plan) ? (plan[0] as { query?: unknown } | undefined)?.query : undefined;
  return isNode(query) ? query : undefined;
}

/** Names and orders columns, and computes nothing. */
const isRenaming = ({ kind, columns }: PlanNode): boolean =>
  kind === 'project' &&
  Array.isArray(columns) &&
  (columns as { expression?: { kind?: string } }[]).every(({ expression }) => expression?.kind === 'column');

/** What is computed between the sources and the result, step by step in the order in which rows pass. */
export function planOperations(explained: Explained): readonly string[] {
  const visit = (node: PlanNode): readonly string[] => {
    const { title, lines, isSource } = describe(node);
    const own = isSource || isRenaming(node) ? [] : [[title, lines.join(' · ')].join(' ').trim()];
    return [...inputsOf(node).flatMap(visit), ...own];
  };
  const query = queryOf(explained);
  return query ? visit(query) : [];
}

/** Where the rows go. */
export function targetStep({ attributes }: Explained): PlanStep {
  const target = attributes['targetDataSource'];
  const granularity = attributes['partitionedBy'];
  const clusteredBy = attributes['clusteredBy'];
  if (typeof target !== 'string') return { id: 'end', title: 'Result', lines: [], isSource: true };
  return {
    id: 'end',
    title: target,
    lines: [
      String(attributes['statementType']).toLowerCase(),
      ...(granularity === undefined
        ? []
        : [`partitioned by ${typeof granularity === 'string' ? granularity : JSON.stringify(granularity)}`]),
      ...(Array.isArray(clusteredBy) ? [`clustered by ${clusteredBy.join(', ')}`] : []),
    ],
    isSource: true,
  };
}

/** The plan of an EXPLAIN as boxes and arrows, from what is read to what comes out; undefined for another kind of plan. */
export function planGraph(explained: Explained): PlanGraph | undefined {
  const query = queryOf(explained);
  if (!query) return undefined;
  const steps: PlanStep[] = [];
  const edges: { from: string; to: string }[] = [];
  const visit = (node: PlanNode): string => {
    const id = `step-${steps.length}`;
    steps.push({ id, ...describe(node) });
    for (const input of inputsOf(node)) edges.push({ from: visit(input), to: id });
    return id;
  };
  const last = visit(query);
  const target = targetStep(explained);
  steps.push(target);
  edges.push({ from: last, to: target.id });
  return { steps, edges };
}
