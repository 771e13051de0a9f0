/**
 * Long expressions that say the same several times. What an engine does with functions of Druid's is often a good deal of
 * SQL of its own, and DuckDB neither plans nor computes repeated parts of a filter once; here they are computed once, and
 * the rest of the expression sees their values under names.
 */
import type { ColumnExpression, Expression } from '../../sql/plan/index.js';
import { expressionKey, rewriteExpression } from '../../sql/plan/walk.js';
import type { Emission } from './emission.js';
import { expressionSql } from './expressions.js';
import { columnName } from './names.js';
import { childrenOf, isPerValue, mayBeMultiValue, sourcesOf } from './sources.js';

/** Characters of SQL below which looking for repetitions costs more than they do. */
const LONG = 1000;
/** The same where the engine computes repeated parts once by itself, and only reading them costs. */
const LONG_TO_READ = 3000;

const operators: ReadonlySet<string> = new Set(['comparison', 'logic', 'arithmetic', 'conditional']);

/** Functions that end the statement on some values; they must not be computed where the expression does not ask for them. */
const failing: ReadonlySet<string> = new Set(['PARSE_JSON']);

interface Traits {
  /** Whether a function other than an operator is in it, and a column. */
  readonly costs: boolean;
  readonly hasColumn: boolean;
  /** Whether it may be computed early and in a lambda. */
  readonly movable: boolean;
}

function traitsOf(expression: Expression, emission: Emission): Traits {
  if (expression.kind === 'column') return { costs: false, hasColumn: true, movable: true };
  if ('plan' in expression) return { costs: false, hasColumn: true, movable: false };
  const inner = childrenOf(expression).map((child) => traitsOf(child, emission));
  const family = expression.kind === 'call' ? emission.lookUp(expression.function)?.family : undefined;
  return {
    costs:
      expression.kind === 'cast' ||
      (family !== undefined && !operators.has(family)) ||
      inner.some(({ costs }) => costs),
    hasColumn: inner.some(({ hasColumn }) => hasColumn),
    movable: !(expression.kind === 'call' && failing.has(expression.function)) && inner.every(({ movable }) => movable),
  };
}

/** A part with several values for a row stays in the expression that maps over them. */
const isWhole = (expression: Expression, emission: Emission): boolean =>
  !isPerValue(expression, emission) || sourcesOf(expression, emission).length === 0;

/**
 * The parts that stand in the expression several times. What stands only within such a part counts once there. The inside
 * of CASE may not be meant to be computed; the whole of it may.
 */
function repeatedParts(expression: Expression, emission: Emission): ReadonlyMap<string, Expression> {
  const seen = new Set<string>();
  const found = new Map<string, Expression>();
  const visit = (part: Expression): void => {
    // Parts that cost nothing hold none that do; keys of long chains of them would cost more than all the rest.
    if (!traitsOf(part, emission).costs) return;
    const key = expressionKey(part);
    if (seen.has(key)) {
      if (!found.has(key) && isWorthSharing(part, emission)) found.set(key, part);
      return;
    }
    seen.add(key);
    if (part.kind !== 'case') childrenOf(part).forEach(visit);
  };
  visit(expression);
  return found;
}

function isWorthSharing(part: Expression, emission: Emission): boolean {
  const { costs, hasColumn, movable } = traitsOf(part, emission);
  return costs && hasColumn && movable && part.type.name !== 'BOOLEAN' && isWhole(part, emission);
}

/** A column under a name of its own; `multiValue` says whether it may hold several values. */
function pseudoColumn(part: Expression, multiValue: boolean, emission: Emission): ColumnExpression {
  const id = emission.freshId();
  emission.multiValueFields.set(id, multiValue);
  return { kind: 'column', id, name: columnName(id), type: part.type };
}

interface Binding {
  readonly name: string;
  readonly sql: string;
}

const bound = (bindings: readonly Binding[], body: string, { syntax }: Emission): string =>
  bindings.reduceRight((inner, { name, sql }) => syntax.bind(name, sql, inner), body);

/** As expressionSql, for an expression that stands by itself: repeated parts of a long one are computed once. */
export function sharedSql(expression: Expression, emission: Emission): string {
  const sql = expressionSql(expression, emission);
  const long = emission.syntax.copiesOperands ? LONG_TO_READ : LONG;
  if (sql.length < long || !traitsOf(expression, emission).movable) return sql;
  return sourcesOf(expression, emission).length === 0 ? partsOnce(expression, sql, emission) : sql;
}

/** The expression with its repeated parts computed once; `otherwise` when there are none. */
function partsOnce(expression: Expression, otherwise: string, emission: Emission): string {
  const parts = repeatedParts(expression, emission);
  if (parts.size === 0) return otherwise;
  const names = new Map<string, ColumnExpression>();
  const named = (whole: Expression): Expression =>
    rewriteExpression(whole, (part) =>
      part.kind === 'literal' || part.kind === 'column' ? part : names.get(expressionKey(part)),
    );
  // The smaller ones first, as greater ones may hold them.
  const bindings = [...parts]
    .toSorted(([a], [b]) => a.length - b.length)
    .map(([key, part]) => {
      const sql = expressionSql(named(part), emission);
      const column = pseudoColumn(part, mayBeMultiValue(part, emission), emission);
      names.set(key, column);
      return { name: columnName(column.id), sql };
    });
  return bound(bindings, expressionSql(named(expression), emission), emission);
}
