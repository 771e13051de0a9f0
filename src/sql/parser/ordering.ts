import type { FrameBound, OrderItem, WindowFrame, WindowSpec } from '../ast.js';
import { parseList, type ParserContext } from './context.js';
import { parseIdentifier } from './identifier.js';

/** Reads the items behind ORDER BY or CLUSTERED BY. */
export function parseOrderItems(context: ParserContext): readonly OrderItem[] {
  const { tokens } = context;
  const items: OrderItem[] = [];
  do {
    const start = tokens.peek().span;
    const expr = context.expression();
    const descending = tokens.acceptAny(['ASC', 'DESC']) === 'DESC';
    let nulls: OrderItem['nulls'];
    if (tokens.accept('NULLS')) {
      const word = tokens.acceptAny(['FIRST', 'LAST']);
      if (word !== 'FIRST' && word !== 'LAST') throw tokens.unexpected();
      nulls = word;
    }
    items.push({ expr, descending, ...(nulls && { nulls }), span: tokens.spanFrom(start) });
  } while (tokens.accept(','));
  return items;
}

/** Reads `( [base] [PARTITION BY …] [ORDER BY …] [frame] )`. */
export function parseWindowSpec(context: ParserContext): WindowSpec {
  const { tokens } = context;
  const start = tokens.peek().span;
  tokens.expect('(');
  const base = tokens.atName() ? parseIdentifier(tokens) : undefined;
  const partitionBy = tokens.accept('PARTITION', 'BY') ? parseList(context) : [];
  const orderBy = tokens.accept('ORDER', 'BY') ? parseOrderItems(context) : [];
  const frame = parseFrame(context);
  tokens.expect(')');
  return {
    kind: 'window',
    ...(base && { base }),
    partitionBy,
    orderBy,
    ...(frame && { frame }),
    span: tokens.spanFrom(start),
  };
}

function parseFrame(context: ParserContext): WindowFrame | undefined {
  const { tokens } = context;
  const startSpan = tokens.peek().span;
  const unit = tokens.acceptAny(['ROWS', 'RANGE', 'GROUPS']);
  if (unit !== 'ROWS' && unit !== 'RANGE' && unit !== 'GROUPS') return undefined;
  let start: FrameBound;
  let end: FrameBound = { kind: 'currentRow' };
  if (tokens.accept('BETWEEN')) {
    start = parseBound(context);
    tokens.expect('AND');
    end = parseBound(context);
  } else {
    // DruidSqlValidator.updateBoundsIfNeeded: a single bound that follows is the upper one.
    const only = parseBound(context);
    const follows = only.kind === 'following' || only.kind === 'unboundedFollowing';
    start = follows ? { kind: 'currentRow' } : only;
    if (follows) end = only;
  }
  let exclude: WindowFrame['exclude'];
  if (tokens.accept('EXCLUDE')) {
    if (tokens.accept('CURRENT', 'ROW')) exclude = 'CURRENT ROW';
    else if (tokens.accept('NO', 'OTHERS')) exclude = 'NO OTHERS';
    else {
      const word = tokens.acceptAny(['GROUP', 'TIES']);
      if (word !== 'GROUP' && word !== 'TIES') throw tokens.unexpected();
      exclude = word;
    }
  }
  return { unit, start, end, ...(exclude && { exclude }), span: tokens.spanFrom(startSpan) };
}

function parseBound(context: ParserContext): FrameBound {
  const { tokens } = context;
  if (tokens.accept('CURRENT', 'ROW')) return { kind: 'currentRow' };
  const unbounded = tokens.accept('UNBOUNDED');
  const offset = unbounded ? undefined : context.expression();
  const side = tokens.acceptAny(['PRECEDING', 'FOLLOWING']);
  if (side === undefined) throw tokens.unexpected();
  if (!offset) return { kind: side === 'PRECEDING' ? 'unboundedPreceding' : 'unboundedFollowing' };
  return { kind: side === 'PRECEDING' ? 'preceding' : 'following', offset };
}
