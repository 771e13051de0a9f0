/** The state of one binding and the seams between its parts: what every subject file of the binder shares. */
import type { Expr, Query, WindowSpec } from '../ast.js';
import type { SchemaCatalog } from '../catalog.js';
import type { Span } from '../errors.js';
import type { AggregateCall, Computed, Expression, Field, Plan, WindowCall } from '../plan/index.js';
import type { SqlType } from '../types.js';
import type { CommonTables } from './common-tables.js';
import type { Scope } from './scope.js';

/** A value for `?`. `type` is an SQL type name as JDBC clients send it: VARCHAR, BIGINT, DOUBLE, TIMESTAMP, ARRAY … */
export interface BindParameter {
  readonly type: string;
  /** Numbers, texts, booleans, null; TIMESTAMP as milliseconds, DATE as days, or both as text; ARRAY as a list. */
  readonly value: unknown;
}

/** External data as EXTERN names it: Druid's JSON. */
export interface ExternalDefinition {
  readonly inputSource: unknown;
  readonly inputFormat: unknown;
}

export interface BindOptions {
  readonly catalog: SchemaCatalog;
  /** Values of `?`, in order. */
  readonly parameters?: readonly (BindParameter | null)[];
  /** IANA name or offset; timestamp literals are read in it (sqlTimeZone). */
  readonly timeZone?: string;
  /** The statement's fixed present, milliseconds since 1970. */
  readonly now?: number;
  /** COUNT(DISTINCT x) becomes APPROX_COUNT_DISTINCT(x). Default true, as in Druid. */
  readonly useApproximateCountDistinct?: boolean;
  /** forceSegmentSortByTime: CLUSTERED BY may not place __time anywhere but first. Default true. */
  readonly forceSegmentSortByTime?: boolean;
  /** The columns, with Druid's native types, of external data without a signature; absent means that it needs one. */
  readonly signatureOf?: (
    definition: ExternalDefinition,
  ) => readonly { readonly name: string; readonly type: string }[];
  /** The SQL text, from which refusals quote what was written. */
  readonly text?: string;
}

/** A bound query: the plan and the names of its outputs, one for each of `outputs`. */
export interface BoundQuery {
  readonly plan: Plan;
  readonly outputs: readonly Output[];
}

export interface Output {
  readonly name: string;
  readonly field: Field;
  /** False for an EXPR$n name that nobody wrote. */
  readonly named: boolean;
  readonly span?: Span;
}

/** What a query sees of the text around it. */
export interface QueryEnvironment {
  readonly outer?: Scope;
  readonly tables?: CommonTables;
}

/** The clause in which an expression stands; its name appears in refusals. */
export type Clause = 'SELECT' | 'WHERE' | 'ON' | 'GROUP BY' | 'HAVING' | 'ORDER BY' | 'QUALIFY' | 'VALUES' | 'UNNEST';

/** Aggregates or window calls met while the expressions of one SELECT are bound. */
export interface Collector<C> {
  readonly calls: Computed<C>[];
}

/** What an expression sees. */
export interface ExpressionEnvironment {
  readonly scope: Scope;
  readonly tables?: CommonTables;
  readonly clause: Clause;
  /** Present where aggregates may stand. */
  readonly aggregates?: Collector<AggregateCall>;
  /** Present where window functions may stand. */
  readonly windows?: Collector<WindowCall>;
  readonly insideAggregate?: boolean;
  readonly insideWindow?: boolean;
  /** Names of outputs that stand for their expressions (ORDER BY always, HAVING when the scope has no such column). */
  readonly aliases?: ReadonlyMap<string, Expression>;
  readonly aliasesFirst?: boolean;
  /** Windows of the WINDOW clause. */
  readonly namedWindows?: ReadonlyMap<string, WindowSpec>;
}

/** Where a column reference stood, for refusals that are found after binding. */
export interface Place {
  readonly span: Span;
  readonly text: string;
}

export interface Binding {
  readonly options: Required<Omit<BindOptions, 'text' | 'signatureOf'>> & Pick<BindOptions, 'text' | 'signatureOf'>;
  /** Datasources met so far. */
  readonly reads: Set<string>;
  readonly places: WeakMap<Expression, Place>;
  nextId(): number;
  newField(name: string, type: SqlType): Field;
  expression(node: Expr, environment: ExpressionEnvironment): Expression;
  query(node: Query, environment: QueryEnvironment): BoundQuery;
}
