/** COUNT, sums, extremes, means, variances and bitwise aggregates. */
import type { Expression } from '../plan/expression.js';
import { BIGINT, DOUBLE, isInteger, isNumeric, isString, nativeTypeName, withNullability } from '../types.js';
import { aggregate, engineAggregate, isMultiValue, operand, sameAsFirst, sumType, typeAt } from './aggregate-parts.js';
import type { Emitter, FunctionDeclaration } from './declaration.js';

/** Macros of the numeric aggregates. */
export const numberMacros: readonly string[] = [
  // Java's long addition wraps; the sum of DuckDB has 128 bits.
  `CREATE OR REPLACE TEMP MACRO druid_wrap_long(x) AS coalesce(
    TRY_CAST(x AS BIGINT),
    CAST(((x % 18446744073709551616) + 27670116110564327424) % 18446744073709551616 - 9223372036854775808 AS BIGINT))`,
];

const emitCount: Emitter = ([value], context) => {
  if (value === undefined) return `count(*)${context.suffix}`;
  if (context.distinct && isMultiValue(context.args)) return countDistinctValues(value, context.suffix);
  return engineAggregate('count', [value], { distinct: context.distinct, suffix: context.suffix });
};

/** Counts each value of a multi-value string by itself. */
export function countDistinctValues(value: string, suffix: string): string {
  const rows = `list(DISTINCT ${value})${suffix}`;
  return `coalesce(len(list_distinct(flatten(list_transform(${rows}, lambda v: multi_values(v))))), 0)`;
}

const emitSum: Emitter = ([value = 'NULL'], context) => {
  const call = engineAggregate('sum', [value], context);
  return isInteger(typeAt(context.args, 0)) ? `druid_wrap_long(${call})` : call;
};

function extreme(name: 'MIN' | 'MAX', which: string, sql: string, result: string): FunctionDeclaration {
  return aggregate({
    name,
    signatures: [{ operands: [operand('expr', 'any')] }],
    result: sameAsFirst,
    check: ([first]) => {
      if (!first) return undefined;
      const native = first.type.name === 'NULL' ? 'LONG' : nativeTypeName(first.type);
      return ['LONG', 'DOUBLE', 'FLOAT'].includes(native)
        ? undefined
        : `Aggregation [${name}] does not support type [${native}]`;
    },
    allowsDistinct: true,
    summary: `The ${which} number, time or truth value of a group.`,
    example: { sql, result },
    emit: { duckdb: ([value = 'NULL'], { suffix }) => engineAggregate(name.toLowerCase(), [value], { suffix }) },
  });
}

/** Druid folds the values into a 0, so AND is 0 in every group that has a number. */
function bitwise(operator: 'AND' | 'OR' | 'XOR', result: string, note = ''): FunctionDeclaration {
  const name = `BIT_${operator}`;
  const start = operator === 'AND' ? ' & 0' : '';
  return aggregate({
    name,
    signatures: [{ operands: [operand('expr', 'integer')] }],
    result: BIGINT,
    summary: `Bitwise ${operator} of 0 and the numbers of a group${note}; NULL for no numbers.`,
    example: { sql: `SELECT ${name}(x) FROM (VALUES (6), (3)) AS t(x)`, result },
    emit: {
      duckdb: ([value = 'NULL'], context) => {
        const [number] = context.args;
        // Text that is no number counts as 0.
        const text = number?.kind === 'cast' && isString(number.input.type) ? context.emit(number.input) : undefined;
        const counted = text === undefined ? value : `coalesce(${value}, CASE WHEN ${text} IS NOT NULL THEN 0 END)`;
        return `(${engineAggregate(name.toLowerCase(), [counted], context)}${start})`;
      },
    },
  });
}

/** Druid counts a sample of one row as without variance, where other databases answer NULL. */
const ofSample =
  (call: string): Emitter =>
  ([value = 'NULL'], { suffix }) =>
    `coalesce(${call}(${value})${suffix}, CASE WHEN count(${value})${suffix} > 0 THEN 0.0::DOUBLE END)`;

function spread(
  name: string,
  aliases: readonly string[],
  summary: string,
  result: string,
  duckdb: Emitter,
): FunctionDeclaration {
  return aggregate({
    name,
    ...(aliases.length > 0 && { aliases }),
    signatures: [{ operands: [operand('expr', 'double')] }],
    result: DOUBLE,
    summary,
    example: { sql: `SELECT ${name}(x) FROM (VALUES (1.0), (3.0)) AS t(x)`, result },
    emit: { duckdb },
  });
}

const ofPopulation =
  (call: string): Emitter =>
  ([value = 'NULL'], { suffix }) =>
    `${call}(${value})${suffix}`;

const isCountable = (args: readonly Expression[]): string | undefined => {
  const type = typeAt(args, 0);
  return type.name === 'ROW' ? `COUNT does not support rows` : undefined;
};

/** The declarations of this file. */
export const numberAggregates: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'COUNT',
    signatures: [{ operands: [{ name: 'expr', family: 'any', optional: true }] }],
    result: withNullability(BIGINT, false),
    check: isCountable,
    allowsDistinct: true,
    summary:
      'The number of rows, or of values that are not null. DISTINCT counts each value once, and each value of a multi-value string by itself.',
    example: { sql: 'SELECT COUNT(x) FROM (VALUES (1), (2), (2)) AS t(x)', result: '3' },
    emit: { duckdb: emitCount },
  }),
  aggregate({
    name: 'SUM',
    signatures: [{ operands: [operand('expr', 'numeric')] }],
    result: sumType,
    allowsDistinct: true,
    summary: 'The sum of the numbers of a group: BIGINT for integers, wrapping at 64 bits, and DOUBLE for all others.',
    example: { sql: 'SELECT SUM(x) FROM (VALUES (1), (2), (3)) AS t(x)', result: '6' },
    emit: { duckdb: emitSum },
  }),
  extreme('MIN', 'least', 'SELECT MIN(x) FROM (VALUES (3), (1)) AS t(x)', '1'),
  extreme('MAX', 'greatest', 'SELECT MAX(x) FROM (VALUES (3), (1)) AS t(x)', '3'),
  aggregate({
    name: 'AVG',
    signatures: [{ operands: [operand('expr', 'numeric')] }],
    result: DOUBLE,
    allowsDistinct: true,
    summary: 'The mean of the numbers of a group, as DOUBLE.',
    example: { sql: 'SELECT AVG(x) FROM (VALUES (1), (2)) AS t(x)', result: '1.5' },
    emit: {
      duckdb: ([value = 'NULL'], { args, distinct, suffix }) =>
        engineAggregate('avg', [isNumeric(typeAt(args, 0)) ? value : `${value}::DOUBLE`], { distinct, suffix }),
    },
  }),
  bitwise('AND', '0', ', which is always 0, as in Druid'),
  bitwise('OR', '7'),
  bitwise('XOR', '5'),
  spread('VAR_POP', [], 'Variance of a population.', '1.0', ofPopulation('var_pop')),
  spread('VAR_SAMP', ['VARIANCE'], 'Variance of a sample; 0 for one row.', '2.0', ofSample('var_samp')),
  spread('STDDEV_POP', [], 'Standard deviation of a population.', '1.0', ofPopulation('stddev_pop')),
  spread(
    'STDDEV_SAMP',
    ['STDDEV'],
    'Standard deviation of a sample; 0 for one row.',
    '1.4142135623730951',
    ofSample('stddev_samp'),
  ),
];
