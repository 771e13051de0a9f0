/** Calls whose arguments or types follow rules of their own: COALESCE and its kin, JSON_VALUE, JSON_OBJECT. */
import type { FunctionCall, JsonClauses } from '../ast.js';
import { unsupportedError, validationError } from '../errors.js';
import type { Expression } from '../plan/index.js';
import { BIGINT, DOUBLE, isDatetime, isFractional, isString, JSON_TYPE, VARCHAR, type SqlType } from '../types.js';
import type { Binding, ExpressionEnvironment } from './binding.js';
import { call, nullable } from './build.js';
import { bindComparison } from './comparison.js';
import { convert } from './convert.js';
import { isAtomic, leastRestrictive, widestType } from './lattice.js';
import { resolveTypeName } from './type-name.js';

/** Binds the call when it is one of them. */
export function bindSpecialCall(
  node: FunctionCall,
  binding: Binding,
  environment: ExpressionEnvironment,
): Expression | undefined {
  const args = (): readonly Expression[] => node.args.map((arg) => binding.expression(arg, environment));
  switch (node.name) {
    case 'COALESCE':
    case 'NVL':
    case 'IFNULL':
      return bindCoalesce(node, args(), binding);
    case 'NULLIF':
      return bindNullIf(node, args(), binding);
    case 'GREATEST':
    case 'LEAST':
      return bindReduction(node, args(), binding);
    case 'JSON_VALUE':
      return bindJsonValue(node, args());
    case 'JSON_OBJECT':
      return node.json?.pairs && bindJsonObject(node, node.json, binding, environment);
    default:
      return undefined;
  }
}

function bindCoalesce(node: FunctionCall, args: readonly Expression[], binding: Binding): Expression {
  const needed = node.name === 'COALESCE' ? args.length >= 1 : args.length === 2;
  if (!needed) {
    throw validationError(
      `Invalid number of arguments to function '${node.name}'. Was expecting 2 arguments`,
      node.span,
    );
  }
  const common = widestType(args.map((arg) => arg.type));
  if (!common) throw validationError('Illegal mixing of types in CASE or COALESCE statement', node.span);
  const type: SqlType = { ...common, nullable: args.every((arg) => arg.type.nullable) };
  const [only] = args;
  if (args.length === 1 && only) return only;
  return call(
    'COALESCE',
    args.map((arg) => convert(arg, type, binding.options.timeZone)),
    type,
    node.span,
  );
}

function bindNullIf(node: FunctionCall, args: readonly Expression[], binding: Binding): Expression {
  const [value, other] = args;
  if (!value || !other || args.length !== 2) {
    throw validationError(`Invalid number of arguments to function 'NULLIF'. Was expecting 2 arguments`, node.span);
  }
  return {
    kind: 'case',
    whens: [
      {
        when: bindComparison('=', value, other, binding.options.timeZone, node.span),
        then: { kind: 'literal', value: null, type: nullable(value.type) },
      },
    ],
    otherwise: value,
    type: nullable(value.type),
  };
}

/** GREATEST and LEAST compare as text beside text, else as numbers (Druid's ReductionOperatorConversionHelper). */
function bindReduction(node: FunctionCall, args: readonly Expression[], binding: Binding): Expression {
  const types = args.map((arg) => arg.type).filter((type) => type.name !== 'NULL');
  const [first] = types;
  if (!first) return { kind: 'literal', value: null, type: VARCHAR };
  if (!types.every(isAtomic)) {
    throw validationError(`Function[${node.name.toLowerCase()}] does not accept ARRAY or COMPLEX types`, node.span);
  }
  const isNullable = args.every((arg) => arg.type.nullable);
  const type: SqlType = { ...reducedType(types), nullable: isNullable };
  return call(
    node.name,
    args.map((arg) => convert(arg, type, binding.options.timeZone)),
    type,
    node.span,
  );
}

function reducedType(types: readonly SqlType[]): SqlType {
  if (types.some(isString)) {
    return types.some(({ multiValue }) => multiValue === true) ? { ...VARCHAR, multiValue: true } : VARCHAR;
  }
  if (types.every(isDatetime)) return leastRestrictive(types) ?? BIGINT;
  return types.some(isFractional) ? DOUBLE : BIGINT;
}

function checkPath(node: FunctionCall, args: readonly Expression[]): void {
  const [, path] = args;
  if (args.length !== 2) {
    throw validationError(
      `Invalid number of arguments to function '${node.name}'. Was expecting 2 arguments`,
      node.span,
    );
  }
  if (path?.kind !== 'literal' || !isString(path.type)) {
    throw validationError(`JSON path of '${node.name}' must be a string literal`, node.span);
  }
}

function bindJsonValue(node: FunctionCall, args: readonly Expression[]): Expression {
  checkPath(node, args);
  const clauses = node.json;
  for (const behaviour of [clauses?.onEmpty, clauses?.onError]) {
    if (behaviour !== undefined && behaviour !== 'NULL') {
      throw unsupportedError('JSON_VALUE supports only NULL ON EMPTY and NULL ON ERROR', node.span);
    }
  }
  const type = clauses?.returning ? nullable(resolveTypeName(clauses.returning)) : VARCHAR;
  return call('JSON_VALUE', args, type, node.span);
}

function bindJsonObject(
  node: FunctionCall,
  clauses: JsonClauses,
  binding: Binding,
  environment: ExpressionEnvironment,
): Expression {
  if (clauses.nulls === 'ABSENT ON NULL')
    throw unsupportedError('JSON_OBJECT does not support ABSENT ON NULL', node.span);
  const args = (clauses.pairs ?? []).flatMap(({ key, value }) => {
    const name = binding.expression(key, environment);
    if (!isString(name.type)) throw validationError('field name must be a STRING', key.span);
    return [name, binding.expression(value, environment)];
  });
  return call('JSON_OBJECT', args, { ...JSON_TYPE, nullable: false }, node.span);
}
