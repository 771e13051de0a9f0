import type { StageProgress } from './protocol.js';

/** Four times a second is often enough for an eye and costs nothing. */
const REPORT_EVERY_MS = 250;

export interface InputCounter {
  rows: number;
  /** Bytes as stored. */
  bytes: number;
  files: number;
  totalFiles: number;
}

/** The counters of one stage while it runs. */
export class StageCounters {
  phase: StageProgress['phase'] = 'NEW';
  inputs: InputCounter[] = [];
  readonly output = { rows: 0, bytes: 0 };
  segments: { rowsProcessed: number; rowsPushed: number; segmentsPushed: number } | undefined;
  warnings = 0;
  #startTime = 0;
  #started = 0;
  #durationMs = 0;
  #cpu: NodeJS.CpuUsage = { user: 0, system: 0 };
  #cpuNanos = 0;

  constructor(readonly stage: number) {}

  start(): void {
    this.phase = 'READING_INPUT';
    this.#startTime = Date.now();
    this.#started = performance.now();
    this.#cpu = process.cpuUsage();
  }

  finish(): void {
    this.#durationMs = this.#elapsed();
    this.#cpuNanos = this.#cpuUsed();
    this.phase = 'FINISHED';
  }

  snapshot(): StageProgress {
    return {
      stage: this.stage,
      phase: this.phase,
      inputs: this.inputs.map((input) => ({ ...input })),
      output: { ...this.output },
      ...(this.segments && { segments: { ...this.segments } }),
      warnings: this.warnings,
      startTime: this.#startTime,
      durationMs: this.phase === 'FINISHED' ? this.#durationMs : this.#elapsed(),
      cpuNanos: this.phase === 'FINISHED' ? this.#cpuNanos : this.#cpuUsed(),
    };
  }

  /** Of the whole process, in which stages run one after the other; nanoseconds. */
  #cpuUsed(): number {
    if (this.phase === 'NEW') return 0;
    const { user, system } = process.cpuUsage(this.#cpu);
    return (user + system) * 1_000;
  }

  #elapsed(): number {
    return this.phase === 'NEW' ? 0 : Math.round(performance.now() - this.#started);
  }
}

/** The stages of one job, reported at a steady pace and whenever a stage starts or ends. */
export class JobProgress {
  readonly #stages: StageCounters[] = [];
  #observe: (() => void) | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(readonly report: (stages: readonly StageProgress[]) => void) {
    this.#timer = setInterval(() => {
      this.#observe?.();
      this.#send();
    }, REPORT_EVERY_MS);
    this.#timer.unref();
  }

  /** Declares the next stage, in phase NEW. */
  addStage(): StageCounters {
    const stage = new StageCounters(this.#stages.length);
    this.#stages.push(stage);
    return stage;
  }

  /** Has counters that somebody else keeps brought up to date before each report, until the stage ends or `undefined`. */
  observe(look: (() => void) | undefined): void {
    this.#observe = look;
  }

  /** Runs work as a stage: started, and finished when it ends well. */
  async during<T>(stage: StageCounters, work: () => Promise<T>): Promise<T> {
    stage.start();
    this.#send();
    try {
      const result = await work();
      stage.finish();
      return result;
    } finally {
      this.#observe = undefined;
      this.#send();
    }
  }

  /** Number of the stage that runs, or that ran last. */
  get currentStage(): number | undefined {
    return this.#stages.findLast((stage) => stage.phase !== 'NEW')?.stage;
  }

  snapshot(): readonly StageProgress[] {
    return this.#stages.map((stage) => stage.snapshot());
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #send(): void {
    if (this.#stages.length > 0) this.report(this.snapshot());
  }
}
