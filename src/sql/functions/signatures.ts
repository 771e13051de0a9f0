/** How declarations are told to users, in Calcite's way. */
import type { FunctionDeclaration, Operand, OperandFamily } from './declaration.js';

const familyNames: Readonly<Record<OperandFamily, string>> = {
  any: 'ANY',
  boolean: 'BOOLEAN',
  numeric: 'NUMERIC',
  integer: 'INTEGER',
  double: 'NUMERIC',
  string: 'CHARACTER',
  timestamp: 'TIMESTAMP',
  interval: 'DATETIME_INTERVAL',
  array: 'ARRAY',
  stringOrArray: 'ARRAY',
  json: 'COMPLEX<JSON>',
};

/** Operands from an index on; the brackets around those that may be left out close at the end. */
function operandsText(operands: readonly Operand[], index = 0): string {
  const operand = operands[index];
  if (!operand) return '';
  const family = operand.accepts === 'exactNumeric' ? 'EXACT_NUMERIC' : familyNames[operand.accepts ?? operand.family];
  const text = `<${family}>${operand.variadic === true ? '...' : ''}`;
  const comma = index === 0 ? '' : ', ';
  const rest = operandsText(operands, index + 1);
  return operand.optional === true ? `${comma}[${text}${rest}]` : `${comma}${text}${rest}`;
}

/** The calls that a function takes, one a line: `'ABS(<NUMERIC>)'` (Druid's DefaultOperandTypeChecker). */
export const signaturesText = (name: string, { signatures }: FunctionDeclaration): string =>
  signatures.map(({ operands }) => `'${name}(${operandsText(operands)})'`).join('\n');

/** What no engine computes, so that a query that names it is refused. What the binder rewrites has an example to show. */
export const isRefused = ({ kind, example, emit }: FunctionDeclaration): boolean =>
  kind !== 'operator' && !example && emit.duckdb === undefined && emit.spark === undefined;
