/** Distinct counts and quantiles, which Druid estimates by sketches, and the sketches themselves, which are refused. */
import type { LiteralExpression } from '../plan/expression.js';
import { BIGINT, DOUBLE, type SqlType, withNullability } from '../types.js';
import { aggregate, isMultiValue, operand, optionalLiteral, refuseCollections } from './aggregate-parts.js';
import { countDistinctValues } from './aggregate-numbers.js';
import type { Emitter, FunctionDeclaration, Operand } from './declaration.js';

/** Counts exactly: an estimate's best answer, with a state that DuckDB can spill to disk. */
const emitCountDistinct: Emitter = ([value = 'NULL'], { args, suffix }) =>
  isMultiValue(args)
    ? countDistinctValues(value, suffix)
    : suffix.includes(' OVER (')
      ? `coalesce(len(list_distinct(list(${value})${suffix})), 0)`
      : `count(DISTINCT ${value})${suffix}`;

function countDistinct(name: string, more: readonly Operand[], aliases: readonly string[] = []): FunctionDeclaration {
  return aggregate({
    name,
    family: 'sketch',
    ...(aliases.length > 0 && { aliases }),
    signatures: [{ operands: [operand('expr', 'any'), ...more] }],
    result: withNullability(BIGINT, false),
    check: refuseCollections(name, `'${name}(<STRING>)'\n'${name}(<NUMERIC>)'`),
    summary:
      'The number of distinct values that are not null, each value of a multi-value string by itself. The count is exact; parameters of sketches change nothing.',
    example: { sql: `SELECT ${name}(x) FROM (VALUES (1), (2), (2)) AS t(x)`, result: '2' },
    emit: { duckdb: emitCountDistinct },
  });
}

/** A t-digest of bounded size over doubles. */
const quantileOf = (value: string, probability: string, suffix: string, ofNothing: string): string =>
  `coalesce(approx_quantile(${value}, CAST(${probability} AS FLOAT))${suffix}, ${ofNothing})`;

const probability: Operand = { name: 'probability', family: 'double', literal: true };

function quantile(name: string, parameter: string): FunctionDeclaration {
  return aggregate({
    name,
    family: 'sketch',
    signatures: [{ operands: [operand('expr', 'double'), probability, optionalLiteral(parameter)] }],
    result: DOUBLE,
    check: checkProbability(name),
    summary: `The value below which about the given part of a group's numbers lies, estimated by a t-digest; NaN for no numbers. \`${parameter}\` is accepted and changes nothing.`,
    example: { sql: `SELECT ${name}(x, 0.5) FROM (VALUES (1), (2), (3)) AS t(x)`, result: '2.0' },
    emit: {
      duckdb: ([value = 'NULL', part = '0.5'], { suffix }) => quantileOf(value, part, suffix, `'NaN'::DOUBLE`),
    },
  });
}

function checkProbability(name: string): NonNullable<FunctionDeclaration['check']> {
  return (args) => {
    const part = Number((args[1] as LiteralExpression | undefined)?.value);
    return part >= 0 && part <= 1 ? undefined : `Probability of '${name}' must be between 0 and 1, but is ${part}`;
  };
}

const fixedBuckets: Emitter = ([value = 'NULL', part = '0.5', , lower = '0', upper = '0'], { args, suffix }) => {
  const mode = (args[5] as LiteralExpression | undefined)?.value;
  const kept =
    mode === 'clip'
      ? `CASE WHEN ${value} IS NOT NULL THEN least(greatest(${value}, ${lower}), ${upper}) END`
      : `CASE WHEN ${value} >= ${lower} AND ${value} < ${upper} THEN ${value} END`;
  return quantileOf(kept, part, suffix, '0.0::DOUBLE');
};

const several: Operand = { name: 'arguments', family: 'any', optional: true, variadic: true };

/** Sketches as values: declared so that a query learns what is missing. */
function refused(name: string, result: SqlType): FunctionDeclaration {
  return aggregate({
    name,
    family: 'sketch',
    signatures: [{ operands: [operand('expr', 'any'), several] }],
    result,
    overWindow: false,
    summary: 'Makes a sketch. No engine supports sketches as values yet; a query that calls it is refused.',
    emit: {},
  });
}

const complex = (name: string): SqlType => ({ name: 'COMPLEX', nullable: true, complex: name });

/** The declarations of this file. */
export const sketchAggregates: readonly FunctionDeclaration[] = [
  countDistinct('APPROX_COUNT_DISTINCT', []),
  countDistinct('APPROX_COUNT_DISTINCT_BUILTIN', []),
  countDistinct('APPROX_COUNT_DISTINCT_DS_HLL', [optionalLiteral('lgK'), optionalLiteral('tgtHllType', 'string')]),
  countDistinct('APPROX_COUNT_DISTINCT_DS_THETA', [optionalLiteral('size')]),
  quantile('APPROX_QUANTILE', 'resolution'),
  quantile('APPROX_QUANTILE_DS', 'k'),
  aggregate({
    name: 'APPROX_QUANTILE_FIXED_BUCKETS',
    family: 'sketch',
    signatures: [
      {
        operands: [
          operand('expr', 'double'),
          probability,
          { name: 'numBuckets', family: 'integer', literal: true },
          { name: 'lowerLimit', family: 'double', literal: true },
          { name: 'upperLimit', family: 'double', literal: true },
          {
            name: 'outlierHandlingMode',
            family: 'string',
            literal: true,
            optional: true,
            values: ['IGNORE', 'OVERFLOW', 'CLIP'],
          },
        ],
      },
    ],
    result: DOUBLE,
    check: checkProbability('APPROX_QUANTILE_FIXED_BUCKETS'),
    summary:
      'The value below which about the given part of the numbers between the limits lies, estimated by a t-digest instead of buckets; 0 for no numbers. CLIP moves numbers outside to the limits, other modes pass over them.',
    example: {
      sql: 'SELECT APPROX_QUANTILE_FIXED_BUCKETS(x, 0.5, 10, 0, 10) FROM (VALUES (1), (2), (3)) AS t(x)',
      result: '2.0',
    },
    emit: { duckdb: fixedBuckets },
  }),
  refused('BLOOM_FILTER', complex('bloom')),
  refused('DS_HLL', complex('HLLSketchBuild')),
  refused('DS_THETA', complex('thetaSketchBuild')),
  refused('DS_QUANTILES_SKETCH', complex('quantilesDoublesSketch')),
  refused('DS_TUPLE_DOUBLES', complex('arrayOfDoublesSketch')),
  refused('TDIGEST_GENERATE_SKETCH', complex('tDigestSketch')),
  refused('TDIGEST_QUANTILE', DOUBLE),
];
