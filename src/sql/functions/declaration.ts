/**
 * One declaration a function: everything that the product says about it comes from here (operand checks, result type,
 * null behaviour, INFORMATION_SCHEMA.ROUTINES, completion, docs/functions.md, engine SQL). Operators are functions too.
 */
import type { Expression, SortKey } from '../plan/expression.js';
import type { SqlType } from '../types.js';

/**
 * What an operand may be. The binder casts an argument to the family's type where Calcite casts implicitly
 * (VARCHAR to a number, INTEGER to BIGINT, CHAR to TIMESTAMP …) and otherwise refuses the call.
 * `array` takes ARRAY<T>; `stringOrArray` also multi-value strings; `any` takes everything as it is.
 */
export type OperandFamily =
  | 'any'
  | 'boolean'
  | 'numeric'
  | 'integer'
  | 'double'
  | 'string'
  | 'timestamp'
  | 'interval'
  | 'array'
  | 'stringOrArray'
  | 'json';

export interface Operand {
  /** As documentation names it: `expr`, `period`, `timestamp_expr`. */
  readonly name: string;
  readonly family: OperandFamily;
  readonly optional?: boolean;
  /** Repeats any number of times; only on the last operand. */
  readonly variadic?: boolean;
  /** Must be a constant, as Druid demands of periods, patterns, time zones, sizes. */
  readonly literal?: boolean;
  /** In an exact signature: what is taken where that is wider than the family that the argument is then cast to. */
  readonly accepts?: 'numeric' | 'exactNumeric';
  /** Allowed constants, upper-case, of a keyword-like operand such as a time unit. */
  readonly values?: readonly string[];
}

export interface Signature {
  readonly operands: readonly Operand[];
  /**
   * Nothing is cast to an operand's family: Druid's own functions are checked by its DefaultOperandTypeChecker, which
   * knows no implicit casts, and which takes NULL only for an operand that may be left out.
   */
  readonly exact?: boolean;
}

/** What a result type may depend on: the bound arguments, after implicit casts. */
export type ResultType = SqlType | ((args: readonly Expression[]) => SqlType);

export type FunctionKind = 'operator' | 'scalar' | 'aggregate' | 'window';

export type FunctionFamily =
  | 'comparison'
  | 'logic'
  | 'arithmetic'
  | 'string'
  | 'time'
  | 'numeric'
  | 'conditional'
  | 'array'
  | 'multivalue'
  | 'json'
  | 'ip'
  | 'aggregate'
  | 'window'
  | 'sketch'
  | 'other';

/** What an emitter sees beside the SQL of its arguments. */
export interface EmitContext {
  /** The bound arguments, to read constants and types from. */
  readonly args: readonly Expression[];
  readonly type: SqlType;
  /** IANA time zone of the statement (sqlTimeZone). */
  readonly timeZone: string;
  /** Aggregates: DISTINCT was written. */
  readonly distinct: boolean;
  /** Aggregates: the SQL of ORDER BY inside the call, or an empty text. */
  readonly orderBy: string;
  /** Aggregates: the same keys one by one, for engines whose aggregates take no ORDER BY. */
  readonly sortKeys?: readonly (SortKey & { readonly sql: string })[];
  /**
   * Aggregates and windows: ` FILTER (WHERE …)` and ` OVER (…)`, or an empty text. An emitter appends it to every
   * engine aggregate that it calls.
   */
  readonly suffix: string;
  /** The statement's fixed present, milliseconds since 1970. */
  readonly now: number;
  /** SQL for a sub-expression, when an emitter needs a rewritten argument. */
  emit(expression: Expression): string;
}

/** Gives the engine's SQL for a call; `args` is the SQL of each argument, safe to place anywhere an operand may stand. */
export type Emitter = (args: readonly string[], context: EmitContext) => string;

export interface FunctionDeclaration {
  /** Canonical upper-case name, or the operator's sign. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly kind: FunctionKind;
  readonly family: FunctionFamily;
  readonly signatures: readonly Signature[];
  readonly result: ResultType;
  /** `strict`: NULL when any argument is NULL, whatever the engine does by itself; `own`: the emitter sees to it. */
  readonly nulls: 'strict' | 'own';
  /** Further check of bound arguments; gives the text of a refusal. */
  readonly check?: (args: readonly Expression[]) => string | undefined;
  /** Aggregates that may also stand over a window; windows always may. */
  readonly overWindow?: boolean;
  /** Aggregates: whether DISTINCT may be written. */
  readonly allowsDistinct?: boolean;
  /** Whether repeated calls in one statement may differ; such calls are never folded. */
  readonly volatile?: boolean;
  readonly summary: string;
  /** `call` → `value`, shown in the documentation and run by a test. */
  readonly example?: { readonly sql: string; readonly result: string };
  readonly emit: { readonly duckdb?: Emitter; readonly spark?: Emitter };
}

export type { SortKey };
