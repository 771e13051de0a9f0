import { RangeSetBuilder, type Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { Decoration, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { lookUpFunction } from '../../../src/sql/functions/index.js';
import type { Token } from '../../../src/sql/lexer.js';
import { keywords } from './keywords.js';
import { readTokens } from './tokens.js';

type TokenClass = 'keyword' | 'function' | 'string' | 'number' | 'name' | 'operator' | 'comment' | 'broken';

const marks = Object.fromEntries(
  (['keyword', 'function', 'string', 'number', 'name', 'operator', 'comment', 'broken'] as const).map((name) => [
    name,
    Decoration.mark({ class: `sql-${name}` }),
  ]),
) as Record<TokenClass, Decoration>;

function classOf(token: Token, next: Token | undefined): TokenClass | undefined {
  switch (token.kind) {
    case 'word':
      if (next?.keyword === '(' && lookUpFunction(token.text)) return 'function';
      return keywords.has(token.keyword) ? 'keyword' : 'name';
    case 'quotedName':
      return 'name';
    case 'string':
    case 'unicodeString':
      return 'string';
    case 'decimal':
    case 'double':
      return 'number';
    case 'symbol':
    case 'parameter':
      return 'operator';
    default:
      return undefined;
  }
}

function decorate(text: string): DecorationSet {
  const { tokens, brokenAt } = readTokens(text);
  const builder = new RangeSetBuilder<Decoration>();
  let at = 0;
  // What the lexer skips is white space and comments.
  const gap = (end: number): void => {
    const skipped = text.slice(at, end);
    if (skipped.trim() !== '') builder.add(at, end, marks.comment);
  };
  tokens.forEach((token, index) => {
    gap(token.span.start);
    const name = classOf(token, tokens[index + 1]);
    if (name) builder.add(token.span.start, token.span.end, marks[name]);
    at = token.span.end;
  });
  gap(brokenAt ?? text.length);
  if (brokenAt !== undefined) builder.add(brokenAt, text.length, marks.broken);
  return builder.finish();
}

/** Colours by Millrace's own lexer, so that what looks like a keyword is one. */
export const sqlHighlighting: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = decorate(view.state.doc.toString());
    }
    update(update: ViewUpdate): void {
      if (update.docChanged) this.decorations = decorate(update.state.doc.toString());
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
