import { castSql, duckdbType, quoteIdentifier, quoteText } from '../engine/duckdb/index.js';
import { pairedValue } from '../sql/serializable-pair.js';
import type { SqlType } from '../sql/types.js';
import type { DataSegment, Interval, SegmentColumn } from './segment.js';
import { MAX_TIME, MIN_TIME } from './interval.js';

/** A column of the rows to be written: its name in the segment, and in the SQL that gives the rows. */
export interface WrittenColumn extends SegmentColumn {
  readonly sqlName: string;
}

/** Segments to be read as one relation. */
export interface SegmentsToRead {
  readonly columns: readonly SegmentColumn[];
  /** `path` is absolute. Tombstones have no file and are not here. */
  readonly segments: readonly { readonly segment: DataSegment; readonly path: string }[];
}

/**
 * The columns' names inside of a file: their own, except that of two which differ only in case the second gets a number,
 * because DuckDB does not tell them apart.
 */
export function fileNames(columns: readonly SegmentColumn[]): readonly string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let free = name;
    for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${name}_${number}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

/**
 * The statement that writes one segment's file.
 * @param rows what follows the SELECT list: FROM, WHERE and the segment's ORDER BY
 * @param path absolute path of the file
 * @param rowGroupRows rows that are encoded together, all of them in memory; absent means DuckDB's 122,880
 */
export function copySql(columns: readonly WrittenColumn[], rows: string, path: string, rowGroupRows?: number): string {
  const names = fileNames(columns);
  const list = columns.map(
    ({ sqlName }, index) => `${quoteIdentifier(sqlName)} AS ${quoteIdentifier(names[index] ?? '')}`,
  );
  const group = rowGroupRows === undefined ? '' : `, ROW_GROUP_SIZE ${rowGroupRows}`;
  return `COPY (SELECT ${list.join(', ')} ${rows}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION snappy${group})`;
}

/** A value of a stored type as one of the wanted type; text that is no number is NULL, as in Druid. */
function columnSql(source: string, from: SqlType, to: SqlType, time: string | undefined): string {
  const stored = duckdbType(from);
  const wanted = duckdbType(to);
  if (stored === wanted) return source;
  const held = pairedValue(from);
  if (held) return columnSql(`struct_extract(${source}, 'rhs')`, held, pairedValue(to) ?? to, time);
  const paired = pairedValue(to);
  if (!paired) return castSql(source, from, to, { timeZone: 'UTC', safe: true });
  // A plain value counts as of its row's time.
  const value = columnSql(source, from, paired, time);
  return `CASE WHEN ${source} IS NOT NULL THEN struct_pack(lhs := epoch_ms(${time ?? 'NULL'}), rhs := ${value}) END`;
}

function visibleCondition(time: string, intervals: readonly Interval[]): string {
  const bounds = intervals.map(({ start, end }) => {
    const parts = [
      ...(start > MIN_TIME ? [`${time} >= make_timestamp_ms(${start})`] : []),
      ...(end < MAX_TIME ? [`${time} < make_timestamp_ms(${end})`] : []),
    ];
    return parts.length === 0 ? 'TRUE' : `(${parts.join(' AND ')})`;
  });
  return bounds.join(' OR ');
}

/** Segments that one scan can read together: the same columns, and the same part of their rows visible. */
function groupKey({ columns, visible }: DataSegment): string {
  return JSON.stringify([columns.map(({ name, type }) => [name, duckdbType(type)]), visible ?? null]);
}

/** Segments with the same layout and visibility, and the paths of their files. */
export function groupSegments(
  segments: SegmentsToRead['segments'],
): readonly { readonly segment: DataSegment; readonly paths: readonly string[] }[] {
  const groups = new Map<string, { segment: DataSegment; paths: string[] }>();
  for (const { segment, path } of segments) {
    const key = groupKey(segment);
    const group = groups.get(key);
    if (group) group.paths.push(path);
    else groups.set(key, { segment, paths: [path] });
  }
  return [...groups.values()];
}

function groupSql(wanted: readonly SegmentColumn[], segment: DataSegment, paths: readonly string[]): string {
  const names = fileNames(segment.columns);
  const nameOf = (name: string): { source: string; type: SqlType } | undefined => {
    const index = segment.columns.findIndex((column) => column.name === name);
    const column = segment.columns[index];
    return column && { source: quoteIdentifier(names[index] ?? name), type: column.type };
  };
  const time = nameOf('__time');
  const list = wanted.map(({ name, type }) => {
    const stored = nameOf(name);
    const sql = stored
      ? columnSql(stored.source, stored.type, type, time?.source)
      : `CAST(NULL AS ${duckdbType(type)})`;
    return `${sql} AS ${quoteIdentifier(name)}`;
  });
  const where = segment.visible && time ? ` WHERE ${visibleCondition(time.source, segment.visible)}` : '';
  const files = paths.map(quoteText).join(', ');
  return `SELECT ${list.length > 0 ? list.join(', ') : '1'} FROM read_parquet([${files}])${where}`;
}

/**
 * The query over segments with the wanted columns in the engine's types: a column that a segment lacks is NULL, one of
 * another type is cast.
 */
export function segmentsSql({ columns, segments }: SegmentsToRead): string {
  const groups = groupSegments(segments);
  if (groups.length === 0) {
    const nulls = columns.map(({ name, type }) => `CAST(NULL AS ${duckdbType(type)}) AS ${quoteIdentifier(name)}`);
    return `SELECT ${nulls.length > 0 ? nulls.join(', ') : '1'} WHERE FALSE`;
  }
  return groups.map(({ segment, paths }) => groupSql(columns, segment, paths)).join('\nUNION ALL ');
}
