import { SingleBar } from 'cli-progress';
import type { Counter, TaskReport } from '../client/index.js';

/** What a task has done so far, summed up over its stages. */
export interface ProgressSummary {
  readonly phase: string;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly filesRead: number;
  readonly totalFiles: number;
}

const sum = (values: readonly number[] | undefined): number =>
  (values ?? []).reduce((total, value) => total + value, 0);

/** Sums a report's counters up; rows read are those of inputs that are not another stage's output. */
export function summarize(report: TaskReport): ProgressSummary {
  const stages = Object.entries(report.counters);
  const counters = (stage: string): readonly (readonly [string, Counter])[] =>
    Object.values(report.counters[stage] ?? {}).flatMap((worker) => Object.entries(worker));
  const inputs = counters('0').filter(([name]) => name.startsWith('input'));
  const last = stages.at(-1)?.[0];
  const pushed = last === undefined ? [] : counters(last).filter(([name]) => name === 'segmentGenerationProgress');
  const running = report.stages.findLast((stage) => stage.phase !== undefined && stage.phase !== 'NEW');
  return {
    phase: running ? `stage ${running.stageNumber} ${running.phase ?? ''}` : 'starting',
    rowsRead: inputs.reduce((total, [, counter]) => total + sum(counter.rows), 0),
    rowsWritten: pushed.reduce((total, [, counter]) => total + (counter.rowsPushed ?? 0), 0),
    filesRead: inputs.reduce((total, [, counter]) => total + sum(counter.files), 0),
    totalFiles: inputs.reduce((total, [, counter]) => total + sum(counter.totalFiles), 0),
  };
}

const thousands = (count: number): string => count.toLocaleString('en-US');

/** Shows a running task: a bar on a terminal, lines elsewhere. */
export interface ProgressDisplay {
  show(summary: ProgressSummary, elapsedMs: number): void;
  stop(): void;
}

function lines(stream: NodeJS.WriteStream): ProgressDisplay {
  let shown = '';
  let shownAt = -Infinity;
  return {
    show(summary, elapsedMs) {
      const text = `${summary.phase}: ${thousands(summary.rowsRead)} rows read, ${thousands(summary.rowsWritten)} written`;
      // A log wants changes, at most two a second.
      if (text === shown || elapsedMs - shownAt < 500) return;
      shown = text;
      shownAt = elapsedMs;
      stream.write(`  ${(elapsedMs / 1000).toFixed(1)} s  ${text}\n`);
    },
    stop() {
      // Lines need no cleaning up.
    },
  };
}

function bar(stream: NodeJS.WriteStream): ProgressDisplay {
  const single = new SingleBar({
    stream,
    format: '  {bar} {phase}  {read} rows read, {written} written  {seconds} s',
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
  });
  single.start(100, 0, { phase: 'starting', read: '0', written: '0', seconds: '0.0' });
  return {
    show(summary, elapsedMs) {
      // Reading is the first half of the way, writing the second; a file's own share is not known before it ends.
      const reading = summary.totalFiles > 0 ? summary.filesRead / summary.totalFiles : 0;
      const writing = summary.rowsRead > 0 ? Math.min(1, summary.rowsWritten / summary.rowsRead) : 0;
      single.update(Math.round(50 * reading + 50 * writing), {
        phase: summary.phase,
        read: thousands(summary.rowsRead),
        written: thousands(summary.rowsWritten),
        seconds: (elapsedMs / 1000).toFixed(1),
      });
    },
    stop() {
      single.stop();
    },
  };
}

/** The display that fits where the output goes. */
export function progressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? bar(stream) : lines(stream);
}
