import type { Literal, LiteralValue } from '../ast.js';
import { SqlError, placeSuffix } from '../errors.js';
import type { TokenStream } from './token-stream.js';

const intervalUnits = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND'];
const pluralUnits: Readonly<Record<string, string>> = Object.fromEntries(
  intervalUnits.map((unit) => [`${unit}S`, unit]),
);

/** Takes one or more adjacent string literals; Calcite joins them. */
export function expectText(tokens: TokenStream): string {
  const { kind } = tokens.peek();
  if (kind !== 'string' && kind !== 'unicodeString') {
    tokens.at('<QUOTED_STRING>');
    throw tokens.unexpected();
  }
  let text = tokens.next().text;
  while (tokens.peek().kind === 'string') text += tokens.next().text;
  return text;
}

function intervalUnit(tokens: TokenStream): string {
  const { keyword } = tokens.peek();
  const unit = pluralUnits[keyword] ?? (intervalUnits.includes(keyword) ? keyword : undefined);
  if (unit === undefined) {
    tokens.atAny(intervalUnits);
    throw tokens.unexpected();
  }
  tokens.next();
  // Precisions, as in DAY(2) or SECOND(3, 6), change nothing here.
  if (tokens.accept('(')) {
    do tokens.next();
    while (tokens.accept(','));
    tokens.expect(')');
  }
  return unit;
}

function interval(tokens: TokenStream): LiteralValue {
  tokens.expect('INTERVAL');
  const sign = tokens.accept('-') ? -1 : 1;
  if (sign === 1) tokens.accept('+');
  const value = expectText(tokens);
  const from = intervalUnit(tokens);
  if (!tokens.accept('TO')) return { type: 'interval', value, sign, from };
  return { type: 'interval', value, sign, from, to: intervalUnit(tokens) };
}

const dated: Readonly<Record<string, 'timestamp' | 'date' | 'time'>> = {
  TIMESTAMP: 'timestamp',
  DATE: 'date',
  TIME: 'time',
};

function value(tokens: TokenStream): LiteralValue | undefined {
  const token = tokens.peek();
  switch (token.kind) {
    case 'decimal':
    case 'double':
      tokens.next();
      return { type: token.kind, text: token.text };
    case 'string':
      return { type: 'string', value: expectText(tokens) };
    case 'unicodeString':
      return { type: 'string', value: expectText(tokens), unicode: true };
    case 'word':
      break;
    default:
      return undefined;
  }
  switch (token.keyword) {
    case 'NULL':
      tokens.next();
      return { type: 'null' };
    case 'TRUE':
    case 'FALSE':
      tokens.next();
      return { type: 'boolean', value: token.keyword === 'TRUE' };
    case 'UNKNOWN':
      tokens.next();
      return { type: 'unknown' };
    case 'INTERVAL':
      return interval(tokens);
    case 'X':
      if (tokens.peek(1).kind !== 'string' || tokens.peek(1).span.start !== token.span.end) return undefined;
      throw new SqlError('unsupported', `Binary literals are not supported${placeSuffix(token.span)}`, token.span);
  }
  const type = dated[token.keyword];
  if (type === undefined || tokens.peek(1).kind !== 'string') return undefined;
  tokens.next();
  return { type, value: expectText(tokens) };
}

/** The literal that comes next, or undefined when none does. */
export function parseLiteral(tokens: TokenStream): Literal | undefined {
  const start = tokens.peek().span;
  const found = value(tokens);
  return found && { kind: 'literal', value: found, span: tokens.spanFrom(start) };
}
