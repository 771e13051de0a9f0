import { type Span, unsupportedError } from '../../sql/errors.js';
import type { Emitter } from '../../sql/functions/declaration.js';
import type {
  CallExpression,
  CaseExpression,
  CastExpression,
  Expression,
  InListExpression,
} from '../../sql/plan/index.js';
import { ANY, arrayOf, isInteger, isString, VARCHAR } from '../../sql/types.js';
import type { Emission } from './emission.js';
import { integerArithmeticSql } from './integer-arithmetic.js';
import { mapMultiValue, type MultiValueSource } from './multi-value.js';
import { columnName, operand } from './names.js';
import { composed } from './repeated.js';
import { isPerValue, negationOf, sourcesOf, takesValues } from './sources.js';
import type { EngineSyntax } from './syntax.js';

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
function comparedSql(side: Expression, others: readonly Expression[], syntax: EngineSyntax, emit: Emit): string {
  const isBare =
    side.kind === 'literal' &&
    typeof side.value === 'bigint' &&
    isInteger(side.type) &&
    others.some((other) => other !== side && other.kind !== 'literal');
  return isBare ? syntax.bareInteger(side.value) : operand(emit(side));
}

const orderings: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', 'BETWEEN']);

function argumentsSql(call: CallExpression, syntax: EngineSyntax, emit: Emit): readonly string[] {
  if (!comparisons.has(call.function)) return call.args.map((arg) => operand(emit(arg)));
  const sides = call.args.map((arg) => comparedSql(arg, call.args, syntax, emit));
  return orderings.has(call.function)
    ? sides.map((sql, index) => syntax.ordered(sql, call.args[index]?.type ?? ANY))
    : sides;
}

/**
 * The engine's emitter of a function.
 * @throws SqlError `unsupported` when it has none
 */
export function emitterOf(name: string, { lookUp, syntax }: Emission, span?: Span): Emitter {
  const declaration = lookUp(name);
  const emitter = declaration && syntax.emitter(declaration);
  if (!emitter) throw unsupportedError(`Function '${name}' is not supported by the ${syntax.name} engine`, span);
  return emitter;
}

/** The SQL of a call of a catalogue function, by its declaration. */
function callSql(call: CallExpression, emission: Emission, emit: Emit): string {
  const emitter = emitterOf(call.function, emission, call.span);
  const isConstant = (index: number): boolean => call.args[index]?.kind === 'literal';
  return composed(argumentsSql(call, emission.syntax, emit), isConstant, emission, (args) =>
    emitter(args, {
      args: call.args,
      type: call.type,
      timeZone: emission.options.timeZone,
      distinct: false,
      orderBy: '',
      suffix: '',
      now: emission.options.now,
      emit,
    }),
  );
}

function caseSql(expression: CaseExpression, emit: Emit): string {
  const whens = expression.whens.map(({ when, then }) => `WHEN ${emit(when)} THEN ${emit(then)}`);
  return `CASE ${whens.join(' ')} ELSE ${emit(expression.otherwise)} END`;
}

function inListSql({ needle, items, negated }: InListExpression, syntax: EngineSyntax, emit: Emit): string {
  if (items.length === 0) return negated ? 'TRUE' : 'FALSE';
  const list = items.map((item) => comparedSql(item, [needle], syntax, emit));
  return `${operand(emit(needle))} ${negated ? 'NOT IN' : 'IN'} (${list.join(', ')})`;
}

function castExpressionSql(cast: CastExpression, emission: Emission, emit: Emit): string {
  const { syntax } = emission;
  const options = { timeZone: emission.options.timeZone, ...(cast.safe ? { safe: true } : {}) };
  return composed(
    [emit(cast.input)],
    () => false,
    emission,
    ([input = '']) => {
      if (cast.type.name === 'ARRAY' && isString(cast.input.type)) {
        const values = syntax.cast(syntax.multiValues(input), arrayOf(VARCHAR), cast.type, options);
        return `CASE WHEN ${operand(input)} IS NOT NULL THEN ${values} END`;
      }
      return syntax.cast(input, cast.input.type, cast.type, options);
    },
  );
}

/** One node; `emit` gives the SQL of the nodes below. */
function nodeSql(expression: Expression, emission: Emission, emit: Emit): string {
  switch (expression.kind) {
    case 'literal':
      return emission.syntax.literal(expression);
    case 'column':
      return columnName(expression.id);
    case 'call':
      return integerArithmeticSql(expression, emission, emit) ?? callSql(expression, emission, emit);
    case 'cast':
      return castExpressionSql(expression, emission, emit);
    case 'case':
      return caseSql(expression, emit);
    case 'inList':
      return inListSql(expression, emission.syntax, emit);
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
      return emission.syntax.quantified(operand(emit(expression.needle)), expression, emission.query(expression.plan));
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

  const isSource = new Set(found);
  const bound = new Map<string, Bound>();
  for (const source of found) {
    const sql = emit(source);
    if (!bound.has(sql)) bound.set(sql, bind(source, sql, emission));
  }
  const boundOf = (source: Expression): Bound => {
    const sql = emit(source);
    return bound.get(sql) ?? bind(source, sql, emission);
  };
  const plain: Emit = (child) => (isSource.has(child) ? boundOf(child).sql : nodeSql(child, emission, plain));
  const perValue: Emit = (child) =>
    isSource.has(child) ? boundOf(child).variable : nodeSql(child, emission, perValue);
  const sources = [...bound.values()];
  const mapped = mapMultiValue(emission.syntax, sources, plain(expression), ...several(expression, isSingle, perValue));
  return sources.reduceRight(
    (body, { computed, sql }) => (computed === undefined ? body : emission.syntax.bind(sql, computed, body)),
    mapped,
  );
}

/** A source under the name by which the mapped expression refers to it. */
interface Bound extends MultiValueSource {
  /** The SQL of a source that is no column: it is computed once and passed into a lambda. */
  readonly computed?: string;
}

function bind(source: Expression, sql: string, emission: Emission): Bound {
  const variable = emission.fresh('each');
  return source.kind === 'column' ? { sql, variable } : { sql: emission.fresh('all'), variable, computed: sql };
}

/** What becomes of several values, and the expression over one of them. */
function several(
  expression: Expression,
  isSingle: boolean,
  perValue: Emit,
): readonly [body: string, kind: 'text' | 'condition' | 'negated' | 'other'] {
  if (isSingle) return ['', 'other'];
  if (isString(expression.type)) return [perValue(expression), 'text'];
  const positive = negationOf(expression);
  return positive ? [perValue(positive), 'negated'] : [perValue(expression), 'condition'];
}
