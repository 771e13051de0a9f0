import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { needsSpark } from '../external/index.js';
import type { ExternalRelation, ParseProblem } from '../external/relation.js';
import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { VARCHAR, type SqlType } from '../sql/types.js';
import type { SelectStatement } from '../sql/plan/index.js';
import type { DeepStorage } from '../storage/deep-storage.js';
import type { OpenFiles } from '../storage/file-store.js';
import type { TaskResultsRecord } from '../storage/metadata-store.js';
import { compileStatement, dialects, type CompiledStatement, type StatementRequest } from './compile.js';
import { checkInteractive, checkPreview } from './engine-checks.js';
import { explain } from './explain.js';
import { canceled } from './locks.js';
import type { Metadata } from './metadata.js';
import { isOrdered, jobColumns, jobRelations, type OpenRelations } from './relations.js';
import { resultFilesSql } from './result-files.js';
import { taskResultForm } from './result-form.js';
import { RowStream } from './row-stream.js';
import type { SystemSource } from './system-tables/index.js';
import { JobNotTaken, WorkerProcess } from './worker-process.js';
import type { Job, ProcessSettings, ResultForm, SparkServer } from './worker/protocol.js';

export interface QueryRequest extends StatementRequest {
  readonly queryId: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Columns at once, rows as they come, in batches. */
export interface QueryAnswer {
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
  /** Ends with a FaultError when the query fails on the way. */
  readonly rows: AsyncIterable<readonly (readonly unknown[])[]>;
}

export interface QueryServiceSources {
  readonly metadata: Metadata;
  readonly deepStorage: DeepStorage;
  readonly process: ProcessSettings;
  readonly maxNumTasks: number;
  readonly spark?: SparkServer;
  /** Where samples from S3 are read with. */
  readonly s3?: Job['s3'];
  /** Directories that samples of local files may be read from; absent means all. */
  readonly allowedDirectories?: readonly string[];
  readonly logger: Logger;
  now(): number;
}

/** An answer over external data. */
export interface PreviewAnswer extends QueryAnswer {
  /** Takes the secrets that stand in the statement's input sources out of what is shown. */
  hideSecrets<T>(value: T): T;
}

/** What a job reads until it ends. */
type OpenInputs = Pick<OpenRelations, 'release'> & Partial<Pick<OpenRelations, 'open'>>;

/** Milliseconds after which a sample or a preview is given up. */
const SAMPLING_TIMEOUT_MS = 60_000;

/** What differs between the jobs of interactive queries. */
interface InteractiveJob extends Pick<Job, 'spark' | 'sql' | 'ordered' | 'columns' | 'relations'> {
  readonly results: ResultForm;
}

/** Answers queries over the published segments, many at once in one process. */
export class QueryService {
  readonly #queries = new Map<string, Set<AbortController>>();
  #process: WorkerProcess | undefined;
  #closed = false;

  constructor(readonly sources: QueryServiceSources) {}

  /** Id of the process that queries run in; undefined while there is none. */
  get processId(): number | undefined {
    return this.#process?.alive ? this.#process.pid : undefined;
  }

  /** Starts the process ahead of the first query. */
  start(): void {
    this.#running();
  }

  /**
   * Starts a query.
   * @throws SqlError, ContextError; FaultError when it ends before its first row
   */
  async run(request: QueryRequest): Promise<QueryAnswer> {
    const system = await this.sources.metadata.current();
    const compiled = this.#compile(request, system);
    const statement = checkInteractive(compiled);
    if (statement.kind === 'explain') return explain(compiled, statement, request.queryId);
    const { job, inputs } = await this.#selectJob(compiled, statement, system);
    return { columns: statement.columns, rows: this.#stream(job, request, compiled.context.timeout, inputs) };
  }

  /**
   * Starts a SELECT over external data without a task: for a look at few rows, as it keeps no report and no slot.
   * @param warn told of each record that is left out, before the rows end
   * @throws SqlError, ContextError, ExternalSpecError
   */
  async preview(request: QueryRequest, warn: (problem: ParseProblem) => void): Promise<PreviewAnswer> {
    const system = await this.sources.metadata.current();
    const compiled = this.#compile(request, system);
    const statement = checkPreview(compiled);
    const { context } = compiled;
    const { job, inputs } = await this.#selectJob(compiled, statement, system);
    const reading = this.#readingExternal({ ...job, maxParseExceptions: context.maxParseExceptions });
    const all: OpenInputs = {
      ...inputs,
      release() {
        inputs.release();
        reading.release();
      },
    };
    const rows = this.#stream(reading.job, request, context.timeout ?? SAMPLING_TIMEOUT_MS, all, warn);
    return { columns: statement.columns, rows, hideSecrets: (value) => compiled.hideSecrets(value) };
  }

  /** Answers the rows of files that a task wrote as its results, file by file. */
  readResults(
    results: Pick<TaskResultsRecord, 'columns' | 'stringifyArrays' | 'timeZone'>,
    files: OpenFiles,
    request: Pick<QueryRequest, 'queryId' | 'signal'>,
  ): QueryAnswer['rows'] {
    const job = this.#job({
      sql: resultFilesSql(results.columns.length, files.paths),
      ordered: true,
      columns: jobColumns(results.columns.map((column, fieldId) => ({ fieldId, ...column }))),
      relations: [],
      results: taskResultForm(results),
    });
    return this.#stream(job, request, undefined, files);
  }

  /**
   * Answers the first rows of external data, whose records need not all be readable; columns are those of the relation.
   * Spark reads what DuckDB cannot.
   */
  readExternal(external: ExternalRelation, rows: number, signal: AbortSignal): QueryAnswer['rows'] {
    const types = new Map(external.signature.map(({ name, type }) => [name, type]));
    const columns = external.columns.map((name, index) => ({
      sqlName: `c${index}`,
      name,
      type: types.get(name) ?? VARCHAR,
    }));
    const spark = needsSpark(external.inputSource) ? this.sources.spark : undefined;
    const { quoteIdentifier } = dialects[spark ? 'spark' : 'duckdb'];
    const list = columns.map(({ sqlName, name }) => `${quoteIdentifier(name)} AS ${sqlName}`);
    const job = this.#job({
      ...(spark && { spark }),
      sql: `SELECT ${list.join(', ')} FROM sampled LIMIT ${rows}`,
      ordered: true,
      columns,
      relations: [{ kind: 'external', name: 'sampled', external }],
      results: { stringifyArrays: true },
    });
    const sampling = this.#readingExternal({ ...job, maxParseExceptions: -1 });
    return this.#stream(sampling.job, { queryId: job.id, signal }, SAMPLING_TIMEOUT_MS, sampling);
  }

  #compile(request: StatementRequest, { catalog }: SystemSource): CompiledStatement {
    const { now, maxNumTasks, spark } = this.sources;
    return compileStatement(request, {
      catalog,
      now: now(),
      maxNumTasks,
      engine: 'duckdb',
      hasSpark: spark !== undefined,
    });
  }

  async #selectJob(
    { context, emitted, engine }: CompiledStatement,
    { plan, columns }: SelectStatement,
    system: SystemSource,
  ): Promise<{ readonly job: Job; readonly inputs: OpenInputs }> {
    const { deepStorage, spark } = this.sources;
    const { relations, ...inputs } = await jobRelations(emitted, engine, { deepStorage, system });
    const job = this.#job({
      ...(engine === 'spark' && spark && { spark }),
      sql: emitted.sql,
      ordered: isOrdered(plan),
      columns: jobColumns(columns),
      relations,
      results: { stringifyArrays: context.sqlStringifyArrays, timeZone: context.sqlTimeZone },
    });
    return { job, inputs };
  }

  /** The job with what it needs to read external data; its directory lasts until `release`. */
  #readingExternal(job: Job): { readonly job: Job; release(): void } {
    const { allowedDirectories, s3, process } = this.sources;
    const directory = path.join(process.spillDirectory, job.id);
    mkdirSync(directory, { recursive: true });
    return {
      job: { ...job, directory, ...(s3 && { s3 }), ...(allowedDirectories && { allowedDirectories }) },
      release: () => {
        void rm(directory, { recursive: true, force: true });
      },
    };
  }

  #job({ results, ...rest }: InteractiveJob): Job {
    return {
      ...rest,
      id: randomUUID(),
      destination: { kind: 'results', ...results, skipsCounters: true },
      directory: '',
      maxParseExceptions: 0,
    };
  }

  /** Cancels the queries of an id; answers whether there were any. */
  cancel(queryId: string): boolean {
    const controllers = this.#queries.get(queryId);
    this.#queries.delete(queryId);
    for (const controller of controllers ?? []) controller.abort(new FaultError(faults.Canceled('USER_REQUEST')));
    return controllers !== undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const queryId of [...this.#queries.keys()]) this.cancel(queryId);
    await this.#process?.end('exit', 500);
  }

  /** @param inputs released when the job reads no more */
  #stream(
    job: Job,
    { queryId, signal }: Pick<QueryRequest, 'queryId' | 'signal'>,
    timeout: number | undefined,
    inputs: OpenInputs,
    warn?: (problem: ParseProblem) => void,
  ): QueryAnswer['rows'] {
    let worker = this.#running();
    const abort = new AbortController();
    const abandon = (): void => {
      abort.abort(new FaultError(faults.Canceled('USER_REQUEST')));
    };
    const rows = new RowStream<readonly unknown[]>(() => {
      worker.more(job.id);
    }, abandon);
    abort.signal.addEventListener('abort', () => {
      worker.cancel(job.id);
      rows.end(canceled(abort.signal));
    });
    signal.addEventListener('abort', abandon, { once: true });
    if (signal.aborted) abandon();
    const timer =
      timeout !== undefined && timeout > 0
        ? setTimeout(() => {
            abort.abort(new FaultError(faults.Canceled('QUERY_TIMEOUT')));
          }, timeout)
        : undefined;
    const forget = this.#remember(queryId, abort);
    const listener = {
      rows: (batch: readonly (readonly unknown[])[]) => {
        rows.push(batch);
      },
      ...(inputs.open && { open: inputs.open }),
      ...(warn && {
        warning: (_stage: number, problem: ParseProblem) => {
          warn(problem);
        },
      }),
    };
    const run = async (): Promise<void> => {
      // A request that was given up before it began must not run: its cancellation has passed already.
      if (abort.signal.aborted) throw canceled(abort.signal);
      await worker.run(job, listener);
    };
    run()
      .catch((error: unknown) => {
        if (!(error instanceof JobNotTaken)) throw error;
        worker = this.#running();
        return run();
      })
      .then(
        () => {
          rows.end();
        },
        (error: unknown) => {
          rows.end(error instanceof Error ? error : new Error(String(error)));
        },
      )
      .finally(() => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abandon);
        forget();
        inputs.release();
      });
    return rows;
  }

  #remember(queryId: string, abort: AbortController): () => void {
    const controllers = this.#queries.get(queryId) ?? new Set();
    this.#queries.set(queryId, controllers.add(abort));
    return () => {
      controllers.delete(abort);
      if (controllers.size === 0 && this.#queries.get(queryId) === controllers) this.#queries.delete(queryId);
    };
  }

  /** The process, a new one when the last has died: its queries failed, those to come need not. */
  #running(): WorkerProcess {
    if (this.#closed) throw new Error('The server is shutting down');
    if (this.#process?.alive) return this.#process;
    mkdirSync(this.sources.process.spillDirectory, { recursive: true });
    const started = new WorkerProcess('query', this.sources.process);
    this.#process = started;
    void started.exited.then(() => {
      if (!this.#closed) this.sources.logger.warn('the query process ended; the next query starts another');
    });
    return started;
  }
}
