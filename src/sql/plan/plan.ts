/**
 * The logical plan: a tree of relational nodes. Every node lists the fields it puts out; a field's id is unique in the
 * whole statement, so an engine can use it as a column alias and correlated references need no scopes.
 */
import type { SqlType } from '../types.js';
import type { AggregateCall, Expression, SortKey, WindowCall } from './expression.js';
import type { TextBounds } from './text-ranges.js';

export interface Field {
  readonly id: number;
  readonly name: string;
  readonly type: SqlType;
}

/** A field computed from an expression over the node's input. */
export interface Computed<E> {
  readonly field: Field;
  readonly expression: E;
}

/** Rows of a datasource or of a system table. Only columns that the statement uses are listed (`field.name` is the column). */
export interface ScanNode {
  readonly kind: 'scan';
  readonly schema: string;
  readonly table: string;
  readonly fields: readonly Field[];
  /**
   * Bounds of __time that the filter above implies, milliseconds, end exclusive: what segment pruning may use.
   * Absent means all of time. The filter itself stays in the plan.
   */
  readonly intervals?: readonly { readonly start: number; readonly end: number }[];
  /** What the filter above implies of text columns, all of which holds; for pruning, as `intervals`. */
  readonly textBounds?: readonly TextBounds[];
}

/** Rows of external data. `field.name` is the name of the signature's column. */
export interface ExternalNode {
  readonly kind: 'external';
  /** Druid's inputSource and inputFormat JSON, parsed but not yet validated. */
  readonly inputSource: unknown;
  readonly inputFormat: unknown;
  /** The declared columns, all of them, in order (`fields` may be fewer after pruning). */
  readonly signature: readonly { readonly name: string; readonly type: SqlType }[];
  readonly fields: readonly Field[];
  /** What those of the fields are that are no columns of the signature. */
  readonly members?: readonly JsonMember[];
}

/** The text that JSON_VALUE finds inside of a JSON column of external data. */
export interface JsonMember {
  readonly field: Field;
  /** The signature's column. */
  readonly column: string;
  /** Names of members, from the outside to the inside; one at least. */
  readonly path: readonly string[];
}

export interface ValuesNode {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
  readonly fields: readonly Field[];
}

export interface FilterNode {
  readonly kind: 'filter';
  readonly input: Plan;
  readonly condition: Expression;
  readonly fields: readonly Field[];
}

export interface ProjectNode {
  readonly kind: 'project';
  readonly input: Plan;
  readonly columns: readonly Computed<Expression>[];
  readonly fields: readonly Field[];
}

export interface AggregateNode {
  readonly kind: 'aggregate';
  readonly input: Plan;
  readonly keys: readonly Computed<Expression>[];
  /** Each set lists indexes into `keys`. One set with all keys is an ordinary GROUP BY; one empty set a grand total. */
  readonly groupingSets: readonly (readonly number[])[];
  readonly aggregates: readonly Computed<AggregateCall>[];
  /** Keys, then aggregates. */
  readonly fields: readonly Field[];
}

export interface WindowNode {
  readonly kind: 'window';
  readonly input: Plan;
  readonly calls: readonly Computed<WindowCall>[];
  /** The input's fields, then the calls'. */
  readonly fields: readonly Field[];
}

export interface JoinNode {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
  readonly left: Plan;
  readonly right: Plan;
  readonly condition?: Expression;
  /** Left's fields, then right's. */
  readonly fields: readonly Field[];
}

/** For each row of `input`, one row for each element of the list `expression` (an array or a multi-value string). */
export interface UnnestNode {
  readonly kind: 'unnest';
  readonly input: Plan;
  readonly expression: Expression;
  readonly element: Field;
  /** Position from 1, when WITH ORDINALITY was asked. */
  readonly ordinality?: Field;
  /** `left` keeps rows whose list is empty or null, with a null element. */
  readonly type: 'inner' | 'left';
  /** The input's fields, then element (and ordinality). */
  readonly fields: readonly Field[];
}

export interface SortNode {
  readonly kind: 'sort';
  readonly input: Plan;
  readonly keys: readonly SortKey[];
  readonly fields: readonly Field[];
}

export interface LimitNode {
  readonly kind: 'limit';
  readonly input: Plan;
  /** Rows; absent means no limit. */
  readonly limit?: number;
  readonly offset: number;
  readonly fields: readonly Field[];
}

export interface SetOperationNode {
  readonly kind: 'setOperation';
  readonly operator: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  /** Fields correspond by position; the binder casts them to common types. */
  readonly inputs: readonly Plan[];
  readonly fields: readonly Field[];
}

export type Plan =
  | ScanNode
  | ExternalNode
  | ValuesNode
  | FilterNode
  | ProjectNode
  | AggregateNode
  | WindowNode
  | JoinNode
  | UnnestNode
  | SortNode
  | LimitNode
  | SetOperationNode;
