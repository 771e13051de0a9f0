import { unsupportedError } from '../../sql/errors.js';
import type {
  CallExpression,
  CaseExpression,
  CastExpression,
  Expression,
  InListExpression,
} from '../../sql/plan/index.js';
import { arrayOf, isInteger, isString, VARCHAR } from '../../sql/types.js';
import { castSql } from './casts.js';
import type { Emission } from './emission.js';
import { bareInteger, literalSql } from './literals.js';
import { mapMultiValue, type MultiValueSource, valuesOf } from './multi-value.js';
import { columnName, operand } from './quoting.js';
import { isPerValue, negationOf, sourcesOf, takesValues } from './sources.js';

type Emit = (expression: Expression) => string;

const connectives: ReadonlySet<string> = new Set([
  'AND',
  'OR',
  'NOT',
  'IS TRUE',
  'IS NOT TRUE',
  'IS FALSE',
  'IS NOT FALSE',
]);

const comparisons: ReadonlySet<string> = new Set([
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'BETWEEN',
  'IS DISTINCT FROM',
  'IS NOT DISTINCT FROM',
]);

/** A side of a comparison; an integer constant needs no type beside a column. */
function comparedSql(side: Expression, others: readonly Expression[], emit: Emit): string {
  const isBare =
    side.kind === 'literal' &&
    typeof side.value === 'bigint' &&
    isInteger(side.type) &&
    others.some((other) => other !== side && other.kind !== 'literal');
  return isBare ? bareInteger(side.value) : operand(emit(side));
}

/** The SQL of a call of a catalogue function, by its declaration. */
function callSql(call: CallExpression, emission: Emission, emit: Emit): string {
  const emitter = emission.lookUp(call.function)?.emit.duckdb;
  if (!emitter) throw unsupportedError(`Function '${call.function}' is not supported by the duckdb engine`, call.span);
  const args = comparisons.has(call.function)
    ? call.args.map((arg) => comparedSql(arg, call.args, emit))
    : call.args.map((arg) => operand(emit(arg)));
  return emitter(args, {
    args: call.args,
    type: call.type,
    timeZone: emission.options.timeZone,
    distinct: false,
    orderBy: '',
    suffix: '',
    now: emission.options.now,
    emit,
  });
}

function caseSql(expression: CaseExpression, emit: Emit): string {
  const whens = expression.whens.map(({ when, then }) => `WHEN ${emit(when)} THEN ${emit(then)}`);
  return `CASE ${whens.join(' ')} ELSE ${emit(expression.otherwise)} END`;
}

function inListSql({ needle, items, negated }: InListExpression, emit: Emit): string {
  if (items.length === 0) return negated ? 'TRUE' : 'FALSE';
  const list = items.map((item) => comparedSql(item, [needle], emit));
  return `${operand(emit(needle))} ${negated ? 'NOT IN' : 'IN'} (${list.join(', ')})`;
}

function castExpressionSql(cast: CastExpression, emission: Emission, emit: Emit): string {
  const options = { timeZone: emission.options.timeZone, ...(cast.safe ? { safe: true } : {}) };
  const input = emit(cast.input);
  if (cast.type.name === 'ARRAY' && isString(cast.input.type)) {
    const values = castSql(valuesOf(input), arrayOf(VARCHAR), cast.type, options);
    return `CASE WHEN ${operand(input)} IS NOT NULL THEN ${values} END`;
  }
  return castSql(input, cast.input.type, cast.type, options);
}

/** One node; `emit` gives the SQL of the nodes below. */
function nodeSql(expression: Expression, emission: Emission, emit: Emit): string {
  switch (expression.kind) {
    case 'literal':
      return literalSql(expression);
    case 'column':
      return columnName(expression.id);
    case 'call':
      return callSql(expression, emission, emit);
    case 'cast':
      return castExpressionSql(expression, emission, emit);
    case 'case':
      return caseSql(expression, emit);
    case 'inList':
      return inListSql(expression, emit);
    case 'inSubquery': {
      const needles = expression.needles.map((needle) => operand(emit(needle)));
      const left = needles.length === 1 ? needles.join('') : `(${needles.join(', ')})`;
      return `${left} ${expression.negated ? 'NOT IN' : 'IN'} (${emission.query(expression.plan)})`;
    }
    case 'exists':
      return `EXISTS (${emission.query(expression.plan)})`;
    case 'scalarSubquery':
      return `(${emission.query(expression.plan)})`;
    case 'quantified':
      return `${operand(emit(expression.needle))} ${expression.operator} ${expression.quantifier} (${emission.query(expression.plan)})`;
  }
}

/**
 * The SQL of an expression over the columns of the surrounding FROM. Scalar functions are applied to each value of a
 * multi-value string; conditions hold when any value satisfies them.
 */
export function expressionSql(expression: Expression, emission: Emission): string {
  const emit: Emit = (child) => expressionSql(child, emission);
  if (!isPerValue(expression, emission) || (expression.kind === 'call' && connectives.has(expression.function))) {
    return nodeSql(expression, emission, emit);
  }
  const found = sourcesOf(expression, emission);
  const isSingle = !isString(expression.type) && expression.type.name !== 'BOOLEAN';
  if (found.length === 0 || (isSingle && !takesValues(expression, emission)))
    return nodeSql(expression, emission, emit);

  const variables = new Map<string, MultiValueSource>();
  for (const source of found) {
    const sql = operand(emit(source));
    if (!variables.has(sql)) variables.set(sql, { sql, variable: emission.fresh('each') });
  }
  const isSource = new Set(found);
  const plain: Emit = (child) => (isSource.has(child) ? emit(child) : nodeSql(child, emission, plain));
  const perValue: Emit = (child) => {
    if (!isSource.has(child)) return nodeSql(child, emission, perValue);
    return variables.get(operand(emit(child)))?.variable ?? emit(child);
  };
  const sources = [...variables.values()];
  if (isString(expression.type)) return mapMultiValue(sources, plain(expression), perValue(expression), 'text');
  if (isSingle) return mapMultiValue(sources, plain(expression), '', 'other');
  const positive = negationOf(expression);
  return positive
    ? mapMultiValue(sources, plain(expression), perValue(positive), 'negated')
    : mapMultiValue(sources, plain(expression), perValue(expression), 'condition');
}
