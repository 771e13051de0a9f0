import type { Case, Cast, Expr, Query } from '../ast.js';
import type { Span } from '../errors.js';
import { reservedFunctionNames, reservedWords } from '../reserved-words.js';
import { atQuery, atQueryContinuation, type ParserContext } from './context.js';
import { parseCall } from './function-call.js';
import { parseIdentifier } from './identifier.js';
import { parseLiteral } from './literals.js';
import type { TokenStream } from './token-stream.js';
import { parseTypeName } from './type-name.js';

/** Functions that stand without parentheses. */
const bareFunctions = ['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME', 'LOCALTIMESTAMP', 'LOCALTIME'];

/**
 * Reserved words that the grammar takes as context variables. Druid has no functions of these names, so that Calcite's
 * validator takes them for columns: `SELECT user` reads the column `user`.
 */
const contextVariables = [
  'CURRENT_CATALOG',
  'CURRENT_DEFAULT_TRANSFORM_GROUP',
  'CURRENT_PATH',
  'CURRENT_ROLE',
  'CURRENT_SCHEMA',
  'CURRENT_USER',
  'SESSION_USER',
  'SYSTEM_USER',
  'USER',
];

/** Reads what has no operator of its own, with the `[i]` behind it. */
export function parsePrimary(context: ParserContext): Expr {
  const { tokens } = context;
  const start = tokens.peek().span;
  let operand = parseOperand(context, start);
  while (tokens.accept('[')) {
    const index = context.expression();
    tokens.expect(']');
    operand = { kind: 'item', operand, index, span: tokens.spanFrom(start) };
  }
  return operand;
}

function parseOperand(context: ParserContext, start: Span): Expr {
  const { tokens } = context;
  const token = tokens.peek();
  if (token.kind === 'parameter') {
    tokens.next();
    return { kind: 'parameter', index: tokens.nextParameter(), span: start };
  }
  if (token.keyword === '(') return parseParenthesised(context, start);
  if (token.keyword === '{') return parseEscape(context);
  const literal = parseLiteral(tokens);
  if (literal) return literal;
  const special = parseKeywordForm(context, start);
  if (special) return special;
  if (token.kind === 'word' && tokens.peek(1).keyword === '(') {
    if (!reservedWords.has(token.keyword) || reservedFunctionNames.has(token.keyword)) return parseCall(context);
  }
  if (token.kind === 'quotedName' && tokens.peek(1).keyword === '(') return parseCall(context);
  return parseColumn(context);
}

function parseKeywordForm(context: ParserContext, start: Span): Expr | undefined {
  const { tokens } = context;
  const token = tokens.peek();
  if (token.kind !== 'word') return undefined;
  const opens = tokens.peek(1).keyword === '(';
  switch (token.keyword) {
    case 'CASE':
      return parseCase(context, start);
    case 'CAST':
    case 'TRY_CAST':
    case 'SAFE_CAST':
      return opens ? parseCast(context, token.keyword, start) : undefined;
    case 'EXISTS': {
      tokens.next();
      tokens.expect('(');
      const query = context.query();
      tokens.expect(')');
      return { kind: 'exists', query, span: tokens.spanFrom(start) };
    }
    case 'ARRAY':
      return parseArray(context, start);
    case 'ROW': {
      tokens.next();
      tokens.expect('(');
      const elements = parseElements(context, ')');
      return { kind: 'row', elements, span: tokens.spanFrom(start) };
    }
    case 'EXTRACT':
    case 'CONVERT':
      return opens ? parseCall(context) : undefined;
  }
  if (!opens && contextVariables.includes(token.keyword)) {
    tokens.next();
    return { kind: 'identifier', names: [token.text], quoted: [false], span: start };
  }
  if (!bareFunctions.includes(token.keyword)) return undefined;
  return opens ? parseCall(context) : parseBareFunction(tokens, start);
}

function parseBareFunction(tokens: TokenStream, start: Span): Expr {
  const name = tokens.next().keyword;
  return { kind: 'call', name, args: [], bare: true, span: start, nameSpan: start };
}

/** Expressions up to a closing sign, which is taken; may be none. */
function parseElements(context: ParserContext, close: string): readonly Expr[] {
  const { tokens } = context;
  const elements: Expr[] = [];
  if (tokens.accept(close)) return elements;
  do elements.push(context.expression());
  while (tokens.accept(','));
  tokens.expect(close);
  return elements;
}

function parseArray(context: ParserContext, start: Span): Expr {
  const { tokens } = context;
  tokens.next();
  tokens.expect('[');
  const elements = parseElements(context, ']');
  return { kind: 'array', elements, span: tokens.spanFrom(start) };
}

function parseParenthesised(context: ParserContext, start: Span): Expr {
  const { tokens } = context;
  tokens.expect('(');
  if (atQuery(context)) return subquery(context, context.query(), start);
  const first = context.expression();
  if (first.kind === 'scalarSubquery' && atQueryContinuation(context)) {
    return subquery(context, context.queryFrom(first.query, first.span), start);
  }
  if (!tokens.at(',')) {
    tokens.expect(')');
    return first;
  }
  const elements = [first];
  while (tokens.accept(',')) elements.push(context.expression());
  tokens.expect(')');
  return { kind: 'row', elements, span: tokens.spanFrom(start) };
}

function subquery(context: ParserContext, query: Query, start: Span): Expr {
  context.tokens.expect(')');
  return { kind: 'scalarSubquery', query, span: context.tokens.spanFrom(start) };
}

/** JDBC's escapes: `{fn f(x)}`, `{ts '…'}`, `{d '…'}`. */
function parseEscape(context: ParserContext): Expr {
  const { tokens } = context;
  const start = tokens.peek().span;
  tokens.expect('{');
  const kind = tokens.acceptAny(['FN', 'TS', 'D']);
  let inner: Expr;
  if (kind === 'FN') inner = parseCall(context);
  else if (kind === undefined || tokens.peek().kind !== 'string') throw tokens.unexpected();
  else {
    const value = tokens.next().text;
    inner = {
      kind: 'literal',
      value: { type: kind === 'TS' ? 'timestamp' : 'date', value },
      span: tokens.spanFrom(start),
    };
  }
  tokens.expect('}');
  return inner;
}

function parseCase(context: ParserContext, start: Span): Case {
  const { tokens } = context;
  tokens.expect('CASE');
  const operand = tokens.at('WHEN') ? undefined : context.expression();
  const whens: { when: Expr; then: Expr }[] = [];
  while (tokens.accept('WHEN')) {
    const alternatives = [context.expression()];
    while (operand && tokens.accept(',')) alternatives.push(context.expression());
    tokens.expect('THEN');
    const then = context.expression();
    for (const when of alternatives) whens.push({ when, then });
  }
  if (whens.length === 0) throw tokens.unexpected();
  const otherwise = tokens.accept('ELSE') ? context.expression() : undefined;
  tokens.expect('END');
  return {
    kind: 'case',
    ...(operand && { operand }),
    whens,
    ...(otherwise && { otherwise }),
    span: tokens.spanFrom(start),
  };
}

function parseCast(context: ParserContext, operator: Cast['operator'], start: Span): Cast {
  const { tokens } = context;
  tokens.next();
  tokens.expect('(');
  const operand = context.expression();
  tokens.expect('AS');
  const type = parseTypeName(tokens);
  tokens.expect(')');
  return { kind: 'cast', operator, operand, type, span: tokens.spanFrom(start) };
}

function parseColumn(context: ParserContext): Expr {
  const { tokens } = context;
  if (!tokens.atName()) {
    tokens.atAny([
      'CASE',
      'CAST',
      'EXISTS',
      'NOT',
      'NULL',
      '(',
      '<QUOTED_STRING>',
      '<UNSIGNED_INTEGER_LITERAL>',
      '+',
      '-',
    ]);
    throw tokens.unexpected();
  }
  const name = parseIdentifier(tokens);
  if (!tokens.accept('.', '*')) return name;
  return { kind: 'star', qualifier: name, span: tokens.spanFrom(name.span) };
}
