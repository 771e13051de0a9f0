/** Counters of one stage as a worker measured them, cumulative. */
export interface StageCounters {
  readonly stage: number;
  readonly phase: 'NEW' | 'READING_INPUT' | 'POST_READING' | 'RESULTS_READY' | 'FINISHED';
  readonly inputs: readonly {
    readonly rows: number;
    readonly bytes: number;
    readonly files: number;
    readonly totalFiles: number;
  }[];
  readonly output: { readonly rows: number; readonly bytes: number };
  readonly segments?: { readonly rowsProcessed: number; readonly rowsPushed: number };
  readonly warnings: number;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  readonly durationMs: number;
  /** Processor time of all threads, nanoseconds. */
  readonly cpuNanos: number;
}

/** Counters of one worker in Druid's JSON (CounterSnapshots): name → counter. */
export type CounterSnapshots = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Channels hold one number for each partition; a stage of ours has one partition.
 * @param includeAll with the counters that context parameter includeAllCounters asks for
 */
export function counterSnapshots(stage: StageCounters, includeAll = false): CounterSnapshots {
  const inputs = stage.inputs.map((input, index) => [
    `input${index}`,
    {
      type: 'channel',
      rows: [input.rows],
      bytes: [input.bytes],
      ...(input.totalFiles > 0 && { files: [input.files], totalFiles: [input.totalFiles] }),
    },
  ]);
  return {
    ...(Object.fromEntries(inputs) as CounterSnapshots),
    output: { type: 'channel', rows: [stage.output.rows], bytes: [stage.output.bytes] },
    ...(stage.segments && {
      segmentGenerationProgress: {
        type: 'segmentGenerationProgress',
        rowsProcessed: stage.segments.rowsProcessed,
        // A segment is written to its final place in one go, so persisting, merging and pushing are one step.
        rowsPersisted: stage.segments.rowsPushed,
        rowsMerged: stage.segments.rowsPushed,
        rowsPushed: stage.segments.rowsPushed,
      },
    }),
    ...(includeAll && {
      cpu: { type: 'cpus', main: { type: 'cpu', cpu: stage.cpuNanos, wall: stage.durationMs * 1_000_000 } },
    }),
    ...(stage.warnings > 0 && { warnings: { type: 'warnings', CannotParseExternalData: stage.warnings } }),
  };
}
