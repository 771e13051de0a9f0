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
}

export interface EmittedRelation {
  readonly name: string;
  readonly node: ScanNode | ExternalNode;
}

/** Turns logical plans into the SQL of one engine. Throws SqlError of kind `unsupported` for what it cannot express. */
export interface Dialect {
  readonly name: 'duckdb' | 'spark';
  emit(plan: Plan, options: EmitOptions): EmittedQuery;
  quoteIdentifier(name: string): string;
  quoteText(text: string): string;
}
