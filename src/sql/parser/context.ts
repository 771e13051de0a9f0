import type { Expr, Query } from '../ast.js';
import type { Span } from '../errors.js';
import type { TokenStream } from './token-stream.js';

/** What the parts of the parser need of each other; expressions hold queries and queries hold expressions. */
export interface ParserContext {
  readonly tokens: TokenStream;
  expression(minimumPrecedence?: number): Expr;
  query(): Query;
  /** Goes on with a query whose first operand, in parentheses, was read already. */
  queryFrom(first: Query, start: Span): Query;
}

const queryStarts = ['SELECT', 'WITH', 'VALUES', 'TABLE'];

/** Whether a query comes next; its opening parentheses not counted. */
export const atQuery = ({ tokens }: ParserContext): boolean =>
  tokens.atAny(queryStarts) !== undefined && !(tokens.at('TABLE') && tokens.peek(1).keyword === '(');

const queryContinuations = ['UNION', 'INTERSECT', 'EXCEPT', 'MINUS', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH'];

/** Whether what comes next continues a query that was closed by a parenthesis. */
export const atQueryContinuation = ({ tokens }: ParserContext): boolean =>
  tokens.atAny(queryContinuations) !== undefined;

/** Expressions separated by commas; at least one. */
export function parseList(context: ParserContext): readonly Expr[] {
  const list = [context.expression()];
  while (context.tokens.accept(',')) list.push(context.expression());
  return list;
}
