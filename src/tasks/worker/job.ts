import type { Database, DuckdbSession } from '../../engine/duckdb/index.js';
import { EngineError } from '../../engine/session.js';
import type { ParseProblem } from '../../external/relation.js';
import { FaultError, type Fault } from '../../msq/fault.js';
import { JobProgress } from './progress.js';
import type { AllocatedSegment, ChunkRequest, FromProcess, Job, ProcessSettings } from './protocol.js';

/** Batches of rows that are sent before the first `more`. */
const UNASKED_BATCHES = 4;
/** Warnings that travel to the report; the rest are only counted. */
const MAX_WARNINGS = 100;
/** DuckDB forgets an interruption that arrives between two statements, so it is repeated until the job has ended. */
const INTERRUPT_EVERY_MS = 20;

/** What a cancellation interrupts. */
interface Interruptible {
  interrupt(): void;
}

/** What a job waits for from the server, one at a time. */
class Pending<T> {
  #waiter: { resolve(value: T): void; reject(error: unknown): void } | undefined;

  /** @param ask called once the answer has somebody who waits for it */
  wait(ask: () => void = () => undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      ask();
    });
  }

  arrive(value: T): void {
    this.#waiter?.resolve(value);
    this.#waiter = undefined;
  }

  fail(error: unknown): void {
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }
}

let tables = 0;

/** A job while it runs: its sessions, and what it waits for from the server. */
export class RunningJob {
  readonly progress: JobProgress;
  readonly #abort = new AbortController();
  readonly #sessions = new Set<DuckdbSession>();
  readonly #remote = new Set<Interruptible>();
  readonly #allocation = new Pending<readonly AllocatedSegment[]>();
  readonly #opening = new Pending<readonly string[]>();
  readonly #reader = new Pending<undefined>();
  #batches = UNASKED_BATCHES;
  #warnings = 0;
  readonly #tables: string[] = [];
  #interrupting: NodeJS.Timeout | undefined;
  #markEnded: () => void = () => undefined;
  /** Resolves when the job has let go of everything. */
  readonly ended = new Promise<void>((resolve) => {
    this.#markEnded = resolve;
  });

  constructor(
    readonly job: Job,
    readonly database: Database,
    readonly settings: ProcessSettings,
    readonly send: (message: FromProcess) => void,
  ) {
    const isSilent = job.destination.kind === 'results' && job.destination.skipsCounters === true;
    this.progress = new JobProgress((stages) => {
      if (!isSilent) send({ type: 'progress', jobId: job.id, stages });
    });
  }

  /** A directory for files that live no longer than the job. */
  get directory(): string {
    return this.job.directory || this.settings.spillDirectory;
  }

  /** How many more warnings may be told. */
  get warningsLeft(): number {
    return Math.max(0, MAX_WARNINGS - this.#warnings);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** A connection that a cancellation interrupts; the job's end closes it. */
  async openSession(): Promise<DuckdbSession> {
    this.throwIfCanceled();
    const session = await this.database.connect();
    this.#sessions.add(session);
    return session;
  }

  /** Has a session of another engine interrupted by a cancellation, until the answered function is called. */
  adopt(session: Interruptible): () => void {
    this.#remote.add(session);
    if (this.signal.aborted) session.interrupt();
    return () => {
      this.#remote.delete(session);
    };
  }

  throwIfCanceled(): void {
    if (this.signal.aborted) throw new EngineError('interrupted', 'The job was canceled');
  }

  /** Asks the server for places of segments, in order of the chunks; throws FaultError when it refuses. */
  allocate(chunks: readonly ChunkRequest[]): Promise<readonly AllocatedSegment[]> {
    this.throwIfCanceled();
    return this.#allocation.wait(() => {
      this.send({ type: 'allocate', jobId: this.job.id, chunks });
    });
  }

  allocated(segments: readonly AllocatedSegment[]): void {
    this.#allocation.arrive(segments);
  }

  /** Asks the server for the files of remote segments on this machine; throws FaultError when it refuses. */
  open(relation: string): Promise<readonly string[]> {
    this.throwIfCanceled();
    return this.#opening.wait(() => {
      this.send({ type: 'open', jobId: this.job.id, relation });
    });
  }

  opened(paths: readonly string[]): void {
    this.#opening.arrive(paths);
  }

  /** The job asks for one of the two at a time. */
  refused(fault: Fault): void {
    const refusal = new FaultError(fault);
    this.#allocation.fail(refusal);
    this.#opening.fail(refusal);
  }

  /** Sends a batch of rows, once the server wants it. */
  async sendRows(rows: readonly (readonly unknown[])[]): Promise<void> {
    this.throwIfCanceled();
    if (this.#batches === 0) await this.#reader.wait();
    this.#batches--;
    this.send({ type: 'rows', jobId: this.job.id, rows });
  }

  more(): void {
    this.#batches++;
    this.#reader.arrive(undefined);
  }

  warn(stage: number, problem: ParseProblem): void {
    if (this.#warnings++ < MAX_WARNINGS) this.send({ type: 'warning', jobId: this.job.id, stage, problem });
  }

  cancel(): void {
    if (this.signal.aborted) return;
    this.#abort.abort();
    const canceled = new EngineError('interrupted', 'The job was canceled');
    for (const each of [this.#allocation, this.#opening, this.#reader]) each.fail(canceled);
    const interrupt = (): void => {
      for (const session of [...this.#sessions, ...this.#remote]) session.interrupt();
    };
    interrupt();
    this.#interrupting = setInterval(interrupt, INTERRUPT_EVERY_MS);
  }

  /** A name for a table that all sessions of the process see; the job's end drops it. */
  newTable(): string {
    tables += 1;
    const table = `rows_${tables}`;
    this.#tables.push(table);
    return table;
  }

  async end(): Promise<void> {
    clearInterval(this.#interrupting);
    this.progress.stop();
    const [session] = this.#sessions;
    for (const table of this.#tables) await session?.run(`DROP TABLE IF EXISTS ${table}`);
    await Promise.all([...this.#sessions].map((open) => open.close()));
    this.#sessions.clear();
    this.#remote.clear();
    this.#markEnded();
  }
}
