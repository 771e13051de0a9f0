/** Elements of arrays on Spark, and Druid's conversions of them: truth values count as 1 and 0, times as milliseconds. */
import {
  isDatetime,
  isFractional,
  isInteger,
  isInterval,
  isString,
  type SqlType,
  VARCHAR,
} from '../../../sql/types.js';
import { operand } from '../../emission/names.js';
import { textToDouble, textToLong } from '../casts.js';
import { multiValues } from '../multi-value.js';
import { ceilingSafe, textToTimestamp } from '../text-times.js';
import { sparkType } from '../types.js';

const utc = { kind: 'fixed', offset: 0 } as const;

/** A value as text. */
export function elementText(sql: string, type: SqlType): string {
  if (isString(type) || type.name === 'NULL' || type.name === 'ANY') return sql;
  if (type.name === 'BOOLEAN') return `CAST(CAST(${sql} AS BIGINT) AS STRING)`;
  if (isDatetime(type)) return `CAST(unix_millis(${sql}) AS STRING)`;
  if (type.name === 'ARRAY') {
    const element = elementText('et', type.element ?? VARCHAR);
    return `concat('[', array_join(transform(${sql}, et -> coalesce(${element}, 'null')), ', '), ']')`;
  }
  return `CAST(${sql} AS STRING)`;
}

function elementNumber(sql: string, from: SqlType, target: 'BIGINT' | 'DOUBLE'): string {
  if (isString(from)) return target === 'BIGINT' ? textToLong(operand(sql)) : textToDouble(operand(sql));
  if (isDatetime(from)) return target === 'BIGINT' ? `unix_millis(${sql})` : `CAST(unix_millis(${sql}) AS DOUBLE)`;
  return `CAST(${sql} AS ${target})`;
}

/** A value of one element type as a value of another; what does not convert becomes NULL. */
export function convertElement(sql: string, from: SqlType, to: SqlType): string {
  const target = sparkType(to);
  if (from.name === 'NULL') return `CAST(${sql} AS ${target})`;
  if (sparkType(from) === target) return sql;
  if (isString(to)) return elementText(sql, from);
  if (isInteger(to) || isInterval(to)) return elementNumber(sql, from, 'BIGINT');
  if (isFractional(to)) {
    const number = elementNumber(sql, from, 'DOUBLE');
    return target === 'DOUBLE' ? number : `CAST(${number} AS ${target})`;
  }
  if (to.name === 'BOOLEAN') return `(${operand(elementNumber(sql, from, 'DOUBLE'))} <> 0)`;
  if (isDatetime(to)) {
    return isString(from) ? textToTimestamp(operand(sql), utc) : ceilingSafe(elementNumber(sql, from, 'BIGINT'));
  }
  return `CAST(${sql} AS ${target})`;
}

/** A list whose elements are converted. */
export function convertElements(list: string, from: SqlType, to: SqlType): string {
  const element = convertElement('ce', from, to);
  return element === 'ce' ? list : `transform(${list}, ce -> ${element})`;
}

/**
 * An argument as a list: text is a list of one, a multi-value string the list of its values. Both are NULL when null, and
 * Druid takes an empty row and a row with one null for the same.
 */
export function listOf(sql: string, type: SqlType | undefined): string {
  if (type?.name === 'ARRAY') return sql;
  if (type === undefined || type.name === 'NULL') return `CAST(${sql} AS ARRAY<STRING>)`;
  const values = type.multiValue === true ? multiValues(sql) : `array(${sql})`;
  return `transform(array(${values}), lo -> CASE WHEN array_size(lo) > 1 OR lo[0] IS NOT NULL THEN lo END)[0]`;
}
