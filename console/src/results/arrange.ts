import type { ResultColumn, ResultRow } from '../api/result.js';
import { cellText, isNumericColumn, isTimeColumn, timeOf } from './cell.js';

export interface Sort {
  readonly column: number;
  readonly descending: boolean;
}

/** Filters by the index of their column. */
export type Filters = Readonly<Record<number, string>>;

const comparison = /^\s*(<=|>=|<>|!=|<|>|=)\s*(.+?)\s*$/;

function compareNumbers(operator: string, a: number, b: number): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '=':
      return a === b;
    default:
      return a !== b;
  }
}

/** A number to sort and to compare by; undefined for text. */
function numberOf(column: ResultColumn, value: unknown): number | undefined {
  if (isTimeColumn(column)) return timeOf(value);
  if (!isNumericColumn(column)) return undefined;
  const number = typeof value === 'number' ? value : Number(value);
  return Number.isNaN(number) ? undefined : number;
}

type Test = (value: unknown) => boolean;

/** `abc` means contains, `=abc` equals, `!=abc` differs, `>5` compares; `null` and `!= null` mean NULL. */
function testOf(column: ResultColumn, filter: string): Test {
  const match = comparison.exec(filter);
  const operator = match?.[1] ?? 'contains';
  const operand = (match?.[2] ?? filter).trim();
  const isNull: Test = (value) => value === null || value === undefined;
  if (/^null$/i.test(operand)) return operator === '!=' || operator === '<>' ? (value) => !isNull(value) : isNull;
  const bound = isTimeColumn(column)
    ? timeOf(/Z$|[+-]\d\d:?\d\d$/.test(operand) ? operand : `${operand}Z`)
    : Number(operand);
  if (match && bound !== undefined && !Number.isNaN(bound) && (isNumericColumn(column) || isTimeColumn(column))) {
    return (value) => {
      if (isNull(value)) return false;
      const number = numberOf(column, value);
      return number !== undefined && compareNumbers(operator, number, bound);
    };
  }
  const wanted = operand.toLowerCase();
  if (operator === '=') return (value) => !isNull(value) && cellText(column, value).toLowerCase() === wanted;
  if (operator === '!=' || operator === '<>') {
    return (value) => !isNull(value) && cellText(column, value).toLowerCase() !== wanted;
  }
  const contained = filter.trim().toLowerCase();
  return (value) => !isNull(value) && cellText(column, value).toLowerCase().includes(contained);
}

/**
 * The order in which rows are shown: indexes into `rows`, filtered and sorted. Sorting is stable, NULL comes last.
 */
export function arrange(
  columns: readonly ResultColumn[],
  rows: readonly ResultRow[],
  filters: Filters,
  sort: Sort | undefined,
): Uint32Array {
  const tests = Object.entries(filters).flatMap(([index, filter]) => {
    const column = columns[Number(index)];
    return column && filter.trim() !== '' ? [{ index: Number(index), test: testOf(column, filter) }] : [];
  });
  const order = new Uint32Array(rows.length);
  let count = 0;
  rows.forEach((row, index) => {
    if (tests.every(({ index: at, test }) => test(row[at]))) order[count++] = index;
  });
  const kept = order.subarray(0, count);
  const column = sort && columns[sort.column];
  return column ? sortRows(kept, rows, column, sort) : kept;
}

function sortRows(kept: Uint32Array, rows: readonly ResultRow[], column: ResultColumn, sort: Sort): Uint32Array {
  const sign = sort.descending ? -1 : 1;
  const valueAt = (index: number): unknown => rows[index]?.[sort.column];
  const isEmpty = (value: unknown): boolean => value === null || value === undefined;
  if (isNumericColumn(column) || isTimeColumn(column)) {
    const keys = new Float64Array(rows.length);
    for (const index of kept) keys[index] = numberOf(column, valueAt(index)) ?? Number.NaN;
    return kept.sort((a, b) => {
      const left = keys[a] ?? Number.NaN;
      const right = keys[b] ?? Number.NaN;
      if (Number.isNaN(left) || Number.isNaN(right)) {
        return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || a - b;
      }
      return sign * (left - right) || a - b;
    });
  }
  const keys = new Map<number, string>();
  for (const index of kept) if (!isEmpty(valueAt(index))) keys.set(index, cellText(column, valueAt(index)));
  return kept.sort((a, b) => {
    const left = keys.get(a);
    const right = keys.get(b);
    if (left === undefined || right === undefined) {
      return Number(left === undefined) - Number(right === undefined) || a - b;
    }
    return left === right ? a - b : sign * (left < right ? -1 : 1);
  });
}
