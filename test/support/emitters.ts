/** For tests of catalogue functions: calls their emitters over literal SQL and runs the result on DuckDB. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll } from 'vitest';
import type { EmitContext, FunctionDeclaration } from '../../src/sql/functions/declaration.js';
import type { Expression } from '../../src/sql/plan/expression.js';
import { BIGINT, type SqlType } from '../../src/sql/types.js';
import { castMacros } from '../../src/engine/duckdb/casts.js';
import { multiValueMacros } from '../../src/engine/duckdb/multi-value.js';

/** An argument: SQL text with its type, or a constant that emitters may read. */
export interface Argument {
  readonly sql: string;
  readonly expression: Expression;
}

/** An argument of which emitters see the type alone. */
export const sqlArgument = (sql: string, type: SqlType = BIGINT): Argument => ({
  sql,
  expression: { kind: 'column', id: 0, name: 'x', type },
});

/** A constant argument. */
export function constant(value: bigint | number | string | boolean | null, type: SqlType): Argument {
  const sql = typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
  return { sql: value === null ? 'NULL' : sql, expression: { kind: 'literal', value, type } };
}

export interface Evaluation {
  /** The SQL that a function's emitter gives for the arguments. */
  sql(name: string, args: readonly Argument[], context?: Partial<EmitContext>): string;
  /** The first column of the query's rows, as JSON. */
  rows(query: string): Promise<readonly unknown[]>;
  /** The value of a scalar call. */
  value(name: string, args: readonly Argument[], context?: Partial<EmitContext>): Promise<unknown>;
}

const resultOf = (declaration: FunctionDeclaration, args: readonly Expression[]): SqlType =>
  typeof declaration.result === 'function' ? declaration.result(args) : declaration.result;

/** Opens a database with the macros of the engine and of the given functions for the tests of a file. */
export function useEvaluation(declarations: readonly FunctionDeclaration[], macros: readonly string[]): Evaluation {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    for (const macro of [...multiValueMacros, ...castMacros, ...macros]) await connection.run(macro);
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const sql: Evaluation['sql'] = (name, args, context = {}) => {
    const declaration = declarations.find((each) => each.name === name || each.aliases?.includes(name));
    const emitter = declaration?.emit.duckdb;
    if (!declaration || !emitter) throw new Error(`no emitter of ${name}`);
    const expressions = args.map((argument) => argument.expression);
    return emitter(
      args.map((argument) => argument.sql),
      {
        args: expressions,
        type: resultOf(declaration, expressions),
        timeZone: 'UTC',
        distinct: false,
        orderBy: '',
        suffix: '',
        now: 0,
        emit: () => '',
        ...context,
      },
    );
  };
  const rows: Evaluation['rows'] = async (query) => {
    const reader = await connection.runAndReadAll(query);
    return reader.getRowsJson().map(([first]) => first);
  };
  return {
    sql,
    rows,
    value: async (name, args, context) => (await rows(`SELECT ${sql(name, args, context)}`))[0],
  };
}
