/** The columns that files have, as rows of their own. */
import { quoteText } from '../../engine/spark/quoting.js';
import type { Description } from '../describe.js';
import { nativeTypeOf } from '../native-type.js';
import { convert } from './parquet.js';
import type { Reading } from './reading.js';

function describe({ columns, files, records }: Description): Reading {
  const rows = columns.map(
    ({ name, type }) =>
      `(${quoteText(name)}, ${quoteText(type)}, CAST(${files} AS BIGINT), CAST(${records} AS BIGINT))`,
  );
  return {
    sql: `SELECT * FROM VALUES ${rows.join(', ')} AS described(name, type, files, records)`,
    rowsSql: `SELECT CAST(${rows.length} AS BIGINT)`,
  };
}

/** Columns that the beginnings of files tell. */
export const describeRecords = (description: Description): readonly Reading[] =>
  description.columns.length > 0 ? [describe(description)] : [];

/** Druid's native type that a stored column is best declared as. */
function nativeType(stored: string): string {
  const element = /^array<([^<]*)>$/.exec(stored)?.[1];
  return nativeTypeOf(convert('', element ?? stored, false).type, element !== undefined);
}

/** @param stored Spark's types of the files' columns, by name */
export function describeParquet(stored: ReadonlyMap<string, string>, files: number): Reading {
  const columns = [...stored].map(([name, type]) => ({ name, type: nativeType(type) }));
  return describe({ columns, files, records: 0 });
}
