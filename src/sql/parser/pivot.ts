/** PIVOT and UNPIVOT behind a table, in the grammar of Calcite's Parser.jj. */
import type { Expr, Identifier, PivotTable, PivotValue, SelectItem, TableRef, UnpivotTable } from '../ast.js';
import type { Span } from '../errors.js';
import type { ParserContext } from './context.js';
import { parseCall } from './function-call.js';
import { parseAlias } from './identifier.js';
import type { TokenStream } from './token-stream.js';

/** The table as a PIVOT, then an UNPIVOT behind it make it. */
export function parsePivots(context: ParserContext, table: TableRef, start: Span): TableRef {
  const { tokens } = context;
  let result = table;
  if (tokens.peek().keyword === 'PIVOT' && tokens.peek(1).keyword === '(') result = parsePivot(context, result, start);
  const next = tokens.peek(1).keyword;
  if (tokens.peek().keyword === 'UNPIVOT' && (next === '(' || next === 'INCLUDE' || next === 'EXCLUDE')) {
    result = parseUnpivot(context, result, start);
  }
  return result;
}

/** One or more, separated by commas. */
function several<T>(tokens: TokenStream, read: () => T): readonly T[] {
  const list = [read()];
  while (tokens.accept(',')) list.push(read());
  return list;
}

function parsePivot(context: ParserContext, input: TableRef, start: Span): PivotTable {
  const { tokens } = context;
  tokens.expect('PIVOT', '(');
  const measures = several(tokens, () => parseMeasure(context));
  tokens.expect('FOR');
  const axes = parseNamesOrName(tokens);
  tokens.expect('IN', '(');
  const values = several(tokens, () => parsePivotValue(context));
  tokens.expect(')', ')');
  return { kind: 'pivot', input, measures, axes, values, span: tokens.spanFrom(start) };
}

function parseMeasure(context: ParserContext): SelectItem {
  const { tokens } = context;
  const start = tokens.peek().span;
  const expr = parseCall(context);
  const alias = parseAlias(context);
  return { expr, ...(alias && { alias }), span: tokens.spanFrom(start) };
}

function parsePivotValue(context: ParserContext): PivotValue {
  const { tokens } = context;
  const start = tokens.peek().span;
  const values = elementsOf(context.expression());
  const alias = parseAlias(context);
  return { values, ...(alias && { alias }), span: tokens.spanFrom(start) };
}

function parseUnpivot(context: ParserContext, input: TableRef, start: Span): UnpivotTable {
  const { tokens } = context;
  tokens.expect('UNPIVOT');
  const includeNulls = tokens.accept('INCLUDE', 'NULLS');
  if (!includeNulls) tokens.accept('EXCLUDE', 'NULLS');
  tokens.expect('(');
  const measures = parseNamesOrName(tokens);
  tokens.expect('FOR');
  const axes = parseNamesOrName(tokens);
  tokens.expect('IN', '(');
  const sources = several(tokens, () => {
    const columns = parseNamesOrName(tokens);
    return { columns, ...(tokens.accept('AS') && { values: elementsOf(context.expression()) }) };
  });
  tokens.expect(')', ')');
  return { kind: 'unpivot', input, includeNulls, measures, axes, sources, span: tokens.spanFrom(start) };
}

const elementsOf = (expr: Expr): readonly Expr[] => (expr.kind === 'row' ? expr.elements : [expr]);

function parseNamesOrName(tokens: TokenStream): readonly Identifier[] {
  const name = (): Identifier => {
    const token = tokens.expectName();
    return { kind: 'identifier', names: [token.text], quoted: [token.kind === 'quotedName'], span: token.span };
  };
  if (!tokens.accept('(')) return [name()];
  const names = several(tokens, name);
  tokens.expect(')');
  return names;
}
