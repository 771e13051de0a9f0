import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { quoteText } from '../../engine/duckdb/index.js';
import type { SqlSession } from '../../engine/session.js';

/** A leaf of a statement that ran: what a table function (a reader of files) put out. */
export interface Scan {
  readonly rows: number;
  /** The files as DuckDB lists them; empty for what was in memory. */
  readonly files: string;
}

export interface Profile {
  readonly scans: readonly Scan[];
  /** Bytes of the rows that the statement's query put out, as DuckDB held them. */
  readonly outputBytes: number;
}

interface ProfileNode {
  readonly operator_type?: string;
  readonly operator_cardinality?: number;
  readonly result_set_size?: number;
  readonly extra_info?: Readonly<Record<string, unknown>>;
  readonly children?: readonly ProfileNode[];
}

const METRICS = JSON.stringify({
  OPERATOR_TYPE: 'true',
  OPERATOR_CARDINALITY: 'true',
  RESULT_SET_SIZE: 'true',
  EXTRA_INFO: 'true',
});

/** Operators that only carry rows to where they are kept; the query's own output is below them. */
const SINKS: ReadonlySet<string> = new Set(['CREATE_TABLE_AS', 'BATCH_CREATE_TABLE_AS', 'RESULT_COLLECTOR']);

function outputOf(node: ProfileNode): number {
  const [child] = node.children ?? [];
  const carries = node.operator_type === undefined || SINKS.has(node.operator_type);
  return carries && child ? outputOf(child) : (node.result_set_size ?? 0);
}

/** A table that a job made: its rows have been counted where they came from. */
const ownTable = /\.rows_\d+$/;

function scansOf(node: ProfileNode): readonly Scan[] {
  const children = node.children ?? [];
  if (ownTable.test(String(node.extra_info?.Table ?? ''))) return [];
  if (node.operator_type === 'TABLE_SCAN' && node.extra_info?.['Filename(s)'] !== undefined) {
    return [{ rows: node.operator_cardinality ?? 0, files: String(node.extra_info['Filename(s)']) }];
  }
  if (node.operator_type === 'TABLE_SCAN' || node.operator_type === 'COLUMN_DATA_SCAN') {
    return [{ rows: node.operator_cardinality ?? 0, files: '' }];
  }
  return children.flatMap(scansOf);
}

/** Counts rows inside a statement while it runs. */
export class Profiler {
  readonly #file: string;

  constructor(
    readonly session: SqlSession,
    directory: string,
    name: string,
  ) {
    this.#file = path.join(directory, `${name}.profile.json`);
  }

  /** From now on each statement of the session writes its counts when it ends. */
  async start(): Promise<void> {
    await this.session.run(`PRAGMA custom_profiling_settings = ${quoteText(METRICS)}`);
    await this.session.run(`PRAGMA enable_profiling = 'json'`);
    await this.session.run(`PRAGMA profiling_output = ${quoteText(this.#file)}`);
  }

  /** The counts of the last statement. */
  async finish(): Promise<Profile> {
    // Switching off is a statement too; what it would write must not take the place of what is asked for.
    const text = await readFile(this.#file, 'utf8').catch(() => '{}');
    await this.session.run('PRAGMA disable_profiling');
    await rm(this.#file, { force: true });
    const root = JSON.parse(text) as ProfileNode;
    return { scans: scansOf(root), outputBytes: outputOf(root) };
  }
}
