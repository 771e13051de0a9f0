/** ARRAY_AGG, ARRAY_CONCAT_AGG and STRING_AGG: all values of a group. */
import type { Expression } from '../plan/expression.js';
import { arrayOf, formatType, VARCHAR, withNullability } from '../types.js';
import { elementText } from './array-elements.js';
import { aggregate, isMultiValue, operand, optionalLiteral, sameAsFirst, typeAt } from './aggregate-parts.js';
import type { EmitContext, Emitter, FunctionDeclaration } from './declaration.js';

/** Macros of the collecting aggregates. */
export const collectionMacros: readonly string[] = [
  // Druid keeps distinct elements in order, null first.
  `CREATE OR REPLACE TEMP MACRO druid_distinct_elements(l) AS
    list_concat(CASE WHEN list_count(l) < len(l) THEN [NULL] ELSE [] END, list_sort(list_distinct(l)))`,
];

/** Distinct values come in their order, as from the sorted set in which Druid collects them. */
const orderOf = (value: string, context: EmitContext): string =>
  context.orderBy !== '' || !context.distinct || context.suffix.includes(' OVER (')
    ? context.orderBy
    : ` ORDER BY ${value} NULLS FIRST`;

const collected = (value: string, context: EmitContext): string =>
  `list(${context.distinct ? 'DISTINCT ' : ''}${value}${orderOf(value, context)})${context.suffix}`;

/** Every value of every multi-value string. */
function collectedValues(value: string, context: EmitContext): string {
  const rows = `list(${value}${context.orderBy})${context.suffix}`;
  const values = `flatten(list_transform(${rows}, lambda v: multi_values(v)))`;
  return context.distinct ? `druid_distinct_elements(${values})` : values;
}

const arrayAgg: Emitter = ([value = 'NULL'], context) =>
  isMultiValue(context.args) ? collectedValues(value, context) : collected(value, context);

const arrayConcatAgg: Emitter = ([value = 'NULL'], { distinct, orderBy, suffix }) => {
  const elements = `flatten(list(${value}${orderBy})${suffix})`;
  return distinct ? `druid_distinct_elements(${elements})` : elements;
};

const stringAgg: Emitter = ([value = 'NULL', given], context) => {
  const separator = given === undefined ? `''` : `CAST(${given} AS VARCHAR)`;
  if (isMultiValue(context.args)) {
    const present = `list_filter(${collectedValues(value, context)}, lambda v: v IS NOT NULL)`;
    return `nullif(array_to_string(${present}, ${separator}), '')`;
  }
  // Druid's aggregator takes native values: a time counts as its milliseconds, a truth value as 1 or 0.
  const text = elementText(value, typeAt(context.args, 0));
  return `string_agg(${context.distinct ? 'DISTINCT ' : ''}${text}, ${separator}${orderOf(text, context)})${context.suffix}`;
};

function refuseComplex(args: readonly Expression[]): string | undefined {
  const type = typeAt(args, 0);
  return type.name === 'COMPLEX' || type.name === 'ROW'
    ? `Aggregation [STRING_AGG] does not support type [${formatType(type)}]`
    : undefined;
}

const size = optionalLiteral('size');

/** The declarations of this file. */
export const collectionAggregates: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'ARRAY_AGG',
    signatures: [{ operands: [operand('expr', 'any'), size] }],
    result: (args) => {
      const { multiValue: _, ...element } = typeAt(args, 0);
      return arrayOf(element.name === 'CHAR' || element.name === 'NULL' ? VARCHAR : withNullability(element, true));
    },
    allowsDistinct: true,
    summary:
      'All values of a group as an array, nulls included; with DISTINCT each once, in order. There is no limit of size: `size` is accepted and not needed.',
    example: { sql: 'SELECT ARRAY_AGG(DISTINCT x) FROM (VALUES (2), (1), (2)) AS t(x)', result: '[1,2]' },
    emit: { duckdb: arrayAgg },
  }),
  aggregate({
    name: 'ARRAY_CONCAT_AGG',
    signatures: [{ operands: [operand('expr', 'array'), size] }],
    result: sameAsFirst,
    allowsDistinct: true,
    summary:
      'The arrays of a group joined into one; null arrays are passed over, null elements stay. DISTINCT keeps each element once, in order. There is no limit of size.',
    example: { sql: 'SELECT ARRAY_CONCAT_AGG(x) FROM (VALUES (ARRAY[1, 2])) AS t(x)', result: '[1,2]' },
    emit: { duckdb: arrayConcatAgg },
  }),
  aggregate({
    name: 'STRING_AGG',
    aliases: ['LISTAGG'],
    signatures: [
      {
        operands: [operand('expr', 'any'), { name: 'separator', family: 'any', literal: true }, size],
      },
    ],
    result: VARCHAR,
    check: refuseComplex,
    allowsDistinct: true,
    summary:
      'All values of a group that are not null as one text, with the separator between them; with DISTINCT each once, in order. There is no limit of size.',
    example: { sql: `SELECT STRING_AGG(DISTINCT x, '-') FROM (VALUES ('b'), ('a')) AS t(x)`, result: 'a-b' },
    emit: { duckdb: stringAgg },
  }),
];
