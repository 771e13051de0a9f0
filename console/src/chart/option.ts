import type { EChartsCoreOption } from 'echarts/core';
import type { ResultColumn, ResultRow } from '../api/result.js';
import { cellText, isNumericColumn, isTimeColumn, timeOf } from '../results/cell.js';
import { mostSeries, type ChartChoice } from './choice.js';

/** Colours of the page that a canvas cannot inherit. */
export interface ChartColours {
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly surface: string;
  readonly series: readonly string[];
}

/** Bars and points that a reader can still make something of. */
export const mostCategories = 200;

interface Series {
  readonly name: string;
  readonly points: (readonly [x: unknown, y: number])[];
}

function numberOf(value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

function seriesOf(
  columns: readonly ResultColumn[],
  rows: readonly ResultRow[],
  { x, y, series }: ChartChoice,
): readonly Series[] {
  const xColumn = columns[x];
  if (!xColumn) return [];
  const xOf = (row: ResultRow): unknown =>
    isTimeColumn(xColumn) ? timeOf(row[x]) : isNumericColumn(xColumn) ? numberOf(row[x]) : cellText(xColumn, row[x]);
  if (series === undefined) {
    return y.map((index) => ({
      name: columns[index]?.name ?? '',
      points: rows.flatMap((row): Series['points'] => {
        const value = numberOf(row[index]);
        const at = xOf(row);
        return value === undefined || at === undefined ? [] : [[at, value]];
      }),
    }));
  }
  const split = columns[series];
  const [measure] = y;
  const found = new Map<string, Series>();
  for (const row of rows) {
    const value = measure === undefined ? undefined : numberOf(row[measure]);
    const at = xOf(row);
    if (!split || value === undefined || at === undefined) continue;
    const name = cellText(split, row[series]);
    const known = found.get(name) ?? { name, points: [] };
    found.set(name, known);
    known.points.push([at, value]);
  }
  return [...found.values()];
}

const sortByX = (points: Series['points']): Series['points'] => points.sort(([a], [b]) => Number(a) - Number(b));

/** The chart library's description of a chart, with what had to be left out. */
export function chartOption(
  columns: readonly ResultColumn[],
  rows: readonly ResultRow[],
  choice: ChartChoice,
  colours: ChartColours,
): { readonly option: EChartsCoreOption; readonly leftOut: string | undefined } {
  const xColumn = columns[choice.x];
  const all = seriesOf(columns, rows, choice);
  const kept = all.slice(0, mostSeries);
  const isTime = xColumn !== undefined && isTimeColumn(xColumn);
  const isCategory = xColumn !== undefined && !isTime && (choice.kind === 'bar' || !isNumericColumn(xColumn));
  const categories = isCategory ? [...new Set(kept.flatMap(({ points }) => points.map(([x]) => String(x))))] : [];
  const shownCategories = categories.slice(0, mostCategories);
  const leftOut = [
    ...(all.length > kept.length ? [`${all.length - kept.length} series`] : []),
    ...(categories.length > shownCategories.length ? [`${categories.length - shownCategories.length} categories`] : []),
  ].join(' and ');
  const yName = choice.y.map((index) => columns[index]?.name).join(', ');
  const axis = {
    axisLabel: { color: colours.dim, hideOverlap: true },
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { lineStyle: { color: colours.line } },
    splitLine: { lineStyle: { color: colours.line } },
    nameTextStyle: { color: colours.dim },
  };
  const longLabels = isCategory && shownCategories.some((name) => name.length * shownCategories.length > 110);
  return {
    leftOut: leftOut === '' ? undefined : leftOut,
    option: {
      animationDuration: 250,
      color: [...colours.series],
      textStyle: { fontFamily: 'Inter Variable, system-ui, sans-serif', color: colours.text },
      grid: { left: 16, right: 24, top: kept.length > 1 ? 58 : 44, bottom: 34, containLabel: true },
      tooltip: {
        trigger: choice.kind === 'scatter' ? 'item' : 'axis',
        backgroundColor: colours.surface,
        borderColor: colours.line,
        textStyle: { color: colours.text, fontSize: 12 },
      },
      ...(kept.length > 1 && { legend: { top: 8, type: 'scroll', textStyle: { color: colours.text } } }),
      xAxis: {
        ...axis,
        type: isTime ? 'time' : isCategory ? 'category' : 'value',
        name: xColumn?.name ?? '',
        nameLocation: 'middle',
        nameGap: longLabels ? 12 : 30,
        ...(longLabels && { name: '' }),
        ...(isCategory && { data: shownCategories }),
        ...(!isCategory && { scale: true }),
        splitLine: { show: false },
        axisLabel: { ...axis.axisLabel, ...(longLabels && { rotate: 40 }) },
      },
      yAxis: {
        ...axis,
        type: 'value',
        name: yName,
        nameTextStyle: { color: colours.dim, align: 'left' },
        scale: choice.kind === 'scatter',
      },
      ...((isTime || !isCategory) && { dataZoom: [{ type: 'inside' }] }),
      series: kept.map(({ name, points }) => ({
        name,
        type: choice.kind,
        data: isCategory
          ? points.filter(([x]) => shownCategories.includes(String(x))).map(([x, y]) => [String(x), y])
          : choice.kind === 'scatter'
            ? points
            : sortByX(points),
        ...(choice.kind === 'line' && {
          showSymbol: points.length <= 60,
          symbolSize: 5,
          lineStyle: { width: 2 },
          sampling: 'lttb',
        }),
        ...(choice.kind === 'bar' && { barMaxWidth: 44, itemStyle: { borderRadius: [3, 3, 0, 0] } }),
        ...(choice.kind === 'scatter' && { symbolSize: 6, large: points.length > 5_000, itemStyle: { opacity: 0.65 } }),
      })),
    },
  };
}
