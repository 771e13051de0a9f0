import type { SchemaElement } from 'hyparquet';
import type { ColumnType, DiscoveredColumn } from './columns.js';

function typeOf({ type, logical_type, converted_type, num_children }: SchemaElement): ColumnType {
  if ((num_children ?? 0) > 0) return "TYPE('COMPLEX<json>')";
  if (logical_type?.type === 'DECIMAL' || converted_type === 'DECIMAL') return 'DOUBLE';
  switch (type) {
    case 'INT32':
    case 'INT64':
      return 'BIGINT';
    case 'FLOAT':
    case 'DOUBLE':
      return 'DOUBLE';
    default:
      return 'VARCHAR';
  }
}

/** The columns of a Parquet file that the browser holds, from its footer; undefined for another file. */
export async function parquetColumns(file: File): Promise<readonly DiscoveredColumn[] | undefined> {
  if ((await file.slice(0, 4).text()) !== 'PAR1') return undefined;
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet');
  const metadata = await parquetMetadataAsync({
    byteLength: file.size,
    slice: (start, end) => file.slice(start, end).arrayBuffer(),
  });
  return parquetSchema(metadata).children.map(({ element }) => ({ name: element.name, type: typeOf(element) }));
}
