/**
 * The syntax tree of Druid SQL. Every node is readonly plain data, discriminated by `kind`, with its place in the text.
 * Names keep the case that was written; quoted tells `"x"` from `x`.
 */
import type { Span } from './errors.js';
import type { TableRef } from './ast-tables.js';

export type * from './ast-tables.js';

export interface Identifier {
  readonly kind: 'identifier';
  readonly names: readonly string[];
  /** For each name, whether it was quoted. */
  readonly quoted: readonly boolean[];
  readonly span: Span;
}

export type LiteralValue =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'unknown' }
  /** Exact numeric without exponent; `text` as written, such as `1`, `1.50`. */
  | { readonly type: 'decimal'; readonly text: string }
  /** Approximate numeric: with an exponent, such as `1e3`. */
  | { readonly type: 'double'; readonly text: string }
  | { readonly type: 'string'; readonly value: string; readonly unicode?: boolean }
  | { readonly type: 'timestamp' | 'date' | 'time'; readonly value: string }
  | {
      readonly type: 'interval';
      readonly value: string;
      readonly sign: 1 | -1;
      readonly from: TimeUnit;
      readonly to?: TimeUnit;
    };

export interface Literal {
  readonly kind: 'literal';
  readonly value: LiteralValue;
  readonly span: Span;
}

/** Upper-case unit of time as written in EXTRACT, FLOOR … TO, INTERVAL, TIMESTAMPADD: YEAR, QUARTER, …, DOW, EPOCH. */
export type TimeUnit = string;

/** `?`, numbered from 0 in order of appearance. */
export interface Parameter {
  readonly kind: 'parameter';
  readonly index: number;
  readonly span: Span;
}

/** `*` or `t.*`; also the argument of COUNT(*). */
export interface Star {
  readonly kind: 'star';
  readonly qualifier?: Identifier;
  readonly span: Span;
}

export type UnaryOperator =
  | '-'
  | '+'
  | 'NOT'
  | 'IS NULL'
  | 'IS NOT NULL'
  | 'IS TRUE'
  | 'IS NOT TRUE'
  | 'IS FALSE'
  | 'IS NOT FALSE'
  | 'IS UNKNOWN'
  | 'IS NOT UNKNOWN'
  | 'IS JSON'
  | 'IS NOT JSON';

export interface Unary {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Expr;
  readonly span: Span;
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'AND'
  | 'OR'
  | 'IS DISTINCT FROM'
  | 'IS NOT DISTINCT FROM'
  | 'OVERLAPS';

export interface Binary {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
  readonly span: Span;
  /** The place of the operator itself. */
  readonly operatorSpan: Span;
}

export interface Between {
  readonly kind: 'between';
  readonly negated: boolean;
  readonly symmetric: boolean;
  readonly operand: Expr;
  readonly low: Expr;
  readonly high: Expr;
  readonly span: Span;
}

export interface Like {
  readonly kind: 'like';
  readonly negated: boolean;
  readonly operator: 'LIKE' | 'ILIKE' | 'SIMILAR TO';
  readonly operand: Expr;
  readonly pattern: Expr;
  readonly escape?: Expr;
  readonly span: Span;
}

/** `x IN (…)`; a list or a query. */
export interface In {
  readonly kind: 'in';
  readonly negated: boolean;
  readonly operand: Expr;
  readonly list?: readonly Expr[];
  readonly query?: Query;
  readonly span: Span;
}

/** `x = ANY (…)`, `x > ALL (…)`. */
export interface Quantified {
  readonly kind: 'quantified';
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly quantifier: 'ANY' | 'ALL';
  readonly operand: Expr;
  readonly list?: readonly Expr[];
  readonly query?: Query;
  readonly span: Span;
}

export interface Exists {
  readonly kind: 'exists';
  readonly query: Query;
  readonly span: Span;
}

/** A query in parentheses where a value is due. */
export interface ScalarSubquery {
  readonly kind: 'scalarSubquery';
  readonly query: Query;
  readonly span: Span;
}

export interface Case {
  readonly kind: 'case';
  /** Set in `CASE x WHEN v …`. */
  readonly operand?: Expr;
  readonly whens: readonly { readonly when: Expr; readonly then: Expr }[];
  readonly otherwise?: Expr;
  readonly span: Span;
}

/** A type as written: `VARCHAR(10)`, `DECIMAL(5, 2)`, `BIGINT ARRAY`, `TYPE('COMPLEX<json>')`. */
export interface TypeName {
  readonly kind: 'typeName';
  /** Upper-case; TYPE('…') keeps its text in `native`. */
  readonly name: string;
  readonly native?: string;
  readonly precision?: number;
  readonly scale?: number;
  /** How many times ARRAY followed. */
  readonly arrayDepth: number;
  readonly span: Span;
}

export interface Cast {
  readonly kind: 'cast';
  readonly operator: 'CAST' | 'TRY_CAST' | 'SAFE_CAST';
  readonly operand: Expr;
  readonly type: TypeName;
  readonly span: Span;
}

/** `ARRAY[…]`. */
export interface ArrayConstructor {
  readonly kind: 'array';
  readonly elements: readonly Expr[];
  readonly span: Span;
}

/** `ROW(…)` or `(a, b)`. */
export interface RowConstructor {
  readonly kind: 'row';
  readonly elements: readonly Expr[];
  readonly span: Span;
}

/**
 * A call of a function. Keyword forms are brought to this shape: EXTRACT(unit FROM x), FLOOR(x TO unit), CEIL(x TO
 * unit), TIMESTAMPADD(unit, n, x) carry the unit in `unit`; SUBSTRING(x FROM a FOR b) and POSITION(a IN b FROM c) become
 * ordinary arguments; TRIM([BOTH|LEADING|TRAILING] c FROM x) carries its side in `trimSide` and arguments (c, x);
 * JSON_VALUE's clauses and JSON_OBJECT's forms stand in `json`.
 */
export interface FunctionCall {
  readonly kind: 'call';
  /** Upper-case unless it was quoted. */
  readonly name: string;
  readonly args: readonly Expr[];
  /** Named arguments: `inputSource => '…'`. */
  readonly namedArgs?: readonly { readonly name: string; readonly value: Expr }[];
  readonly distinct?: boolean;
  /** COUNT(*). */
  readonly star?: boolean;
  readonly unit?: TimeUnit;
  readonly trimSide?: 'BOTH' | 'LEADING' | 'TRAILING';
  readonly json?: JsonClauses;
  /** Order inside the call, as in ARRAY_AGG(x ORDER BY y), and WITHIN GROUP. */
  readonly orderBy?: readonly OrderItem[];
  readonly withinGroup?: readonly OrderItem[];
  readonly nullTreatment?: 'IGNORE NULLS' | 'RESPECT NULLS';
  readonly filter?: Expr;
  /** OVER (…) or OVER name. */
  readonly over?: WindowSpec | Identifier;
  /** Written without parentheses, such as CURRENT_TIMESTAMP, PI. */
  readonly bare?: boolean;
  readonly span: Span;
  readonly nameSpan: Span;
}

export interface JsonClauses {
  readonly returning?: TypeName;
  readonly onEmpty?: 'NULL' | 'ERROR' | { readonly default: Expr };
  readonly onError?: 'NULL' | 'ERROR' | { readonly default: Expr };
  /** JSON_OBJECT's key and value pairs; `args` is empty then. */
  readonly pairs?: readonly { readonly key: Expr; readonly value: Expr }[];
  readonly nulls?: 'NULL ON NULL' | 'ABSENT ON NULL';
}

/** `x[i]`. */
export interface ItemAccess {
  readonly kind: 'item';
  readonly operand: Expr;
  readonly index: Expr;
  readonly span: Span;
}

export type Expr =
  | Identifier
  | Literal
  | Parameter
  | Star
  | Unary
  | Binary
  | Between
  | Like
  | In
  | Quantified
  | Exists
  | ScalarSubquery
  | Case
  | Cast
  | ArrayConstructor
  | RowConstructor
  | FunctionCall
  | ItemAccess;

export interface OrderItem {
  readonly expr: Expr;
  readonly descending: boolean;
  readonly nulls?: 'FIRST' | 'LAST';
  readonly span: Span;
}

export interface WindowSpec {
  readonly kind: 'window';
  /** Name of a window that this one builds on. */
  readonly base?: Identifier;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderItem[];
  readonly frame?: WindowFrame;
  readonly span: Span;
}

export interface WindowFrame {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
  readonly start: FrameBound;
  readonly end: FrameBound;
  readonly exclude?: 'CURRENT ROW' | 'GROUP' | 'TIES' | 'NO OTHERS';
  readonly span: Span;
}

export type FrameBound =
  | { readonly kind: 'unboundedPreceding' }
  | { readonly kind: 'unboundedFollowing' }
  | { readonly kind: 'currentRow' }
  | { readonly kind: 'preceding'; readonly offset: Expr }
  | { readonly kind: 'following'; readonly offset: Expr };

export interface SelectItem {
  readonly expr: Expr;
  readonly alias?: { readonly name: string; readonly span: Span };
  readonly span: Span;
}

export type GroupItem =
  | { readonly kind: 'expr'; readonly expr: Expr }
  | { readonly kind: 'emptySet'; readonly span: Span }
  | { readonly kind: 'rollup' | 'cube'; readonly elements: readonly (readonly Expr[])[]; readonly span: Span }
  | { readonly kind: 'groupingSets'; readonly sets: readonly GroupItem[]; readonly span: Span }
  /** Several expressions as one element: `(a, b)`. */
  | { readonly kind: 'tuple'; readonly elements: readonly Expr[]; readonly span: Span };

export interface Select {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from?: TableRef;
  readonly where?: Expr;
  readonly groupBy?: readonly GroupItem[];
  readonly having?: Expr;
  readonly windows?: readonly { readonly name: string; readonly window: WindowSpec; readonly span: Span }[];
  readonly qualify?: Expr;
  readonly span: Span;
}

export interface Values {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expr[])[];
  readonly span: Span;
}

export interface SetOperation {
  readonly kind: 'setOperation';
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly all: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
  readonly span: Span;
}

/** A body of a query; a `query` body is one in parentheses with its own ORDER BY or LIMIT. */
export type QueryBody = Select | Values | SetOperation | Query;

export interface CommonTable {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly query: Query;
  readonly span: Span;
}

export interface Query {
  readonly kind: 'query';
  readonly with?: readonly CommonTable[];
  readonly body: QueryBody;
  readonly orderBy?: readonly OrderItem[];
  readonly offset?: Expr;
  readonly limit?: Expr;
  readonly span: Span;
}

/** PARTITIONED BY: a keyword (ALL, ALL TIME, HOUR … YEAR), an ISO period as text, or an expression (TIME_FLOOR, FLOOR TO). */
export type PartitionedBy =
  | { readonly kind: 'keyword'; readonly keyword: string; readonly span: Span }
  | { readonly kind: 'period'; readonly period: string; readonly span: Span }
  | { readonly kind: 'expr'; readonly expr: Expr; readonly span: Span };

export interface Insert {
  readonly kind: 'insert';
  /** A datasource's name, or EXTERN(…) for an export. */
  readonly target: Identifier | FunctionCall;
  readonly columns?: readonly Identifier[];
  /** The format of an export: AS CSV. */
  readonly exportFormat?: string;
  readonly query: Query;
  readonly partitionedBy?: PartitionedBy;
  readonly clusteredBy?: readonly OrderItem[];
  readonly span: Span;
}

export interface Replace {
  readonly kind: 'replace';
  readonly target: Identifier | FunctionCall;
  readonly columns?: readonly Identifier[];
  readonly exportFormat?: string;
  /** Absent when OVERWRITE is missing, which the binder refuses with Druid's words. */
  readonly overwrite?: 'ALL' | Expr;
  readonly query: Query;
  readonly partitionedBy?: PartitionedBy;
  readonly clusteredBy?: readonly OrderItem[];
  readonly span: Span;
}

export interface Explain {
  readonly kind: 'explain';
  readonly statement: Query | Insert | Replace;
  readonly span: Span;
}

export type Statement = Query | Insert | Replace | Explain;

/** `SET key = value;` before the statement. */
export interface SetContext {
  readonly key: string;
  readonly value: string | number | boolean | null;
  readonly span: Span;
}

/** Everything that one request's SQL text holds. */
export interface Script {
  readonly settings: readonly SetContext[];
  readonly statement: Statement;
  readonly parameterCount: number;
}
