/** TABLE(…): external data and unions of datasources. */
import type { Expr, ExtendColumn, FunctionCall, TableFunction } from '../ast.js';
import { unsupportedError, validationError, type Span } from '../errors.js';
import type { Computed, Expression, Field, Plan } from '../plan/index.js';
import {
  arrayOf,
  BIGINT,
  DOUBLE,
  FLOAT,
  fromNativeTypeName,
  isString,
  JSON_TYPE,
  MULTI_VALUE_VARCHAR,
  nativeTypeName,
  TIMESTAMP,
  type SqlType,
} from '../types.js';
import type { Binding, ExternalDefinition } from './binding.js';
import { columnOf, literal } from './build.js';
import { convert, makeCast } from './convert.js';
import { widestType } from './lattice.js';
import { bindInputSource, sourceSignature } from './druid-source.js';
import { EMPTY_SCOPE } from './scope.js';
import { isSourceFunction, readSourceFunction } from './source-functions.js';
import { resolveTypeName } from './type-name.js';

/** Table functions of input sources that Druid's extensions add. */
const cloudFunctions: ReadonlySet<string> = new Set(['AZURE', 'GOOGLE', 'DELTA']);

/** Binds TABLE(f(…)). */
export function bindTableFunction(node: TableFunction, binding: Binding): Plan {
  const name = node.call.name.toUpperCase();
  if (name === 'EXTERN') return bindExtern(node, binding);
  if (name === 'APPEND') return bindAppend(node, binding);
  if (isSourceFunction(name)) return bindSourceFunction(node, binding);
  if (cloudFunctions.has(name)) {
    throw unsupportedError(`Table function '${name}' is not supported`, node.call.nameSpan);
  }
  throw validationError(`No match found for function signature ${name}`, node.call.nameSpan);
}

function constant(node: Expr, name: string, binding: Binding): string {
  const bound = binding.expression(node, { scope: EMPTY_SCOPE, clause: 'SELECT' });
  if (bound.kind !== 'literal' || typeof bound.value !== 'string') {
    throw validationError(`EXTERN argument '${name}' must be a string literal`, node.span);
  }
  return bound.value;
}

function parseJson(text: string, name: string, span: Span): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw validationError(`EXTERN argument '${name}' is not valid JSON: ${(error as Error).message}`, span);
  }
}

const externArguments = ['inputSource', 'inputFormat', 'signature'] as const;

function externArgument(call: FunctionCall, index: number): Expr | undefined {
  const name = externArguments[index];
  return call.args[index] ?? call.namedArgs?.find((arg) => arg.name === name)?.value;
}

interface SignatureColumn {
  readonly name: string;
  readonly type: SqlType;
}

/** A text column of external data may hold several values. */
const externalType = (type: SqlType): SqlType => (isString(type) ? MULTI_VALUE_VARCHAR : type);

function parseSignature(json: unknown, span: Span): readonly SignatureColumn[] {
  if (!Array.isArray(json)) throw validationError("EXTERN argument 'signature' must be a JSON array of columns", span);
  return (json as unknown[]).map((entry) => {
    const { name, type } = (entry ?? {}) as { name?: unknown; type?: unknown };
    if (typeof name !== 'string' || (type !== undefined && typeof type !== 'string')) {
      throw validationError(`EXTERN signature column [${JSON.stringify(entry)}] must have a name and a type`, span);
    }
    const known = type === undefined ? undefined : fromNativeTypeName(type);
    if (!known) throw validationError(`EXTERN signature column [${name}] has an unknown type [${String(type)}]`, span);
    return { name, type: externalType(known) };
  });
}

/** The storage type of a column declared in EXTEND, which names SQL types. */
function extendType(column: ExtendColumn): SqlType {
  const type = resolveTypeName(column.type);
  const native = nativeTypeName(type);
  if (type.name === 'ARRAY') return fromNativeTypeName(native) ?? arrayOf(MULTI_VALUE_VARCHAR);
  switch (native) {
    case 'LONG':
      return BIGINT;
    case 'DOUBLE':
      return DOUBLE;
    case 'FLOAT':
      return FLOAT;
    case 'STRING':
      return MULTI_VALUE_VARCHAR;
    case 'COMPLEX<json>':
      return JSON_TYPE;
    default:
      throw unsupportedError(`Column '${column.name}' of EXTEND cannot have the type ${native}`, column.span);
  }
}

/** The columns that the data themselves tell. */
function inferredSignature(
  definition: ExternalDefinition,
  span: Span,
  binding: Binding,
): readonly SignatureColumn[] | undefined {
  const { signatureOf } = binding.options;
  return (
    signatureOf && sourceSignature(definition, span, binding, (external) => parseSignature(signatureOf(external), span))
  );
}

function externSignature(
  node: TableFunction,
  definition: ExternalDefinition,
  binding: Binding,
): readonly SignatureColumn[] {
  const { call, extend } = node;
  const argument = externArgument(call, 2);
  if (extend) {
    if (argument)
      throw validationError('EXTERN requires either a signature value or an EXTEND clause, but not both', node.span);
    return extend.map((column) => ({ name: column.name, type: extendType(column) }));
  }
  if (!argument) {
    const inferred = inferredSignature(definition, call.span, binding);
    if (inferred) return inferred;
    throw validationError('EXTERN requires either a signature value or an EXTEND clause', node.span);
  }
  return parseSignature(parseJson(constant(argument, 'signature', binding), 'signature', argument.span), argument.span);
}

function checkNames(columns: readonly SignatureColumn[], span: Span): void {
  if (columns.length === 0) throw validationError('EXTERN requires at least one column in its signature', span);
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) throw validationError(`EXTERN signature has the column [${name}] twice`, span);
    seen.add(name);
  }
}

function bindExtern(node: TableFunction, binding: Binding): Plan {
  const { call } = node;
  const unknown = call.namedArgs?.find((arg) => !externArguments.some((name) => name === arg.name));
  if (unknown) throw validationError(`EXTERN has no argument '${unknown.name}'`, call.span);
  const [inputSource, inputFormat] = [0, 1].map((index) => {
    const argument = externArgument(call, index);
    const name = externArguments[index] ?? '';
    if (!argument) throw validationError(`EXTERN requires the argument '${name}'`, call.span);
    return parseJson(constant(argument, name, binding), name, argument.span);
  });
  const definition = { inputSource, inputFormat };
  const signature = externSignature(node, definition, binding);
  checkNames(signature, node.span);
  return withTime(bindInputSource(definition, signature, call.span, binding), binding);
}

/** TABLE(INLINE(…)) and its like: the columns always come from EXTEND. */
function bindSourceFunction(node: TableFunction, binding: Binding): Plan {
  const { call, extend } = node;
  if (!extend) throw validationError(`${call.name.toUpperCase()} requires an EXTEND clause`, node.span);
  const signature = extend.map((column) => ({ name: column.name, type: extendType(column) }));
  checkNames(signature, node.span);
  const names = signature.map(({ name }) => name);
  const definition = readSourceFunction(call, names, call.span, binding);
  return withTime(bindInputSource(definition, signature, call.span, binding), binding);
}

/** An external column named __time is milliseconds in the data and a TIMESTAMP in SQL, as in Druid's RowSignatures. */
function withTime(external: Plan, binding: Binding): Plan {
  if (!external.fields.some((field) => field.name === '__time' && field.type.name === 'BIGINT')) return external;
  const columns: Computed<Expression>[] = external.fields.map((field) => {
    if (field.name !== '__time') return { field, expression: columnOf(field) };
    return { field: binding.newField('__time', TIMESTAMP), expression: makeCast(columnOf(field), TIMESTAMP) };
  });
  return { kind: 'project', input: external, columns, fields: columns.map((column) => column.field) };
}

/** TABLE(APPEND('a', 'b')): all rows of several datasources; a column that one of them lacks is NULL there. */
function bindAppend(node: TableFunction, binding: Binding): Plan {
  const tables = node.call.args.map((arg) => {
    const name = constant(arg, 'table', binding);
    const definition = binding.options.catalog.table(undefined, name);
    if (!definition) throw validationError(`Table [${name}] not found`, arg.span);
    binding.reads.add(definition.name);
    return definition;
  });
  if (tables.length === 0) throw validationError('APPEND requires at least one table', node.span);
  const types = new Map<string, SqlType>();
  for (const column of tables.flatMap((table) => table.columns)) {
    const known = types.get(column.name);
    const type = known ? widestType([known, column.type]) : column.type;
    if (!type) throw validationError(`Column [${column.name}] has different types in the tables of APPEND`, node.span);
    types.set(column.name, type);
  }
  const fields: Field[] = [...types].map(([name, type]) => binding.newField(name, type));
  const inputs = tables.map((table): Plan => {
    const own = table.columns.map((column) => binding.newField(column.name, column.type));
    const scan: Plan = { kind: 'scan', schema: table.schema, table: table.name, fields: own };
    const columns = fields.map((target) => {
      const source = own.find((field) => field.name === target.name);
      const expression = source
        ? convert(columnOf(source), target.type, binding.options.timeZone)
        : literal(null, target.type);
      return { field: binding.newField(target.name, target.type), expression };
    });
    return { kind: 'project', input: scan, columns, fields: columns.map((column) => column.field) };
  });
  return { kind: 'setOperation', operator: 'union', all: true, inputs, fields };
}
