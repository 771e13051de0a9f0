/** EARLIEST, LATEST and ANY_VALUE: one of a group's values. */
import type { LiteralExpression } from '../plan/expression.js';
import { pairedValue } from '../serializable-pair.js';
import { isString } from '../types.js';
import { elementText } from './array-elements.js';
import { aggregate, engineAggregate, operand, optionalLiteral, typeAt, valueType } from './aggregate-parts.js';
import type { EmitContext, Emitter, FunctionDeclaration } from './declaration.js';

/** Bytes that Druid keeps of a text when the call names no size. */
const DEFAULT_MAX_BYTES = 1024;

/** Macros of the aggregates that pick a value. */
export const valueMacros: readonly string[] = [
  // A cut inside of a character, before one of its continuation bytes, drops that character.
  `CREATE OR REPLACE TEMP MACRO druid_continues(bytes, place) AS bytes[place:place] BETWEEN '\\x80'::BLOB AND '\\xBF'::BLOB`,
  `CREATE OR REPLACE TEMP MACRO druid_first_bytes(x, n) AS CASE WHEN strlen(x) <= n THEN x ELSE
    decode(encode(x)[1:n - CASE
      WHEN NOT druid_continues(encode(x), n + 1) THEN 0
      WHEN NOT druid_continues(encode(x), n) THEN 1
      WHEN NOT druid_continues(encode(x), n - 1) THEN 2
      ELSE 3 END]) END`,
];

/** The picked value as the call's type, cut to the bytes that the literal at `sizeIndex` allows. */
function finish(picked: string, context: EmitContext, sizeIndex: number): string {
  const first = typeAt(context.args, 0);
  const from = pairedValue(first) ?? first;
  if (!isString(context.type)) return picked;
  const text = isString(from) ? picked : elementText(picked, from);
  const size = context.args[sizeIndex] as LiteralExpression | undefined;
  return `druid_first_bytes(${text}, ${String(size?.value ?? DEFAULT_MAX_BYTES)})`;
}

/** Picks a value by its time; of pairs of both, by the time that stands in them. */
const byTime =
  (which: 'arg_min' | 'arg_max'): Emitter =>
  ([value = 'NULL', time = 'NULL'], context) => {
    const pick = (call: string, what: string, by: string): string =>
      engineAggregate(call, [what, by], { suffix: context.suffix });
    const arePairs = pairedValue(typeAt(context.args, 0)) !== undefined;
    const [rhs, lhs] = arePairs
      ? [`struct_extract(${value}, 'rhs')`, `struct_extract(${value}, 'lhs')`]
      : [value, time];
    const held = pairedValue(context.type);
    if (!held) return finish(pick(`${which}_null`, rhs, lhs), context, 2);
    if (arePairs) return pick(which, value, lhs);
    const pair = pick(which, `struct_pack(lhs := epoch_ms(${time}), rhs := ${value})`, time);
    const cut = finish(`struct_extract(${pair}, 'rhs')`, { ...context, type: held }, 2);
    return `CASE WHEN ${pair} IS NOT NULL THEN struct_pack(lhs := struct_extract(${pair}, 'lhs'), rhs := ${cut}) END`;
  };

const anyValue: Emitter = ([value = 'NULL'], context) => {
  const picked = `first(${value})${context.suffix}`;
  const values = context.args[2];
  const onlyFirst = values?.kind === 'literal' && values.value === false;
  const first = onlyFirst && typeAt(context.args, 0).multiValue === true ? `multi_values(${picked})[1]` : picked;
  return finish(first, context, 1);
};

function timed(
  name: 'EARLIEST' | 'LATEST',
  call: 'arg_min' | 'arg_max',
  shown: string,
): readonly FunctionDeclaration[] {
  const which = name.toLowerCase();
  const values = `(VALUES (TIMESTAMP '2024-01-01 00:00:00', 'a'), (TIMESTAMP '2024-01-02 00:00:00', 'b')) AS t(__time, x)`;
  return [
    aggregate({
      name,
      signatures: [{ operands: [operand('expr', 'any'), optionalLiteral('maxBytesPerValue')] }],
      result: valueType,
      summary: `The value in the row with the ${which} __time. Text is cut to maxBytesPerValue bytes, 1024 when not given.`,
      example: { sql: `SELECT ${name}(x) FROM ${values}`, result: shown },
      emit: {},
    }),
    aggregate({
      name: `${name}_BY`,
      signatures: [
        {
          operands: [
            operand('expr', 'any'),
            operand('timestampExpr', 'timestamp'),
            optionalLiteral('maxBytesPerValue'),
          ],
        },
      ],
      result: valueType,
      summary: `The value in the row with the ${which} timestampExpr that is not null. Text is cut to maxBytesPerValue bytes, 1024 when not given.`,
      example: { sql: `SELECT ${name}_BY(x, __time) FROM ${values}`, result: shown },
      emit: { duckdb: byTime(call) },
    }),
  ];
}

/** The declarations of this file. */
export const valueAggregates: readonly FunctionDeclaration[] = [
  ...timed('EARLIEST', 'arg_min', 'a'),
  ...timed('LATEST', 'arg_max', 'b'),
  aggregate({
    name: 'ANY_VALUE',
    signatures: [
      {
        operands: [
          operand('expr', 'any'),
          optionalLiteral('maxBytesPerValue'),
          optionalLiteral('aggregateMultipleValues', 'boolean'),
        ],
      },
    ],
    result: valueType,
    summary:
      'Any value of a group, null included. Text is cut to maxBytesPerValue bytes, 1024 when not given; aggregateMultipleValues FALSE takes the first value of a multi-value string.',
    example: { sql: `SELECT ANY_VALUE(x) FROM (VALUES ('a')) AS t(x)`, result: 'a' },
    emit: { duckdb: anyValue },
  }),
];
