import type { ExternalNode, OutputColumn, Plan, ScanNode } from '../sql/plan/index.js';
import { nativeTypeName } from '../sql/types.js';

/** A stage in Druid's report JSON, without what is measured. */
export interface StageDefinition {
  readonly stageNumber: number;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly shuffle?: 'mix' | 'globalSort';
  readonly output: 'localStorage' | 'memory';
}

/** Where the rows of a query go. */
export type Destination =
  | { readonly kind: 'results' }
  /** Files, written by a stage of their own. */
  | { readonly kind: 'files'; readonly processor: 'selectResults' | 'exportResults' }
  | {
      readonly kind: 'segments';
      readonly dataSource: string;
      /** Names of the columns that segments are sorted by. */
      readonly sortedBy: readonly { readonly column: string; readonly descending: boolean }[];
    };

/** What a statement reads. */
type Leaf = ScanNode | ExternalNode;

/** Druid's name of the processor that does the topmost work of a plan. */
function processorType(plan: Plan): string {
  switch (plan.kind) {
    case 'aggregate':
      return 'groupByPreShuffle';
    case 'window':
      return 'window';
    case 'join':
      return 'sortMergeJoin';
    case 'limit':
      return 'limit';
    case 'filter':
    case 'project':
    case 'sort':
    case 'unnest':
      return processorType(plan.input);
    default:
      return 'scan';
  }
}

const signatureOf = (columns: readonly { readonly name: string; readonly type: OutputColumn['type'] }[]) =>
  columns.map(({ name, type }) => ({ name, type: nativeTypeName(type) }));

/** The ends of Druid's Intervals.ETERNITY; what a Date cannot hold lies beyond any data, too. */
const [ETERNITY_START, ETERNITY_END] = ['-146136543-09-08T08:23:32.096Z', '146140482-04-24T15:36:27.903Z'];
const LAST_DATE = 8_640_000_000_000_000;

const intervalText = ({ start, end }: { readonly start: number; readonly end: number }): string => {
  const from = start < -LAST_DATE ? ETERNITY_START : new Date(Math.min(start, LAST_DATE)).toISOString();
  const to = end > LAST_DATE ? ETERNITY_END : new Date(Math.max(end, -LAST_DATE)).toISOString();
  return `${from}/${to}`;
};

function inputSpec(leaf: Leaf): Readonly<Record<string, unknown>> {
  switch (leaf.kind) {
    case 'scan':
      return {
        type: 'table',
        dataSource: leaf.schema === 'druid' ? leaf.table : `${leaf.schema}.${leaf.table}`,
        intervals: (leaf.intervals ?? [{ start: -Infinity, end: Infinity }]).map(intervalText),
      };
    case 'external':
      return {
        type: 'external',
        inputSource: leaf.inputSource,
        inputFormat: leaf.inputFormat,
        signature: signatureOf(leaf.signature),
      };
  }
}

/** System tables are not counted as inputs, so they come last and leave the numbers of the others alone. */
function inputsOf(leaves: readonly Leaf[]): readonly unknown[] {
  if (leaves.length === 0) return [{ type: 'inline' }];
  const isSystem = (leaf: Leaf): boolean => leaf.kind === 'scan' && leaf.schema !== 'druid';
  return [...leaves.filter((leaf) => !isSystem(leaf)), ...leaves.filter(isSystem)].map(inputSpec);
}

/**
 * The stages of a statement: the query is one, as the engine runs it as one, and the writing of segments or files another.
 * @param leaves what the query reads, in the order of the counters input0, input1, …
 */
export function defineStages(query: {
  readonly queryId: string;
  readonly plan: Plan;
  readonly columns: readonly OutputColumn[];
  readonly leaves: readonly Leaf[];
  readonly destination: Destination;
  readonly maxWorkerCount: number;
}): readonly StageDefinition[] {
  const { queryId, plan, columns, leaves, destination, maxWorkerCount } = query;
  const signature = signatureOf(columns);
  const ingests = destination.kind === 'segments';
  const sortKeys = ingests ? destination.sortedBy : [];
  const first: StageDefinition = {
    stageNumber: 0,
    definition: {
      id: `${queryId}_0`,
      input: inputsOf(leaves),
      processor: { type: processorType(plan) },
      signature,
      ...(ingests && {
        shuffleSpec: {
          type: 'targetSize',
          clusterBy: {
            columns: sortKeys.map(({ column, descending }) => ({
              columnName: column,
              order: descending ? 'DESCENDING' : 'ASCENDING',
            })),
            bucketByCount: 1,
          },
        },
      }),
      maxWorkerCount,
    },
    ...(ingests && { shuffle: 'globalSort' as const }),
    output: 'localStorage',
  };
  if (destination.kind === 'results') return [first];
  return [
    first,
    {
      stageNumber: 1,
      definition: {
        id: `${queryId}_1`,
        input: [{ type: 'stage', stage: 0 }],
        processor: ingests
          ? { type: 'segmentGenerator', dataSource: destination.dataSource }
          : { type: destination.processor },
        signature,
        maxWorkerCount,
      },
      output: 'localStorage',
    },
  ];
}
