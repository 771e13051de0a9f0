import type { ResultColumn, ResultRow } from '../api/result.js';
import { isNumericColumn, isTimeColumn } from '../results/cell.js';

export type ChartKind = 'line' | 'bar' | 'scatter';

/** What a chart shows; columns by their index. */
export interface ChartChoice {
  readonly kind: ChartKind;
  readonly x: number;
  readonly y: readonly number[];
  /** Splits the rows into series by the values of a column. */
  readonly series?: number | undefined;
}

/** Series that can still be told apart. */
export const mostSeries = 12;

function distinctCount(rows: readonly ResultRow[], column: number, stopAt: number): number {
  const seen = new Set<unknown>();
  for (const row of rows) {
    seen.add(row[column]);
    if (seen.size > stopAt) break;
  }
  return seen.size;
}

/** Whether a numeric column looks like an id or a key rather than a measure. */
const looksLikeKey = ({ name }: ResultColumn): boolean =>
  /(?:^|_)(?:id|key|zip|code|year|month|hour|day)s?$/i.test(name);

/**
 * A sensible chart of an answer: a line over time, bars over a category, a scatter of two numbers.
 * @returns undefined where no column is a number
 */
export function chooseChart(columns: readonly ResultColumn[], rows: readonly ResultRow[]): ChartChoice | undefined {
  const indexes = columns.map((_, index) => index);
  const is = (test: (column: ResultColumn) => boolean) => (index: number) => {
    const column = columns[index];
    return column !== undefined && test(column);
  };
  const numeric = indexes.filter(is(isNumericColumn));
  const time = indexes.find(is(isTimeColumn));
  const texts = indexes.filter((index) => !numeric.includes(index) && index !== time);
  const measures = numeric.filter((index) => !is(looksLikeKey)(index));
  const [firstMeasure] = measures.length > 0 ? measures : numeric;
  if (firstMeasure === undefined) return undefined;
  if (time !== undefined) {
    const series = texts.find((index) => {
      const count = distinctCount(rows, index, mostSeries);
      return count > 1 && count <= mostSeries;
    });
    return {
      kind: 'line',
      x: time,
      y: series === undefined ? measures.slice(0, 4) : [firstMeasure],
      ...(series !== undefined && { series }),
    };
  }
  const [category, second] = texts;
  if (category !== undefined) {
    const splits = second !== undefined && distinctCount(rows, second, mostSeries) <= mostSeries;
    return { kind: 'bar', x: category, y: [firstMeasure], ...(splits && { series: second }) };
  }
  const key = numeric.find((index) => index !== firstMeasure);
  if (key === undefined) return { kind: 'bar', x: firstMeasure, y: [firstMeasure] };
  const isOrdinal = is(looksLikeKey)(key) && distinctCount(rows, key, 400) <= 400;
  return isOrdinal ? { kind: 'line', x: key, y: [firstMeasure] } : { kind: 'scatter', x: firstMeasure, y: [key] };
}
