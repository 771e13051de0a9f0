/** Rows that somebody else computed, as a table of a connection. */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  FLOAT,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import { unsupportedError } from '../../sql/errors.js';
import { formatType, type SqlType } from '../../sql/types.js';
import { quoteIdentifier } from './quoting.js';
import { duckdbType } from './types.js';

/** A value as sql/plan/expression.ts says for literals: times are milliseconds. */
export type RowValue = string | number | bigint | boolean | null;

/** A column of such a table. */
export interface RowColumn {
  readonly name: string;
  readonly type: SqlType;
}

interface Storage {
  readonly type: DuckDBType;
  convert(value: NonNullable<RowValue>): DuckDBValue;
}

/** How values of each DuckDB type are handed over. */
const storages: Readonly<Record<string, Storage>> = {
  BOOLEAN: { type: BOOLEAN, convert: Boolean },
  BIGINT: { type: BIGINT, convert: BigInt },
  DOUBLE: { type: DOUBLE, convert: Number },
  FLOAT: { type: FLOAT, convert: Number },
  VARCHAR: { type: VARCHAR, convert: String },
  TIMESTAMP: { type: TIMESTAMP, convert: (value) => new DuckDBTimestampValue(BigInt(value) * 1_000n) },
};

function storageOf(type: SqlType): Storage {
  const storage = storages[duckdbType(type)];
  if (!storage) throw unsupportedError(`Rows with values of type ${formatType(type)} are not supported`);
  return storage;
}

/** Rows of one chunk, DuckDB's own size of vectors. */
const CHUNK_ROWS = 2_048;

/**
 * Makes a temporary table and fills it through DuckDB's appender, which takes a fortieth of the time that INSERT takes to
 * parse the same values. A table has one column at least.
 */
export async function createRowTable(
  connection: DuckDBConnection,
  name: string,
  columns: readonly RowColumn[],
  rows: readonly (readonly (RowValue | undefined)[])[],
): Promise<void> {
  const declared = columns.map((column) => `${quoteIdentifier(column.name)} ${duckdbType(column.type)}`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${quoteIdentifier(name)} (${declared.join(', ')})`);
  if (rows.length === 0) return;
  const stored = columns.map(({ type }) => storageOf(type));
  const types = stored.map(({ type }) => type);
  const appender = await connection.createAppender(name, 'main', 'temp');
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    const part = rows.slice(from, from + CHUNK_ROWS);
    const chunk = DuckDBDataChunk.create(types, part.length);
    stored.forEach(({ convert }, index) => {
      chunk.setColumnValues(
        index,
        part.map((row) => {
          const value = row[index] ?? null;
          return value === null ? null : convert(value);
        }),
      );
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
