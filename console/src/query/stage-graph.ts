import type { StageInput } from '../api/report.js';
import { inputName, processorName } from '../execution/summary.js';
import { plural } from '../shared/format.js';
import { planOperations, targetStep, type PlanGraph, type PlanStep } from './plan-graph.js';
import type { Explained } from './runs.js';

interface SortColumn {
  readonly columnName: string;
  readonly order: string;
}

/** A stage that would run: what a report has of one, without what is measured. */
interface ExplainedStage {
  readonly stageNumber: number;
  readonly definition: {
    readonly input?: readonly StageInput[];
    readonly processor: { readonly type: string };
    readonly shuffleSpec?: { readonly clusterBy?: { readonly columns?: readonly SortColumn[] } };
    readonly maxWorkerCount?: number;
  };
}

/** Lines of a box: more of them are counted. */
const mostLines = 9;

const few = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostLines
    ? lines
    : [...lines.slice(0, mostLines - 1), `and ${plural(lines.length - mostLines + 1, 'step')} more`];

const lastPart = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//, '');

/** Which files an external input names. */
function fileText({ inputSource }: StageInput): string {
  const source: Readonly<Record<string, unknown>> = { ...inputSource };
  const named = ['files', 'uris', 'prefixes', 'objects'].map((key) => source[key]).find(Array.isArray) as
    readonly unknown[] | undefined;
  const [first] = named ?? [];
  if (named && typeof first === 'string') {
    return named.length === 1 ? lastPart(first) : `${lastPart(first)} and ${named.length - 1} more`;
  }
  const { baseDir, filter } = source;
  return typeof baseDir === 'string' ? `${typeof filter === 'string' ? filter : 'all'} in ${lastPart(baseDir)}` : '';
}

function inputStep(id: string, input: StageInput): PlanStep {
  const title = input.type === 'inline' ? 'Values' : inputName(input);
  const kinds: Readonly<Record<string, string>> = { table: 'datasource', external: fileText(input) || 'external data' };
  return { id, title, lines: kinds[input.type] === undefined ? [] : [kinds[input.type] ?? ''], isSource: true };
}

const sortText = ({ definition: { shuffleSpec } }: ExplainedStage): string | undefined => {
  const columns = shuffleSpec?.clusterBy?.columns ?? [];
  if (columns.length === 0) return undefined;
  return `sorted by ${columns.map(({ columnName, order }) => (order === 'DESCENDING' ? `${columnName} DESC` : columnName)).join(', ')}`;
};

function stagesOf({ plan }: Explained): readonly ExplainedStage[] {
  const [first] = Array.isArray(plan) ? (plan as readonly { readonly stages?: readonly ExplainedStage[] }[]) : [];
  return first?.stages ?? [];
}

/** The stages that a statement would run in, with what goes in and comes out; undefined where the server names none. */
export function stageGraph(explained: Explained): PlanGraph | undefined {
  const stages = stagesOf(explained);
  const last = stages.at(-1);
  if (!last) return undefined;
  const steps: PlanStep[] = [];
  const edges: { from: string; to: string }[] = [];
  for (const stage of stages) {
    const { stageNumber, definition } = stage;
    const id = `stage-${stageNumber}`;
    const sorted = sortText(stage);
    (definition.input ?? []).forEach((input, index) => {
      const from = input.stage === undefined ? `${id}-input-${index}` : `stage-${input.stage}`;
      if (input.stage === undefined) steps.push(inputStep(from, input));
      edges.push({ from, to: id });
    });
    steps.push({
      id,
      title: `${stageNumber} · ${processorName(definition.processor.type)}`,
      // The query is one stage, whose number is 0: whatever the plan computes is done in it.
      lines: [
        ...(stageNumber === 0 ? few(planOperations(explained)) : []),
        ...(sorted === undefined ? [] : [sorted]),
        ...(definition.maxWorkerCount === undefined ? [] : [`up to ${plural(definition.maxWorkerCount, 'worker')}`]),
      ],
      isSource: false,
    });
  }
  const target = targetStep(explained);
  steps.push(target);
  edges.push({ from: `stage-${last.stageNumber}`, to: target.id });
  return { steps, edges };
}
