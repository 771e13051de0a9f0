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

interface Storage {
  readonly type: SqlType;
  /** Absent when values stay as they are. */
  convert?(sql: string): string;
}

/**
 * How a value is stored: Druid's segments know LONG, FLOAT, DOUBLE, STRING, ARRAY and COMPLEX, so booleans, dates and
 * timestamps become LONG (1 and 0; milliseconds since 1970) and decimals DOUBLE.
 */
function storageOf(type: SqlType): Storage {
  switch (type.name) {
    case 'BOOLEAN':
      return { type: BIGINT, convert: (sql) => `CAST(${sql} AS BIGINT)` };
    case 'DATE':
    case 'TIMESTAMP':
      return { type: BIGINT, convert: (sql) => `epoch_ms(${sql})` };
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
      return { type: VARCHAR, convert: (sql) => `CAST(${sql} AS VARCHAR)` };
    case 'ARRAY': {
      const { type: element, convert } = storageOf(type.element ?? VARCHAR);
      return {
        type: { name: 'ARRAY', nullable: true, element },
        ...(convert && { convert: (sql: string) => `list_transform(${sql}, lambda e: ${convert('e')})` }),
      };
    }
    case 'CHAR':
    case 'VARCHAR':
      return { type: type.multiValue === true ? { ...VARCHAR, multiValue: true } : VARCHAR };
    default:
      return { type: { ...type, nullable: true } };
  }
}

/** The columns of the segments that a query makes; without a __time of its own, all rows are of 1970 as in Druid. */
export function storedColumns(columns: readonly JobColumn[]): readonly StoredColumn[] {
  const stored = columns.map((column, index): StoredColumn => {
    const source = quoteIdentifier(column.sqlName);
    const sqlName = `s${index}`;
    if (column.name === '__time') return { name: column.name, type: TIMESTAMP, sqlName, sql: source };
    const { type, convert } = storageOf(column.type);
    return { name: column.name, type, sqlName, sql: convert ? convert(source) : source };
  });
  if (stored.some(({ name }) => name === '__time')) return stored;
  return [{ name: '__time', type: TIMESTAMP, sqlName: `s${stored.length}`, sql: "TIMESTAMP '1970-01-01'" }, ...stored];
}

/** The column of a name that the statement is known to put out. */
export function storedColumn(columns: readonly StoredColumn[], name: string): StoredColumn {
  const column = columns.find((candidate) => candidate.name === name);
  if (!column) throw new Error(`The rows have no column ${name}`);
  return column;
}
