import type { ExtendColumn, JoinTable, TableAlias, TableRef } from '../ast.js';
import type { Span } from '../errors.js';
import { atQuery, atQueryContinuation, type ParserContext } from './context.js';
import { parseCall } from './function-call.js';
import { parseAlias, parseIdentifier, parseNames } from './identifier.js';
import { parsePivots } from './pivot.js';
import { parseTypeName } from './type-name.js';

/** Reads what stands behind FROM: tables joined by commas and JOINs. */
export function parseTableRef(context: ParserContext): TableRef {
  const { tokens } = context;
  const start = tokens.peek().span;
  let left = parseJoins(context, start);
  while (tokens.accept(',')) {
    const right = parseJoins(context, tokens.peek().span);
    left = { kind: 'join', type: 'COMMA', natural: false, left, right, span: tokens.spanFrom(start) };
  }
  return left;
}

function parseJoins(context: ParserContext, start: Span): TableRef {
  let left = parsePrimaryTable(context);
  for (;;) {
    const joined = parseJoin(context, left, start);
    if (!joined) return left;
    left = joined;
  }
}

function parseJoinType(context: ParserContext): JoinTable['type'] | undefined {
  const { tokens } = context;
  switch (tokens.atAny(['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS'])) {
    case 'JOIN':
    case 'INNER':
      tokens.accept('INNER');
      tokens.expect('JOIN');
      return 'INNER';
    case 'CROSS':
      tokens.expect('CROSS', 'JOIN');
      return 'CROSS';
    case undefined:
      return undefined;
    default: {
      const side = tokens.next().keyword as 'LEFT' | 'RIGHT' | 'FULL';
      tokens.accept('OUTER');
      tokens.expect('JOIN');
      return side;
    }
  }
}

function parseJoin(context: ParserContext, left: TableRef, start: Span): JoinTable | undefined {
  const { tokens } = context;
  const natural = tokens.accept('NATURAL');
  const type = parseJoinType(context);
  if (type === undefined) {
    if (natural) throw tokens.unexpected();
    return undefined;
  }
  const right = parsePrimaryTable(context);
  const join = { kind: 'join', type, natural, left, right } as const;
  if (tokens.accept('ON')) {
    const on = context.expression();
    return { ...join, on, span: tokens.spanFrom(start) };
  }
  if (tokens.accept('USING')) {
    tokens.expect('(');
    const using = [parseIdentifier(tokens)];
    while (tokens.accept(',')) using.push(parseIdentifier(tokens));
    tokens.expect(')');
    return { ...join, using, span: tokens.spanFrom(start) };
  }
  return { ...join, span: tokens.spanFrom(start) };
}

function parseTableAlias(context: ParserContext): TableAlias | undefined {
  const { tokens } = context;
  const alias = parseAlias(context);
  if (!alias) return undefined;
  const columns = tokens.at('(') ? parseNames(context) : undefined;
  return { name: alias.name, ...(columns && { columns }), span: tokens.spanFrom(alias.span) };
}

/** A table with what follows it: PIVOT, UNPIVOT and an alias. */
function withSuffixes(context: ParserContext, node: WithoutSuffixes<TableRef>, start: Span): TableRef {
  const table = parsePivots(context, { ...node, span: context.tokens.spanFrom(start) }, start);
  const alias = parseTableAlias(context);
  return { ...table, ...(alias && { alias }), span: context.tokens.spanFrom(start) };
}

type WithoutSuffixes<T> = T extends TableRef ? Omit<T, 'span' | 'alias'> : never;

function parsePrimaryTable(context: ParserContext): TableRef {
  const { tokens } = context;
  return tokens.nested(() => {
    const start = tokens.peek().span;
    const lateral = tokens.accept('LATERAL');
    if (tokens.accept('UNNEST')) {
      tokens.expect('(');
      const expr = context.expression();
      tokens.expect(')');
      const ordinality = tokens.accept('WITH', 'ORDINALITY');
      return withSuffixes(context, { kind: 'unnest', expr, ordinality }, start);
    }
    if (tokens.accept('TABLE')) return parseTableFunction(context, lateral, start);
    if (tokens.accept('(')) return parseParenthesisedTable(context, lateral, start);
    if (!tokens.atName()) {
      tokens.atAny(['(', 'LATERAL', 'TABLE', 'UNNEST']);
      throw tokens.unexpected();
    }
    const name = parseIdentifier(tokens);
    return withSuffixes(context, { kind: 'table', name }, start);
  });
}

function parseParenthesisedTable(context: ParserContext, lateral: boolean, start: Span): TableRef {
  const { tokens } = context;
  if (atQuery(context)) {
    const query = context.query();
    tokens.expect(')');
    return withSuffixes(context, { kind: 'derived', lateral, query }, start);
  }
  const inner = parseTableRef(context);
  if (inner.kind === 'derived' && !inner.alias && atQueryContinuation(context)) {
    const query = context.queryFrom(inner.query, inner.span);
    tokens.expect(')');
    return withSuffixes(context, { kind: 'derived', lateral, query }, start);
  }
  tokens.expect(')');
  // `((SELECT …)) AS x`: the alias outside belongs to the query inside.
  if (inner.kind === 'derived' && !inner.alias) return withSuffixes(context, { ...inner, lateral }, start);
  return inner;
}

function parseTableFunction(context: ParserContext, lateral: boolean, start: Span): TableRef {
  const { tokens } = context;
  tokens.expect('(');
  if (tokens.peek().kind !== 'word' && tokens.peek().kind !== 'quotedName') throw tokens.unexpected();
  const call = parseCall(context);
  tokens.expect(')');
  const extend = tokens.accept('EXTEND') || tokens.at('(') ? parseExtend(context) : undefined;
  return withSuffixes(context, { kind: 'tableFunction', lateral, call, ...(extend && { extend }) }, start);
}

function parseExtend(context: ParserContext): readonly ExtendColumn[] {
  const { tokens } = context;
  tokens.expect('(');
  const columns: ExtendColumn[] = [];
  do {
    const start = tokens.peek().span;
    const name = tokens.expectName().text;
    const type = parseTypeName(tokens);
    columns.push({ name, type, span: tokens.spanFrom(start) });
  } while (tokens.accept(','));
  tokens.expect(')');
  return columns;
}
