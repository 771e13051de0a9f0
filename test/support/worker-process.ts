import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { workerEntry } from '../../src/tasks/worker-entry.js';
import type {
  AllocatedSegment,
  ChunkRequest,
  FromProcess,
  Job,
  JobRelation,
  ProcessSettings,
  SegmentsDestination,
  ToProcess,
} from '../../src/tasks/worker/protocol.js';
import type { SqlType } from '../../src/sql/types.js';

type Message<T extends FromProcess['type']> = Extract<FromProcess, { type: T }>;

/** A real DuckDB process, driven by messages as the controller does it. */
export class WorkerProcess {
  readonly messages: FromProcess[] = [];
  readonly spillDirectory: string;
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #waiting = new Set<() => void>();

  private constructor(directory: string) {
    this.#directory = directory;
    this.spillDirectory = path.join(directory, 'spill');
    mkdirSync(this.spillDirectory, { recursive: true });
    const { file, execArgv } = workerEntry();
    this.#child = fork(file, { execArgv: [...execArgv], serialization: 'advanced' });
    this.#child.on('message', (message: FromProcess) => {
      this.messages.push(message);
      if (message.type === 'allocate') this.#allocate(message.jobId, message.chunks);
      this.#wake();
    });
    this.#child.on('exit', () => {
      this.#wake();
    });
  }

  static async start(directory: string, settings: Partial<ProcessSettings> = {}): Promise<WorkerProcess> {
    const worker = new WorkerProcess(directory);
    const { spillDirectory } = worker;
    worker.send({ type: 'configure', settings: { threads: 2, memoryBytes: 1 << 30, spillDirectory, ...settings } });
    await worker.next('ready');
    return worker;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get exited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  send(message: ToProcess): void {
    this.#child.send(message);
  }

  /** The first message of a type that holds the condition, from those that came and those to come. */
  async next<T extends FromProcess['type']>(
    type: T,
    holds: (message: Message<T>) => boolean = () => true,
  ): Promise<Message<T>> {
    for (;;) {
      const found = this.messages.find(
        (message): message is Message<T> => message.type === type && holds(message as Message<T>),
      );
      if (found) return found;
      if (this.exited) throw new Error(`The process ended without a message ${type}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  /** Runs a job to its end and takes all its rows. */
  async run(job: Job): Promise<{
    readonly end: Message<'done'> | Message<'failed'>;
    readonly rows: readonly (readonly unknown[])[];
    readonly warnings: readonly Message<'warning'>[];
    readonly chunks: readonly ChunkRequest[];
    readonly milliseconds: number;
  }> {
    const started = performance.now();
    this.messages.length = 0;
    this.send({ type: 'run', job });
    const take = (message: FromProcess): void => {
      if (message.type === 'rows') this.send({ type: 'more', jobId: job.id });
    };
    this.#child.on('message', take);
    const end = await Promise.race([this.next('done'), this.next('failed')]).finally(() =>
      this.#child.off('message', take),
    );
    const milliseconds = performance.now() - started;
    const of = <T extends FromProcess['type']>(type: T): Message<T>[] =>
      this.messages.filter((message): message is Message<T> => message.type === type);
    return {
      end,
      rows: of('rows').flatMap((message) => message.rows),
      warnings: of('warning'),
      chunks: of('allocate').flatMap((message) => message.chunks),
      milliseconds,
    };
  }

  async exit(): Promise<void> {
    if (this.exited) return;
    const exit = once(this.#child, 'exit');
    this.send({ type: 'exit' });
    await exit;
  }

  /** Lets go of the process as a parent does that dies. */
  async disconnect(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.disconnect();
    await exit;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #allocate(jobId: string, chunks: readonly ChunkRequest[]): void {
    const segments = chunks.flatMap(({ interval, segments: count, range }, chunk) =>
      Array.from({ length: count }, (_, partitionNum): AllocatedSegment => {
        const file = path.join(this.#directory, `${jobId}-${chunk}-${partitionNum}.parquet`);
        return {
          interval,
          version: '2026-01-01T00:00:00.000Z',
          shardSpec: range
            ? {
                type: 'range',
                dimensions: range.dimensions,
                start: range.cuts[partitionNum - 1] ?? null,
                end: range.cuts[partitionNum] ?? null,
                partitionNum,
                numCorePartitions: count,
              }
            : { type: 'numbered', partitionNum, partitions: count },
          path: file,
          loadSpec: { type: 'local', path: path.basename(file) },
        };
      }),
    );
    this.send({ type: 'allocated', jobId, segments });
  }
}

let jobs = 0;

/** A job over one relation `source`; columns are given as name, type and SQL. */
export function jobOver(
  directory: string,
  relation: JobRelation | undefined,
  columns: readonly (readonly [name: string, type: SqlType, sql: string])[],
  more: Partial<Job> & { readonly tail?: string } = {},
): Job {
  jobs += 1;
  const { tail = relation ? 'FROM "source"' : '', ...rest } = more;
  return {
    id: `job-${jobs}`,
    sql: `SELECT ${columns.map(([, , sql], index) => `${sql} AS c${index}`).join(', ')} ${tail}`,
    ordered: false,
    columns: columns.map(([name, type], index) => ({ sqlName: `c${index}`, name, type })),
    relations: relation ? [relation] : [],
    destination: { kind: 'results', stringifyArrays: false },
    directory,
    maxParseExceptions: 0,
    ...rest,
  };
}

/** A destination of segments with the defaults of an INSERT. */
export const segmentsDestination = (more: Partial<SegmentsDestination> = {}): SegmentsDestination => ({
  kind: 'segments',
  dataSource: 'events',
  granularity: { kind: 'period', period: 'P1D' },
  clusteredBy: [],
  segmentSortOrder: [],
  rowsPerSegment: 3_000_000,
  failOnEmptyInsert: false,
  removeNullBytes: false,
  maxFrameSize: 1_000_000,
  ...more,
});
