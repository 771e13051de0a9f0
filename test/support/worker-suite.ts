import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll } from 'vitest';
import type { DataSegment } from '../../src/segments/segment.js';
import type { SqlType } from '../../src/sql/types.js';
import type { Job, JobRelation } from '../../src/tasks/worker/protocol.js';
import { WorkerProcess } from './worker-process.js';

type JobEnd = Awaited<ReturnType<WorkerProcess['run']>>;

/** A DuckDB process for the tests of one file, and its directory. */
export class WorkerSuite {
  directory = '';
  #worker: WorkerProcess | undefined;

  get worker(): WorkerProcess {
    if (!this.#worker) throw new Error('The process starts before the first test');
    return this.#worker;
  }

  async start(): Promise<void> {
    this.directory = mkdtempSync(path.join(tmpdir(), 'millrace-worker-'));
    this.#worker = await WorkerProcess.start(this.directory);
  }

  async stop(): Promise<void> {
    await this.#worker?.exit();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs a job that must write segments. */
  async ingest(job: Job): Promise<JobEnd & { readonly segments: readonly DataSegment[] }> {
    const end = await this.worker.run(job);
    if (end.end.type === 'failed') throw new Error(JSON.stringify(end.end.fault));
    return { ...end, segments: end.end.summary.segments ?? [] };
  }

  /** Runs a job that must fail. */
  async faultOf(job: Job): Promise<{ readonly code: string; readonly message: string }> {
    const { end } = await this.worker.run(job);
    if (end.type === 'done') throw new Error('The job did not fail');
    return { code: end.fault.errorCode, message: end.fault.errorMessage };
  }

  /** Written segments as a relation of another job. */
  relationOf(segments: readonly DataSegment[]): JobRelation {
    return {
      kind: 'segments',
      name: 'source',
      columns: segments[0]?.columns ?? [],
      segments: segments.map((segment) => ({ segment, path: this.#fileOf(segment) })),
    };
  }

  /** What a query finds in the files of segments, by DuckDB alone; they are its relation `rows`. */
  async rowsOf(segments: readonly DataSegment[], sql: string): Promise<readonly (readonly unknown[])[]> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    try {
      const files = segments.map((segment) => `'${this.#fileOf(segment)}'`).join(', ');
      await connection.run(`CREATE VIEW rows AS SELECT * FROM read_parquet([${files}])`);
      return (await connection.runAndReadAll(sql)).getRowsJson();
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  #fileOf({ loadSpec }: DataSegment): string {
    return path.join(this.directory, loadSpec.type === 'tombstone' ? '' : loadSpec.path);
  }
}

/** Starts a process before the first test of a file and ends it after the last. */
export function useWorker(): WorkerSuite {
  const suite = new WorkerSuite();
  beforeAll(() => suite.start());
  afterAll(() => suite.stop());
  return suite;
}

function external(inputSource: unknown, columns: Readonly<Record<string, SqlType>>): JobRelation {
  return {
    kind: 'external',
    name: 'source',
    external: {
      inputSource,
      inputFormat: { type: 'json' },
      signature: Object.entries(columns).map(([name, type]) => ({ name, type })),
      columns: Object.keys(columns),
    },
  };
}

/** JSON lines as the relation `source`. */
export const inlineJson = (lines: readonly string[], columns: Readonly<Record<string, SqlType>>): JobRelation =>
  external({ type: 'inline', data: lines.join('\n') }, columns);

/** Files of JSON lines as the relation `source`. */
export const jsonFiles = (files: readonly string[], columns: Readonly<Record<string, SqlType>>): JobRelation =>
  external({ type: 'local', files }, columns);

export const HOUR = 3_600_000;
export const START = Date.UTC(2024, 0, 1);

/** FROM clause of rows made inside of the engine: `i` from 0 on. */
export const generated = (rows: number): string => `FROM range(${rows}) g(i)`;

/** SQL of the time so many hours after START. */
export const timeOf = (hours: string): string => `make_timestamp((${START} + (${hours}) * ${HOUR}) * 1000)`;
