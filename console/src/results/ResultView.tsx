import { ActionIcon, Button, Menu, SegmentedControl, Tooltip } from '@mantine/core';
import { ChartLine, Check, Clipboard, Download, Filter, Table2 } from 'lucide-react';
import { lazy, Suspense, useDeferredValue, useMemo, useState } from 'react';
import type { ResultSet } from '../api/result.js';
import { formatDuration, plural } from '../shared/format.js';
import { Loading } from '../shared/Loading.js';
import { arrange, type Filters, type Sort } from './arrange.js';
import { CellPane } from './CellPane.js';
import { download, exportText, type ExportFormat } from './export.js';
import { ResultGrid, type CellPlace } from './ResultGrid.js';
import './result-view.css';

// The chart library is the largest part of the console: it is fetched with the first chart.
const ResultChart = lazy(async () => ({ default: (await import('../chart/ResultChart.js')).ResultChart }));

export type ResultMode = 'table' | 'chart';

interface ResultViewProps {
  readonly result: ResultSet;
  /** Name of a downloaded file, without its ending. */
  readonly name: string;
  readonly mode: ResultMode;
  readonly onMode: (mode: ResultMode) => void;
}

const formats: readonly (readonly [ExportFormat, string])[] = [
  ['csv', 'CSV'],
  ['tsv', 'TSV'],
  ['json', 'JSON'],
  ['ndjson', 'JSON lines'],
];

/** An answer as a table or as a chart, with what can be done with it. */
export function ResultView({ result, name, mode, onMode }: ResultViewProps) {
  const { columns, rows, truncated, elapsedMs } = result;
  const [sort, setSort] = useState<Sort>();
  const [filters, setFilters] = useState<Filters>({});
  const [filtering, setFiltering] = useState(false);
  const [selected, setSelected] = useState<CellPlace>();
  const [unfolded, setUnfolded] = useState(false);
  const [copied, setCopied] = useState(false);
  const wanted = useDeferredValue(filtering ? filters : {});
  const order = useMemo(() => arrange(columns, rows, wanted, sort), [columns, rows, wanted, sort]);

  const shownRows = () => Array.from(order, (index) => rows[index] ?? []);
  const copy = (format: ExportFormat): void => {
    void navigator.clipboard.writeText(exportText(format, columns, shownRows())).then(() => {
      setCopied(true);
      setTimeout(() => {
        setCopied(false);
      }, 1_500);
    });
  };
  const selectedColumn = selected && columns[selected.column];
  const selectedIndex = selected && order[selected.row];
  const isFiltered = order.length < rows.length;

  return (
    <div className="result">
      <div className="result-bar">
        <SegmentedControl
          aria-label="Show as"
          value={mode}
          onChange={(value) => {
            onMode(value as ResultMode);
          }}
          data={[
            {
              value: 'table',
              label: (
                <span className="result-mode">
                  <Table2 size={14} aria-hidden /> Table
                </span>
              ),
            },
            {
              value: 'chart',
              label: (
                <span className="result-mode">
                  <ChartLine size={14} aria-hidden /> Chart
                </span>
              ),
            },
          ]}
        />
        <span className="result-count" role="status">
          {isFiltered && `${order.length.toLocaleString('en-US')} of `}
          {plural(rows.length, 'row')}
          {truncated && <span className="result-cut"> (cut off)</span>}
          <span className="dim"> · {formatDuration(elapsedMs)}</span>
        </span>
        <span className="spacer" />
        {mode === 'table' && (
          <Tooltip label="Filter columns">
            <ActionIcon
              aria-label="Filter columns"
              aria-pressed={filtering}
              variant={filtering ? 'light' : 'subtle'}
              color={filtering ? 'mill' : 'gray'}
              onClick={() => {
                setFiltering(!filtering);
              }}
            >
              <Filter size={15} />
            </ActionIcon>
          </Tooltip>
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              variant="default"
              aria-label="Copy"
              leftSection={copied ? <Check size={14} /> : <Clipboard size={14} />}
            >
              <span className="wide-only">{copied ? 'Copied' : 'Copy'}</span>
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {formats.map(([format, label]) => (
              <Menu.Item
                key={format}
                onClick={() => {
                  copy(format);
                }}
              >
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" aria-label="Download" leftSection={<Download size={14} />}>
              <span className="wide-only">Download</span>
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {formats.map(([format, label]) => (
              <Menu.Item
                key={format}
                onClick={() => {
                  download(name, format, exportText(format, columns, shownRows()));
                }}
              >
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
      <div className="result-body">
        {mode === 'table' ? (
          <>
            <div className="result-grid">
              <ResultGrid
                columns={columns}
                rows={rows}
                order={order}
                sort={sort}
                onSort={setSort}
                filtering={filtering}
                filters={filters}
                onFilter={setFilters}
                selected={selected}
                onSelect={setSelected}
                onUnfold={(place) => {
                  setSelected(place);
                  setUnfolded(true);
                }}
                label="Result"
              />
              {order.length === 0 && (
                <div className="empty grid-none" role="note">
                  <h2>{rows.length === 0 ? 'The answer has no rows' : 'No row passes the filters'}</h2>
                  {rows.length > 0 && (
                    <Button
                      variant="default"
                      onClick={() => {
                        setFilters({});
                      }}
                    >
                      Clear the filters
                    </Button>
                  )}
                </div>
              )}
            </div>
            {unfolded && selectedColumn && selectedIndex !== undefined && (
              <CellPane
                column={selectedColumn}
                value={rows[selectedIndex]?.[selected.column]}
                row={selectedIndex + 1}
                onClose={() => {
                  setUnfolded(false);
                }}
              />
            )}
          </>
        ) : (
          <Suspense fallback={<Loading label="Loading the chart" />}>
            <ResultChart columns={columns} rows={rows} order={order} />
          </Suspense>
        )}
      </div>
    </div>
  );
}
