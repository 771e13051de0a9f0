import type { TypeName } from '../ast.js';
import type { TokenStream } from './token-stream.js';
import { expectText } from './literals.js';

const typeWords = new Set(
  `BOOLEAN TINYINT SMALLINT INT INTEGER BIGINT REAL FLOAT DOUBLE DECIMAL DEC NUMERIC CHAR CHARACTER VARCHAR DATE TIME
  TIMESTAMP BINARY VARBINARY ANY INTERVAL`.split(/\s+/),
);

function expectNumber(tokens: TokenStream): number {
  if (tokens.peek().kind !== 'decimal') {
    tokens.at('<UNSIGNED_INTEGER_LITERAL>');
    throw tokens.unexpected();
  }
  return Number(tokens.next().text);
}

function baseName(tokens: TokenStream): string {
  const token = tokens.peek();
  if (!typeWords.has(token.keyword)) return tokens.expectName().text;
  tokens.next();
  if (token.keyword === 'DOUBLE' && tokens.accept('PRECISION')) return 'DOUBLE PRECISION';
  if ((token.keyword === 'CHAR' || token.keyword === 'CHARACTER') && tokens.accept('VARYING')) return 'VARCHAR';
  return token.keyword;
}

/** Reads a type as in CAST(x AS …): `VARCHAR(10)`, `BIGINT ARRAY`, `TYPE('COMPLEX<json>')`, `DOUBLE PRECISION`. */
export function parseTypeName(tokens: TokenStream): TypeName {
  const start = tokens.peek().span;
  const name = baseName(tokens);
  let native: string | undefined;
  let precision: number | undefined;
  let scale: number | undefined;
  if (name.toUpperCase() === 'TYPE' && tokens.accept('(')) {
    native = expectText(tokens);
    tokens.expect(')');
  } else if (tokens.accept('(')) {
    precision = expectNumber(tokens);
    if (tokens.accept(',')) scale = expectNumber(tokens);
    tokens.expect(')');
  }
  if (name === 'TIMESTAMP' || name === 'TIME') {
    if (tokens.accept('WITHOUT')) tokens.expect('TIME', 'ZONE');
  }
  if ((name === 'CHAR' || name === 'VARCHAR') && tokens.accept('CHARACTER', 'SET')) tokens.expectName();
  let arrayDepth = 0;
  while (tokens.accept('ARRAY')) arrayDepth += 1;
  return {
    kind: 'typeName',
    name: typeWords.has(name.toUpperCase()) ? name.toUpperCase() : name,
    ...(native !== undefined && { native }),
    ...(precision !== undefined && { precision }),
    ...(scale !== undefined && { scale }),
    arrayDepth,
    span: tokens.spanFrom(start),
  };
}
