/** Short forms in which the families write their declarations. */
import type { Expression } from '../plan/expression.js';
import { DOUBLE, isFractional, isString, VARCHAR, type SqlType } from '../types.js';
import type {
  Emitter,
  FunctionDeclaration,
  FunctionFamily,
  FunctionKind,
  Operand,
  OperandFamily,
  ResultType,
  Signature,
} from './declaration.js';

/**
 * Reads operands as `name family`, with `?` behind the name of an optional one, `…` behind that of one that repeats, and
 * `!` behind that of a constant.
 */
export function operands(...texts: readonly string[]): Signature {
  return {
    operands: texts.map((text): Operand => {
      const [name = '', family = 'any', accepts] = text.split(' ');
      return {
        name: name.replace(/[?…!]/g, ''),
        family: family as OperandFamily,
        ...(name.includes('?') && { optional: true }),
        ...(name.includes('…') && { variadic: true }),
        ...(name.includes('!') && { literal: true }),
        ...((accepts === 'numeric' || accepts === 'exactNumeric') && { accepts }),
      };
    }),
  };
}

/** The same of arguments that are not cast; a third word says what is taken where that is more than the family. */
export const exactly = (...texts: readonly string[]): Signature => ({ ...operands(...texts), exact: true });

/** The type, NULL when any argument may be. */
export const strictly =
  (type: SqlType) =>
  (args: readonly Expression[]): SqlType => ({ ...type, nullable: args.some((arg) => arg.type.nullable) });

/** The type of an argument, nullable. */
export const likeArgument =
  (index: number) =>
  (args: readonly Expression[]): SqlType => ({ ...(args[index]?.type ?? VARCHAR), nullable: true });

/** The type of a numeric argument: text and decimals count as DOUBLE. */
export const likeNumber =
  (index: number) =>
  (args: readonly Expression[]): SqlType => {
    const type = args[index]?.type ?? DOUBLE;
    const nullable = args.some((arg) => arg.type.nullable);
    return type.name === 'DECIMAL' || isString(type) ? { ...DOUBLE, nullable } : { ...type, nullable };
  };

export const isFractionalArgument = (args: readonly Expression[], index = 0): boolean => {
  const type = args[index]?.type;
  return type !== undefined && (isFractional(type) || isString(type));
};

interface Short {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly signature: Signature | readonly Signature[];
  readonly result: ResultType;
  readonly summary: string;
  readonly example?: readonly [sql: string, result: string];
  readonly duckdb?: Emitter;
  readonly check?: FunctionDeclaration['check'];
  readonly nulls?: FunctionDeclaration['nulls'];
  readonly overWindow?: boolean;
  readonly allowsDistinct?: boolean;
}

/** Makes the declarations of one family. */
export const family =
  (kind: FunctionKind, name: FunctionFamily) =>
  (short: Short): FunctionDeclaration => ({
    name: short.name,
    ...(short.aliases && { aliases: short.aliases }),
    kind,
    family: name,
    signatures: Array.isArray(short.signature) ? (short.signature as Signature[]) : [short.signature as Signature],
    result: short.result,
    nulls: short.nulls ?? 'strict',
    ...(short.check && { check: short.check }),
    ...(short.overWindow !== undefined && { overWindow: short.overWindow }),
    ...(short.allowsDistinct !== undefined && { allowsDistinct: short.allowsDistinct }),
    summary: short.summary,
    ...(short.example && { example: { sql: short.example[0], result: short.example[1] } }),
    emit: short.duckdb ? { duckdb: short.duckdb } : {},
  });

/** An emitter that calls an engine function of the arguments. */
export const calling =
  (engineName: string): Emitter =>
  (args) =>
    `${engineName}(${args.join(', ')})`;

/** The value of a constant text argument. */
export function textConstant(args: readonly Expression[], index: number): string | undefined {
  const arg = args[index];
  return arg?.kind === 'literal' && typeof arg.value === 'string' ? arg.value : undefined;
}

/** The value of a constant whole number. */
export function integerConstant(args: readonly Expression[], index: number): number | undefined {
  const arg = args[index];
  return arg?.kind === 'literal' && typeof arg.value === 'bigint' ? Number(arg.value) : undefined;
}

/** A text constant of SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
