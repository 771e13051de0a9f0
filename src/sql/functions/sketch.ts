/** Scalar functions over sketches: declared so that a query that calls one learns what is missing. */
import { DOUBLE, VARCHAR, arrayOf, type SqlType } from '../types.js';
import type { FunctionDeclaration } from './declaration.js';
import { family, operands } from './declare.js';

const scalar = family('scalar', 'sketch');
const complex = (name: string): SqlType => ({ name: 'COMPLEX', nullable: true, complex: name });

const HLL = complex('HLLSketch');
const THETA = complex('thetaSketch');
const TUPLE = complex('arrayOfDoublesSketch');

const refused = (name: string, summary: string, result: SqlType, ...texts: readonly string[]): FunctionDeclaration =>
  scalar({ name, signature: operands(...texts), result, summary: `${summary} Sketches as values are not supported.` });

/** Every scalar function that takes a sketch. */
export const sketchFunctions: readonly FunctionDeclaration[] = [
  refused('DS_CDF', 'The cumulative distribution at split points.', VARCHAR, 'expr', 'splitPoint… double'),
  refused('DS_GET_QUANTILE', 'A quantile of a sketch.', DOUBLE, 'expr', 'fraction double'),
  refused('DS_GET_QUANTILES', 'Quantiles of a sketch.', VARCHAR, 'expr', 'fraction… double'),
  refused('DS_HISTOGRAM', 'The histogram between split points.', VARCHAR, 'expr', 'splitPoint… double'),
  refused('DS_QUANTILE_SUMMARY', 'A sketch as text.', VARCHAR, 'expr'),
  refused('DS_RANK', 'The rank of a value.', DOUBLE, 'expr', 'value double'),
  refused('DS_TUPLE_DOUBLES_INTERSECT', 'The intersection of sketches.', TUPLE, 'expr…'),
  refused(
    'DS_TUPLE_DOUBLES_METRICS_SUM_ESTIMATE',
    'Estimated sums of the values of a sketch.',
    arrayOf(DOUBLE),
    'expr',
  ),
  refused('DS_TUPLE_DOUBLES_NOT', 'The difference of sketches.', TUPLE, 'expr…'),
  refused('DS_TUPLE_DOUBLES_UNION', 'The union of sketches.', TUPLE, 'expr…'),
  refused('HLL_SKETCH_ESTIMATE', 'The distinct count of a sketch.', DOUBLE, 'expr', 'round? boolean'),
  refused(
    'HLL_SKETCH_ESTIMATE_WITH_ERROR_BOUNDS',
    'The distinct count of a sketch with its bounds.',
    VARCHAR,
    'expr',
    'numStdDev? integer',
  ),
  refused('HLL_SKETCH_TO_STRING', 'A sketch as text.', VARCHAR, 'expr'),
  refused('HLL_SKETCH_UNION', 'The union of sketches.', HLL, 'expr…'),
  refused('THETA_SKETCH_ESTIMATE', 'The distinct count of a sketch.', DOUBLE, 'expr'),
  refused(
    'THETA_SKETCH_ESTIMATE_WITH_ERROR_BOUNDS',
    'The distinct count of a sketch with its bounds.',
    VARCHAR,
    'expr',
    'errorBoundsStdDev integer',
  ),
  refused('THETA_SKETCH_INTERSECT', 'The intersection of sketches.', THETA, 'expr…'),
  refused('THETA_SKETCH_NOT', 'The difference of sketches.', THETA, 'expr…'),
  refused('THETA_SKETCH_UNION', 'The union of sketches.', THETA, 'expr…'),
];
