import { z } from 'zod';
import type { EngineName } from '../engine/emitted.js';
import { formatType, type SqlType } from '../sql/types.js';
import { ExternalSpecError } from './errors.js';
import { formatSchemas, type InputFormat } from './format-spec.js';
import { sourceSchemas, type InputSource } from './source-spec.js';

/** External data as a statement declares it. */
export interface ExternalSpec {
  readonly inputSource: unknown;
  readonly inputFormat: unknown;
  readonly signature: readonly { readonly name: string; readonly type: SqlType }[];
}

function read<T>(property: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
    property,
  );
  throw new ExternalSpecError(`Cannot read property [${path}]: ${issue?.message ?? 'invalid'}`);
}

function typeOf(property: string, value: unknown, supported: readonly string[]): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ExternalSpecError(`Property [${property}] must be a JSON object with a [type]`);
  }
  const { type } = value as { readonly type?: unknown };
  if (typeof type !== 'string') throw new ExternalSpecError(`Property [${property}.type] is missing`);
  if (supported.includes(type)) return type;
  throw new ExternalSpecError(
    `Property [${property}.type] has the value [${type}], which is not supported; supported types are [${supported.join(', ')}]`,
  );
}

function isKey<T extends object>(schemas: T, key: string): key is keyof T & string {
  return Object.hasOwn(schemas, key);
}

/**
 * Reads Druid's inputSource JSON.
 * @throws ExternalSpecError
 */
export function readSource(value: unknown, property = 'inputSource'): InputSource {
  const type = typeOf(property, value, [...Object.keys(sourceSchemas), 'combining']);
  const { systemFields } = value as { readonly systemFields?: unknown };
  if (Array.isArray(systemFields) && systemFields.length > 0) {
    throw new ExternalSpecError(`Property [${property}.systemFields] is not supported`);
  }
  if (isKey(sourceSchemas, type)) return read<InputSource>(property, sourceSchemas[type], value);
  const { delegates } = read(property, z.object({ delegates: z.array(z.unknown()).min(1) }), value);
  return {
    type: 'combining',
    delegates: delegates.map((delegate, index) => readSource(delegate, `${property}.delegates[${index}]`)),
  };
}

/**
 * Reads Druid's inputFormat JSON.
 * @throws ExternalSpecError
 */
export function readFormat(value: unknown): InputFormat {
  const property = 'inputFormat';
  const type = typeOf(property, value, Object.keys(formatSchemas));
  if (!isKey(formatSchemas, type)) throw new ExternalSpecError(`Property [${property}.type] is not supported`);
  const format = read<InputFormat>(property, formatSchemas[type], value);
  const flatten = 'flattenSpec' in format ? format.flattenSpec : undefined;
  const names = (flatten?.fields ?? []).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new ExternalSpecError(`Cannot have duplicate field definition in [${property}.flattenSpec]: ${twice}`);
  }
  return format;
}

function isReadable(type: SqlType): boolean {
  switch (type.name) {
    case 'VARCHAR':
    case 'BIGINT':
    case 'DOUBLE':
    case 'FLOAT':
      return true;
    case 'ARRAY':
      return type.element !== undefined && isReadable(type.element);
    case 'COMPLEX':
      return type.complex === 'json';
    default:
      return false;
  }
}

/** The property of a source that lies on HDFS, which Spark alone reaches. */
function hdfsProperty(source: InputSource, property = 'inputSource'): string | undefined {
  if (source.type === 'hdfs') return property;
  if (source.type !== 'combining') return undefined;
  const found = source.delegates.map((delegate, index) => hdfsProperty(delegate, `${property}.delegates[${index}]`));
  return found.find((each) => each !== undefined);
}

/**
 * Whether Spark must read a source, as DuckDB cannot.
 * @throws ExternalSpecError
 */
export const needsSpark = (inputSource: unknown): boolean => hdfsProperty(readSource(inputSource)) !== undefined;

/**
 * Checks external data without touching it.
 * @param engine which is to read it
 * @throws ExternalSpecError which names the property
 */
export function validateExternal(spec: ExternalSpec, engine: EngineName): void {
  const source = readSource(spec.inputSource);
  const onHdfs = engine === 'spark' ? undefined : hdfsProperty(source);
  if (onHdfs !== undefined) {
    throw new ExternalSpecError(
      `Property [${onHdfs}.type] has the value [hdfs], which is read by the spark engine only: set the context parameter [engine] to [spark], on a server that has the setting sparkRemote`,
    );
  }
  readFormat(spec.inputFormat);
  const seen = new Set<string>();
  for (const { name, type } of spec.signature) {
    if (seen.has(name)) throw new ExternalSpecError(`Column [${name}] occurs more than once in the signature`);
    seen.add(name);
    if (!isReadable(type)) {
      throw new ExternalSpecError(
        `Column [${name}] of the signature has type [${formatType(type)}], which is not supported`,
      );
    }
  }
}
