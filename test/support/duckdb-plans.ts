/** For tests of the duckdb engine: a small catalogue, factories of plans, and a database to run them on. */
import type {
  Emitter,
  FunctionDeclaration,
  FunctionFamily,
  FunctionKind,
} from '../../src/sql/functions/declaration.js';
import type { AggregateCall, Expression, Field, Plan, SortKey } from '../../src/sql/plan/index.js';
import { BIGINT, BOOLEAN, MULTI_VALUE_VARCHAR, type SqlType, VARCHAR } from '../../src/sql/types.js';
import type { EngineValue } from '../../src/engine/session.js';
import { castMacros } from '../../src/engine/duckdb/casts.js';
import { duckdbSyntax } from '../../src/engine/duckdb/syntax.js';
import { createDialect } from '../../src/engine/emission/plan-emitter.js';
import type { DuckdbSession } from '../../src/engine/duckdb/duckdb-session.js';
import { type Database, openInstance } from '../../src/engine/duckdb/instance.js';
import { listMacros } from '../../src/engine/duckdb/lists.js';
import { multiValueMacros } from '../../src/engine/duckdb/multi-value.js';
import { zoneMacros } from '../../src/sql/functions/time-zone.js';

function declare(
  name: string,
  duckdb: Emitter | undefined,
  family: FunctionFamily = 'other',
  kind: FunctionKind = 'scalar',
): FunctionDeclaration {
  return {
    name,
    kind,
    family,
    signatures: [],
    result: BIGINT,
    nulls: 'strict',
    summary: name,
    emit: duckdb ? { duckdb } : {},
  };
}

const infix = (sign: string): FunctionDeclaration =>
  declare(sign, (args) => args.join(` ${sign} `), 'logic', 'operator');
const plainCall = (name: string, kind: FunctionKind): FunctionDeclaration =>
  declare(
    name,
    (args, context) =>
      `${name.toLowerCase()}(${context.distinct ? 'DISTINCT ' : ''}${args.join(', ')}${context.orderBy})${context.suffix}`,
    'other',
    kind,
  );

const declarations = [
  ...['=', '<>', '<', '>', '+', '||', 'AND', 'OR', 'LIKE', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'].map(infix),
  declare('NOT', ([operand]) => `NOT ${operand ?? ''}`),
  declare('IS NULL', ([operand]) => `${operand ?? ''} IS NULL`),
  declare('IS NOT NULL', ([operand]) => `${operand ?? ''} IS NOT NULL`),
  ...['UPPER', 'LENGTH'].map((name) => plainCall(name, 'scalar')),
  declare('ARRAY', (args) => `[${args.join(', ')}]`, 'array'),
  declare('MV_LENGTH', ([list]) => `len(multi_values(${list ?? ''}))`, 'multivalue'),
  declare('MV_REVERSE', ([list]) => `multi_text(list_reverse(multi_values(${list ?? ''})))`, 'multivalue'),
  declare('COUNT', ([value], { distinct, suffix }) => `count(${distinct ? 'DISTINCT ' : ''}${value ?? '*'})${suffix}`),
  declare('SUM', ([value], { suffix }) => `sum(${value ?? ''})${suffix}::BIGINT`),
  ...['ARRAY_AGG', 'ROW_NUMBER', 'FIRST_VALUE'].map((name) => plainCall(name, 'aggregate')),
  declare('THETA', undefined),
];
const byName = new Map(declarations.map((declaration) => [declaration.name, declaration]));

export const testDialect = createDialect(duckdbSyntax, (name) => byName.get(name));

export const field = (id: number, type: SqlType = BIGINT, name = `f${id}`): Field => ({ id, name, type });
export const column = ({ id, name, type }: Field): Expression => ({ kind: 'column', id, name, type });
export const text = (value: string | null): Expression => ({ kind: 'literal', value, type: VARCHAR });
export const integer = (value: number | bigint | null): Expression => ({
  kind: 'literal',
  value: value === null ? null : BigInt(value),
  type: BIGINT,
});
export const call = (name: string, args: readonly Expression[], type: SqlType = BOOLEAN): Expression => ({
  kind: 'call',
  function: name,
  args,
  type,
});
export const multi = (id: number): Field => field(id, MULTI_VALUE_VARCHAR);

/** A VALUES node over constants. */
export function table(fields: readonly Field[], rows: readonly (readonly (string | number | bigint | null)[])[]): Plan {
  return {
    kind: 'values',
    fields,
    rows: rows.map((row) =>
      row.map((value, index): Expression => {
        const type = fields[index]?.type ?? BIGINT;
        return {
          kind: 'literal',
          value: typeof value === 'number' && type.name === 'BIGINT' ? BigInt(value) : value,
          type,
        };
      }),
    ),
  };
}

/** Four rows: ids from 1, and the cities of three of them. */
export const id = field(1);
export const city = field(2, VARCHAR);
export const people = table(
  [id, city],
  [
    [1, 'Oslo'],
    [2, 'Rome'],
    [3, 'Oslo'],
    [4, null],
  ],
);
export const ascending = (expression: Expression, nullsFirst = true): SortKey => ({
  expression,
  descending: false,
  nullsFirst,
});
export const sort = (input: Plan, ...keys: SortKey[]): Plan => ({ kind: 'sort', input, keys, fields: input.fields });
export const project = (input: Plan, ...columns: [ReturnType<typeof field>, Expression][]): Plan => ({
  kind: 'project',
  input,
  columns: columns.map(([output, expression]) => ({ field: output, expression })),
  fields: columns.map(([output]) => output),
});
export const filter = (input: Plan, condition: Expression): Plan => ({
  kind: 'filter',
  input,
  condition,
  fields: input.fields,
});
export const aggregateOf = (
  name: string,
  args: readonly Expression[],
  more: Partial<AggregateCall> = {},
): AggregateCall => ({
  function: name,
  args,
  distinct: false,
  type: BIGINT,
  ...more,
});
export const count = aggregateOf('COUNT', []);

export interface TestEngine {
  readonly session: DuckdbSession;
  sql(plan: Plan, timeZone?: string): string;
  rows(plan: Plan): Promise<readonly (readonly EngineValue[])[]>;
  close(): Promise<void>;
}

/** A database with this room's macros and a way to run plans on it. */
export async function openTestEngine(): Promise<TestEngine> {
  const database: Database = await openInstance({ threads: 2, memoryBytes: 400_000_000, spillDirectory: '' }, [
    ...zoneMacros,
    ...multiValueMacros,
    ...castMacros,
    ...listMacros,
  ]);
  const session = await database.connect();
  const sql = (plan: Plan, timeZone = 'UTC'): string => testDialect.emit(plan, { timeZone, now: 0 }).sql;
  return {
    session,
    sql,
    rows: (plan) => session.rows(sql(plan)),
    close: async () => {
      await session.close();
      database.close();
    },
  };
}
