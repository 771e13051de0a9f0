import { SqlError } from '../../../src/sql/errors.js';
import { tokenize, type Token } from '../../../src/sql/lexer.js';

/** What can be read of a text that is being written: tokens up to the place where the lexer gives up. */
export interface PartialTokens {
  /** Without the final `end`. */
  readonly tokens: readonly Token[];
  /** Offset from which on nothing was understood, such as the start of an unfinished string. */
  readonly brokenAt?: number;
}

/** Millrace's lexer over a text that may not be whole yet. */
export function readTokens(text: string): PartialTokens {
  try {
    return { tokens: tokenize(text).slice(0, -1) };
  } catch (error) {
    if (!(error instanceof SqlError) || !error.span) throw error;
    const brokenAt = error.span.start;
    return { tokens: brokenAt === 0 ? [] : tokenize(text.slice(0, brokenAt)).slice(0, -1), brokenAt };
  }
}
