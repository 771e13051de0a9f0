import { randomUUID } from 'node:crypto';
import { EngineError, type EngineValue, type SqlSession } from '../session.js';
import { parseSparkAddress } from './address.js';
import { rowsOfBatch } from './arrow-rows.js';
import { ConnectClient } from './connect-client.js';
import { Execution } from './execution.js';
import { toEngineError } from './failures.js';
import type { ExecutePlanResponse, MetricObject, SparkPlan, StageInfo } from './messages.js';
import { sessionSettings } from './session-settings.js';

/** How a session is opened. */
export interface SparkSettings {
  /** `sc://host:15002/;token=…;use_ssl=true` */
  readonly remote: string;
  /** Spark's own settings for the session (`spark.sql.shuffle.partitions`, `spark.hadoop.fs.s3a.…`). */
  readonly session: Readonly<Record<string, string>>;
}

/** What is told of a plan while it runs. */
export interface SparkListener {
  progress?(stages: readonly StageInfo[], inflightTasks: number): void;
  metrics?(metrics: readonly MetricObject[]): void;
}

/** Files under a name that statements of the session may use. */
export interface FileView {
  readonly name: string;
  readonly format: 'parquet' | 'text' | 'csv' | 'binaryFile';
  /** Columns as in Spark's DDL: `\`a\` BIGINT, …`. */
  readonly schema?: string;
  readonly paths: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
}

/** Rows to be written as Parquet files by the executors. */
export interface ParquetWrite {
  readonly sql: string;
  /** A directory that all executors and the server can reach; it must not exist. */
  readonly path: string;
  readonly partitionBy: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** A session on a Spark Connect server. Statements may run side by side; `interrupt` stops them all. */
export class SparkSession implements SqlSession {
  readonly #running = new Set<Execution>();
  #isInterrupted = false;
  #isClosed = false;

  private constructor(readonly client: ConnectClient) {}

  /**
   * Connects and sets the session's settings.
   * @throws EngineError `lost` when the server does not answer; SparkAddressError
   */
  static async open({ remote, session }: SparkSettings): Promise<SparkSession> {
    const client = new ConnectClient(parseSparkAddress(remote), randomUUID());
    const settings = { ...session, ...sessionSettings };
    try {
      const pairs = Object.entries(settings).map(([key, value]) => ({ key, value }));
      const answer = (await client.call('Config', { operation: { set: { pairs } } })) as {
        serverSideSessionId?: string;
      };
      client.serverSideSessionId = answer.serverSideSessionId;
      return new SparkSession(client);
    } catch (error) {
      client.close();
      throw toEngineError(error);
    }
  }

  /** Whether the server still has the session. */
  async isAlive(): Promise<boolean> {
    try {
      await this.client.call('Config', { operation: { get: { keys: ['spark.sql.session.timeZone'] } } });
      return true;
    } catch {
      return false;
    }
  }

  /** The server's version, `4.1.4`. */
  async version(): Promise<string> {
    try {
      const answer = (await this.client.call('AnalyzePlan', { sparkVersion: {} })) as {
        sparkVersion?: { version?: string };
      };
      return answer.sparkVersion?.version ?? '';
    } catch (error) {
      throw toEngineError(error);
    }
  }

  /** Spark's own plan of a query, as text. Fails as the query would when Spark cannot make a plan of it. */
  async explain(sql: string): Promise<string> {
    try {
      const answer = (await this.client.call('AnalyzePlan', {
        explain: { plan: { root: { sql: { query: sql } } }, explainMode: 1 },
      })) as { explain?: { explainString?: string } };
      return answer.explain?.explainString ?? '';
    } catch (error) {
      throw toEngineError(error);
    }
  }

  async run(sql: string, listener: SparkListener = {}): Promise<number> {
    await this.#drain({ command: { sqlCommand: { sql, input: { sql: { query: sql } } } } }, listener);
    return 0;
  }

  async rows(sql: string, listener: SparkListener = {}): Promise<EngineValue[][]> {
    const rows: EngineValue[][] = [];
    for await (const batch of this.stream(sql, listener)) rows.push(...batch);
    return rows;
  }

  /** Runs a query and yields its rows batch by batch; a slow reader holds the server back. */
  async *stream(sql: string, listener: SparkListener = {}): AsyncGenerator<EngineValue[][], void, undefined> {
    for await (const { arrowBatch } of this.#execute({ root: { sql: { query: sql } } }, listener)) {
      if (arrowBatch?.data && (arrowBatch.rowCount ?? 0) > 0) yield rowsOfBatch(arrowBatch.data);
    }
  }

  /** Has the executors write the rows of a query. */
  async write({ sql, path, partitionBy, options }: ParquetWrite, listener: SparkListener = {}): Promise<void> {
    const writeOperation = {
      input: { sql: { query: sql } },
      source: 'parquet',
      path,
      mode: 'ERROR_IF_EXISTS',
      partitioningColumns: partitionBy,
      options,
    };
    await this.#drain({ command: { writeOperation } }, listener);
  }

  /** Gives files a name; nothing is read yet. */
  async createView({ name, format, schema, paths, options }: FileView): Promise<void> {
    const dataSource = { format, ...(schema !== undefined && { schema }), paths, options: options ?? {} };
    const createDataframeView = { input: { read: { dataSource } }, name, replace: true };
    await this.#drain({ command: { createDataframeView } }, {});
  }

  /** Stops what runs, which then fails with kind `interrupted`; later statements fail at once. */
  interrupt(): void {
    this.#isInterrupted = true;
    for (const execution of this.#running) execution.interrupt();
  }

  /** Lets the server forget the session. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.client.call('ReleaseSession', {}).catch(() => undefined);
    this.client.close();
  }

  async #drain(plan: SparkPlan, listener: SparkListener): Promise<void> {
    const responses = this.#execute(plan, listener);
    while ((await responses.next()).done !== true);
  }

  async *#execute(plan: SparkPlan, listener: SparkListener): AsyncGenerator<ExecutePlanResponse, void, undefined> {
    if (this.#isInterrupted) throw new EngineError('interrupted', 'The session was interrupted');
    const execution = new Execution(this.client, plan);
    this.#running.add(execution);
    try {
      for await (const response of execution.responses()) {
        const { executionProgress: progress, metrics } = response;
        if (progress) listener.progress?.(progress.stages ?? [], progress.numInflightTasks ?? 0);
        if (metrics) listener.metrics?.(metrics.metrics ?? []);
        yield response;
      }
    } catch (error) {
      if (this.#isInterrupted) throw new EngineError('interrupted', 'The statement was interrupted', { cause: error });
      throw toEngineError(error);
    } finally {
      this.#running.delete(execution);
    }
  }
}
