import { SqlError, type Span } from './errors.js';

export type TokenKind =
  'word' | 'quotedName' | 'string' | 'unicodeString' | 'decimal' | 'double' | 'symbol' | 'parameter' | 'end';

/** A token of Druid SQL. `text` is as written for words and numbers, and unescaped for quoted names and strings. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Upper-case of a word; a symbol's own text; otherwise empty. What keywords are compared with. */
  readonly keyword: string;
  readonly span: Span;
}

const blank = /(?:\s+|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const wordPattern = /[\p{L}_][\p{L}\p{Nd}_$]*/uy;
const numberPattern = /(?:\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?/y;
const symbolPattern = /=>|<>|!=|<=|>=|\|\||->|[-+*/%=<>(),.;:?[\]{}|^&]/y;
const stringPattern = /'((?:[^']|'')*)'/y;
const quotedPattern = /"((?:[^"]|"")*)"/y;
const prefixedString = /(?:[uU]&|_[A-Za-z0-9-]+|[nN])(?=')/y;

/** Finds line and column of offsets that are asked in rising order. */
function placeFinder(text: string): (offset: number) => { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  let next = text.indexOf('\n');
  return (offset) => {
    while (next !== -1 && next < offset) {
      line += 1;
      lineStart = next + 1;
      next = text.indexOf('\n', lineStart);
    }
    return { line, column: offset - lineStart + 1 };
  };
}

function unescapeUnicode(body: string, span: Span): string {
  return body.replace(/\\(\\|[0-9a-fA-F]{4}|\+[0-9a-fA-F]{6}|)/g, (_, code: string) => {
    if (code === '\\') return '\\';
    const point = Number.parseInt(code.replace('+', ''), 16);
    if (code === '' || point > 0x10ffff) throw new SqlError('syntax', 'Unicode escape sequence is malformed', span);
    return String.fromCodePoint(point);
  });
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * Splits SQL text into tokens; the last one is of kind `end`.
 * @throws SqlError of kind `syntax` at a character or a quotation that does not belong to SQL
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const placeOf = placeFinder(text);
  let at = 0;

  const push = (kind: TokenKind, value: string, end: number): void => {
    const from = placeOf(at);
    const last = placeOf(Math.max(at, end - 1));
    const span: Span = { start: at, end, ...from, endLine: last.line, endColumn: last.column };
    const plain = kind === 'unicodeString' ? unescapeUnicode(value, span) : value;
    const keyword = kind === 'word' ? value.toUpperCase() : kind === 'symbol' ? value : '';
    tokens.push({ kind, text: plain, keyword, span });
    at = end;
  };
  const refuse = (message: string): never => {
    const { line, column } = placeOf(at);
    throw new SqlError('syntax', `${message} at line ${line}, column ${column}`, {
      start: at,
      end: at + 1,
      line,
      column,
      endLine: line,
      endColumn: column,
    });
  };

  for (;;) {
    const skipped = matchAt(blank, text, at);
    if (skipped) at += skipped[0].length;
    if (at >= text.length) break;
    const character = text[at] ?? '';
    const prefix = matchAt(prefixedString, text, at);
    if (prefix || character === "'") {
      const start = at + (prefix?.[0].length ?? 0);
      const match = matchAt(stringPattern, text, start);
      if (!match) return refuse('Unterminated string literal');
      const unicode = prefix !== null && /^u&/i.test(prefix[0]);
      push(unicode ? 'unicodeString' : 'string', (match[1] ?? '').replaceAll("''", "'"), start + match[0].length);
      continue;
    }
    if (character === '"') {
      const match = matchAt(quotedPattern, text, at);
      if (!match) return refuse('Unterminated quoted identifier');
      push('quotedName', (match[1] ?? '').replaceAll('""', '"'), at + match[0].length);
      continue;
    }
    const number = matchAt(numberPattern, text, at);
    if (number) {
      push(number[1] === undefined ? 'decimal' : 'double', number[0], at + number[0].length);
      continue;
    }
    const word = matchAt(wordPattern, text, at);
    if (word) {
      push('word', word[0], at + word[0].length);
      continue;
    }
    const symbol = matchAt(symbolPattern, text, at);
    if (!symbol) return refuse(`Lexical error: Encountered: "${character}" (${character.codePointAt(0) ?? 0})`);
    push(symbol[0] === '?' ? 'parameter' : 'symbol', symbol[0], at + symbol[0].length);
  }
  push('end', '<EOF>', text.length);
  return tokens;
}
