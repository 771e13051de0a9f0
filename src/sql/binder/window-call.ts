/** Binds calls over windows; refuses the frames that Druid refuses (DruidSqlValidator.validateWindow). */
import type { FrameBound, FunctionCall, Identifier, WindowFrame, WindowSpec } from '../ast.js';
import { unsupportedError, validationError } from '../errors.js';
import type { Expression, Frame, FrameBoundary, WindowCall } from '../plan/index.js';
import { aggregateCall, collect } from './aggregate-call.js';
import type { Binding, ExpressionEnvironment } from './binding.js';
import { declarationOf } from './declared.js';
import { bindSortKeys } from './ordering.js';

function resolveWindow(over: WindowSpec | Identifier, environment: ExpressionEnvironment): WindowSpec {
  const named = (name: Identifier): WindowSpec => {
    const found = environment.namedWindows?.get(name.names.join('.'));
    if (!found) throw validationError(`Window '${name.names.join('.')}' not found`, name.span);
    return resolveWindow(found, environment);
  };
  if (over.kind === 'identifier') return named(over);
  if (!over.base) return over;
  const base = named(over.base);
  return {
    ...over,
    partitionBy: over.partitionBy.length > 0 ? over.partitionBy : base.partitionBy,
    orderBy: over.orderBy.length > 0 ? over.orderBy : base.orderBy,
    ...((over.frame ?? base.frame) ? { frame: over.frame ?? base.frame } : {}),
  } as WindowSpec;
}

const isUnboundedOrCurrent = (bound: FrameBound): boolean => bound.kind !== 'preceding' && bound.kind !== 'following';

function checkFrame(node: FunctionCall, name: string, frame: WindowFrame): void {
  const { start, end } = frame;
  if (start.kind === 'unboundedFollowing') {
    throw validationError('UNBOUNDED FOLLOWING cannot be specified for the lower frame boundary', frame.span);
  }
  if (end.kind === 'unboundedPreceding') {
    throw validationError('UNBOUNDED PRECEDING cannot be specified for the upper frame boundary', frame.span);
  }
  if (start.kind === 'currentRow' && end.kind === 'preceding') {
    throw validationError('CURRENT ROW cannot be followed by PRECEDING in a frame', frame.span);
  }
  if (start.kind === 'following' && (end.kind === 'preceding' || end.kind === 'currentRow')) {
    throw validationError('FOLLOWING cannot be followed by PRECEDING or CURRENT ROW in a frame', frame.span);
  }
  if (name === 'NTILE') throw validationError('Framing of NTILE is not supported.', node.span);
  if (['RANK', 'DENSE_RANK', 'ROW_NUMBER', 'PERCENT_RANK', 'CUME_DIST', 'LAG', 'LEAD'].includes(name)) {
    throw validationError(
      'ROW/RANGE not allowed with RANK, DENSE_RANK, ROW_NUMBER, PERCENTILE_CONT/DISC or LAG/LEAD functions',
      node.span,
    );
  }
  const bounded = !isUnboundedOrCurrent(start) || !isUnboundedOrCurrent(end);
  if (bounded && (name === 'FIRST_VALUE' || name === 'LAST_VALUE')) {
    throw validationError(
      'Framing of FIRST_VALUE/LAST_VALUE is only allowed with UNBOUNDED or CURRENT ROW.',
      node.span,
    );
  }
  if (bounded && frame.unit !== 'ROWS') {
    throw validationError(
      'Order By with RANGE clause currently supports only UNBOUNDED or CURRENT ROW. Use ROWS clause instead.',
      frame.span,
    );
  }
  if (frame.exclude !== undefined && frame.exclude !== 'NO OTHERS') {
    throw unsupportedError('EXCLUDE of a window frame is not supported', frame.span);
  }
}

/** Ranks that mean nothing without an order (requiresOrder of Calcite's SqlRankFunction). */
const ranks: ReadonlySet<string> = new Set(['RANK', 'DENSE_RANK', 'PERCENT_RANK', 'CUME_DIST']);

/** Binds `f(…) OVER (…)` as a field of the window node and a reference to it. */
export function bindWindowCall(
  node: FunctionCall,
  over: WindowSpec | Identifier,
  binding: Binding,
  environment: ExpressionEnvironment,
): Expression {
  const { windows, ...rest } = environment;
  if (environment.insideWindow === true) throw validationError('Window functions cannot be nested', node.span);
  if (!windows || environment.insideAggregate === true) {
    throw validationError(`Windowed aggregate expression is illegal in ${environment.clause} clause`, node.span);
  }
  const spec = resolveWindow(over, environment);
  const inside: ExpressionEnvironment = { ...rest, insideWindow: true };
  const declaration = declarationOf(node, []);
  if (declaration.kind === 'scalar') throw validationError(`OVER must be applied to aggregate function`, node.span);
  if (declaration.kind === 'aggregate' && declaration.overWindow !== true) {
    throw unsupportedError(`Aggregate '${declaration.name}' is not supported over a window`, node.span);
  }
  if (node.distinct === true) throw unsupportedError('DISTINCT is not supported for window functions', node.span);
  if (ranks.has(declaration.name) && spec.orderBy.length === 0) {
    throw validationError('RANK or DENSE_RANK functions require ORDER BY clause in window specification', over.span);
  }
  if (spec.frame) checkFrame(node, declaration.name, spec.frame);
  const call: WindowCall = {
    ...aggregateCall(node, declaration, binding, inside),
    partitionBy: spec.partitionBy.map((expr) => binding.expression(expr, inside)),
    windowOrderBy: bindSortKeys(spec.orderBy, binding, inside),
    ...(spec.frame && { frame: bindFrame(spec.frame, binding, inside) }),
    ...(node.nullTreatment === 'IGNORE NULLS' && { ignoreNulls: true }),
  };
  return collect(windows, call, node.name, binding);
}

function bindFrame(frame: WindowFrame, binding: Binding, environment: ExpressionEnvironment): Frame {
  const bound = (at: FrameBound): FrameBoundary =>
    at.kind === 'preceding' || at.kind === 'following'
      ? { kind: at.kind, offset: binding.expression(at.offset, environment) }
      : at;
  return { unit: frame.unit, start: bound(frame.start), end: bound(frame.end) };
}
