import type { CommonTable, Expr, GroupItem, Query, QueryBody, Select, SelectItem, SetOperation } from '../ast.js';
import { SqlError, placeSuffix, type Span } from '../errors.js';
import { atQuery, parseList, type ParserContext } from './context.js';
import { parseAlias, parseIdentifier, parseNames } from './identifier.js';
import { parseOrderItems, parseWindowSpec } from './ordering.js';
import { parseTableRef } from './table.js';

/** Reads a query: WITH, body, ORDER BY, LIMIT. */
export function parseQuery(context: ParserContext): Query {
  const { tokens } = context;
  return tokens.nested(() => {
    const start = tokens.peek().span;
    const commonTables = tokens.accept('WITH') ? parseCommonTables(context) : undefined;
    const query = parseQueryRest(context, parseBody(context), start);
    return commonTables ? { ...query, with: commonTables } : query;
  });
}

/** Goes on with a query whose first operand, in parentheses, was read already. */
export function parseQueryFrom(context: ParserContext, first: Query, start: Span): Query {
  return parseQueryRest(context, parseUnions(context, parseIntersections(context, first, start), start), start);
}

function parseQueryRest(context: ParserContext, body: QueryBody, start: Span): Query {
  const { tokens } = context;
  const orderBy = tokens.accept('ORDER', 'BY') ? parseOrderItems(context) : undefined;
  const bounds = parseBounds(context);
  return { kind: 'query', body, ...(orderBy && { orderBy }), ...bounds, span: tokens.spanFrom(start) };
}

/** LIMIT n, LIMIT m, n, OFFSET n ROWS, FETCH FIRST n ROWS ONLY, in either order. */
function parseBounds(context: ParserContext): Pick<Query, 'limit' | 'offset'> {
  const { tokens } = context;
  let limit: Expr | undefined;
  let offset: Expr | undefined;
  for (;;) {
    if (!limit && tokens.accept('LIMIT')) {
      if (tokens.accept('ALL')) continue;
      limit = context.expression();
      if (!offset && tokens.accept(',')) {
        offset = limit;
        limit = context.expression();
      }
    } else if (!offset && tokens.accept('OFFSET')) {
      offset = context.expression();
      tokens.acceptAny(['ROW', 'ROWS']);
    } else if (!limit && tokens.accept('FETCH')) {
      if (tokens.acceptAny(['FIRST', 'NEXT']) === undefined) throw tokens.unexpected();
      limit = context.expression();
      if (tokens.acceptAny(['ROW', 'ROWS']) === undefined) throw tokens.unexpected();
      tokens.expect('ONLY');
    } else return { ...(limit && { limit }), ...(offset && { offset }) };
  }
}

function parseCommonTables(context: ParserContext): readonly CommonTable[] {
  const { tokens } = context;
  if (tokens.at('RECURSIVE')) {
    const { span } = tokens.peek();
    throw new SqlError('unsupported', `WITH RECURSIVE is not supported${placeSuffix(span)}`, span);
  }
  const tables: CommonTable[] = [];
  do {
    const start = tokens.peek().span;
    const name = tokens.expectName().text;
    const columns = tokens.at('(') ? parseNames(context) : undefined;
    tokens.expect('AS', '(');
    const query = parseQuery(context);
    tokens.expect(')');
    tables.push({ name, ...(columns && { columns }), query, span: tokens.spanFrom(start) });
  } while (tokens.accept(','));
  return tables;
}

function parseBody(context: ParserContext): QueryBody {
  const start = context.tokens.peek().span;
  return parseUnions(context, parseIntersections(context, parseOperand(context), start), start);
}

function setOperation(
  context: ParserContext,
  operator: SetOperation['operator'],
  left: QueryBody,
  start: Span,
  readRight: () => QueryBody,
): SetOperation {
  const { tokens } = context;
  const all = tokens.accept('ALL');
  if (!all) tokens.accept('DISTINCT');
  const right = readRight();
  return { kind: 'setOperation', operator, all, left, right, span: tokens.spanFrom(start) };
}

/** INTERSECT binds tighter than UNION and EXCEPT. */
function parseIntersections(context: ParserContext, first: QueryBody, start: Span): QueryBody {
  let left = first;
  while (context.tokens.accept('INTERSECT')) {
    left = setOperation(context, 'INTERSECT', left, start, () => parseOperand(context));
  }
  return left;
}

function parseUnions(context: ParserContext, first: QueryBody, start: Span): QueryBody {
  const { tokens } = context;
  let left = first;
  for (;;) {
    const word = tokens.acceptAny(['UNION', 'EXCEPT', 'MINUS']);
    if (word === undefined) return left;
    left = setOperation(context, word === 'UNION' ? 'UNION' : 'EXCEPT', left, start, () => {
      const rightStart = tokens.peek().span;
      return parseIntersections(context, parseOperand(context), rightStart);
    });
  }
}

function parseOperand(context: ParserContext): QueryBody {
  const { tokens } = context;
  const start = tokens.peek().span;
  if (tokens.accept('(')) {
    const query = parseQuery(context);
    tokens.expect(')');
    return query;
  }
  if (tokens.accept('VALUES')) {
    const rows: (readonly Expr[])[] = [];
    do {
      const row = context.expression();
      rows.push(row.kind === 'row' ? row.elements : [row]);
    } while (tokens.accept(','));
    return { kind: 'values', rows, span: tokens.spanFrom(start) };
  }
  if (atQuery(context) && tokens.accept('TABLE')) {
    const name = parseIdentifier(tokens);
    const from = { kind: 'table', name, span: name.span } as const;
    const star = { expr: { kind: 'star', span: start }, span: start } as const;
    return { kind: 'select', distinct: false, items: [star], from, span: tokens.spanFrom(start) };
  }
  if (!tokens.at('SELECT')) {
    tokens.atAny(['VALUES', 'WITH', '(']);
    throw tokens.unexpected();
  }
  return parseSelect(context, start);
}

function parseSelect(context: ParserContext, start: Span): Select {
  const { tokens } = context;
  tokens.expect('SELECT');
  const distinct = tokens.accept('DISTINCT');
  if (!distinct) tokens.accept('ALL');
  const items = [parseItem(context)];
  while (tokens.accept(',')) items.push(parseItem(context));
  const from = tokens.accept('FROM') ? parseTableRef(context) : undefined;
  const where = tokens.accept('WHERE') ? context.expression() : undefined;
  const groupBy = tokens.accept('GROUP', 'BY') ? parseGroupItems(context) : undefined;
  const having = tokens.accept('HAVING') ? context.expression() : undefined;
  const windows = tokens.accept('WINDOW') ? parseWindows(context) : undefined;
  const qualify = tokens.accept('QUALIFY') ? context.expression() : undefined;
  return {
    kind: 'select',
    distinct,
    items,
    ...(from && { from }),
    ...(where && { where }),
    ...(groupBy && { groupBy }),
    ...(having && { having }),
    ...(windows && { windows }),
    ...(qualify && { qualify }),
    span: tokens.spanFrom(start),
  };
}

function parseItem(context: ParserContext): SelectItem {
  const { tokens } = context;
  const start = tokens.peek().span;
  if (tokens.accept('*')) return { expr: { kind: 'star', span: start }, span: start };
  const expr = context.expression();
  const alias = parseAlias(context);
  return { expr, ...(alias && { alias }), span: tokens.spanFrom(start) };
}

function parseWindows(context: ParserContext): NonNullable<Select['windows']> {
  const { tokens } = context;
  const windows = [];
  do {
    const start = tokens.peek().span;
    const name = tokens.expectName().text;
    tokens.expect('AS');
    windows.push({ name, window: parseWindowSpec(context), span: tokens.spanFrom(start) });
  } while (tokens.accept(','));
  return windows;
}

function parseGroupItems(context: ParserContext): readonly GroupItem[] {
  context.tokens.acceptAny(['ALL', 'DISTINCT']);
  const items = [parseGroupItem(context)];
  while (context.tokens.accept(',')) items.push(parseGroupItem(context));
  return items;
}

function parseGroupItem(context: ParserContext): GroupItem {
  const { tokens } = context;
  const start = tokens.peek().span;
  if (tokens.accept('(', ')')) return { kind: 'emptySet', span: tokens.spanFrom(start) };
  if (tokens.accept('GROUPING', 'SETS')) {
    tokens.expect('(');
    const sets = [parseGroupItem(context)];
    while (tokens.accept(',')) sets.push(parseGroupItem(context));
    tokens.expect(')');
    return { kind: 'groupingSets', sets, span: tokens.spanFrom(start) };
  }
  if ((tokens.at('ROLLUP') || tokens.at('CUBE')) && tokens.peek(1).keyword === '(') {
    const kind = tokens.next().keyword === 'CUBE' ? 'cube' : 'rollup';
    tokens.expect('(');
    const elements = parseList(context).map((expr) => (expr.kind === 'row' ? expr.elements : [expr]));
    tokens.expect(')');
    return { kind, elements, span: tokens.spanFrom(start) };
  }
  const expr = context.expression();
  if (expr.kind === 'row') return { kind: 'tuple', elements: expr.elements, span: expr.span };
  return { kind: 'expr', expr };
}
