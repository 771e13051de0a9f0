/**
 * Bound, typed expressions: what a query means, with nothing left to guess. Plain serialisable data.
 *
 * How values are held by every engine (the binder inserts casts so that operands agree):
 * BOOLEAN as boolean; TINYINT … BIGINT as 64-bit integer; DECIMAL and DOUBLE as double; FLOAT and REAL as float; CHAR and
 * VARCHAR as text; DATE and TIMESTAMP as timestamp without zone, UTC (a DATE is a timestamp at midnight, as in Druid);
 * INTERVAL_DAY_TIME as 64-bit milliseconds; INTERVAL_YEAR_MONTH as 64-bit months; ARRAY as list; COMPLEX<json> as JSON.
 */
import type { Span } from '../errors.js';
import type { SqlType } from '../types.js';
import type { Plan } from './plan.js';

/**
 * A constant. `value` is bigint for integer types, number for DECIMAL, DOUBLE and FLOAT, string for CHAR and VARCHAR,
 * boolean for BOOLEAN, milliseconds since 1970 for DATE and TIMESTAMP, milliseconds or months for intervals.
 */
export interface LiteralExpression {
  readonly kind: 'literal';
  readonly value: bigint | number | string | boolean | null;
  readonly type: SqlType;
}

/** A reference to a field of the plan below (or, in a correlated subquery, of the plan around). */
export interface ColumnExpression {
  readonly kind: 'column';
  /** `Field.id`; unique in the whole statement, so no qualifier is needed. */
  readonly id: number;
  readonly name: string;
  readonly type: SqlType;
}

/**
 * A scalar operator or function of the catalogue. `function` is the canonical name: `+`, `=`, `AND`, `LIKE`, `IS NULL`,
 * `UPPER`, `TIME_FLOOR`. Time units, trim sides and the like are literal VARCHAR arguments, as the declaration says.
 */
export interface CallExpression {
  readonly kind: 'call';
  readonly function: string;
  readonly args: readonly Expression[];
  readonly type: SqlType;
  /** Where the call stood; never part of equality. */
  readonly span?: Span;
}

export interface CastExpression {
  readonly kind: 'cast';
  readonly input: Expression;
  readonly type: SqlType;
  /** A failing conversion gives NULL (Druid's casts of text to numbers always do). */
  readonly safe?: boolean;
}

/** Searched CASE; the binder turns the simple form into this one. */
export interface CaseExpression {
  readonly kind: 'case';
  readonly whens: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression;
  readonly type: SqlType;
}

/** `needle IN (items)`, all of one type; NULL semantics are SQL's. */
export interface InListExpression {
  readonly kind: 'inList';
  readonly needle: Expression;
  readonly items: readonly Expression[];
  readonly negated: boolean;
  readonly type: SqlType;
}

/** `(needles) IN (subquery)`. The plan has as many fields as there are needles. */
export interface InSubqueryExpression {
  readonly kind: 'inSubquery';
  readonly needles: readonly Expression[];
  readonly plan: Plan;
  readonly negated: boolean;
  readonly type: SqlType;
}

export interface ExistsExpression {
  readonly kind: 'exists';
  readonly plan: Plan;
  readonly type: SqlType;
}

/** A query of one field and at most one row, as a value. */
export interface ScalarSubqueryExpression {
  readonly kind: 'scalarSubquery';
  readonly plan: Plan;
  readonly type: SqlType;
}

/** `needle op ANY|ALL (subquery)`. */
export interface QuantifiedExpression {
  readonly kind: 'quantified';
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly quantifier: 'ANY' | 'ALL';
  readonly needle: Expression;
  readonly plan: Plan;
  readonly type: SqlType;
}

export type Expression =
  | LiteralExpression
  | ColumnExpression
  | CallExpression
  | CastExpression
  | CaseExpression
  | InListExpression
  | InSubqueryExpression
  | ExistsExpression
  | ScalarSubqueryExpression
  | QuantifiedExpression;

/** An aggregate over a group. `function` is the canonical catalogue name; COUNT(*) has no arguments. */
export interface AggregateCall {
  readonly function: string;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  readonly filter?: Expression;
  readonly orderBy?: readonly SortKey[];
  readonly type: SqlType;
}

/** A window function, or an aggregate over a window. */
export interface WindowCall extends AggregateCall {
  readonly partitionBy: readonly Expression[];
  readonly windowOrderBy: readonly SortKey[];
  readonly frame?: Frame;
  readonly ignoreNulls?: boolean;
}

export interface Frame {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
  readonly start: FrameBoundary;
  readonly end: FrameBoundary;
}

export type FrameBoundary =
  | { readonly kind: 'unboundedPreceding' | 'unboundedFollowing' | 'currentRow' }
  | { readonly kind: 'preceding' | 'following'; readonly offset: Expression };

export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}
