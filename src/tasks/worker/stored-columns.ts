import { quoteIdentifier } from '../../engine/duckdb/index.js';
import type { SegmentColumn } from '../../segments/segment.js';
import { BIGINT, DOUBLE, FLOAT, TIMESTAMP, VARCHAR, type SqlType } from '../../sql/types.js';
import type { JobColumn } from './protocol.js';

/** A column of the rows on their way into segments. */
export interface StoredColumn extends SegmentColumn {
  /** Its name in the staging table: names of users may differ only in case, which DuckDB does not tell apart. */
  readonly sqlName: string;
  /** Its value over the job's query. */
  readonly sql: string;
}

/** The conversions of one engine's SQL. */
export interface ConversionSql {
  quoteIdentifier(name: string): string;
  bigint(sql: string): string;
  /** Milliseconds since 1970 of a timestamp. */
  milliseconds(sql: string): string;
  text(sql: string): string;
  /**
   * A multi-value string with its values in order, null first, and null when it has none; absent where that is done to the
   * rows that have been computed.
   */
  sortedValues?(sql: string): string;
  /** A list with `convert` applied to each element. */
  each(list: string, convert: (element: string) => string): string;
  /** The moment 0. */
  readonly epoch: string;
}

export const duckdbConversions: ConversionSql = {
  quoteIdentifier,
  bigint: (sql) => `CAST(${sql} AS BIGINT)`,
  milliseconds: (sql) => `epoch_ms(${sql})`,
  text: (sql) => `CAST(${sql} AS VARCHAR)`,
  each: (list, convert) => `list_transform(${list}, lambda e: ${convert('e')})`,
  epoch: "TIMESTAMP '1970-01-01'",
};

interface Storage {
  readonly type: SqlType;
  /** Absent when values stay as they are. */
  readonly convert?: (sql: string) => string;
}

/**
 * How a value is stored: Druid's segments know LONG, FLOAT, DOUBLE, STRING, ARRAY and COMPLEX, so booleans, dates and
 * timestamps become LONG (1 and 0; milliseconds since 1970) and decimals DOUBLE.
 */
function storageOf(type: SqlType, sql: ConversionSql): Storage {
  switch (type.name) {
    case 'BOOLEAN':
      return { type: BIGINT, convert: sql.bigint };
    case 'DATE':
    case 'TIMESTAMP':
      return { type: BIGINT, convert: sql.milliseconds };
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return { type: BIGINT };
    case 'DECIMAL':
    case 'DOUBLE':
      return { type: DOUBLE };
    case 'FLOAT':
    case 'REAL':
      return { type: FLOAT };
    case 'NULL':
      return { type: VARCHAR, convert: sql.text };
    case 'ARRAY': {
      const { type: element, convert } = storageOf(type.element ?? VARCHAR, sql);
      return {
        type: { name: 'ARRAY', nullable: true, element },
        ...(convert && { convert: (list: string) => sql.each(list, convert) }),
      };
    }
    case 'CHAR':
    case 'VARCHAR':
      return type.multiValue === true
        ? { type: { ...VARCHAR, multiValue: true }, ...(sql.sortedValues && { convert: sql.sortedValues }) }
        : { type: VARCHAR };
    default:
      return { type: { ...type, nullable: true } };
  }
}

/** The columns of the segments that a query makes; without a __time of its own, all rows are of 1970 as in Druid. */
export function storedColumns(
  columns: readonly JobColumn[],
  sql: ConversionSql = duckdbConversions,
): readonly StoredColumn[] {
  const stored = columns.map((column, index): StoredColumn => {
    const source = sql.quoteIdentifier(column.sqlName);
    const sqlName = `s${index}`;
    if (column.name === '__time') return { name: column.name, type: TIMESTAMP, sqlName, sql: source };
    const { type, convert } = storageOf(column.type, sql);
    return { name: column.name, type, sqlName, sql: convert ? convert(source) : source };
  });
  if (stored.some(({ name }) => name === '__time')) return stored;
  return [{ name: '__time', type: TIMESTAMP, sqlName: `s${stored.length}`, sql: sql.epoch }, ...stored];
}

/** The column of a name that the statement is known to put out. */
export function storedColumn(columns: readonly StoredColumn[], name: string): StoredColumn {
  const column = columns.find((candidate) => candidate.name === name);
  if (!column) throw new Error(`The rows have no column ${name}`);
  return column;
}
