/** Binds aggregate calls: each becomes a field of the aggregation and a reference to it. */
import type { Expr, FunctionCall, Identifier } from '../ast.js';
import { unsupportedError, validationError } from '../errors.js';
import type { FunctionDeclaration } from '../functions/declaration.js';
import { lookUpFunction } from '../functions/index.js';
import { structuralKey, type AggregateCall, type Expression } from '../plan/index.js';
import { pairedValue } from '../serializable-pair.js';
import { BIGINT, BOOLEAN, TIMESTAMP } from '../types.js';
import type { Binding, Collector, ExpressionEnvironment } from './binding.js';
import { columnOf, literal, notNull } from './build.js';
import { resultType } from './declared.js';
import { convert } from './convert.js';
import { findColumn } from './names.js';
import { bindOperands } from './operands.js';
import { bindSortKeys } from './ordering.js';

/** EARLIEST(x) stands for EARLIEST_BY(x, __time). */
const byTime: Readonly<Record<string, string>> = { EARLIEST: 'EARLIEST_BY', LATEST: 'LATEST_BY' };

/** Adds a call to those that are computed below, or finds the same one. */
export function collect<C>(
  collector: Collector<C & { readonly type: Expression['type'] }>,
  call: C & { readonly type: Expression['type'] },
  name: string,
  binding: Binding,
): Expression {
  const key = structuralKey(call);
  const known = collector.calls.find((each) => structuralKey(each.expression) === key);
  if (known) return columnOf(known.field);
  const field = binding.newField(name, call.type);
  collector.calls.push({ field, expression: call });
  return columnOf(field);
}

function timeColumn(node: FunctionCall, environment: ExpressionEnvironment): Expression {
  const name: Identifier = { kind: 'identifier', names: ['__time'], quoted: [false], span: node.span };
  const column = findColumn('__time', environment.scope, name);
  if (!column) {
    throw validationError(
      `${node.name} requires a __time column in its input; use ${node.name}_BY and name the time column`,
      node.span,
    );
  }
  return column;
}

interface Resolved {
  readonly declaration: FunctionDeclaration;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
}

/** The function that is really computed, with its arguments. */
function resolve(
  node: FunctionCall,
  declared: FunctionDeclaration,
  bound: readonly Expression[],
  binding: Binding,
  environment: ExpressionEnvironment,
): Resolved {
  const [first, ...rest] = bound;
  const by = byTime[declared.name];
  const byDeclaration = by === undefined ? undefined : lookUpFunction(by);
  if (byDeclaration && first) {
    // Pairs carry their times.
    const time = pairedValue(first.type) ? literal(null, TIMESTAMP) : timeColumn(node, environment);
    return { declaration: byDeclaration, args: [first, time, ...rest], distinct: false };
  }
  if (declared.name === 'COUNT' && node.distinct === true) {
    if (bound.length !== 1) throw unsupportedError('COUNT(DISTINCT …) takes one argument', node.span);
    const approximate = lookUpFunction('APPROX_COUNT_DISTINCT');
    if (binding.options.useApproximateCountDistinct && approximate) {
      return { declaration: approximate, args: bound, distinct: false };
    }
  }
  return { declaration: declared, args: bound, distinct: node.distinct === true };
}

/** The call without its place: what aggregates, and aggregates over windows, have in common. */
export function aggregateCall(
  node: FunctionCall,
  declared: FunctionDeclaration,
  binding: Binding,
  environment: ExpressionEnvironment,
): AggregateCall {
  const { timeZone } = binding.options;
  if (node.withinGroup) throw unsupportedError(`WITHIN GROUP is not supported`, node.span);
  if (node.namedArgs) throw unsupportedError(`Function '${node.name}' does not take named arguments`, node.span);
  const bound = node.args.map((arg: Expr) => binding.expression(arg, environment));
  const { declaration, args, distinct } = resolve(node, declared, bound, binding, environment);
  if (distinct && declaration.allowsDistinct !== true) {
    throw unsupportedError(`Aggregate '${declaration.name}' does not support DISTINCT`, node.span);
  }
  if (node.star === true && declaration.name !== 'COUNT') throw validationError(`Unknown identifier '*'`, node.span);
  const operands =
    declaration.name === 'COUNT' && args.length === 0 ? [] : bindOperands(declaration, args, timeZone, node.span);
  const filter = node.filter && convert(binding.expression(node.filter, environment), BOOLEAN, timeZone);
  return {
    function: declaration.name,
    args: operands,
    distinct,
    ...(filter && { filter }),
    ...(node.orderBy && { orderBy: bindSortKeys(node.orderBy, binding, environment) }),
    type: declaration.name === 'COUNT' ? notNull(BIGINT) : resultType(declaration, operands),
  };
}

/** Binds an aggregate of the query's groups. */
export function bindAggregate(
  node: FunctionCall,
  declared: FunctionDeclaration,
  binding: Binding,
  environment: ExpressionEnvironment,
): Expression {
  if (environment.insideAggregate) throw validationError('Aggregate expressions cannot be nested', node.span);
  const { aggregates, ...inside } = environment;
  if (!aggregates) {
    throw validationError(`Aggregate expression is illegal in ${environment.clause} clause`, node.span);
  }
  const { windows, ...argumentEnvironment } = inside;
  const call = aggregateCall(node, declared, binding, { ...argumentEnvironment, insideAggregate: true });
  return collect(aggregates, call, node.name, binding);
}
