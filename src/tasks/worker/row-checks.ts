import { quoteText } from '../../engine/duckdb/index.js';
import type { SqlSession } from '../../engine/session.js';
import { FaultError } from '../../msq/fault.js';
import { faults } from '../../msq/faults.js';
import type { SqlType } from '../../sql/types.js';
import type { SegmentsDestination } from './protocol.js';
import type { StoredColumn } from './stored-columns.js';

/** Bytes that Druid's frames give a value of fixed size. */
const FIXED_BYTES = 8;
const NULL_BYTE = 'chr(0)';
/** A multi-value string is the JSON of its values behind a mark, where a null byte is written out. */
const ESCAPED = quoteText(String.raw`\u0000`);

const isText = (type: SqlType): boolean => type.name === 'VARCHAR';
const isTextArray = (type: SqlType): boolean => type.name === 'ARRAY' && type.element?.name === 'VARCHAR';

/** SQL condition of a value that has a null byte in it; undefined where there can be none. */
function hasNullByte({ type, sqlName }: StoredColumn): string | undefined {
  if (isTextArray(type)) return `len(list_filter(${sqlName}, lambda e: contains(e, ${NULL_BYTE}))) > 0`;
  if (!isText(type)) return undefined;
  const plain = `contains(${sqlName}, ${NULL_BYTE})`;
  return type.multiValue
    ? `(${plain} OR (starts_with(${sqlName}, chr(29)) AND contains(${sqlName}, ${ESCAPED})))`
    : plain;
}

/** A value of the type without its null bytes. */
export function withoutNullBytes(sql: string, type: SqlType): string {
  const remove = (text: string): string => `replace(${text}, ${NULL_BYTE}, '')`;
  if (isTextArray(type)) return `list_transform(${sql}, lambda e: ${remove('e')})`;
  if (!isText(type)) return sql;
  if (!type.multiValue) return remove(sql);
  return `CASE WHEN starts_with(${sql}, chr(29)) THEN replace(${sql}, ${ESCAPED}, '') ELSE ${remove(sql)} END`;
}

/** A value as text; undefined for those of fixed size. */
function textSql({ type, sqlName }: StoredColumn): string | undefined {
  if (isText(type)) return sqlName;
  if (isTextArray(type)) return `array_to_string(${sqlName}, '')`;
  return type.name === 'ARRAY' || type.name === 'COMPLEX' ? `CAST(${sqlName} AS VARCHAR)` : undefined;
}

/**
 * Two aggregates over staged rows: whether any text may have a null byte, and the bytes of the largest row. All texts of
 * a row are put together first, because looking at one long text is far cheaper than at many short ones.
 */
export function rowMeasures(columns: readonly StoredColumn[]): string {
  const texts = columns.flatMap((column) => textSql(column) ?? []);
  const fixed = FIXED_BYTES * (columns.length - texts.length);
  if (texts.length === 0) return `false, ${fixed}`;
  const row = `concat(${texts.join(', ')})`;
  const mayHaveNullByte = `contains(${row}, ${NULL_BYTE}) OR (contains(${row}, chr(29)) AND contains(${row}, ${ESCAPED}))`;
  return `bool_or(${mayHaveNullByte}), max(strlen(${row})) + ${fixed}`;
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
): Promise<void> {
  if (measured.mayHaveNullByte) {
    for (const column of columns) {
      const condition = hasNullByte(column);
      if (condition === undefined) continue;
      const text = `CAST(${column.sqlName} AS VARCHAR)`;
      const position = `greatest(instr(${text}, ${NULL_BYTE}), instr(${text}, ${ESCAPED}))`;
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
