/** Runs a job's query within the memory of the process. */
import type { DuckdbSession } from '../../engine/duckdb/index.js';
import type { AggregationPasses } from '../../engine/emitted.js';
import type { StatementOf } from './inputs.js';
import type { RunningJob } from './job.js';
import { lacksMemory, runWithinMemory, withOneThread } from './memory.js';
import { Profiler, type Profile, type Scan } from './profile.js';

/**
 * Into how many parts groups are divided that did not fit. With fewer, states take more memory beside
 * what the engine counts; with more, reading the rows for each part takes longer. Measured with 20 million groups.
 */
const PARTS = 16;
/** Parts after which more would not help: a single group is too large. */
const MOST_PARTS = PARTS ** 3;

export interface QueryRun {
  readonly session: DuckdbSession;
  readonly statement: StatementOf;
  /** Runs a statement of the query, and nothing else of the session. */
  work(sql: string): Promise<void>;
  /** Whether the work may be done again after it failed; absent means yes. */
  canRepeat?(): boolean;
}

/**
 * Runs the job's query and answers what it read. What does not fit into memory runs again: the aggregations whose groups
 * can be divided part by part, and what still does not fit with one thread.
 * @throws EngineError of kind `memory` when that does not fit either
 */
export async function runQuery(running: RunningJob, run: QueryRun): Promise<Profile> {
  const { job } = running;
  const { session, statement } = run;
  const once = (query: string, groups?: ReadonlyMap<string, string>): Promise<Profile> =>
    profiled(running, session, () => run.work(statement(query, groups)));
  const mayRepeat = (error: unknown): boolean => lacksMemory(error) && run.canRepeat?.() !== false;
  const { passes } = job;
  let query = job.sql;
  const groups = new Map<string, string>();
  const scans: Scan[] = [];
  const ran = (profile: Profile): Profile => ({ ...profile, scans: [...scans, ...profile.scans] });
  try {
    return await once(query);
  } catch (error) {
    if (!mayRepeat(error)) throw error;
  }
  if (passes) {
    for (const aggregation of passes.aggregations) {
      const { table, read } = await aggregate(running, { session, statement, groups }, aggregation);
      groups.set(aggregation.output, `SELECT * FROM ${table}`);
      scans.push(...read);
    }
    query = passes.sql;
    try {
      return ran(await once(query, groups));
    } catch (error) {
      if (!mayRepeat(error)) throw error;
    }
  }
  return ran(await withOneThread(running, session, () => once(query, groups)));
}

async function profiled(running: RunningJob, session: DuckdbSession, work: () => Promise<void>): Promise<Profile> {
  const profiler = new Profiler(session, running.directory, 'query');
  await profiler.start();
  try {
    await work();
  } catch (error) {
    if (!running.signal.aborted) await profiler.finish().catch(() => undefined);
    throw error;
  }
  return profiler.finish();
}

interface Grouping {
  readonly session: DuckdbSession;
  readonly statement: StatementOf;
  /** Groups that have been made, as SELECTs under their names. */
  readonly groups: ReadonlyMap<string, string>;
}

/** The groups whose hash leaves the remainder `part` when it is divided by `parts`. */
interface Part {
  readonly parts: number;
  readonly part: number;
}

const divided = ({ parts, part }: Part): Part[] =>
  Array.from({ length: PARTS }, (_, nth) => ({ parts: parts * PARTS, part: part + nth * parts }));

/** Makes a table of the groups: a part of them after the other; one that does not fit is divided again. */
async function aggregate(
  running: RunningJob,
  { session, statement, groups }: Grouping,
  { input, inputSql, hash, sql }: AggregationPasses,
): Promise<{ readonly table: string; readonly read: readonly Scan[] }> {
  const rows = running.newTable();
  const { scans } = await profiled(running, session, () =>
    runWithinMemory(running, session, `CREATE TABLE ${rows} AS ${statement(inputSql, groups)}`),
  );
  const over = (condition: string): string =>
    statement(sql, new Map([...groups, [input, `SELECT * FROM ${rows} WHERE ${condition}`]]));
  const table = running.newTable();
  await session.run(`CREATE TABLE ${table} AS ${over('false')}`);
  const waiting = divided({ parts: 1, part: 0 });
  for (let each = waiting.pop(); each; each = waiting.pop()) {
    try {
      await session.run(`INSERT INTO ${table} ${over(`${hash} % ${each.parts} = ${each.part}`)}`);
    } catch (error) {
      if (!lacksMemory(error) || each.parts === MOST_PARTS) throw error;
      waiting.push(...divided(each));
    }
  }
  await session.run(`DROP TABLE ${rows}`);
  return { table, read: scans };
}
