/** The aggregate functions of the catalogue. */
import { BIGINT, withNullability } from '../types.js';
import { collectionAggregates, collectionMacros } from './aggregate-collections.js';
import { numberAggregates, numberMacros } from './aggregate-numbers.js';
import { aggregate } from './aggregate-parts.js';
import { sketchAggregates } from './aggregate-sketches.js';
import { valueAggregates, valueMacros } from './aggregate-values.js';
import type { FunctionDeclaration } from './declaration.js';

/** Every aggregate function. */
export const aggregateFunctions: readonly FunctionDeclaration[] = [
  ...numberAggregates,
  ...valueAggregates,
  ...collectionAggregates,
  ...sketchAggregates,
  // Engines make GROUPING from the grouping sets of the plan; it has no emitter of its own.
  aggregate({
    name: 'GROUPING',
    signatures: [
      {
        operands: [
          { name: 'expr', family: 'any' },
          { name: 'expr', family: 'any', variadic: true },
        ],
      },
    ],
    result: withNullability(BIGINT, false),
    overWindow: false,
    summary:
      'Which of the grouped expressions a row does not group by: one bit each, the first the highest, set where the expression is rolled up.',
    example: { sql: 'SELECT GROUPING(x) FROM (VALUES (1)) AS t(x) GROUP BY x', result: '0' },
    emit: {},
  }),
];

/** SQL macros that the emitters of aggregates call. */
export const aggregateMacros: readonly string[] = [...numberMacros, ...valueMacros, ...collectionMacros];
