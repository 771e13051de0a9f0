import type { Expr, FunctionCall, OrderItem, TimeUnit } from '../ast.js';
import type { Span } from '../errors.js';
import type { ParserContext } from './context.js';
import { parseIdentifier } from './identifier.js';
import { parseOrderItems, parseWindowSpec } from './ordering.js';
import { parseJsonObject, parseJsonClauses } from './json-clauses.js';
import type { TokenStream } from './token-stream.js';

/** What the parentheses of a call hold. */
type Arguments = Pick<
  FunctionCall,
  'args' | 'namedArgs' | 'distinct' | 'star' | 'unit' | 'trimSide' | 'json' | 'orderBy' | 'nullTreatment'
>;

/** Reads a call from its name on: arguments in any of their keyword forms, FILTER, WITHIN GROUP, OVER. */
export function parseCall(context: ParserContext): FunctionCall {
  const { tokens } = context;
  const nameToken = tokens.next();
  const name = nameToken.kind === 'quotedName' ? nameToken.text : nameToken.keyword;
  tokens.expect('(');
  const inside = tokens.nested(() => parseArguments(context, name));
  tokens.expect(')');
  return {
    kind: 'call',
    name,
    ...inside,
    ...parseTail(context),
    span: tokens.spanFrom(nameToken.span),
    nameSpan: nameToken.span,
  };
}

function parseArguments(context: ParserContext, name: string): Arguments {
  switch (name) {
    case 'EXTRACT':
      return parseExtract(context);
    case 'TIMESTAMPADD':
    case 'TIMESTAMPDIFF':
      return parseUnitFirst(context);
    case 'TRIM':
      return parseTrim(context);
    case 'POSITION':
      return parsePosition(context);
    case 'JSON_OBJECT':
      return parseJsonObject(context) ?? parsePlain(context);
    case 'FLOOR':
    case 'CEIL':
    case 'CEILING':
    case 'SUBSTRING':
    case 'OVERLAY':
      return parseWithKeywords(context, name);
    case 'JSON_VALUE':
    case 'JSON_QUERY': {
      const plain = parsePlain(context);
      const json = parseJsonClauses(context, name === 'JSON_VALUE');
      return json ? { ...plain, json } : plain;
    }
    default:
      return parsePlain(context);
  }
}

function parsePlain(context: ParserContext): Arguments {
  const { tokens } = context;
  if (tokens.at(')')) return { args: [] };
  if (tokens.at('*') && tokens.peek(1).keyword === ')') {
    tokens.next();
    return { args: [], star: true };
  }
  const distinct = tokens.accept('DISTINCT');
  if (!distinct) tokens.accept('ALL');
  const args: Expr[] = [];
  const namedArgs: { name: string; value: Expr }[] = [];
  do {
    if (tokens.peek(1).keyword === '=>') {
      const name = tokens.next().text;
      tokens.next();
      namedArgs.push({ name, value: context.expression() });
    } else args.push(context.expression());
  } while (tokens.accept(','));
  const nullTreatment = parseNullTreatment(tokens);
  const orderBy = tokens.accept('ORDER', 'BY') ? parseOrderItems(context) : undefined;
  return {
    args,
    ...(namedArgs.length > 0 && { namedArgs }),
    ...(distinct && { distinct }),
    ...(nullTreatment && { nullTreatment }),
    ...(orderBy && { orderBy }),
  };
}

function parseNullTreatment(tokens: TokenStream): FunctionCall['nullTreatment'] {
  if (tokens.accept('IGNORE', 'NULLS')) return 'IGNORE NULLS';
  return tokens.accept('RESPECT', 'NULLS') ? 'RESPECT NULLS' : undefined;
}

function expectUnit(tokens: TokenStream): TimeUnit {
  const token = tokens.next();
  if (token.kind === 'word') return token.keyword.replace(/^SQL_TSI_/, '');
  if (token.kind === 'string' || token.kind === 'quotedName') return token.text.toUpperCase();
  throw tokens.unexpected();
}

function parseExtract(context: ParserContext): Arguments {
  const { tokens } = context;
  const unit = expectUnit(tokens);
  tokens.expect('FROM');
  return { unit, args: [context.expression()] };
}

function parseUnitFirst(context: ParserContext): Arguments {
  const { tokens } = context;
  const unit = expectUnit(tokens);
  const args: Expr[] = [];
  while (tokens.accept(',')) args.push(context.expression());
  return { unit, args };
}

function parseTrim(context: ParserContext): Arguments {
  const { tokens } = context;
  const side = tokens.acceptAny(['BOTH', 'LEADING', 'TRAILING']) as FunctionCall['trimSide'];
  const blank = (span: Span): Expr => ({ kind: 'literal', value: { type: 'string', value: ' ' }, span });
  if (side !== undefined && tokens.accept('FROM')) {
    const operand = context.expression();
    return { trimSide: side, args: [blank(operand.span), operand] };
  }
  const first = context.expression();
  if (tokens.accept('FROM')) return { trimSide: side ?? 'BOTH', args: [first, context.expression()] };
  if (side === undefined && tokens.accept(',')) return { trimSide: 'BOTH', args: [context.expression(), first] };
  return { trimSide: side ?? 'BOTH', args: [blank(first.span), first] };
}

function parsePosition(context: ParserContext): Arguments {
  const { tokens } = context;
  // IN separates here, so the needle is read above the precedence of IN.
  const needle = context.expression(33);
  if (tokens.accept(',')) {
    const args = [needle, context.expression()];
    while (tokens.accept(',')) args.push(context.expression());
    return { args };
  }
  tokens.expect('IN');
  const args = [needle, context.expression()];
  if (tokens.accept('FROM')) args.push(context.expression());
  return { args };
}

/** FLOOR(x TO unit), SUBSTRING(x FROM a FOR b), OVERLAY(x PLACING y FROM a FOR b), and their forms with commas. */
function parseWithKeywords(context: ParserContext, name: string): Arguments {
  const { tokens } = context;
  const args = [context.expression()];
  if (name.startsWith('FLOOR') || name.startsWith('CEIL')) {
    if (tokens.accept('TO')) return { args, unit: expectUnit(tokens) };
    while (tokens.accept(',')) args.push(context.expression());
    return { args };
  }
  while (tokens.acceptAny([',', 'PLACING', 'FROM', 'FOR']) !== undefined) args.push(context.expression());
  return { args };
}

type Tail = Pick<FunctionCall, 'withinGroup' | 'nullTreatment' | 'filter' | 'over'>;

function parseTail(context: ParserContext): Tail {
  const { tokens } = context;
  let withinGroup: readonly OrderItem[] | undefined;
  if (tokens.accept('WITHIN', 'GROUP')) {
    tokens.expect('(', 'ORDER', 'BY');
    withinGroup = parseOrderItems(context);
    tokens.expect(')');
  }
  let filter: Expr | undefined;
  if (tokens.at('FILTER') && tokens.peek(1).keyword === '(') {
    tokens.expect('FILTER', '(', 'WHERE');
    filter = context.expression();
    tokens.expect(')');
  }
  const nullTreatment = parseNullTreatment(tokens);
  let over: FunctionCall['over'];
  if (tokens.accept('OVER')) over = tokens.at('(') ? parseWindowSpec(context) : parseIdentifier(tokens);
  return {
    ...(withinGroup && { withinGroup }),
    ...(nullTreatment && { nullTreatment }),
    ...(filter && { filter }),
    ...(over && { over }),
  };
}
