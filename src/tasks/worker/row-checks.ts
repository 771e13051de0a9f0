import { quoteText } from '../../engine/duckdb/index.js';
import type { SqlSession } from '../../engine/session.js';
import { FaultError } from '../../msq/fault.js';
import { faults } from '../../msq/faults.js';
import { isString, VARCHAR, type SqlType } from '../../sql/types.js';
import type { JobColumn, SegmentsDestination } from './protocol.js';
import type { StoredColumn } from './stored-columns.js';

/** Bytes that Druid's frames give a value of fixed size. */
const FIXED_BYTES = 8;
/** A multi-value string is the JSON of its values behind a mark, where a null byte is written out. */
const ESCAPED = String.raw`\u0000`;

/** What the checks say differently in each engine's SQL. */
export interface RowCheckSql {
  quoteText(text: string): string;
  startsWith(text: string, prefix: string): string;
  /** A list with `convert` applied to each element. */
  each(list: string, convert: (element: string) => string): string;
  /** Whether `condition` holds for an element of a list. */
  some(list: string, condition: (element: string) => string): string;
  /** The texts put together; nulls count as nothing. */
  joined(texts: readonly string[]): string;
  joinedList(list: string): string;
  bytes(text: string): string;
  /** A value that is no text as one. */
  text(sql: string, type: SqlType): string;
  /** A text of one sign by its number. */
  sign(code: number): string;
}

export const duckdbRowChecks: RowCheckSql = {
  quoteText,
  startsWith: (text, prefix) => `starts_with(${text}, ${prefix})`,
  each: (list, convert) => `list_transform(${list}, lambda e: ${convert('e')})`,
  some: (list, condition) => `len(list_filter(${list}, lambda e: ${condition('e')})) > 0`,
  joined: (texts) => `concat(${texts.join(', ')})`,
  joinedList: (list) => `array_to_string(${list}, '')`,
  bytes: (text) => `strlen(${text})`,
  text: (sql) => `CAST(${sql} AS VARCHAR)`,
  sign: (code) => `chr(${code})`,
};

const isText = (type: SqlType): boolean => isString(type);
const isTextArray = (type: SqlType): boolean => type.name === 'ARRAY' && isString(type.element ?? VARCHAR);

/** SQL condition of a value that has a null byte in it; undefined where there can be none. */
function hasNullByte({ type, sqlName }: StoredColumn, sql: RowCheckSql): string | undefined {
  const nullByte = sql.sign(0);
  if (isTextArray(type)) return sql.some(sqlName, (element) => `contains(${element}, ${nullByte})`);
  if (!isText(type)) return undefined;
  const plain = `contains(${sqlName}, ${nullByte})`;
  return type.multiValue
    ? `(${plain} OR (${sql.startsWith(sqlName, sql.sign(29))} AND contains(${sqlName}, ${sql.quoteText(ESCAPED)})))`
    : plain;
}

/** A value of the type without its null bytes. */
export function withoutNullBytes(value: string, type: SqlType, sql: RowCheckSql = duckdbRowChecks): string {
  const remove = (text: string): string => `replace(${text}, ${sql.sign(0)}, '')`;
  if (isTextArray(type)) return sql.each(value, remove);
  if (!isText(type)) return value;
  if (!type.multiValue) return remove(value);
  const escaped = `replace(${value}, ${sql.quoteText(ESCAPED)}, '')`;
  return `CASE WHEN ${sql.startsWith(value, sql.sign(29))} THEN ${escaped} ELSE ${remove(value)} END`;
}

/** A query of the same rows without null bytes in their texts. */
export function queryWithoutNullBytes(
  query: string,
  columns: readonly JobColumn[],
  sql: RowCheckSql = duckdbRowChecks,
): string {
  const items = columns.map(({ sqlName, type }) => {
    const value = withoutNullBytes(sqlName, type, sql);
    return value === sqlName ? sqlName : `${value} AS ${sqlName}`;
  });
  return `SELECT ${items.join(', ')}\nFROM (\n${query}\n)`;
}

/** A value as text; undefined for those of fixed size. */
function textSql({ type, sqlName }: StoredColumn, sql: RowCheckSql): string | undefined {
  if (isText(type)) return sqlName;
  if (isTextArray(type)) return sql.joinedList(sqlName);
  return type.name === 'ARRAY' || type.name === 'COMPLEX' ? sql.text(sqlName, type) : undefined;
}

/**
 * Two aggregates over staged rows: whether any text may have a null byte, and the bytes of the largest row. All texts of
 * a row are put together first, because looking at one long text is far cheaper than at many short ones.
 */
export function rowMeasures(columns: readonly StoredColumn[], sql: RowCheckSql = duckdbRowChecks): string {
  const texts = columns.flatMap((column) => textSql(column, sql) ?? []);
  const fixed = FIXED_BYTES * (columns.length - texts.length);
  if (texts.length === 0) return `false, ${fixed}`;
  const row = sql.joined(texts);
  const mayHaveNullByte = `contains(${row}, ${sql.sign(0)}) OR (contains(${row}, ${sql.sign(29)}) AND contains(${row}, ${sql.quoteText(ESCAPED)}))`;
  return `bool_or(${mayHaveNullByte}), max(${sql.bytes(row)}) + ${fixed}`;
}

/**
 * Refuses rows that Druid's frames do not hold.
 * @throws FaultError InvalidNullByte, RowTooLarge
 */
export async function checkRows(
  session: SqlSession,
  table: string,
  columns: readonly StoredColumn[],
  { maxFrameSize }: SegmentsDestination,
  measured: { readonly mayHaveNullByte: boolean; readonly largestRow: number },
  sql: RowCheckSql = duckdbRowChecks,
): Promise<void> {
  if (measured.mayHaveNullByte) {
    for (const column of columns) {
      const condition = hasNullByte(column, sql);
      if (condition === undefined) continue;
      const text = isText(column.type) ? column.sqlName : sql.text(column.sqlName, column.type);
      const position = `greatest(instr(${text}, ${sql.sign(0)}), instr(${text}, ${sql.quoteText(ESCAPED)}))`;
      const [row] = await session.rows(`SELECT ${text}, ${position} FROM ${table} WHERE ${condition} LIMIT 1`);
      if (!row) continue;
      throw new FaultError(
        faults.InvalidNullByte({
          source: null,
          rowNumber: null,
          column: column.name,
          // The byte itself would end the text in many a place that stores or shows it.
          value: String(row[0])
            .slice(0, 1_000)
            .replaceAll('\0', String.raw`\u0000`),
          position: Number(row[1]),
        }),
      );
    }
  }
  if (measured.largestRow > maxFrameSize) throw new FaultError(faults.RowTooLarge(maxFrameSize));
}
