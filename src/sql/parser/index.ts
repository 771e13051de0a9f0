import type { Expr, Script } from '../ast.js';
import { tokenize } from '../lexer.js';
import type { ParserContext } from './context.js';
import { parseExpression } from './expression.js';
import { parseQuery, parseQueryFrom } from './query.js';
import { parseScript } from './statement.js';
import { TokenStream } from './token-stream.js';

function openContext(text: string): ParserContext {
  const context: ParserContext = {
    tokens: new TokenStream(tokenize(text)),
    expression: (minimum) => parseExpression(context, minimum),
    query: () => parseQuery(context),
    queryFrom: (first, start) => parseQueryFrom(context, first, start),
  };
  return context;
}

/**
 * Reads the SQL text of one request into its syntax tree.
 * @throws SqlError of kind `syntax`, naming the place and what would have been accepted there
 */
export function parse(text: string): Script {
  return parseScript(openContext(text));
}

/** Reads a text that is one expression and nothing else. */
export function parseExpressionText(text: string): Expr {
  const context = openContext(text);
  const expression = context.expression();
  if (context.tokens.peek().kind !== 'end') throw context.tokens.unexpected();
  return expression;
}
