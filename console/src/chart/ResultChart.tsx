import { MultiSelect, SegmentedControl, Select, useComputedColorScheme } from '@mantine/core';
import { ChartNoAxesColumn } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { ResultColumn, ResultRow } from '../api/result.js';
import { isNumericColumn } from '../results/cell.js';
import { chooseChart, type ChartChoice, type ChartKind } from './choice.js';
import { EChart } from './EChart.js';
import { chartOption, type ChartColours } from './option.js';
import './chart.css';

const palettes: Readonly<Record<'light' | 'dark', ChartColours>> = {
  light: {
    text: '#17212b',
    dim: '#55616e',
    line: '#dce2e7',
    surface: '#ffffff',
    series: [
      '#0b6380',
      '#d9822b',
      '#5b8c3a',
      '#9a4fb5',
      '#c23b4b',
      '#2f6fd0',
      '#8a6d1f',
      '#1f9a8a',
      '#6b7682',
      '#b5487e',
      '#4b52a8',
      '#7a9a00',
    ],
  },
  dark: {
    text: '#e3e9ee',
    dim: '#9daab6',
    line: '#2c3741',
    surface: '#1e262d',
    series: [
      '#63c3e2',
      '#f0a860',
      '#8fc97a',
      '#cf9ae8',
      '#f0858f',
      '#86b3f5',
      '#d9bf6b',
      '#5fd3c0',
      '#a9b4bf',
      '#ea92be',
      '#a3a8f0',
      '#c0d860',
    ],
  },
};

interface ResultChartProps {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly ResultRow[];
  /** The rows that are shown, in their order. */
  readonly order: Uint32Array;
}

/** A chart of an answer: chosen by its columns, changed by hand. */
export function ResultChart({ columns, rows, order }: ResultChartProps) {
  const scheme = useComputedColorScheme('light');
  const automatic = useMemo(() => chooseChart(columns, rows), [columns, rows]);
  const [changed, setChanged] = useState<Partial<ChartChoice>>({});
  const choice = automatic && { ...automatic, ...changed };
  const shown = useMemo(() => Array.from(order, (index) => rows[index] ?? []), [order, rows]);
  const key = JSON.stringify(choice);
  const chart = useMemo(() => {
    const wanted = JSON.parse(key ?? 'null') as ChartChoice | null;
    return wanted && chartOption(columns, shown, wanted, palettes[scheme]);
  }, [columns, shown, key, scheme]);
  if (!choice || !chart) {
    return (
      <div className="empty" style={{ flex: 1 }}>
        <ChartNoAxesColumn size={26} aria-hidden />
        <h2>Nothing to draw</h2>
        <p>A chart needs a column of numbers. Add an aggregate such as COUNT(*) to the query.</p>
      </div>
    );
  }
  const options = columns.map(({ name }, index) => ({ value: String(index), label: name }));
  const numeric = options.filter((_, index) => {
    const column = columns[index];
    return column !== undefined && isNumericColumn(column);
  });
  const change = (fields: Partial<ChartChoice>): void => {
    setChanged((current) => ({ ...current, ...fields }));
  };
  const splits = choice.series !== undefined;
  return (
    <div className="chart">
      <div className="chart-bar">
        <SegmentedControl
          aria-label="Chart type"
          value={choice.kind}
          onChange={(kind) => {
            change({ kind: kind as ChartKind });
          }}
          data={[
            { value: 'line', label: 'Line' },
            { value: 'bar', label: 'Bars' },
            { value: 'scatter', label: 'Scatter' },
          ]}
        />
        <Select
          aria-label="Horizontal axis"
          leftSection={<span className="chart-tag">x</span>}
          w={150}
          data={options}
          value={String(choice.x)}
          onChange={(value) => {
            if (value !== null) change({ x: Number(value) });
          }}
        />
        <MultiSelect
          aria-label="Vertical axis"
          leftSection={<span className="chart-tag">y</span>}
          miw={170}
          data={numeric}
          value={choice.y.map(String)}
          onChange={(values) => {
            if (values.length > 0) change({ y: splits ? [Number(values.at(-1))] : values.map(Number) });
          }}
        />
        <Select
          aria-label="Series by"
          placeholder="Series by"
          leftSection={<span className="chart-tag">by</span>}
          w={150}
          clearable
          clearButtonProps={{ 'aria-label': 'No series' }}
          allowDeselect
          data={options}
          value={choice.series === undefined ? null : String(choice.series)}
          onChange={(value) => {
            change(value === null ? { series: undefined } : { series: Number(value), y: choice.y.slice(0, 1) });
          }}
        />
        {chart.leftOut !== undefined && (
          <span className="dim" role="status">
            {chart.leftOut} left out
          </span>
        )}
      </div>
      <EChart
        option={chart.option}
        label={`${choice.kind} chart of ${choice.y.map((index) => columns[index]?.name).join(', ')}`}
      />
    </div>
  );
}
