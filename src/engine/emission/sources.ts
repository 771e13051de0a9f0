/** Finds where multi-value strings enter an expression. */
import type { CallExpression, Expression } from '../../sql/plan/index.js';
import { isString } from '../../sql/types.js';
import type { Emission } from './emission.js';

/** Functions that see the multi-value encoding themselves. */
function seesEncoding(call: CallExpression, emission: Emission): boolean {
  const declaration = emission.lookUp(call.function);
  if (!declaration) return false;
  if (declaration.family === 'multivalue' || declaration.family === 'array') return true;
  return declaration.signatures.some(({ operands }) =>
    operands.some(({ family }) => family === 'array' || family === 'stringOrArray'),
  );
}

/** Whether a node's value follows from one value of each of its multi-value operands. */
export function isPerValue(expression: Expression, emission: Emission): boolean {
  switch (expression.kind) {
    case 'call':
      return !seesEncoding(expression, emission);
    case 'cast':
      return expression.type.name !== 'ARRAY';
    case 'case':
    case 'inList':
      return true;
    default:
      return false;
  }
}

export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call':
      return expression.args;
    case 'cast':
      return [expression.input];
    case 'case':
      return [...expression.whens.flatMap(({ when, then }) => [when, then]), expression.otherwise];
    case 'inList':
      return [expression.needle, ...expression.items];
    case 'inSubquery':
      return expression.needles;
    case 'quantified':
      return [expression.needle];
    default:
      return [];
  }
}

/** Whether the expression's value may be a multi-value string. */
export function mayBeMultiValue(expression: Expression, emission: Emission): boolean {
  if (!isString(expression.type)) return false;
  if (expression.kind === 'column') {
    return emission.multiValueFields.get(expression.id) ?? expression.type.multiValue === true;
  }
  if (!isPerValue(expression, emission)) return expression.type.multiValue === true;
  return childrenOf(expression).some((child) => sourcesOf(child, emission).length > 0);
}

const containsColumn = (expression: Expression): boolean =>
  expression.kind === 'column' || childrenOf(expression).some(containsColumn);

const betweenColumns: ReadonlySet<string> = new Set(['=', '<', '<=', '>', '>=', 'BETWEEN', 'IS NOT DISTINCT FROM']);

/** A comparison of columns with each other: kept as it is, because the way in which DuckDB joins depends on its shape. */
const comparesColumns = (expression: Expression): boolean =>
  expression.kind === 'call' && betweenColumns.has(expression.function) && expression.args.every(containsColumn);

/** The parts of a scalar expression that may be multi-value strings: columns, and calls that see the encoding. */
export function sourcesOf(expression: Expression, emission: Emission): readonly Expression[] {
  if (comparesColumns(expression)) return [];
  if (isPerValue(expression, emission)) return childrenOf(expression).flatMap((child) => sourcesOf(child, emission));
  return mayBeMultiValue(expression, emission) ? [expression] : [];
}

/** Whether values, not only conditions on values, of a multi-value string decide what the expression is. */
export function takesValues(expression: Expression, emission: Emission): boolean {
  if (!isPerValue(expression, emission)) return mayBeMultiValue(expression, emission);
  return childrenOf(expression).some((child) => child.type.name !== 'BOOLEAN' && takesValues(child, emission));
}

const opposites: ReadonlyMap<string, string> = new Map([
  ['<>', '='],
  ['IS NOT NULL', 'IS NULL'],
  ['IS DISTINCT FROM', 'IS NOT DISTINCT FROM'],
]);

/** For a negative test, the test that it negates: Druid's filters negate the match of the whole row, not of each value. */
export function negationOf(expression: Expression): Expression | undefined {
  if (expression.kind === 'inList' && expression.negated) return { ...expression, negated: false };
  if (expression.kind !== 'call') return undefined;
  const opposite = opposites.get(expression.function);
  return opposite === undefined ? undefined : { ...expression, function: opposite };
}
