/** The functions of multi-value strings: VARCHAR values that hold several texts (`chr(29)` and a JSON array of them). */
import { arrayOf, BOOLEAN, INTEGER, MULTI_VALUE_VARCHAR, VARCHAR } from '../types.js';
import {
  appended,
  concatenated,
  elementAt,
  joined,
  listAt,
  positionOf,
  prepended,
  sliced,
  split,
} from './array-emit.js';
import { convertElement, convertElements, requireScalar } from './array-elements.js';
import type { Args, Bound, List } from './array-operands.js';
import type { Emitter, FunctionDeclaration } from './declaration.js';
import { family, operands, strictly } from './declare.js';

/** SQL macros that the emitters of multi-value strings call. */
export const multivalueMacros: readonly string[] = [
  // Druid takes a null, an empty row and a row with one null for the same, which has no list.
  `CREATE OR REPLACE TEMP MACRO druid_mv_list(x) AS CASE
    WHEN x IS NULL OR x = chr(29) || '[]' OR x = chr(29) || '[null]' THEN NULL
    WHEN starts_with(x, chr(29)) THEN from_json(substr(x, 2), '["VARCHAR"]')
    ELSE [x] END`,
  `CREATE OR REPLACE TEMP MACRO druid_mv_text(l) AS CASE len(l)
    WHEN 0 THEN NULL
    WHEN 1 THEN l[1]
    ELSE chr(29) || CAST(to_json(l) AS VARCHAR) END`,
  `CREATE OR REPLACE TEMP MACRO druid_mv_row(l) AS CASE WHEN len(l) > 0 THEN l ELSE [NULL] END`,
  `CREATE OR REPLACE TEMP MACRO druid_mv_contains(l, m) AS
    CASE WHEN m IS NULL THEN druid_has_null(l) ELSE druid_has_all(l, m) END`,
  // Unknown where the row has nulls that no null is compared with.
  `CREATE OR REPLACE TEMP MACRO druid_mv_overlap(l, m) AS CASE
    WHEN m IS NULL THEN druid_has_null(l)
    WHEN len(m) = 0 THEN FALSE
    WHEN druid_has_any(l, m) THEN TRUE
    WHEN druid_has_null(l) AND NOT druid_has_null(m) THEN NULL
    ELSE FALSE END`,
  `CREATE OR REPLACE TEMP MACRO druid_mv_only(l, m) AS druid_mv_text(list_filter(l, lambda v: druid_has(m, v)))`,
  `CREATE OR REPLACE TEMP MACRO druid_mv_none(l, m) AS druid_mv_text(list_filter(l, lambda v: NOT druid_has(m, v)))`,
  `CREATE OR REPLACE TEMP MACRO druid_mv_regex(l, p) AS
    druid_mv_text(list_filter(l, lambda v: coalesce(regexp_matches(v, p), FALSE)))`,
  `CREATE OR REPLACE TEMP MACRO druid_mv_prefix(l, p) AS
    druid_mv_text(list_filter(l, lambda v: coalesce(starts_with(v, p), FALSE)))`,
];

const multivalue = family('scalar', 'multivalue');

/** The argument at an index as a list of texts, NULL when there is none. */
function textsAt(args: Args, bound: Bound, index: number): string {
  const { sql, element } = listAt(args, bound, index);
  return convertElements(sql, element, VARCHAR);
}

/** The values of a row: one null when it has none. */
const rowAt = (args: Args, bound: Bound): string => `druid_mv_row(${textsAt(args, bound, 0)})`;

/** The texts to compare a row with; a scalar is a list of one. */
function wantedAt(args: Args, bound: Bound): string {
  const type = bound[1]?.type;
  const isScalar = type !== undefined && type.name !== 'ARRAY' && type.multiValue !== true && type.name !== 'NULL';
  return isScalar ? `druid_single(${convertElement(args[1] ?? 'NULL', type, VARCHAR)})` : textsAt(args, bound, 1);
}

/** A list as a multi-value string. */
const encoded =
  (make: (args: Args, bound: Bound) => List): Emitter =>
  (args, context) => {
    const { sql, element } = make(args, context.args);
    return `druid_mv_text(${convertElements(sql, element, VARCHAR)})`;
  };

const element =
  (origin: 0 | 1): Emitter =>
  (args, context) => {
    const { sql, element: type } = elementAt(args, context.args, origin);
    return convertElement(sql, type, VARCHAR);
  };

/** Every function of multi-value strings. */
export const multivalueFunctions: readonly FunctionDeclaration[] = [
  multivalue({
    name: 'ARRAY_TO_MV',
    signature: [operands('arr stringOrArray'), operands('arr string')],
    result: MULTI_VALUE_VARCHAR,
    summary: 'The elements of an array as a multi-value string.',
    example: [`MV_LENGTH(ARRAY_TO_MV(ARRAY['a', 'b']))`, '2'],
    duckdb: (args, context) =>
      context.args[0]?.type.name === 'ARRAY' ? `druid_mv_text(${textsAt(args, context.args, 0)})` : (args[0] ?? 'NULL'),
  }),
  multivalue({
    name: 'MV_TO_ARRAY',
    signature: operands('str stringOrArray'),
    result: arrayOf(VARCHAR),
    summary: 'The values of a multi-value string as an array; NULL for none.',
    example: [`MV_TO_ARRAY('a')`, '["a"]'],
    duckdb: (args, context) => textsAt(args, context.args, 0),
  }),
  multivalue({
    name: 'STRING_TO_MV',
    signature: operands('str1 string', 'str2 string'),
    result: MULTI_VALUE_VARCHAR,
    nulls: 'own',
    summary: 'The text split at a regular expression into several values.',
    example: [`MV_LENGTH(STRING_TO_MV('a,b', ','))`, '2'],
    duckdb: (args, context) => `druid_mv_text(${split(args, context.args)})`,
  }),
  multivalue({
    name: 'MV_TO_STRING',
    signature: operands('arr stringOrArray', 'delimiter string'),
    result: VARCHAR,
    nulls: 'own',
    summary: "The values with the delimiter between them; a null prints as 'null'.",
    example: [`MV_TO_STRING(ARRAY['a', 'b'], '-')`, 'a-b'],
    duckdb: (args, context) => joined(args, context.args),
  }),
  multivalue({
    name: 'MV_LENGTH',
    signature: [operands('arr stringOrArray'), operands('arr string')],
    result: strictly(INTEGER),
    summary: 'The number of values.',
    example: [`MV_LENGTH(ARRAY['a', 'b'])`, '2'],
    duckdb: (args, context) => `len(${listAt(args, context.args, 0).sql})`,
  }),
  multivalue({
    name: 'MV_CONTAINS',
    signature: operands('arr stringOrArray', 'expr'),
    result: BOOLEAN,
    nulls: 'own',
    check: requireScalar('MV_CONTAINS', 1, 'array, array', true),
    summary: 'Whether the value, or all elements of an array, are among the values.',
    example: [`MV_CONTAINS(ARRAY['a', 'b'], 'a')`, 'true'],
    duckdb: (args, context) => `druid_mv_contains(${rowAt(args, context.args)}, ${wantedAt(args, context.args)})`,
  }),
  multivalue({
    name: 'MV_OVERLAP',
    signature: operands('arr1 stringOrArray', 'arr2'),
    result: BOOLEAN,
    nulls: 'own',
    check: requireScalar('MV_OVERLAP', 1, 'array, array', true),
    summary: 'Whether the values have one in common with the array.',
    example: [`MV_OVERLAP(ARRAY['a', 'b'], ARRAY['b', 'c'])`, 'true'],
    duckdb: (args, context) => `druid_mv_overlap(${rowAt(args, context.args)}, ${wantedAt(args, context.args)})`,
  }),
  multivalue({
    name: 'MV_OFFSET',
    signature: operands('arr stringOrArray', 'offset integer'),
    result: VARCHAR,
    summary: 'The value at an index that counts from 0; NULL outside.',
    example: [`MV_OFFSET(ARRAY['a', 'b'], 1)`, 'b'],
    duckdb: element(0),
  }),
  multivalue({
    name: 'MV_ORDINAL',
    signature: operands('arr stringOrArray', 'ordinal integer'),
    result: VARCHAR,
    summary: 'The value at an index that counts from 1; NULL outside.',
    example: [`MV_ORDINAL(ARRAY['a', 'b'], 1)`, 'a'],
    duckdb: element(1),
  }),
  multivalue({
    name: 'MV_OFFSET_OF',
    signature: operands('arr stringOrArray', 'expr'),
    result: INTEGER,
    nulls: 'own',
    check: requireScalar('MV_OFFSET_OF', 1, 'array, expr'),
    summary: 'Where a value first stands, from 0; NULL when it is not there.',
    example: [`MV_OFFSET_OF(ARRAY['a', 'b'], 'b')`, '1'],
    duckdb: (args, context) => positionOf(args, context.args, 0),
  }),
  multivalue({
    name: 'MV_ORDINAL_OF',
    signature: operands('arr stringOrArray', 'expr'),
    result: INTEGER,
    nulls: 'own',
    check: requireScalar('MV_ORDINAL_OF', 1, 'array, expr'),
    summary: 'Where a value first stands, from 1; NULL when it is not there.',
    example: [`MV_ORDINAL_OF(ARRAY['a', 'b'], 'b')`, '2'],
    duckdb: (args, context) => positionOf(args, context.args, 1),
  }),
  multivalue({
    name: 'MV_APPEND',
    signature: operands('arr stringOrArray', 'expr string'),
    result: MULTI_VALUE_VARCHAR,
    nulls: 'own',
    summary: 'The values with one more behind them.',
    example: [`MV_TO_STRING(MV_APPEND(ARRAY['a'], 'b'), ',')`, 'a,b'],
    duckdb: encoded(appended),
  }),
  multivalue({
    name: 'MV_PREPEND',
    signature: operands('expr string', 'arr stringOrArray'),
    result: MULTI_VALUE_VARCHAR,
    nulls: 'own',
    summary: 'The values with one more before them.',
    example: [`MV_TO_STRING(MV_PREPEND('a', ARRAY['b']), ',')`, 'a,b'],
    duckdb: encoded(prepended),
  }),
  multivalue({
    name: 'MV_CONCAT',
    signature: operands('arr1 stringOrArray', 'arr2 stringOrArray'),
    result: MULTI_VALUE_VARCHAR,
    summary: 'The values of both.',
    example: [`MV_TO_STRING(MV_CONCAT(ARRAY['a'], ARRAY['b']), ',')`, 'a,b'],
    duckdb: encoded(concatenated),
  }),
  multivalue({
    name: 'MV_SLICE',
    signature: operands('arr stringOrArray', 'start integer', 'end? integer'),
    result: MULTI_VALUE_VARCHAR,
    summary:
      'The values from start, which counts from 0, up to but without end; beyond the last they are null. NULL when start is negative or behind the last or behind end.',
    example: [`MV_TO_STRING(MV_SLICE(ARRAY['a', 'b', 'c'], 1, 3), ',')`, 'b,c'],
    duckdb: encoded(sliced),
  }),
  multivalue({
    name: 'MV_FILTER_ONLY',
    signature: operands('expr string', 'arr array'),
    result: MULTI_VALUE_VARCHAR,
    summary: 'The values that are in the array.',
    example: [`MV_FILTER_ONLY('a', ARRAY['a', 'b'])`, 'a'],
    duckdb: (args, context) => `druid_mv_only(${textsAt(args, context.args, 0)}, ${textsAt(args, context.args, 1)})`,
  }),
  multivalue({
    name: 'MV_FILTER_NONE',
    signature: operands('expr string', 'arr array'),
    result: MULTI_VALUE_VARCHAR,
    summary: 'The values that are not in the array.',
    example: [`MV_FILTER_NONE('a', ARRAY['b'])`, 'a'],
    duckdb: (args, context) => `druid_mv_none(${textsAt(args, context.args, 0)}, ${textsAt(args, context.args, 1)})`,
  }),
  multivalue({
    name: 'MV_FILTER_REGEX',
    signature: operands('expr stringOrArray', 'pattern! string'),
    result: MULTI_VALUE_VARCHAR,
    summary: 'The values in which the regular expression matches somewhere.',
    example: [`MV_FILTER_REGEX('abc', 'b')`, 'abc'],
    duckdb: (args, context) => `druid_mv_regex(${textsAt(args, context.args, 0)}, ${args[1] ?? 'NULL'})`,
  }),
  multivalue({
    name: 'MV_FILTER_PREFIX',
    signature: operands('expr stringOrArray', 'prefix! string'),
    result: MULTI_VALUE_VARCHAR,
    summary: 'The values that begin with the prefix.',
    example: [`MV_FILTER_PREFIX('abc', 'ab')`, 'abc'],
    duckdb: (args, context) => `druid_mv_prefix(${textsAt(args, context.args, 0)}, ${args[1] ?? 'NULL'})`,
  }),
];
