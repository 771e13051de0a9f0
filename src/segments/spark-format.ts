/** Segment files as Spark reads them: the same Parquet that DuckDB reads and writes. */
// Not by way of the engine's index, which loads what speaks to the server.
import { castSql } from '../engine/spark/casts.js';
import { quoteIdentifier } from '../engine/spark/quoting.js';
import { sparkType } from '../engine/spark/types.js';
import { fileNames, groupSegments, type SegmentsToRead, type WrittenColumn } from './parquet-format.js';
import { MAX_TIME, MIN_TIME } from './interval.js';
import type { Interval, SegmentColumn } from './segment.js';

/** Files of one layout under a name. */
export interface SparkFiles {
  readonly name: string;
  readonly schema: string;
  readonly paths: readonly string[];
}

function visibleCondition(time: string, intervals: readonly Interval[]): string {
  const bounds = intervals.map(({ start, end }) => {
    const parts = [
      ...(start > MIN_TIME ? [`${time} >= timestamp_millis(${start}L)`] : []),
      ...(end < MAX_TIME ? [`${time} < timestamp_millis(${end}L)`] : []),
    ];
    return parts.length === 0 ? 'TRUE' : `(${parts.join(' AND ')})`;
  });
  return bounds.join(' OR ');
}

/** The columns of a file as Spark's DDL. */
export const sparkSchema = (columns: readonly SegmentColumn[]): string =>
  fileNames(columns)
    .map(
      (name, index) =>
        `${quoteIdentifier(name)} ${sparkType(columns[index]?.type ?? { name: 'NULL', nullable: true })}`,
    )
    .join(', ');

/**
 * The columns of rows to be written, as a SELECT lists them. Moments are written without a zone, as DuckDB writes and
 * reads them.
 */
export const sparkSegmentColumns = (
  columns: readonly WrittenColumn[],
): readonly { readonly name: string; readonly sql: string }[] => {
  const names = fileNames(columns);
  return columns.map(({ sqlName, type }, index) => ({
    name: names[index] ?? '',
    sql: sparkType(type) === 'TIMESTAMP' ? `CAST(${sqlName} AS TIMESTAMP_NTZ)` : sqlName,
  }));
};

/**
 * The query over segments with the wanted columns in the engine's types, and the files that it names. A column that a
 * segment lacks is NULL, one of another type is cast.
 */
export function sparkSegments(
  name: string,
  { columns, segments }: SegmentsToRead,
): { readonly sql: string; readonly files: readonly SparkFiles[] } {
  const groups = groupSegments(segments);
  if (groups.length === 0) {
    const nulls = columns.map((column) => `CAST(NULL AS ${sparkType(column.type)}) AS ${quoteIdentifier(column.name)}`);
    return { sql: `SELECT ${nulls.length > 0 ? nulls.join(', ') : '1'} WHERE FALSE`, files: [] };
  }
  const files: SparkFiles[] = [];
  const parts = groups.map(({ segment, paths }, group) => {
    const names = fileNames(segment.columns);
    const view = `${name}_g${group + 1}`;
    files.push({ name: view, schema: sparkSchema(segment.columns), paths });
    const items = columns.map((wanted) => {
      const index = segment.columns.findIndex((column) => column.name === wanted.name);
      const stored = segment.columns[index];
      const source = quoteIdentifier(names[index] ?? wanted.name);
      if (!stored) return `CAST(NULL AS ${sparkType(wanted.type)}) AS ${quoteIdentifier(wanted.name)}`;
      const same = sparkType(stored.type) === sparkType(wanted.type);
      const sql = same ? source : castSql(source, stored.type, wanted.type, { timeZone: 'UTC' });
      return `${sql} AS ${quoteIdentifier(wanted.name)}`;
    });
    const hasTime = segment.columns.some((column) => column.name === '__time');
    const where = segment.visible && hasTime ? ` WHERE ${visibleCondition('__time', segment.visible)}` : '';
    return `SELECT ${items.length > 0 ? items.join(', ') : '1'} FROM ${view}${where}`;
  });
  return { sql: parts.join('\nUNION ALL '), files };
}
