import type { EmitContext, Emitter } from '../../../sql/functions/declaration.js';
import { isFractionalArgument } from '../../../sql/functions/declare.js';
import { isInteger } from '../../../sql/types.js';
import { doubleLiteral } from '../literals.js';
import { quotient } from './operators.js';
import type { Emitters } from './index.js';

const calling =
  (name: string): Emitter =>
  (args) =>
    `${name}(${args.join(', ')})`;

const NAN = doubleLiteral(NaN);
const INFINITY = doubleLiteral(Infinity);

/** Whole numbers stay as they are; Spark's rounding of doubles answers whole numbers. */
const rounding =
  (name: string): Emitter =>
  ([x = ''], { args, type }) =>
    isFractionalArgument(args)
      ? `CASE WHEN abs(${x}) < 4503599627370496D THEN CAST(${name}(${x}) AS ${type.name === 'FLOAT' ? 'FLOAT' : 'DOUBLE'}) ELSE ${x} END`
      : x;

/** Java gives -Infinity for the logarithm of zero and NaN for that of less, Spark NULL. */
const logarithm =
  (name: string): Emitter =>
  ([x = '']) =>
    `CASE WHEN ${x} > 0 THEN ${name}(${x}) WHEN ${x} = 0 THEN ${doubleLiteral(-Infinity)} WHEN ${x} < 0 THEN ${NAN} END`;

const integers = ({ args }: EmitContext): boolean => args.every((arg) => isInteger(arg.type));

const round: Emitter = ([x = '', digits = '0'], context) => {
  // Spark's scale must be a constant; `0L` is one of the wrong type.
  const scale = /^\(?(-?\d+)L\)?$/.exec(digits)?.[1] ?? digits;
  if (!isFractionalArgument(context.args)) return `CAST(round(${x}, ${scale}) AS BIGINT)`;
  const type = context.type.name === 'FLOAT' ? 'FLOAT' : 'DOUBLE';
  return `CASE WHEN isnan(${x}) THEN CAST(0 AS ${type}) WHEN abs(${x}) = ${INFINITY} THEN ${x} ELSE CAST(round(${x}, ${scale}) AS ${type}) END`;
};

const truncate: Emitter = ([x = '', digits = '0'], { args }) => {
  const scaled = `${x} * power(10, ${digits})`;
  const whole = `CASE WHEN ${scaled} < 0 THEN ceil(${scaled}) ELSE floor(${scaled}) END`;
  const cut = `CASE WHEN abs(${scaled}) < 9007199254740992D THEN ${whole} / power(10, ${digits}) ELSE ${x} END`;
  return isFractionalArgument(args) ? cut : `CAST(${cut} AS BIGINT)`;
};

/** A number with the unit that fits its size. */
const humanReadable =
  (base: number, suffixes: readonly string[], plain: string): Emitter =>
  ([value = '', precision = '2']) => {
    const x = `CAST(${value} AS BIGINT)`;
    const branches = suffixes.map((suffix, index) => {
      const scale = `${base ** (suffixes.length - index)}D`;
      return `WHEN abs(${x}) >= ${scale} THEN format_string(concat('%.', CAST(${precision} AS STRING), 'f${suffix}'), ${x} / ${scale})`;
    });
    return `CASE ${branches.join(' ')} WHEN ${x} IS NOT NULL THEN concat(CAST(${x} AS STRING), '${plain}') END`;
  };

const modulo: Emitter = ([x = '', y = '']) => `${x} % ${y}`;

const shift =
  (name: string): Emitter =>
  ([a = '', b = '']) =>
    `${name}(${a}, CAST(${b} & 63 AS INT))`;

export const numericEmitters: Emitters = {
  ABS: calling('abs'),
  CEIL: rounding('ceil'),
  FLOOR: rounding('floor'),
  EXP: calling('exp'),
  LN: logarithm('ln'),
  LOG10: logarithm('log10'),
  POWER: calling('power'),
  SQRT: calling('sqrt'),
  SIN: calling('sin'),
  COS: calling('cos'),
  TAN: calling('tan'),
  COT: calling('cot'),
  ASIN: calling('asin'),
  ACOS: calling('acos'),
  ATAN: calling('atan'),
  ATAN2: calling('atan2'),
  DEGREES: calling('degrees'),
  RADIANS: calling('radians'),
  PI: calling('pi'),
  MOD: modulo,
  DIV: ([x = '', y = ''], context) => (integers(context) ? `${x} div ${y}` : `CAST(${quotient(x, y)} AS BIGINT)`),
  SAFE_DIVIDE: ([x = '', y = ''], context) => `${x} ${integers(context) ? 'div' : '/'} nullif(${y}, 0)`,
  ROUND: round,
  TRUNCATE: truncate,
  BITWISE_AND: ([a = '', b = '']) => `${a} & ${b}`,
  BITWISE_OR: ([a = '', b = '']) => `${a} | ${b}`,
  BITWISE_XOR: ([a = '', b = '']) => `${a} ^ ${b}`,
  BITWISE_SHIFT_LEFT: shift('shiftleft'),
  BITWISE_SHIFT_RIGHT: shift('shiftright'),
  // Spark looks at the bits of no double, but Java does.
  BITWISE_CONVERT_DOUBLE_TO_LONG_BITS: ([x = '']) =>
    `CASE WHEN ${x} IS NOT NULL THEN CAST(java_method('java.lang.Double', 'doubleToLongBits', CAST(${x} AS DOUBLE)) AS BIGINT) END`,
  BITWISE_CONVERT_LONG_BITS_TO_DOUBLE: ([x = '']) =>
    `CASE WHEN ${x} IS NOT NULL THEN CAST(java_method('java.lang.Double', 'longBitsToDouble', CAST(${x} AS BIGINT)) AS DOUBLE) END`,
  BITWISE_COMPLEMENT: ([x = '']) => `~${x}`,
  HUMAN_READABLE_BINARY_BYTE_FORMAT: humanReadable(1024, [' EiB', ' PiB', ' TiB', ' GiB', ' MiB', ' KiB'], ' B'),
  HUMAN_READABLE_DECIMAL_BYTE_FORMAT: humanReadable(1000, [' EB', ' PB', ' TB', ' GB', ' MB', ' KB'], ' B'),
  HUMAN_READABLE_DECIMAL_FORMAT: humanReadable(1000, [' E', ' P', ' T', ' G', ' M', ' K'], ''),
};
