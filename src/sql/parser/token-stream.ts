import { placeSuffix, SqlError, type Span } from '../errors.js';
import type { Token } from '../lexer.js';
import { reservedWords } from '../reserved-words.js';

/** Nesting at which reading stops, long before the call stack would. */
const MAX_DEPTH = 400;

/** A position in the tokens of a statement, with what was expected there, for refusals. */
export class TokenStream {
  private position = 0;
  private depth = 0;
  private expected: string[] = [];
  private parameters = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** The token `ahead` places on, without taking it. */
  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)];
    if (!token) throw new Error('A token list always ends with an end token');
    return token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.position += 1;
    this.expected = [];
    return token;
  }

  /** Whether the words or signs come next, in this order. */
  at(...keywords: readonly string[]): boolean {
    const found = keywords.every((keyword, index) => this.peek(index).keyword === keyword);
    if (!found && keywords[0] !== undefined) this.expected.push(keywords[0]);
    return found;
  }

  /** The one of the words that comes next. */
  atAny(keywords: readonly string[]): string | undefined {
    const { keyword } = this.peek();
    if (keyword !== '' && keywords.includes(keyword)) return keyword;
    this.expected.push(...keywords);
    return undefined;
  }

  /** Takes the words if they come next. */
  accept(...keywords: readonly string[]): boolean {
    if (!this.at(...keywords)) return false;
    for (let count = keywords.length; count > 0; count -= 1) this.next();
    return true;
  }

  acceptAny(keywords: readonly string[]): string | undefined {
    const found = this.atAny(keywords);
    if (found !== undefined) this.next();
    return found;
  }

  /** Takes the words, or refuses what stands there. */
  expect(...keywords: readonly string[]): void {
    for (const keyword of keywords) if (!this.accept(keyword)) throw this.unexpected();
  }

  /** Whether a name comes next: quoted, or a word that is not reserved. */
  atName(): boolean {
    const token = this.peek();
    const found = token.kind === 'quotedName' || (token.kind === 'word' && !reservedWords.has(token.keyword));
    if (!found) this.expected.push('<IDENTIFIER>');
    return found;
  }

  expectName(): Token {
    if (!this.atName()) throw this.unexpected();
    return this.next();
  }

  nextParameter(): number {
    this.parameters += 1;
    return this.parameters - 1;
  }

  get parameterCount(): number {
    return this.parameters;
  }

  /** From a token to the last one taken. */
  spanFrom(start: Span): Span {
    const last = this.tokens[Math.max(0, this.position - 1)]?.span ?? start;
    return { ...start, end: last.end, endLine: last.endLine, endColumn: last.endColumn };
  }

  /** Reads a nested construct; refuses nesting that no sensible query has. */
  nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) {
      const { span } = this.peek();
      throw new SqlError(
        'syntax',
        `The statement is nested more than ${MAX_DEPTH} levels deep${placeSuffix(span)}`,
        span,
      );
    }
    try {
      return read();
    } finally {
      this.depth -= 1;
    }
  }

  /** The refusal of the token that comes next, worded as Druid words Calcite's. */
  unexpected(): SqlError {
    const { text, span } = this.peek();
    const options = [...new Set(this.expected)]
      .sort()
      .map((option) => (option.startsWith('<') ? option : `"${option}"`));
    const acceptable = options.length > 0 ? `, acceptable options: [${options.join(', ')}]` : '';
    return new SqlError('syntax', `Received an unexpected token [${text}]${placeSuffix(span)}${acceptable}`, span, {
      token: text,
      expected: options,
    });
  }
}
