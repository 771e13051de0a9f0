import type { Identifier } from '../ast.js';
import type { Span } from '../errors.js';
import type { ParserContext } from './context.js';
import type { TokenStream } from './token-stream.js';

/** A name with dots, as a column or a table. */
export function parseIdentifier(tokens: TokenStream): Identifier {
  const start = tokens.peek().span;
  const names: string[] = [];
  const quoted: boolean[] = [];
  do {
    const token = tokens.expectName();
    names.push(token.text);
    quoted.push(token.kind === 'quotedName');
    // `t.*` leaves its dot to whoever reads the star.
  } while (tokens.at('.') && tokens.peek(1).keyword !== '*' && tokens.accept('.'));
  return { kind: 'identifier', names, quoted, span: tokens.spanFrom(start) };
}

/** Names in parentheses. */
export function parseNames(context: ParserContext): readonly string[] {
  const { tokens } = context;
  tokens.expect('(');
  const names = [tokens.expectName().text];
  while (tokens.accept(',')) names.push(tokens.expectName().text);
  tokens.expect(')');
  return names;
}

/** `AS name` or just a name. */
export function parseAlias(context: ParserContext): { readonly name: string; readonly span: Span } | undefined {
  const { tokens } = context;
  if (!tokens.accept('AS') && !tokens.atName()) return undefined;
  if (tokens.peek().kind === 'string') {
    const { text, span } = tokens.next();
    return { name: text, span };
  }
  const { text, span } = tokens.expectName();
  return { name: text, span };
}
