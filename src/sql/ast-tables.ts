/** The syntax tree of what stands behind FROM. */
import type { Expr, FunctionCall, Identifier, Query, SelectItem, TypeName } from './ast.js';
import type { Span } from './errors.js';

export interface TableAlias {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly span: Span;
}

export interface NamedTable {
  readonly kind: 'table';
  readonly name: Identifier;
  readonly alias?: TableAlias;
  readonly span: Span;
}

export interface DerivedTable {
  readonly kind: 'derived';
  readonly lateral: boolean;
  readonly query: Query;
  readonly alias?: TableAlias;
  readonly span: Span;
}

/** `TABLE(EXTERN(…))`, `TABLE(INLINE(…)) EXTEND (…)`, `TABLE(APPEND('a', 'b'))`. */
export interface TableFunction {
  readonly kind: 'tableFunction';
  readonly lateral: boolean;
  readonly call: FunctionCall;
  readonly extend?: readonly ExtendColumn[];
  readonly alias?: TableAlias;
  readonly span: Span;
}

export interface ExtendColumn {
  readonly name: string;
  readonly type: TypeName;
  readonly span: Span;
}

export interface UnnestTable {
  readonly kind: 'unnest';
  readonly expr: Expr;
  readonly ordinality: boolean;
  readonly alias?: TableAlias;
  readonly span: Span;
}

export interface JoinTable {
  readonly kind: 'join';
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS' | 'COMMA';
  readonly natural: boolean;
  readonly left: TableRef;
  readonly right: TableRef;
  readonly on?: Expr;
  readonly using?: readonly Identifier[];
  readonly span: Span;
}

/** `t PIVOT (SUM(x) AS total FOR (a) IN ('one' AS one))`. */
export interface PivotTable {
  readonly kind: 'pivot';
  readonly input: TableRef;
  /** Aggregate calls, with the names that columns get of them. */
  readonly measures: readonly SelectItem[];
  readonly axes: readonly Identifier[];
  readonly values: readonly PivotValue[];
  readonly alias?: TableAlias;
  readonly span: Span;
}

/** One value for each axis. */
export interface PivotValue {
  readonly values: readonly Expr[];
  readonly alias?: { readonly name: string; readonly span: Span };
  readonly span: Span;
}

/** `t UNPIVOT (amount FOR kind IN (a, b AS 'second'))`. */
export interface UnpivotTable {
  readonly kind: 'unpivot';
  readonly input: TableRef;
  readonly includeNulls: boolean;
  readonly measures: readonly Identifier[];
  readonly axes: readonly Identifier[];
  /** The columns of one output row, a column for each measure; `values` are those of the axes, else the columns' names. */
  readonly sources: readonly { readonly columns: readonly Identifier[]; readonly values?: readonly Expr[] }[];
  readonly alias?: TableAlias;
  readonly span: Span;
}

export type TableRef = NamedTable | DerivedTable | TableFunction | UnnestTable | JoinTable | PivotTable | UnpivotTable;
