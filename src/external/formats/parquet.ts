import { castSql, quoteIdentifier, quoteText } from '../../engine/duckdb/index.js';
import { EngineError, type SqlSession } from '../../engine/session.js';
import { ExternalDataError } from '../errors.js';
import { BIGINT, BOOLEAN, DOUBLE, type SqlType, VARCHAR } from '../../sql/types.js';
import { coerceJson, coerceText, selectAs } from '../coercion.js';
import { type Column, placeColumns } from '../flatten.js';
import type { ParquetFormat } from '../format-spec.js';
import type { InputFile } from '../input-file.js';
import { jsonPointer } from '../json-path.js';
import { nativeTypeOf } from '../native-type.js';
import type { PartPlan } from '../part-plan.js';
import type { PartSize } from '../part-size.js';
import type { ExternalRelation } from '../relation.js';
import { fileList, nullColumn, selectList } from './sql.js';

/** A stored column as one of the kinds that Druid's ParquetGroupConverter makes: numbers, text, or a nested value. */
function convert(name: string, storedType: string): { readonly sql: string; readonly type?: SqlType } {
  const column = quoteIdentifier(name);
  const plain = storedType.replace(/\(.*$/s, '');
  if (storedType.endsWith(']') || ['STRUCT', 'MAP', 'UNION', 'VARIANT'].includes(plain))
    return { sql: `to_json(${column})` };
  switch (plain) {
    case 'JSON':
      return { sql: column };
    case 'BOOLEAN':
      return { sql: column, type: BOOLEAN };
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'UTINYINT':
    case 'USMALLINT':
    case 'UINTEGER':
      return { sql: `CAST(${column} AS BIGINT)`, type: BIGINT };
    case 'UBIGINT':
    case 'HUGEINT':
    case 'UHUGEINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DECIMAL':
      return { sql: `CAST(${column} AS DOUBLE)`, type: DOUBLE };
    case 'BLOB':
      return { sql: `to_base64(${column})`, type: VARCHAR };
    case 'DATE':
    case 'TIMESTAMP':
    case 'TIMESTAMP WITH TIME ZONE':
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
    case 'TIMESTAMP_NS':
      // Druid hands over dates and timestamps as milliseconds.
      return { sql: `epoch_ms(CAST(${column} AS TIMESTAMP))`, type: BIGINT };
    default:
      return { sql: `CAST(${column} AS VARCHAR)`, type: VARCHAR };
  }
}

/** Druid's native type that a stored column is best declared as. */
function nativeType(storedType: string): string {
  const element = /^(.*[^\]])\[\d*\]$/.exec(storedType)?.[1];
  return nativeTypeOf(convert('', element ?? storedType).type, element !== undefined);
}

/** The columns of the files as rows of their own. */
function describedColumns(stored: ReadonlyMap<string, string>, files: number): string {
  const rows = [...stored].map(([name, type]) => `(${quoteText(name)}, ${quoteText(nativeType(type))}, ${files}, 0)`);
  return `SELECT * FROM (VALUES ${rows.join(', ')}) AS described("name", "type", "files", "records")`;
}

function columnSql(column: Column, stored: ReadonlyMap<string, string>): string {
  const { name, type, path } = column;
  const [root, ...inner] = path;
  const storedType = typeof root === 'string' ? stored.get(root) : undefined;
  if (typeof root !== 'string' || storedType === undefined) return nullColumn(column);
  const source = convert(root, storedType);
  const json = source.type ? `to_json(${source.sql})` : source.sql;
  if (inner.length > 0)
    return selectAs(coerceJson(`json_extract(${json}, ${quoteText(jsonPointer(inner))})`, type), name);
  if (!source.type) return selectAs(coerceJson(json, type), name);
  // A text has no list delimiter here, so the one asked for is a text that nothing contains.
  if (source.type === VARCHAR && type.name !== 'VARCHAR') {
    const element = type.name === 'ARRAY' ? undefined : coerceText(source.sql, type, `chr(1)`, false);
    return selectAs(element ?? castSql(source.sql, VARCHAR, type), name);
  }
  return selectAs(castSql(source.sql, source.type, type), name);
}

/** What is wrong with a footer shows before the data are read. */
async function readingFooters<T>(files: readonly InputFile[], read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof EngineError) || error.kind !== 'data') throw error;
    // What follows is the engine's statement.
    const [reason = ''] = error.message.split('\n');
    const message = files.reduce((text, { path, source }) => text.replaceAll(path, source), reason);
    const named = files.some(({ source }) => message.includes(source)) ? '' : ` of [${files[0]?.source ?? ''}]`;
    throw new ExternalDataError(`Cannot read the Parquet footer${named}: ${message}`, { cause: error });
  }
}

/** The rows of the files, and the bytes of the columns that are read, as their footers tell. */
async function storedSize(
  files: readonly InputFile[],
  columns: readonly Column[],
  session: SqlSession,
): Promise<PartSize> {
  const roots = columns.map(({ path: [root = ''] }) => quoteText(String(root)));
  const chunks = `SELECT sum(total_compressed_size) FROM parquet_metadata(${fileList(files)})
    WHERE split_part(path_in_schema, ', ', 1) IN (${roots.join(', ') || "''"})`;
  const [[rows, bytes] = []] = await session.rows(
    `SELECT sum(num_rows), (${chunks}) FROM parquet_file_metadata(${fileList(files)})`,
  );
  return { rows: Number(rows ?? 0), bytes: Number(bytes ?? 0) };
}

/** Plans Parquet files as one part. Columns are found by name; where a file lacks one, it is NULL. */
export async function planParquet(
  format: ParquetFormat,
  relation: ExternalRelation,
  files: readonly InputFile[],
  session: SqlSession,
): Promise<readonly PartPlan[]> {
  if (files.length === 0) return [];
  const binary = format.binaryAsString ? ', binary_as_string = true' : '';
  const source = `read_parquet(${fileList(files)}, union_by_name = true${binary})`;
  const described = await readingFooters(files, () => session.rows(`DESCRIBE SELECT * FROM ${source}`));
  const stored = new Map(described.map(([name, type]) => [String(name), String(type)]));
  if (relation.describes) {
    return [
      { files, sql: describedColumns(stored, files.length), size: { rows: stored.size, bytes: 0 }, strict: true },
    ];
  }
  const columns = placeColumns(relation, format.flattenSpec);
  const select = selectList(columns.map((column) => columnSql(column, stored)));
  const size = await storedSize(files, columns, session);
  return [{ files, sql: `SELECT ${select} FROM ${source}`, size, strict: true }];
}
