/** The input sources `druid`, which is a datasource of this server, and `combining`, which may have it among others. */
import { validationError, type Span } from '../errors.js';
import type { Expression, ExternalNode, Plan } from '../plan/index.js';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  isNumeric,
  MULTI_VALUE_VARCHAR,
  sqlTypeName,
  TIMESTAMP,
  type SqlType,
} from '../types.js';
import type { Binding } from './binding.js';
import { call, columnOf, conjunction, filter, literal, notNull, nullable, project } from './build.js';
import { convert } from './convert.js';

type Definition = Pick<ExternalNode, 'inputSource' | 'inputFormat'>;
type Signature = ExternalNode['signature'];

const typeOf = (source: unknown): unknown => (source as { readonly type?: unknown } | null)?.type;

function delegatesOf(source: unknown): readonly unknown[] {
  const { delegates } = source as { readonly delegates?: unknown };
  return typeOf(source) === 'combining' && Array.isArray(delegates) ? delegates : [];
}

const readsDruid = (source: unknown): boolean => typeOf(source) === 'druid' || delegatesOf(source).some(readsDruid);

/** Properties of DruidInputSource that are read. */
const known = ['type', 'dataSource', 'interval'];

function refuse(message: string, span: Span): Error {
  return validationError(`Input source [druid] ${message}`, span);
}

function readInterval(value: unknown, span: Span): readonly [start: number, end: number] {
  const [start = NaN, end = NaN, ...more] = String(value).split('/').map(Date.parse);
  if (typeof value !== 'string' || more.length > 0 || !(start <= end)) {
    throw refuse(`must have an [interval] of two ISO 8601 times, but it is [${JSON.stringify(value)}]`, span);
  }
  return [start, end];
}

function bindDatasource(
  source: Readonly<Record<string, unknown>>,
  signature: Signature,
  span: Span,
  binding: Binding,
): Plan {
  const { dataSource, interval } = source;
  const odd = Object.keys(source).find((name) => !known.includes(name) && source[name] !== null);
  if (odd !== undefined) throw refuse(`does not support [${odd}]; filter in SQL instead`, span);
  if (typeof dataSource !== 'string') throw refuse('requires a [dataSource]', span);
  const table = binding.options.catalog.table(undefined, dataSource);
  if (table?.schema !== 'druid') throw refuse(`names the datasource [${dataSource}], which does not exist`, span);
  const [start, end] = readInterval(interval, span);
  binding.reads.add(table.name);
  const own = table.columns.map((column) => binding.newField(column.name, column.type));
  const scan: Plan = { kind: 'scan', schema: table.schema, table: table.name, fields: own };
  const time = own.find(({ name }) => name === '__time');
  const bounds: Expression[] = time
    ? [
        call('>=', [columnOf(time), literal(start, notNull(TIMESTAMP))], BOOLEAN),
        call('<', [columnOf(time), literal(end, notNull(TIMESTAMP))], BOOLEAN),
      ]
    : [];
  const condition = conjunction(bounds);
  const columns = signature.map(({ name, type }) => {
    const field = own.find((candidate) => candidate.name === name);
    const expression = field ? convert(columnOf(field), type, binding.options.timeZone) : literal(null, nullable(type));
    return { field: binding.newField(name, type), expression };
  });
  return project(condition ? filter(scan, condition) : scan, columns);
}

/** The widest of the types that a column has in several sources: text takes everything. */
function commonType(one: SqlType, other: SqlType): SqlType {
  if (sqlTypeName(one) === sqlTypeName(other)) return one;
  return isNumeric(one) && isNumeric(other) ? DOUBLE : MULTI_VALUE_VARCHAR;
}

/**
 * The columns of an input source without a signature: those of a datasource are known, the others are asked for.
 * @param external tells the columns of sources that are no datasources
 */
export function sourceSignature(
  definition: Definition,
  span: Span,
  binding: Binding,
  external: (definition: Definition) => Signature,
): Signature {
  const { inputSource } = definition;
  if (!readsDruid(inputSource)) return external(definition);
  if (typeOf(inputSource) === 'druid') {
    const { dataSource } = inputSource as { readonly dataSource?: unknown };
    const table = typeof dataSource === 'string' ? binding.options.catalog.table(undefined, dataSource) : undefined;
    if (table?.schema !== 'druid')
      throw refuse(`names the datasource [${String(dataSource)}], which does not exist`, span);
    return table.columns.map(({ name, type }) => ({ name, type: name === '__time' ? BIGINT : type }));
  }
  const columns = new Map<string, SqlType>();
  for (const delegate of delegatesOf(inputSource)) {
    for (const { name, type } of sourceSignature({ ...definition, inputSource: delegate }, span, binding, external)) {
      const known = columns.get(name);
      columns.set(name, known ? commonType(known, type) : type);
    }
  }
  return [...columns].map(([name, type]) => ({ name, type }));
}

/** The rows of external data, which a scan of a datasource may be part of. */
export function bindInputSource(definition: Definition, signature: Signature, span: Span, binding: Binding): Plan {
  const { inputSource } = definition;
  if (!readsDruid(inputSource)) {
    const fields = signature.map(({ name, type }) => binding.newField(name, type));
    return { kind: 'external', ...definition, signature, fields };
  }
  if (typeOf(inputSource) === 'druid') {
    return bindDatasource(inputSource as Readonly<Record<string, unknown>>, signature, span, binding);
  }
  const inputs = delegatesOf(inputSource).map((delegate) =>
    bindInputSource({ ...definition, inputSource: delegate }, signature, span, binding),
  );
  const fields = signature.map(({ name, type }) => binding.newField(name, type));
  return { kind: 'setOperation', operator: 'union', all: true, inputs, fields };
}
