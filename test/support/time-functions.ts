import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll } from 'vitest';
import { timeFunctions, timeMacros } from '../../src/sql/functions/time.js';
import type { Expression } from '../../src/sql/plan/expression.js';
import { BIGINT, TIMESTAMP, VARCHAR } from '../../src/sql/types.js';

let connection: DuckDBConnection;

/** Opens a database with the macros of the time functions for the tests of a file. */
export function useTimeFunctions(): void {
  let instance: DuckDBInstance;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { autoload_known_extensions: 'false', threads: '1' });
    connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'; ${timeMacros.join(';\n')};`);
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });
}

export const now = Date.UTC(2026, 10, 24, 23, 30, 0, 123);
export const text = (value: string | null): Expression => ({ kind: 'literal', value, type: VARCHAR });
export const whole = (value: number): Expression => ({ kind: 'literal', value: BigInt(value), type: BIGINT });
export const moment = (value: string): Expression => ({ kind: 'literal', value: Date.parse(value), type: TIMESTAMP });
export const column: Expression = { kind: 'column', id: 1, name: 'x', type: TIMESTAMP };

export function declaration(name: string) {
  const found = timeFunctions.find((each) => each.name === name || each.aliases?.includes(name));
  if (!found) throw new Error(`no function ${name}`);
  return found;
}

function sqlOf(arg: Expression): string {
  if (arg.kind === 'column') return arg.name;
  if (arg.kind !== 'literal' || arg.value === null) return 'NULL';
  if (arg.type.name === 'TIMESTAMP') return `make_timestamp_ms(${String(arg.value)})`;
  return typeof arg.value === 'string' ? `'${arg.value.replaceAll("'", "''")}'` : `${String(arg.value)}::BIGINT`;
}

export function emit(name: string, args: readonly Expression[], timeZone = 'UTC'): string {
  const found = declaration(name);
  const problem = found.check?.(args);
  if (problem !== undefined) throw new Error(problem);
  const type = typeof found.result === 'function' ? found.result(args) : found.result;
  const sql = found.emit.duckdb?.(args.map(sqlOf), {
    args,
    type,
    timeZone,
    distinct: false,
    orderBy: '',
    suffix: '',
    now,
    emit: sqlOf,
  });
  if (sql === undefined) throw new Error(`no emitter for ${name}`);
  return sql;
}

/** Runs a call over values of the column x and gives its values: moments as milliseconds since 1970. */
export async function run(sql: string, type: 'TIMESTAMP' | 'VARCHAR', values: readonly string[]): Promise<unknown[]> {
  const rows = values.map((value, index) => `(${String(index)}, ${value})`).join(', ');
  const reader = await connection.runAndReadAll(
    `SELECT CASE WHEN typeof(v) = 'TIMESTAMP' THEN epoch_ms(TRY_CAST(CAST(v AS VARCHAR) AS TIMESTAMP))::VARCHAR ELSE CAST(v AS VARCHAR) END, typeof(v)
     FROM (SELECT i, ${sql} AS v FROM (VALUES ${rows}) t(i, x0), LATERAL (SELECT CAST(x0 AS ${type}) AS x)) ORDER BY i`,
  );
  return reader.getRows().map(([value, kind]) => {
    if (value === null || value === undefined) return null;
    return kind === 'TIMESTAMP' ? new Date(Number(value)).toISOString() : value;
  });
}

export const at = (iso: string): string => `make_timestamp_ms(${String(Date.parse(iso))})`;
export const onMoment = async (sql: string, iso: string): Promise<unknown> =>
  (await run(sql, 'TIMESTAMP', [at(iso)]))[0];
export const onText = async (sql: string, value: string): Promise<unknown> =>
  (await run(sql, 'VARCHAR', [`'${value.replaceAll("'", "''")}'`]))[0];

export const LA = 'America/Los_Angeles';
