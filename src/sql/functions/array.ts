/** The array functions of the catalogue. */
import type { Expression } from '../plan/expression.js';
import { arrayOf, BOOLEAN, DOUBLE, INTEGER, isNumeric, type SqlType, VARCHAR, withNullability } from '../types.js';
import {
  appended,
  concatenated,
  contains,
  elementAt,
  joined,
  listAt,
  listMacros,
  overlaps,
  positionOf,
  prepended,
  scalarIn,
  sliced,
  split,
} from './array-emit.js';
import { convertElements, elementOf, meetingType, requireScalar, storageOf } from './array-elements.js';
import type { FunctionDeclaration } from './declaration.js';
import { family, operands, strictly } from './declare.js';

const array = family('scalar', 'array');
const operator = family('operator', 'array');

const elementResult = (args: readonly Expression[]): SqlType => withNullability(elementOf(args[0]?.type), true);

/** The array at an index as the result; text makes an array of text. */
const arrayResult =
  (index: number, otherIndex?: number) =>
  (args: readonly Expression[]): SqlType => {
    const element = elementOf(args[index]?.type);
    const other = otherIndex === undefined ? undefined : args[otherIndex]?.type;
    return arrayOf(other ? meetingType(element, other.name === 'ARRAY' ? elementOf(other) : other) : element);
  };

/** Every array function. */
export const arrayFunctions: readonly FunctionDeclaration[] = [
  operator({
    name: 'ARRAY',
    signature: operands('element…'),
    result: (args) => arrayOf(args[0]?.type ?? VARCHAR, false),
    nulls: 'own',
    summary: 'An array of the given elements, which all have one type.',
    example: ['ARRAY[1, 2]', '[1,2]'],
    duckdb: (args, { type }) => `CAST([${args.join(', ')}] AS ${storageOf(type)})`,
  }),
  operator({
    name: 'ITEM',
    signature: operands('array array', 'position integer'),
    result: elementResult,
    summary: 'The element at a position that counts from 1; NULL outside of the array.',
    example: ['ARRAY[1, 2][2]', '2'],
    duckdb: (args, context) => elementAt(args, context.args, 1).sql,
  }),
  array({
    name: 'ARRAY_LENGTH',
    signature: [operands('arr stringOrArray'), operands('arr string')],
    result: strictly(INTEGER),
    summary: 'The number of elements.',
    example: ['ARRAY_LENGTH(ARRAY[1, NULL])', '2'],
    duckdb: (args, context) => `len(${listAt(args, context.args, 0).sql})`,
  }),
  array({
    name: 'ARRAY_OFFSET',
    signature: operands('arr stringOrArray', 'offset integer'),
    result: elementResult,
    summary: 'The element at an index that counts from 0; NULL outside of the array.',
    example: ['ARRAY_OFFSET(ARRAY[1, 2], 1)', '2'],
    duckdb: (args, context) => elementAt(args, context.args, 0).sql,
  }),
  array({
    name: 'ARRAY_ORDINAL',
    signature: operands('arr stringOrArray', 'ordinal integer'),
    result: elementResult,
    summary: 'The element at an index that counts from 1; NULL outside of the array.',
    example: ['ARRAY_ORDINAL(ARRAY[1, 2], 1)', '1'],
    duckdb: (args, context) => elementAt(args, context.args, 1).sql,
  }),
  array({
    name: 'ARRAY_OFFSET_OF',
    signature: operands('arr stringOrArray', 'expr'),
    result: INTEGER,
    nulls: 'own',
    check: requireScalar('ARRAY_OFFSET_OF', 1, 'array, expr'),
    summary: 'Where a value first stands, from 0; NULL when it is not there. A null finds the first null.',
    example: ['ARRAY_OFFSET_OF(ARRAY[1, 2], 2)', '1'],
    duckdb: (args, context) => positionOf(args, context.args, 0),
  }),
  array({
    name: 'ARRAY_ORDINAL_OF',
    signature: operands('arr stringOrArray', 'expr'),
    result: INTEGER,
    nulls: 'own',
    check: requireScalar('ARRAY_ORDINAL_OF', 1, 'array, expr'),
    summary: 'Where a value first stands, from 1; NULL when it is not there. A null finds the first null.',
    example: ['ARRAY_ORDINAL_OF(ARRAY[1, 2], 2)', '2'],
    duckdb: (args, context) => positionOf(args, context.args, 1),
  }),
  array({
    name: 'ARRAY_CONTAINS',
    signature: operands('arr stringOrArray', 'expr'),
    result: BOOLEAN,
    nulls: 'own',
    check: requireScalar('ARRAY_CONTAINS', 1, 'array, array', true),
    summary:
      'Whether the array has the value or, for an array, all of its elements. Nulls are found like other elements.',
    example: ['ARRAY_CONTAINS(ARRAY[1, 2, 3], ARRAY[1, 3])', 'true'],
    duckdb: (args, context) => contains(args, context.args),
  }),
  array({
    name: 'ARRAY_OVERLAP',
    signature: operands('arr1 stringOrArray', 'arr2 stringOrArray'),
    result: BOOLEAN,
    nulls: 'own',
    summary: 'Whether the arrays have an element in common. Nulls are found like other elements.',
    example: ['ARRAY_OVERLAP(ARRAY[1, 2], ARRAY[2, 3])', 'true'],
    duckdb: (args, context) => overlaps(args, context.args),
  }),
  array({
    name: 'SCALAR_IN_ARRAY',
    signature: operands('expr', 'arr array'),
    result: BOOLEAN,
    nulls: 'own',
    check: requireScalar('SCALAR_IN_ARRAY', 0, 'expr, array'),
    summary: 'Whether the array has the value. A null is unknown unless the array has a null.',
    example: ['SCALAR_IN_ARRAY(2, ARRAY[1, 2])', 'true'],
    duckdb: (args, context) => scalarIn(args, context.args),
  }),
  array({
    name: 'ARRAY_APPEND',
    signature: operands('arr stringOrArray', 'expr'),
    result: arrayResult(0, 1),
    nulls: 'own',
    check: requireScalar('ARRAY_APPEND', 1, 'array, expr'),
    summary: 'The array with the value, as a value of the element type, behind it; NULL for no array.',
    example: ['ARRAY_APPEND(ARRAY[1], 2)', '[1,2]'],
    duckdb: (args, context) => appended(args, context.args).sql,
  }),
  array({
    name: 'ARRAY_PREPEND',
    signature: operands('expr', 'arr stringOrArray'),
    result: arrayResult(1, 0),
    nulls: 'own',
    check: requireScalar('ARRAY_PREPEND', 0, 'expr, array'),
    summary: 'The array with the value, as a value of the element type, before it; NULL for no array.',
    example: ['ARRAY_PREPEND(0, ARRAY[1])', '[0,1]'],
    duckdb: (args, context) => prepended(args, context.args).sql,
  }),
  array({
    name: 'ARRAY_CONCAT',
    signature: operands('arr1 stringOrArray', 'arr2 stringOrArray'),
    result: arrayResult(0, 1),
    summary: 'Both arrays as one, with elements of the type of the first.',
    example: ['ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3])', '[1,2,3]'],
    duckdb: (args, context) => concatenated(args, context.args).sql,
  }),
  array({
    name: 'ARRAY_SLICE',
    signature: operands('arr stringOrArray', 'start integer', 'end? integer'),
    result: arrayResult(0),
    summary:
      'The elements from start, which counts from 0, up to but without end; beyond the array they are null. NULL when start is negative or behind the array or behind end.',
    example: ['ARRAY_SLICE(ARRAY[1, 2, 3], 1, 3)', '[2,3]'],
    duckdb: (args, context) => sliced(args, context.args).sql,
  }),
  array({
    name: 'ARRAY_TO_STRING',
    signature: operands('arr stringOrArray', 'delimiter string'),
    result: VARCHAR,
    nulls: 'own',
    summary: "The elements as text with the delimiter between them; a null prints as 'null', a lone null gives NULL.",
    example: [`ARRAY_TO_STRING(ARRAY[1, NULL], '-')`, '1-null'],
    duckdb: (args, context) => joined(args, context.args),
  }),
  array({
    name: 'STRING_TO_ARRAY',
    signature: operands('string string', 'delimiter string'),
    result: arrayOf(VARCHAR),
    nulls: 'own',
    summary: 'The text split at a regular expression, without empty texts at the end.',
    example: [`STRING_TO_ARRAY('a,b', ',')`, '["a","b"]'],
    duckdb: (args, context) => split(args, context.args),
  }),
  array({
    name: 'ARRAY_QUANTILE',
    signature: operands('arr array', 'fraction! double'),
    result: DOUBLE,
    summary: 'The quantile of the numbers of an array, between neighbours by their distance; NaN for no numbers.',
    example: ['ARRAY_QUANTILE(ARRAY[1, 2, 4], 0.5)', '2.0'],
    duckdb: (args, context) => {
      const { sql, element } = listAt(args, context.args, 0);
      const fraction = context.args[1];
      const isInside = fraction?.kind === 'literal' && Number(fraction.value) >= 0 && Number(fraction.value) <= 1;
      if (!isNumeric(element)) return 'NULL::DOUBLE';
      const numbers = convertElements(sql, element, DOUBLE);
      const quantile = isInside ? `list_aggregate(${numbers}, 'quantile_cont', ${args[1] ?? '0'})` : 'NULL';
      return `CASE WHEN ${sql} IS NOT NULL THEN coalesce(${quantile}, 'NaN'::DOUBLE) END`;
    },
  }),
];

/** SQL macros that the emitters of arrays call. */
export const arrayMacros: readonly string[] = listMacros;
