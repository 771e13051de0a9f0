/** Conditional functions and what belongs nowhere else. COALESCE, NVL, NULLIF, GREATEST and LEAST get their types from the binder. */
import { BOOLEAN, VARCHAR } from '../types.js';
import type { FunctionDeclaration } from './declaration.js';
import { calling, family, likeArgument, operands } from './declare.js';

const conditional = family('scalar', 'conditional');
const other = family('scalar', 'other');

export const otherFunctions: readonly FunctionDeclaration[] = [
  conditional({
    name: 'COALESCE',
    signature: operands('expr… any'),
    result: likeArgument(0),
    nulls: 'own',
    summary: 'The first value that is not NULL.',
    example: ['COALESCE(NULL, 2, 3)', '2'],
    duckdb: calling('coalesce'),
  }),
  conditional({
    name: 'NVL',
    signature: operands('value1 any', 'value2 any'),
    result: likeArgument(0),
    nulls: 'own',
    summary: 'The first value, or the second where the first is NULL.',
    example: ['NVL(NULL, 2)', '2'],
    duckdb: calling('coalesce'),
  }),
  conditional({
    name: 'NULLIF',
    signature: operands('value1 any', 'value2 any'),
    result: likeArgument(0),
    nulls: 'own',
    summary: 'NULL where two values are equal, otherwise the first.',
    example: ['NULLIF(1, 2)', '1'],
    duckdb: calling('nullif'),
  }),
  conditional({
    name: 'GREATEST',
    signature: operands('expr… any'),
    result: likeArgument(0),
    nulls: 'own',
    summary: 'The greatest of the values that are not NULL.',
    example: ['GREATEST(1, 3, 2)', '3'],
    duckdb: calling('greatest'),
  }),
  conditional({
    name: 'LEAST',
    signature: operands('expr… any'),
    result: likeArgument(0),
    nulls: 'own',
    summary: 'The least of the values that are not NULL.',
    example: ['LEAST(2, 1, 3)', '1'],
    duckdb: calling('least'),
  }),
  other({
    name: 'BLOOM_FILTER_TEST',
    signature: operands('expr any', 'filter! string'),
    result: BOOLEAN,
    summary: 'Whether a value may be in a Bloom filter. Not supported.',
  }),
  other({
    name: 'DECODE_BASE64_COMPLEX',
    signature: operands('dataType! string', 'expr string'),
    result: VARCHAR,
    summary: 'A complex value from its Base64 text. Not supported.',
  }),
];
