import type { Counter, ReportPayload, StageInput, StageReport } from '../api/report.js';

/** Rows, bytes and files that passed a channel. */
export interface Flow {
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
  readonly totalFiles: number;
}

/** What one stage did so far. */
export interface StageSummary {
  readonly stage: StageReport;
  readonly inputs: readonly Flow[];
  readonly read: Flow;
  readonly written: Flow;
  /** Rows of segments that were written; only of a stage that writes segments. */
  readonly pushed?: number;
  readonly warnings: number;
  /** 0 to 1; undefined where nothing tells how much there is. */
  readonly progress: number | undefined;
  /** Rows read per second of the stage's own time. */
  readonly rate: number;
  readonly workers: readonly { readonly worker: string; readonly read: Flow; readonly written: Flow }[];
}

const nothing: Flow = { rows: 0, bytes: 0, files: 0, totalFiles: 0 };
const sum = (values: readonly number[] | undefined): number =>
  (values ?? []).reduce((total, value) => total + value, 0);

const flowOf = (counter: Counter | undefined): Flow =>
  counter
    ? {
        rows: sum(counter.rows),
        bytes: sum(counter.bytes),
        files: sum(counter.files),
        totalFiles: sum(counter.totalFiles),
      }
    : nothing;

const add = (a: Flow, b: Flow): Flow => ({
  rows: a.rows + b.rows,
  bytes: a.bytes + b.bytes,
  files: a.files + b.files,
  totalFiles: a.totalFiles + b.totalFiles,
});

const isDone = (phase: string | undefined): boolean => phase === 'FINISHED' || phase === 'RESULTS_READY';

type WorkerCounters = Readonly<Record<string, Counter>>;

/** Inputs by their number; counters are named input0, input1, … */
const inputsOf = (counters: WorkerCounters): readonly Flow[] =>
  Object.keys(counters)
    .filter((name) => /^input\d+$/.test(name))
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
    .map((name) => flowOf(counters[name]));

const outputOf = (counters: WorkerCounters): Flow => flowOf(counters['output'] ?? counters['shuffle']);

/** Warnings count by fault code beside the counter's type. */
const warningsOf = (counter: Counter | undefined): number =>
  Object.entries(counter ?? {}).reduce<number>(
    (total, [key, value]) => (key === 'type' ? total : total + Number(value)),
    0,
  );

function progressOf(
  stage: StageReport,
  read: Flow,
  expected: number | undefined,
  pushed: number | undefined,
): number | undefined {
  if (isDone(stage.phase)) return 1;
  if (stage.phase === undefined || stage.phase === 'NEW') return 0;
  if (pushed !== undefined && expected !== undefined && expected > 0) return Math.min(1, pushed / expected);
  // What failed goes nowhere any more: it stays where it was.
  if (stage.phase === 'FAILED') return read.totalFiles > 0 ? Math.min(1, read.files / read.totalFiles) : 0;
  if (read.totalFiles > 1) return Math.min(1, read.files / read.totalFiles);
  if (expected !== undefined && expected > 0) return Math.min(1, read.rows / expected);
  return undefined;
}

/** Sums the counters of a report up, stage by stage. */
export function summarizeStages(report: ReportPayload): readonly StageSummary[] {
  const { counters } = report;
  const written = new Map<number, Flow>();
  return report.stages.map((stage) => {
    const workers = Object.entries(counters[stage.stageNumber] ?? {}).map(([worker, each]) => ({
      worker,
      counters: each,
      inputs: inputsOf(each),
    }));
    const inputCount = Math.max(0, ...workers.map(({ inputs }) => inputs.length));
    const inputs = Array.from({ length: inputCount }, (_, index) =>
      workers.reduce((total, worker) => add(total, worker.inputs[index] ?? nothing), nothing),
    );
    const read = inputs.reduce(add, nothing);
    const output = workers.reduce((total, worker) => add(total, outputOf(worker.counters)), nothing);
    written.set(stage.stageNumber, output);
    const segments = workers.flatMap((worker) => worker.counters['segmentGenerationProgress'] ?? []);
    const pushed =
      segments.length > 0 ? segments.reduce((total, counter) => total + (counter.rowsPushed ?? 0), 0) : undefined;
    const expected = (stage.definition.input ?? [])
      .flatMap((input) => (input.stage === undefined ? [] : [written.get(input.stage)?.rows ?? 0]))
      .reduce<number | undefined>((total, rows) => (total ?? 0) + rows, undefined);
    const seconds = (stage.duration ?? 0) / 1_000;
    return {
      stage,
      inputs,
      read,
      written: output,
      ...(pushed !== undefined && { pushed }),
      warnings: workers.reduce((total, worker) => total + warningsOf(worker.counters['warnings']), 0),
      progress: progressOf(stage, read, expected, pushed),
      rate: seconds > 0 ? read.rows / seconds : 0,
      workers: workers.map((worker) => ({
        worker: worker.worker,
        read: worker.inputs.reduce(add, nothing),
        written: outputOf(worker.counters),
      })),
    };
  });
}

/** What an input is, for a reader. */
export function inputName(input: StageInput): string {
  switch (input.type) {
    case 'external':
      return `${input.inputSource?.type ?? 'external'} ${input.inputFormat?.type ?? ''}`.trim();
    case 'table':
      return input.dataSource ?? 'table';
    case 'stage':
      return `stage ${input.stage ?? ''}`;
    default:
      return input.type;
  }
}

const processorNames: Readonly<Record<string, string>> = {
  scan: 'Read and compute',
  groupByPreShuffle: 'Read and group',
  groupByPostShuffle: 'Group',
  sortMergeJoin: 'Join',
  window: 'Window',
  limit: 'Read and limit',
  offset: 'Offset',
  segmentGenerator: 'Write segments',
  results: 'Collect results',
  export: 'Export',
};

/** What a stage's processor does, in words. */
export const processorName = (type: string): string => processorNames[type] ?? type;

const phaseNames: Readonly<Record<string, string>> = {
  NEW: 'Not started',
  READING_INPUT: 'Reading',
  MERGING_STATISTICS: 'Merging statistics',
  POST_READING: 'Working',
  RESULTS_READY: 'Results ready',
  RESULTS_COMPLETE: 'Complete',
  FINISHED: 'Finished',
  FAILED: 'Failed',
  RETRYING: 'Retrying',
};

export const phaseName = (phase: string | undefined): string => phaseNames[phase ?? 'NEW'] ?? phase ?? '';
