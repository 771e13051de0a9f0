/** Functions of numbers. */
import { BIGINT, DOUBLE, isInteger, VARCHAR, type SqlType } from '../types.js';
import type { Expression } from '../plan/expression.js';
import type { Emitter, FunctionDeclaration, Signature } from './declaration.js';
import { calling, exactly, family, isFractionalArgument, likeNumber, operands, strictly } from './declare.js';

const numeric = family('scalar', 'numeric');

const one = operands('expr numeric');
const oneDouble = operands('expr double');
const twoNumbers = operands('x numeric', 'y numeric');

/** A function from doubles to a double. */
const real = (
  name: string,
  summary: string,
  example: readonly [string, string],
  engineName = name.toLowerCase(),
  signature: Signature = oneDouble,
): FunctionDeclaration =>
  numeric({ name, signature, result: strictly(DOUBLE), summary, example, duckdb: calling(engineName) });

const integerResult = (args: readonly Expression[]): SqlType =>
  args.every((arg) => isInteger(arg.type)) ? strictly(BIGINT)(args) : strictly(DOUBLE)(args);

/** Whole numbers stay as they are. */
const rounding =
  (engineName: string): Emitter =>
  ([x = ''], { args }) =>
    isFractionalArgument(args) ? `${engineName}(${x})` : x;

const bitwise = (
  name: string,
  summary: string,
  example: readonly [string, string],
  duckdb: (a: string, b: string) => string,
): FunctionDeclaration =>
  numeric({
    name,
    signature: exactly('expr1 integer numeric', 'expr2 integer numeric'),
    result: strictly(BIGINT),
    summary,
    example,
    duckdb: ([a = '', b = '']) => duckdb(a, b),
  });

const humanReadable = (
  name: string,
  macro: string,
  summary: string,
  example: readonly [string, string],
): FunctionDeclaration =>
  numeric({
    name,
    signature: exactly('value integer numeric', 'precision?! integer'),
    result: strictly(VARCHAR),
    summary,
    example,
    duckdb: ([x = '', precision = '2']) => `${macro}(${x}, ${precision})`,
  });

/** CASE branches for units of rising size: value, precision → text. */
function unitBranches(base: number, suffixes: readonly string[]): string {
  const branches = suffixes.map((suffix, index) => {
    const scale = base ** (suffixes.length - index);
    return `WHEN abs(x) >= ${scale} THEN printf('%.' || CAST(p AS VARCHAR) || 'f ${suffix}', x / ${scale}::DOUBLE)`;
  });
  return branches.join(' ');
}

export const numericMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO druid_ln(x) AS CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN '-inf'::DOUBLE WHEN x < 0 THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE TEMP MACRO druid_log10(x) AS CASE WHEN x > 0 THEN log10(x) WHEN x = 0 THEN '-inf'::DOUBLE WHEN x < 0 THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE TEMP MACRO druid_sqrt(x) AS CASE WHEN x >= 0 THEN sqrt(x) WHEN x < 0 THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE TEMP MACRO druid_cot(x) AS CASE WHEN x = 0 THEN 'inf'::DOUBLE ELSE cot(x) END`,
  `CREATE OR REPLACE TEMP MACRO druid_asin(x) AS CASE WHEN abs(x) <= 1 THEN asin(x) WHEN x IS NOT NULL THEN 'nan'::DOUBLE END`,
  `CREATE OR REPLACE TEMP MACRO druid_acos(x) AS CASE WHEN abs(x) <= 1 THEN acos(x) WHEN x IS NOT NULL THEN 'nan'::DOUBLE END`,
  // Scaling may overflow for huge values, which have no fraction to cut anyway.
  // By way of a 64-bit integer, whose range it shares (TruncateOperatorConversion).
  `CREATE OR REPLACE TEMP MACRO druid_truncate(x, n) AS CAST(double_to_long(x * power(10, n)) AS DOUBLE) / power(10, n)`,
  `CREATE OR REPLACE TEMP MACRO druid_round(x, n) AS CASE WHEN isfinite(x) THEN round(x, n) WHEN isnan(x) THEN 0 ELSE x END`,
  `CREATE OR REPLACE TEMP MACRO druid_binary_bytes(x, p) AS CASE ${unitBranches(1024, ['EiB', 'PiB', 'TiB', 'GiB', 'MiB', 'KiB'])} WHEN x IS NOT NULL THEN x || ' B' END`,
  `CREATE OR REPLACE TEMP MACRO druid_decimal_bytes(x, p) AS CASE ${unitBranches(1000, ['EB', 'PB', 'TB', 'GB', 'MB', 'KB'])} WHEN x IS NOT NULL THEN x || ' B' END`,
  `CREATE OR REPLACE TEMP MACRO druid_decimal_number(x, p) AS CASE ${unitBranches(1000, ['E', 'P', 'T', 'G', 'M', 'K'])} WHEN x IS NOT NULL THEN CAST(x AS VARCHAR) END`,
];

export const numericFunctions: readonly FunctionDeclaration[] = [
  numeric({
    name: 'ABS',
    signature: one,
    result: likeNumber(0),
    summary: 'Absolute value.',
    example: ['ABS(-2)', '2'],
    // The least 64-bit integer has no opposite; as in Java it stays itself.
    duckdb: ([x = ''], { type }) => (isInteger(type) ? `coalesce(TRY(abs(${x})), ${x})` : `abs(${x})`),
  }),
  numeric({
    name: 'CEIL',
    aliases: ['CEILING'],
    signature: one,
    result: likeNumber(0),
    summary: 'The least whole number that is not below; CEIL(time TO unit) for times.',
    example: ['CEIL(1.5)', '2.0'],
    duckdb: rounding('ceil'),
  }),
  numeric({
    name: 'FLOOR',
    signature: one,
    result: likeNumber(0),
    summary: 'The greatest whole number that is not above; FLOOR(time TO unit) for times.',
    example: ['FLOOR(1.5)', '1.0'],
    duckdb: rounding('floor'),
  }),
  real('EXP', 'e to the power of a number.', ['EXP(0)', '1.0']),
  real('LN', 'Natural logarithm.', ['LN(1)', '0.0'], 'druid_ln'),
  real('LOG10', 'Logarithm of base 10.', ['LOG10(100)', '2.0'], 'druid_log10'),
  real(
    'POWER',
    'A number to the power of another.',
    ['POWER(2, 3)', '8.0'],
    'pow',
    operands('base double', 'exponent double'),
  ),
  real('SQRT', 'Square root.', ['SQRT(4)', '2.0'], 'druid_sqrt'),
  real('SIN', 'Sine.', ['SIN(0)', '0.0']),
  real('COS', 'Cosine.', ['COS(0)', '1.0']),
  real('TAN', 'Tangent.', ['TAN(0)', '0.0']),
  real('COT', 'Cotangent.', ['ROUND(COT(1), 3)', '0.642'], 'druid_cot'),
  real('ASIN', 'Arc sine.', ['ASIN(0)', '0.0'], 'druid_asin'),
  real('ACOS', 'Arc cosine.', ['ACOS(1)', '0.0'], 'druid_acos'),
  real('ATAN', 'Arc tangent.', ['ATAN(0)', '0.0']),
  real('ATAN2', 'The angle of a point.', ['ATAN2(0, 1)', '0.0'], 'atan2', operands('y double', 'x double')),
  real('DEGREES', 'Radians as degrees.', ['DEGREES(0)', '0.0']),
  real('RADIANS', 'Degrees as radians.', ['RADIANS(0)', '0.0']),
  real('PI', 'π.', ['ROUND(PI, 2)', '3.14'], 'pi', operands()),
  numeric({
    name: 'MOD',
    signature: twoNumbers,
    result: integerResult,
    summary: 'Remainder.',
    example: ['MOD(7, 3)', '1'],
    duckdb: ([x = '', y = '']) => `${x} % ${y}`,
  }),
  numeric({
    name: 'DIV',
    signature: twoNumbers,
    result: strictly(BIGINT),
    summary: 'Whole part of a quotient.',
    example: ['DIV(7, 2)', '3'],
    duckdb: ([x = '', y = ''], { args }) =>
      args.every((arg) => isInteger(arg.type)) ? `${x} // ${y}` : `CAST(trunc(${x} / ${y}) AS BIGINT)`,
  }),
  numeric({
    name: 'SAFE_DIVIDE',
    signature: exactly('x numeric', 'y numeric'),
    result: (args) => ({ ...integerResult(args), nullable: true }),
    summary: 'Quotient; NULL when the divisor is zero.',
    example: ['SAFE_DIVIDE(7, 0)', 'NULL'],
    duckdb: ([x = '', y = ''], { args }) =>
      `${x} ${args.every((arg) => isInteger(arg.type)) ? '//' : '/'} nullif(${y}, 0)`,
  }),
  numeric({
    name: 'ROUND',
    signature: operands('expr numeric', 'digits? integer'),
    result: likeNumber(0),
    summary: 'Rounds to digits after the point, halves away from zero.',
    example: ['ROUND(2.345, 2)', '2.35'],
    duckdb: ([x = '', digits = '0'], { args }) =>
      isFractionalArgument(args)
        ? `druid_round(${x}, CAST(${digits} AS INTEGER))`
        : `CAST(round(${x}, CAST(${digits} AS INTEGER)) AS BIGINT)`,
  }),
  numeric({
    name: 'TRUNCATE',
    aliases: ['TRUNC'],
    signature: exactly('expr numeric', 'digits? integer'),
    result: likeNumber(0),
    summary: 'Cuts off digits after the point.',
    example: ['TRUNCATE(2.345, 2)', '2.34'],
    duckdb: ([x = '', digits], { args }) => {
      if (isFractionalArgument(args)) return `druid_truncate(${x}, ${digits ?? '0'})`;
      return digits === undefined ? x : `CAST(druid_truncate(${x}, ${digits}) AS BIGINT)`;
    },
  }),
  bitwise('BITWISE_AND', 'Bits set in both.', ['BITWISE_AND(12, 10)', '8'], (a, b) => `${a} & ${b}`),
  bitwise('BITWISE_OR', 'Bits set in either.', ['BITWISE_OR(12, 10)', '14'], (a, b) => `${a} | ${b}`),
  bitwise('BITWISE_XOR', 'Bits set in one of two.', ['BITWISE_XOR(12, 10)', '6'], (a, b) => `xor(${a}, ${b})`),
  // Java shifts 64 bits by the last six bits of the count, and what moves out at the top is lost.
  bitwise(
    'BITWISE_SHIFT_LEFT',
    'Bits moved up.',
    ['BITWISE_SHIFT_LEFT(2, 3)', '16'],
    (a, b) => `druid_wrap_long(CAST(${a} AS HUGEINT) * (CAST(1 AS HUGEINT) << CAST(${b} & 63 AS HUGEINT)))`,
  ),
  bitwise(
    'BITWISE_SHIFT_RIGHT',
    'Bits moved down.',
    ['BITWISE_SHIFT_RIGHT(16, 3)', '2'],
    (a, b) => `${a} >> (${b} & 63)`,
  ),
  numeric({
    name: 'BITWISE_COMPLEMENT',
    signature: exactly('expr integer numeric'),
    result: strictly(BIGINT),
    summary: 'All bits turned over.',
    example: ['BITWISE_COMPLEMENT(12)', '-13'],
    duckdb: ([x = '']) => `~${x}`,
  }),
  numeric({
    name: 'BITWISE_CONVERT_DOUBLE_TO_LONG_BITS',
    signature: exactly('expr double'),
    result: strictly(BIGINT),
    summary: 'The bits of a DOUBLE as BIGINT.',
    example: ['BITWISE_CONVERT_DOUBLE_TO_LONG_BITS(2.0)', '4611686018427387904'],
    duckdb: ([x = '']) => `CAST(CAST(CAST(${x} AS DOUBLE) AS BIT) AS BIGINT)`,
  }),
  numeric({
    name: 'BITWISE_CONVERT_LONG_BITS_TO_DOUBLE',
    signature: exactly('expr integer numeric'),
    result: strictly(DOUBLE),
    summary: 'The bits of a BIGINT as DOUBLE.',
    example: ['BITWISE_CONVERT_LONG_BITS_TO_DOUBLE(4611686018427387904)', '2.0'],
    duckdb: ([x = '']) => `CAST(CAST(CAST(${x} AS BIGINT) AS BIT) AS DOUBLE)`,
  }),
  humanReadable('HUMAN_READABLE_BINARY_BYTE_FORMAT', 'druid_binary_bytes', 'Bytes in KiB, MiB, …', [
    'HUMAN_READABLE_BINARY_BYTE_FORMAT(1048576)',
    '1.00 MiB',
  ]),
  humanReadable('HUMAN_READABLE_DECIMAL_BYTE_FORMAT', 'druid_decimal_bytes', 'Bytes in KB, MB, …', [
    'HUMAN_READABLE_DECIMAL_BYTE_FORMAT(1000000)',
    '1.00 MB',
  ]),
  humanReadable('HUMAN_READABLE_DECIMAL_FORMAT', 'druid_decimal_number', 'A number in K, M, …', [
    'HUMAN_READABLE_DECIMAL_FORMAT(1000000, 1)',
    '1.0 M',
  ]),
];
