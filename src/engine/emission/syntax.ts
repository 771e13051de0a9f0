/**
 * What differs between the engines' SQL. How a plan becomes SQL is the same for all of them (the other files of this
 * folder); a dialect is an implementation of this interface.
 */
import type { Emitter, FunctionDeclaration } from '../../sql/functions/declaration.js';
import type { LiteralExpression, QuantifiedExpression, WindowCall } from '../../sql/plan/index.js';
import type { SqlType } from '../../sql/types.js';
import type { ListSyntax } from './lists.js';

export interface CastOptions {
  /** A failing conversion gives NULL instead of an error. */
  readonly safe?: boolean;
  /** IANA zone in which text and days are understood; UTC when absent. */
  readonly timeZone?: string;
}

/** How an engine that ends a statement on overflow computes with 64-bit integers that wrap. */
export interface OverflowSyntax {
  /** `sql`, or where that overflows `otherwise`. */
  attempt(sql: string, otherwise: string): string;
  /** A 64-bit integer as one whose sums and products do not overflow. */
  wide(sql: string): string;
  /** The last 64 bits of such a number, as an operand. */
  wrap(sql: string): string;
}

/** Every argument and answer is SQL of an expression unless it says otherwise. */
export interface EngineSyntax extends ListSyntax {
  readonly name: 'duckdb' | 'spark';
  /** The emitter of a function for this engine; undefined where the engine has none. */
  emitter(declaration: FunctionDeclaration): Emitter | undefined;
  quoteIdentifier(name: string): string;
  quoteText(text: string): string;
  /** A constant with its type made plain. */
  literal(literal: LiteralExpression): string;
  /** An integer without its type, for places where the other side decides it. */
  bareInteger(value: bigint): string;
  /** Druid's CAST; a whole expression, not yet an operand. Throws SqlError `unsupported` where Druid has no such cast. */
  cast(sql: string, from: SqlType, to: SqlType, options: CastOptions): string;
  /** Absent where integers wrap by themselves. */
  readonly overflow?: OverflowSyntax;
  /** A number as a 64-bit integer. */
  toBigint(sql: string): string;
  /** A value so that the engine orders it as Druid does. */
  ordered(sql: string, type: SqlType): string;

  /** A non-negative integer that equal values share, as GROUP BY takes them; absent where nothing is done in passes. */
  readonly hash?: (values: readonly string[]) => string;

  struct(members: readonly { readonly name: string; readonly sql: string }[]): string;
  /** A list of structs {v: element, i: its place from 1}. */
  numbered(list: string): string;
  flatten(list: string): string;
  /** `body` in which the name `variable` stands for a value that is computed once. */
  bind(variable: string, value: string, body: string): string;
  /** As an item of SELECT: a row for each element. */
  unnest(list: string): string;

  /** Whether a text holds several values. */
  isMulti(text: string): string;
  /** The values of a multi-value string as a list: one for plain text and null, and one null for none. */
  multiValues(text: string): string;
  /** A list of texts as a multi-value string. */
  multiText(list: string): string;
  /** OR over a list of conditions in three-valued logic. */
  multiAny(list: string): string;
  /** Ends the statement with a message. */
  fail(message: string): string;

  /** `needle op ANY|ALL (query)`. */
  quantified(needle: string, expression: QuantifiedExpression, query: string): string;
  /** For each of the columns a bit that is set where it is rolled up, the first column's highest. */
  grouping(columns: readonly string[]): string;
  /** Whether GROUPING SETS know the names that the SELECT list gives. */
  readonly groupingSetsKnowAliases: boolean;
  /** Emitters copy their operands into the SQL, for lack of macros. */
  readonly copiesOperands: boolean;
  /** Whether FILTER may stand before OVER; otherwise the condition goes into the arguments. */
  readonly filtersWindows: boolean;
  /** A window call as the engine wants its window. Throws SqlError `unsupported` for what it cannot express. */
  window(call: WindowCall): WindowCall;
}
