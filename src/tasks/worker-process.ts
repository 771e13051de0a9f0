import { fork, type ChildProcess } from 'node:child_process';
import { FaultError, type Fault, type FaultCode } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import type { ParseProblem } from '../external/relation.js';
import type {
  AllocatedSegment,
  ChunkRequest,
  FromProcess,
  Job,
  JobSummary,
  ProcessSettings,
  StageProgress,
  ToProcess,
} from './worker/protocol.js';
import { workerEntry } from './worker-entry.js';

/** What a job tells while it runs. */
export interface JobListener {
  /** The process has taken the job. */
  taken?(): void;
  progress?(stages: readonly StageProgress[]): void;
  warning?(stage: number, problem: ParseProblem): void;
  /** Answers where segments go; a FaultError ends the job with that fault. */
  allocate?(chunks: readonly ChunkRequest[]): Promise<readonly AllocatedSegment[]>;
  /** Brings the segments of a relation to this machine; answers their paths. */
  open?(relation: string): Promise<readonly string[]>;
  /** A batch of rows. The process sends the next ones after `more`. */
  rows?(rows: readonly (readonly unknown[])[]): void;
}

/** A fault of a job with the stage in which it happened. */
export class JobFault extends FaultError {
  constructor(
    fault: FaultError['fault'],
    readonly stage?: number,
  ) {
    super(fault);
  }
}

/**
 * The process was gone before it took the job, which therefore has not begun: somebody ended it while it waited, or it
 * did not start. Another process may run the job.
 */
export class JobNotTaken extends FaultError {}

/** Faults that are about the rows of a statement alone: the process that found them can do the next task. */
const dataFaults: ReadonlySet<FaultCode> = new Set([
  'CannotParseExternalData',
  'InsertCannotBeEmpty',
  'InsertTimeNull',
  'InvalidNullByte',
  'RowTooLarge',
  'TooManyBuckets',
  'TooManyInputFiles',
  'TooManyWarnings',
] as const);

/** Whether the process of a job that failed may work for another task. */
export const leavesProcessSound = (error: unknown): boolean =>
  error instanceof JobFault && dataFaults.has(error.fault.errorCode);

interface RunningJob {
  readonly listener: JobListener;
  taken: boolean;
  resolve(summary: JobSummary): void;
  reject(error: Error): void;
}

/** Characters of a process's standard error that are kept for its obituary. */
const KEPT_STDERR = 2_000;

/** A DuckDB process of its own: runs jobs and reports. When it dies, its jobs fail with WorkerFailed. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #jobs = new Map<string, RunningJob>();
  /** Jobs that wait for the process to be ready; true once they were canceled. */
  readonly #waiting = new Map<string, boolean>();
  readonly #ready: Promise<void>;
  readonly #exited: Promise<void>;
  #stderr = '';
  #death: string | undefined;
  #isReady = false;

  constructor(
    /** Names it in faults. */
    readonly name: string,
    settings: ProcessSettings,
  ) {
    const { file, execArgv } = workerEntry();
    this.#child = fork(file, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Each statement in flight holds a thread of the pool; reading files needs some besides.
      env: { ...process.env, UV_THREADPOOL_SIZE: String(settings.threads + 4) },
      execArgv: [...execArgv],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR);
    });
    this.#exited = new Promise((resolve) => {
      // `close` comes after the last of standard error, which tells why.
      this.#child.once('close', (code, signal) => {
        this.#die(signal ? `killed by signal ${signal}` : `exited with code ${String(code)}`);
        resolve();
      });
      this.#child.once('error', (error) => {
        this.#die(error.message);
        resolve();
      });
    });
    this.#ready = new Promise((resolve, reject) => {
      this.#child.on('message', (message: FromProcess) => {
        if (message.type === 'ready') {
          this.#isReady = true;
          resolve();
        } else this.#receive(message);
      });
      void this.#exited.then(() => {
        reject(this.#notTaken());
      });
    });
    // Whoever uses the process awaits `ready`; a spare that dies unused is nobody's unhandled rejection.
    this.#ready.catch(() => undefined);
    this.#send({ type: 'configure', settings });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#death === undefined;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves when it can run jobs. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Resolves when the process is gone, however it ended. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /**
   * Runs a job to its end.
   * @throws JobFault what the job failed with; FaultError WorkerFailed when the process died, JobNotTaken when it had not
   *   begun
   */
  async run(job: Job, listener: JobListener): Promise<JobSummary> {
    this.#waiting.set(job.id, false);
    try {
      await this.#ready;
      if (!this.alive) throw this.#notTaken();
      if (this.#waiting.get(job.id)) throw new JobFault(faults.Canceled());
    } finally {
      this.#waiting.delete(job.id);
    }
    return new Promise<JobSummary>((resolve, reject) => {
      this.#jobs.set(job.id, { listener, taken: false, resolve, reject });
      this.#send({ type: 'run', job });
    });
  }

  more(jobId: string): void {
    this.#send({ type: 'more', jobId });
  }

  /** Asks a job to stop; it then ends with the fault Canceled. */
  cancel(jobId: string): void {
    if (this.#waiting.has(jobId)) this.#waiting.set(jobId, true);
    this.#send({ type: 'cancel', jobId });
  }

  /** Ends the process: at its own pace, or at once. Resolves when it is gone. */
  async end(how: 'exit' | 'kill' = 'exit', graceMs = 2_000): Promise<void> {
    if (!this.alive) return;
    if (how === 'kill') this.#child.kill('SIGKILL');
    else {
      this.#send({ type: 'exit' });
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
      await this.#exited;
      clearTimeout(timer);
    }
    await this.#exited;
  }

  #send(message: ToProcess): void {
    // A process that is going away reports so by `close`; what is sent meanwhile has no reader.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #receive(message: Exclude<FromProcess, { type: 'ready' }>): void {
    const job = this.#jobs.get(message.jobId);
    if (!job) return;
    switch (message.type) {
      case 'taken':
        job.taken = true;
        job.listener.taken?.();
        break;
      case 'progress':
        job.listener.progress?.(message.stages);
        break;
      case 'warning':
        job.listener.warning?.(message.stage, message.problem);
        break;
      case 'rows':
        job.listener.rows?.(message.rows);
        break;
      case 'allocate':
        void this.#answer(message.jobId, () => this.#allocate(message.jobId, job, message.chunks));
        break;
      case 'open':
        void this.#answer(message.jobId, () => this.#open(message.jobId, job, message.relation));
        break;
      case 'done':
        this.#jobs.delete(message.jobId);
        job.resolve(message.summary);
        break;
      case 'failed':
        this.#jobs.delete(message.jobId);
        job.reject(new JobFault(message.fault, message.stage));
        break;
    }
  }

  async #allocate(jobId: string, { listener }: RunningJob, chunks: readonly ChunkRequest[]): Promise<ToProcess> {
    if (!listener.allocate) throw new Error('This job writes no segments');
    return { type: 'allocated', jobId, segments: await listener.allocate(chunks) };
  }

  async #open(jobId: string, { listener }: RunningJob, relation: string): Promise<ToProcess> {
    if (!listener.open) throw new Error('This job reads no remote segments');
    return { type: 'opened', jobId, paths: await listener.open(relation) };
  }

  /** Answers what a job asked for, or why it does not get that. */
  async #answer(jobId: string, answer: () => Promise<ToProcess>): Promise<void> {
    try {
      this.#send(await answer());
    } catch (error) {
      const fault =
        error instanceof FaultError
          ? error.fault
          : faults.UnknownError(error instanceof Error ? error.message : String(error));
      this.#send({ type: 'refused', jobId, fault });
    }
  }

  #deathFault(): Fault {
    const tail = this.#stderr.trim();
    return faults.WorkerFailed(this.name, `${this.#death ?? 'is gone'}${tail === '' ? '' : `: ${tail.slice(-500)}`}`);
  }

  #notTaken(): JobNotTaken {
    return new JobNotTaken(this.#deathFault());
  }

  #die(reason: string): void {
    if (this.#death !== undefined) return;
    this.#death = reason;
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const job of jobs) job.reject(job.taken ? new FaultError(this.#deathFault()) : this.#notTaken());
  }
}
