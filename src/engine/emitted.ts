import type { ExternalNode, Plan, ScanNode } from '../sql/plan/index.js';

/** What a statement fixes for the emission of its SQL. */
export interface EmitOptions {
  /** IANA name (sqlTimeZone). */
  readonly timeZone: string;
  /** The statement's present, milliseconds since 1970. */
  readonly now: number;
  /** `false`: a row that is grouped by a string of several values ends the statement (groupByEnableMultiValueUnnesting). */
  readonly multiValueUnnesting?: boolean;
}

/**
 * A plan as SQL of an engine. The query puts out one column `c<id>` for each field of the plan's root. Leaves appear as
 * named relations, which whoever runs the query creates first as views: their columns carry the names of the node's
 * fields, in the engine types that sql/plan/expression.ts lists.
 */
export interface EmittedQuery {
  readonly sql: string;
  readonly relations: readonly EmittedRelation[];
  /** The same query for groups that do not fit into memory together; undefined where nothing is gained by it. */
  inPasses?(): QueryInPasses | undefined;
}

/** A query whose aggregations run one after the other, each over one part of the groups after the other. Plain data. */
export interface QueryInPasses {
  /** Each may name the relations of the query and the outputs of those before it. */
  readonly aggregations: readonly AggregationPasses[];
  /** The query over the outputs. */
  readonly sql: string;
}

/** An aggregation of rows that are kept in a table first. */
export interface AggregationPasses {
  /** What `sql` calls the rows, or the part of them that one pass is over. */
  readonly input: string;
  readonly inputSql: string;
  /** A column of the rows, a non-negative integer: the rows of a group have the same one. */
  readonly hash: string;
  /** What the queries that follow call the groups. */
  readonly output: string;
  readonly sql: string;
}

export interface EmittedRelation {
  readonly name: string;
  readonly node: ScanNode | ExternalNode;
}

export type EngineName = 'duckdb' | 'spark';

/** Turns logical plans into the SQL of one engine. Throws SqlError of kind `unsupported` for what it cannot express. */
export interface Dialect {
  readonly name: EngineName;
  emit(plan: Plan, options: EmitOptions): EmittedQuery;
  quoteIdentifier(name: string): string;
  quoteText(text: string): string;
}
