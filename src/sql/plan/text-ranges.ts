/** What a condition says of text columns, for the pruning of segments that hold a range of keys. */
import { isString } from '../types.js';
import type { Expression } from './expression.js';
import type { Field } from './plan.js';

/** Values from `from` to `to`, both included; without one of them there is no bound. NULL comes before all texts. */
export interface TextRange {
  readonly from?: string | null;
  readonly to?: string | null;
}

/** A row can pass only if its value of the column lies in one of the ranges; without any range, none passes. */
export interface TextBounds {
  readonly column: string;
  readonly ranges: readonly TextRange[];
}

/** More values than this are not looked at one by one: it would take longer than reading the segments. */
const MAX_VALUES = 1_000;

const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };

const textOf = (expression: Expression | undefined): string | undefined =>
  expression?.kind === 'literal' && isString(expression.type) && typeof expression.value === 'string'
    ? expression.value
    : undefined;

function comparisonRange(operator: string | undefined, value: string): TextRange | undefined {
  switch (operator) {
    case '=':
      return { from: value, to: value };
    case '<':
    case '<=':
      return { to: value };
    case '>':
    case '>=':
      return { from: value };
    default:
      return undefined;
  }
}

/** The text that all matches of a LIKE pattern begin with. */
function likePrefix(pattern: string, escape: string | undefined): string {
  let prefix = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const sign = pattern[index] ?? '';
    if (sign === '%' || sign === '_') break;
    if (sign === escape) index += 1;
    prefix += pattern[index] ?? '';
  }
  return prefix;
}

/** Bounds that must all hold, one for each part of the condition that says something of a single column. */
export function textBoundsOf(condition: Expression, fields: readonly Field[]): readonly TextBounds[] {
  const columnOf = (expression: Expression | undefined): string | undefined => {
    if (expression?.kind !== 'column' || !isString(expression.type)) return undefined;
    return fields.find(({ id }) => id === expression.id)?.name;
  };
  const bounds = (column: string | undefined, ranges: readonly (TextRange | undefined)[]): readonly TextBounds[] => {
    const known = ranges.filter((range) => range !== undefined);
    return column === undefined || known.length < ranges.length ? [] : [{ column, ranges: known }];
  };
  if (condition.kind === 'inList') {
    if (condition.negated || condition.items.length > MAX_VALUES) return [];
    return bounds(columnOf(condition.needle), condition.items.map(rangeOfItem));
  }
  if (condition.kind !== 'call') return [];
  const [first, second, third] = condition.args;
  switch (condition.function) {
    case 'AND':
      return condition.args.flatMap((arg) => textBoundsOf(arg, fields));
    case 'OR':
      return unite(condition.args.map((arg) => textBoundsOf(arg, fields)));
    case 'IS NULL':
      return bounds(columnOf(first), [{ from: null, to: null }]);
    case 'BETWEEN': {
      const [from, to] = [textOf(second), textOf(third)];
      return from === undefined || to === undefined ? [] : bounds(columnOf(first), [{ from, to }]);
    }
    case 'LIKE': {
      const pattern = textOf(second);
      const from = pattern === undefined ? '' : likePrefix(pattern, textOf(third));
      // The greatest character of all comes after whatever may follow the prefix.
      return from === '' ? [] : bounds(columnOf(first), [{ from, to: `${from}\u{10FFFF}` }]);
    }
  }
  const value = textOf(second) ?? textOf(first);
  if (value === undefined) return [];
  const isFlipped = textOf(second) === undefined;
  const operator = isFlipped ? mirrored[condition.function] : condition.function;
  return bounds(columnOf(isFlipped ? second : first), [comparisonRange(operator, value)]);
}

const rangeOfItem = (item: Expression): TextRange | undefined => {
  const value = textOf(item);
  return value === undefined ? undefined : { from: value, to: value };
};

/** Of alternatives only that is known of which each says just one thing, and all of the same column. */
function unite(alternatives: readonly (readonly TextBounds[])[]): readonly TextBounds[] {
  const [[first] = []] = alternatives;
  if (!first || !alternatives.every((each) => each.length === 1 && each[0]?.column === first.column)) return [];
  const ranges = alternatives.flatMap(([each]) => each?.ranges ?? []);
  return ranges.length > MAX_VALUES ? [] : [{ column: first.column, ranges }];
}
