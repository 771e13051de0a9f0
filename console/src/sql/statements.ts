import type { Token } from '../../../src/sql/lexer.js';
import { readTokens } from './tokens.js';

/** One statement of an editor's text, with the SET statements before it. Offsets count from 0, end exclusive. */
export interface StatementRange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const isSet = (tokens: readonly Token[]): boolean => tokens[0]?.keyword === 'SET';

/** Splits a text at its semicolons; SET statements stay with the statement that follows them. */
export function splitStatements(text: string): readonly StatementRange[] {
  const { tokens, brokenAt } = readTokens(text);
  const ranges: StatementRange[] = [];
  let pending: Token[] = [];
  let start: number | undefined;
  const push = (end: number): void => {
    if (start === undefined) return;
    ranges.push({ start, end, text: text.slice(start, end) });
    start = undefined;
  };
  for (const token of tokens) {
    if (token.keyword === ';') {
      if (pending.length > 0 && !isSet(pending)) push(token.span.end);
      pending = [];
      continue;
    }
    start ??= token.span.start;
    pending.push(token);
  }
  start ??= brokenAt;
  push(brokenAt === undefined ? (tokens.at(-1)?.span.end ?? text.length) : text.trimEnd().length);
  return ranges;
}

/** The statement that an offset lies in or after; undefined where there is none. */
export function statementAt(text: string, offset: number): StatementRange | undefined {
  const ranges = splitStatements(text);
  return ranges.findLast((range) => range.start <= offset) ?? ranges[0];
}

export type Engine = 'interactive' | 'task';

/** Functions that read external data, which only tasks may. */
const externalFunctions = new Set(['EXTERN', 'INLINE', 'LOCALFILES', 'HTTP', 'S3', 'GS', 'AZURE', 'HDFS']);

/** Tokens of the statement itself, after SET statements. */
function body(text: string): readonly Token[] {
  let { tokens } = readTokens(text);
  while (isSet(tokens)) {
    const end = tokens.findIndex((token) => token.keyword === ';');
    if (end === -1) return [];
    tokens = tokens.slice(end + 1);
  }
  return tokens;
}

/** What a statement does, by its first word. */
export function statementVerb(text: string): 'INSERT' | 'REPLACE' | 'EXPLAIN' | 'SELECT' {
  const word = body(text)[0]?.keyword;
  return word === 'INSERT' || word === 'REPLACE' || word === 'EXPLAIN' ? word : 'SELECT';
}

/** How a statement has to run: ingestion and external data as a task, everything else at once. */
export function engineFor(text: string): Engine {
  const verb = statementVerb(text);
  if (verb === 'EXPLAIN') return 'interactive';
  if (verb !== 'SELECT') return 'task';
  const tokens = body(text);
  const readsExternal = tokens.some(
    ({ keyword }, index) => externalFunctions.has(keyword) && tokens[index + 1]?.keyword === '(',
  );
  return readsExternal ? 'task' : 'interactive';
}
