/** DuckDB's values as JavaScript's. */
import {
  type DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBArrayValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { EngineValue } from '../session.js';

const MILLISECONDS_A_DAY = 86_400_000;

/** Value types whose vectors already hand out plain JavaScript values. */
const plainTypes: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.BOOLEAN,
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.VARCHAR,
  DuckDBTypeId.ENUM,
  DuckDBTypeId.SQLNULL,
]);

function timestampText(micros: bigint): string {
  const milliseconds = Number(BigInt.asIntN(64, micros) / 1000n);
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(micros) : date.toISOString();
}

/** One value: timestamps and dates as ISO text, decimals as numbers, lists as arrays, anything else as its text. */
export function toEngineValue(value: DuckDBValue): EngineValue {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(toEngineValue);
  if (value instanceof DuckDBTimestampValue) return timestampText(value.micros);
  if (value instanceof DuckDBDateValue) return new Date(value.days * MILLISECONDS_A_DAY).toISOString();
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  return value.toString();
}

/** The rows of a chunk, read column by column. */
export function rowsOfChunk(chunk: DuckDBDataChunk): EngineValue[][] {
  const rows: EngineValue[][] = Array.from({ length: chunk.rowCount }, () => []);
  for (let column = 0; column < chunk.columnCount; column += 1) {
    const vector = chunk.getColumnVector(column);
    const isPlain = plainTypes.has(vector.type.typeId);
    for (let row = 0; row < rows.length; row += 1) {
      const item = vector.getItem(row) as DuckDBValue;
      rows[row]?.push(isPlain ? (item as EngineValue) : toEngineValue(item));
    }
  }
  return rows;
}
