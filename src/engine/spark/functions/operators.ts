import type { Emitter } from '../../../sql/functions/declaration.js';
import { textConstant } from '../../../sql/functions/declare.js';
import { isDatetime, isFractional } from '../../../sql/types.js';
import { doubleLiteral } from '../literals.js';
import { quoteText } from '../quoting.js';
import { shifted } from '../zones.js';
import type { Emitters } from './index.js';

const infix =
  (sign: string): Emitter =>
  (args) =>
    args.join(` ${sign} `);

/** A moment moved by an interval: milliseconds, or months of the calendar. */
function moved(x: string, sign: '+' | '-', interval: string, typeName: string | undefined): string {
  if (typeName === 'INTERVAL_YEAR_MONTH') return `${x} ${sign} make_ym_interval(0, CAST(${interval} AS INT))`;
  return shifted(x, sign === '-' ? `-(${interval})` : interval);
}

const additive =
  (sign: '+' | '-'): Emitter =>
  (args, context) => {
    const [a = '', b = ''] = args;
    const [left, right] = context.args;
    if (args.length === 1) return `${sign}${a}`;
    if (left && right && isDatetime(left.type) && isDatetime(right.type))
      return `unix_millis(${a}) - unix_millis(${b})`;
    if (left && isDatetime(left.type)) return moved(a, sign, b, right?.type.name);
    if (right && isDatetime(right.type)) return moved(b, sign, a, left?.type.name);
    return `${a} ${sign} ${b}`;
  };

/** Spark gives NULL for a division by zero, Java's doubles an infinity or NaN. */
export function quotient(a: string, b: string): string {
  if (/^[\d.]+D$/.test(b) && b !== '0D') return `${a} / ${b}`;
  return `CASE WHEN ${b} = 0 THEN CASE WHEN ${a} > 0 THEN ${doubleLiteral(Infinity)} WHEN ${a} < 0 THEN ${doubleLiteral(-Infinity)} WHEN ${a} IS NOT NULL THEN ${doubleLiteral(NaN)} END ELSE ${a} / ${b} END`;
}

/** A pattern of LIKE with Spark's escape sign, which Druid's patterns do not know unless they name one. */
function likePattern(pattern: string, escape: string | undefined): string {
  let result = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const sign = pattern[index] ?? '';
    if (escape !== undefined && sign === escape) {
      index += 1;
      const next = pattern[index] ?? '';
      result += next === '%' || next === '_' ? `\\${next}` : next === '\\' ? '\\\\' : next;
    } else result += sign === '\\' ? '\\\\' : sign;
  }
  return result;
}

const like: Emitter = ([x = '', pattern = '', escape], { args }) => {
  const constant = textConstant(args, 1);
  const escapeSign = textConstant(args, 2);
  if (constant !== undefined) return `${x} LIKE ${quoteText(likePattern(constant, escapeSign))}`;
  // Any sign that is in no pattern: without one Spark takes the backslash.
  return `${x} LIKE ${pattern} ESCAPE ${escape ?? quoteText('\u0001')}`;
};

const test =
  (name: string): Emitter =>
  ([x = '']) =>
    `${x} ${name}`;

export const operatorEmitters: Emitters = {
  '+': additive('+'),
  '-': additive('-'),
  '*': infix('*'),
  '/': ([a = '', b = ''], { type }) => (isFractional(type) ? quotient(a, b) : `${a} div ${b}`),
  '%': infix('%'),
  '||': infix('||'),
  '=': infix('='),
  '<>': infix('<>'),
  '<': infix('<'),
  '<=': infix('<='),
  '>': infix('>'),
  '>=': infix('>='),
  'IS DISTINCT FROM': ([a = '', b = '']) => `NOT (${a} <=> ${b})`,
  'IS NOT DISTINCT FROM': infix('<=>'),
  BETWEEN: ([x = '', low = '', high = '']) => `${x} BETWEEN ${low} AND ${high}`,
  LIKE: like,
  AND: infix('AND'),
  OR: infix('OR'),
  NOT: ([x = '']) => `NOT ${x}`,
  'IS NULL': test('IS NULL'),
  'IS NOT NULL': test('IS NOT NULL'),
  'IS TRUE': test('IS TRUE'),
  'IS NOT TRUE': test('IS NOT TRUE'),
  'IS FALSE': test('IS FALSE'),
  'IS NOT FALSE': test('IS NOT FALSE'),
};
