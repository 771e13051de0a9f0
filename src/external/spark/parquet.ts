/** External Parquet files as Spark reads them. */
import { castSql } from '../../engine/spark/casts.js';
import { quoteIdentifier } from '../../engine/spark/quoting.js';
import { BIGINT, BOOLEAN, DOUBLE, type SqlType, VARCHAR } from '../../sql/types.js';
import { type Column, placeColumns } from '../flatten.js';
import type { ParquetFormat } from '../format-spec.js';
import type { ExternalRelation } from '../relation.js';
import { jsonAt } from './json.js';
import { nullColumn, type Reading, selectAs } from './reading.js';
import { coerceJson, coerceText, valueOfJson } from './values.js';

/** A stored column as one of the kinds that Druid's ParquetGroupConverter makes: numbers, text, or a nested value. */
export function convert(
  name: string,
  stored: string,
  binaryAsString: boolean,
): { readonly sql: string; readonly type?: SqlType } {
  const column = quoteIdentifier(name);
  switch (stored.replace(/[(<].*$/s, '')) {
    case 'array':
    case 'map':
    case 'struct':
      return { sql: `to_json(${column})` };
    case 'boolean':
      return { sql: column, type: BOOLEAN };
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return { sql: `CAST(${column} AS BIGINT)`, type: BIGINT };
    case 'float':
    case 'double':
    case 'decimal':
      return { sql: `CAST(${column} AS DOUBLE)`, type: DOUBLE };
    case 'binary':
      return { sql: binaryAsString ? `CAST(${column} AS STRING)` : `base64(${column})`, type: VARCHAR };
    case 'date':
    case 'timestamp':
    case 'timestamp_ntz':
      // Druid hands over dates and timestamps as milliseconds.
      return { sql: `unix_millis(CAST(${column} AS TIMESTAMP))`, type: BIGINT };
    default:
      return { sql: `CAST(${column} AS STRING)`, type: VARCHAR };
  }
}

/** A plain value of a column as JSON. */
function asJson({ sql, type }: { readonly sql: string; readonly type?: SqlType }): string {
  return type ? castSql(sql, type, { name: 'COMPLEX', complex: 'json', nullable: true }) : sql;
}

/** The JSON of the columns that are nested or taken from inside, by name; the others as they are. */
function columnSql(
  column: Column,
  index: number,
  stored: ReadonlyMap<string, string>,
  binaryAsString: boolean,
): string {
  const { name, type, path } = column;
  const [root, ...inner] = path;
  const storedType = typeof root === 'string' ? stored.get(root) : undefined;
  if (typeof root !== 'string' || storedType === undefined) return nullColumn(column);
  const source = convert(root, storedType, binaryAsString);
  if (!source.type || inner.length > 0) {
    const json = `j${index}`;
    return selectAs(type.name === 'COMPLEX' ? json : coerceJson(valueOfJson(json), type), name);
  }
  // A text has no list delimiter here, so the one asked for is a text that nothing contains.
  if (source.type === VARCHAR && type.name !== 'VARCHAR' && type.name !== 'ARRAY') {
    return selectAs(coerceText(source.sql, type, '\u0001', false), name);
  }
  return selectAs(castSql(source.sql, source.type, type), name);
}

/** @param stored Spark's types of the files' columns, by name */
export function readParquet(
  format: ParquetFormat,
  relation: ExternalRelation,
  source: string,
  stored: ReadonlyMap<string, string>,
): Reading {
  const binaryAsString = format.binaryAsString === true;
  const columns = placeColumns(relation, format.flattenSpec);
  const nested = columns.flatMap(({ path: [root, ...inner] }, index) => {
    const type = typeof root === 'string' ? stored.get(root) : undefined;
    if (typeof root !== 'string' || type === undefined) return [];
    const value = convert(root, type, binaryAsString);
    if (value.type && inner.length === 0) return [];
    const json = asJson(value);
    return [`${inner.length > 0 ? jsonAt(json, inner) : json} AS j${index}`];
  });
  const list = columns.map((column, index) => columnSql(column, index, stored, binaryAsString)).join(', ') || '1';
  return {
    sql: `SELECT ${list} FROM (SELECT ${['*', ...nested].join(', ')} FROM ${source})`,
    rowsSql: `SELECT count(*) FROM ${source}`,
  };
}
