/** What aggregate declarations share: operands, the text of engine calls, and the result types of Druid's aggregators. */
import type { Expression } from '../plan/expression.js';
import { pairedValue } from '../serializable-pair.js';
import {
  ANY,
  BIGINT,
  DOUBLE,
  formatType,
  isInteger,
  isNumeric,
  isString,
  type SqlType,
  VARCHAR,
  withNullability,
} from '../types.js';
import type { EmitContext, FunctionDeclaration, Operand, OperandFamily } from './declaration.js';

/** An operand that must be given. */
export const operand = (name: string, family: OperandFamily): Operand => ({ name, family });

/** A literal integer that may be left out, such as a size in bytes. */
export const optionalLiteral = (name: string, family: OperandFamily = 'integer'): Operand => ({
  name,
  family,
  optional: true,
  literal: true,
});

/** `name([DISTINCT] args [ORDER BY …])` with the FILTER and OVER of the call. */
export function engineAggregate(
  name: string,
  args: readonly string[],
  context: Pick<EmitContext, 'suffix'> & Partial<Pick<EmitContext, 'distinct' | 'orderBy'>>,
): string {
  return `${name}(${context.distinct === true ? 'DISTINCT ' : ''}${args.join(', ')}${context.orderBy ?? ''})${context.suffix}`;
}

/** The type of the argument at an index, ANY when the call has none. */
export const typeAt = (args: readonly Expression[], index: number): SqlType => args[index]?.type ?? ANY;

/** The nullable type of the first argument: a group may be empty. */
export const sameAsFirst = (args: readonly Expression[]): SqlType => withNullability(typeAt(args, 0), true);

/** Sums of integers are BIGINT and all others DOUBLE (DruidTypeSystem.deriveSumType). */
export const sumType = (args: readonly Expression[]): SqlType => (isInteger(typeAt(args, 0)) ? BIGINT : DOUBLE);

/** EARLIEST, LATEST and ANY_VALUE keep numbers and text and give all others as VARCHAR (EarliestLatestAnySqlAggregator). */
export function valueType(args: readonly Expression[]): SqlType {
  const type = pairedValue(typeAt(args, 0)) ?? typeAt(args, 0);
  return isNumeric(type) || isString(type) ? withNullability(type, true) : VARCHAR;
}

/** Refuses arrays and complex values in Calcite's words. */
export function refuseCollections(name: string, forms: string): (args: readonly Expression[]) => string | undefined {
  return ([first]) => {
    if (!first || !['ARRAY', 'COMPLEX', 'ROW'].includes(first.type.name)) return undefined;
    return `Cannot apply '${name}' to arguments of type '${name}(<${formatType(first.type)}>)'. Supported form(s): ${forms}`;
  };
}

/** Whether a value of the first argument may be a multi-value string. */
export const isMultiValue = (args: readonly Expression[]): boolean => typeAt(args, 0).multiValue === true;

/** An aggregate over a group, with what nearly all of them have in common. */
export function aggregate(
  parts: Omit<FunctionDeclaration, 'kind' | 'family' | 'nulls' | 'overWindow'> & {
    readonly family?: FunctionDeclaration['family'];
    readonly overWindow?: boolean;
  },
): FunctionDeclaration {
  return { kind: 'aggregate', family: 'aggregate', nulls: 'own', overWindow: true, ...parts };
}
