import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { ResultColumn, ResultRow } from '../api/result.js';
import type { Filters, Sort } from './arrange.js';
import { cellText, isNumericColumn, isTimeColumn, plainText, typeLabel, unfold } from './cell.js';
import './grid.css';

const rowHeight = 27;
const gutter = 56;
const widest = 420;

export interface CellPlace {
  /** Position in the shown order. */
  readonly row: number;
  readonly column: number;
}

interface ResultGridProps {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly ResultRow[];
  /** Indexes into `rows`, in the order in which they are shown. */
  readonly order: Uint32Array;
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort | undefined) => void;
  readonly filtering: boolean;
  readonly filters: Filters;
  readonly onFilter: (filters: Filters) => void;
  readonly selected: CellPlace | undefined;
  readonly onSelect: (place: CellPlace) => void;
  /** Enter or a double click on a cell. */
  readonly onUnfold: (place: CellPlace) => void;
  readonly label: string;
}

/** A width in pixels that fits the header and most of the first rows. */
function fittingWidth(column: ResultColumn, index: number, rows: readonly ResultRow[]): number {
  let longest = Math.max(column.name.length + 2, typeLabel(column).length);
  for (const row of rows.slice(0, 200)) longest = Math.max(longest, Math.min(60, cellText(column, row[index]).length));
  // Digits of an even width are wider than the average letter of a long text.
  return Math.min(widest, Math.max(84, Math.round(longest * (longest < 24 ? 8.2 : 7.4)) + 26));
}

function nextSort(current: Sort | undefined, column: number): Sort | undefined {
  if (current?.column !== column) return { column, descending: false };
  return current.descending ? undefined : { column, descending: true };
}

const ariaSort = (sort: Sort | undefined, column: number): 'ascending' | 'descending' | 'none' =>
  sort?.column !== column ? 'none' : sort.descending ? 'descending' : 'ascending';

function Cell({ column, value }: { readonly column: ResultColumn; readonly value: unknown }) {
  if (value === null || value === undefined) return <span className="grid-null">NULL</span>;
  const text = cellText(column, value);
  if (text === '') return <span className="grid-null">empty</span>;
  return <>{text.length > 500 ? `${text.slice(0, 500)}…` : text}</>;
}

/** Rows as a grid of which only what is seen exists: 100,000 rows scroll like ten. */
export function ResultGrid(props: ResultGridProps) {
  const { columns, rows, order, sort, onSort, filtering, filters, onFilter, selected, onSelect, onUnfold, label } =
    props;
  const scroller = useRef<HTMLDivElement>(null);
  const fitted = useMemo(() => columns.map((column, index) => fittingWidth(column, index, rows)), [columns, rows]);
  const [resized, setResized] = useState<Readonly<Record<number, number>>>({});
  const widthOf = (index: number): number => resized[index] ?? fitted[index] ?? 120;
  const headHeight = filtering ? 74 : 42;

  // The virtualizer's own functions change with every scroll: nothing here is memoized over them.
  // eslint-disable-next-line react-hooks/incompatible-library
  const vertical = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: headHeight,
  });
  const horizontal = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: widthOf,
    overscan: 3,
    scrollPaddingStart: gutter,
  });
  useEffect(() => {
    horizontal.measure();
  }, [resized, fitted, horizontal]);

  const shown = horizontal.getVirtualItems();
  const width = gutter + horizontal.getTotalSize();

  const startResize = (event: PointerEvent, index: number): void => {
    event.preventDefault();
    event.stopPropagation();
    const from = event.clientX;
    const before = widthOf(index);
    const move = (moved: globalThis.PointerEvent): void => {
      setResized((current) => ({ ...current, [index]: Math.max(48, before + moved.clientX - from) }));
    };
    const end = (): void => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', end);
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end);
  };

  const goTo = (place: CellPlace): void => {
    const row = Math.min(Math.max(place.row, 0), order.length - 1);
    const column = Math.min(Math.max(place.column, 0), columns.length - 1);
    if (row < 0 || column < 0) return;
    onSelect({ row, column });
    vertical.scrollToIndex(row, { align: 'auto' });
    horizontal.scrollToIndex(column, { align: 'auto' });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLInputElement) return;
    const { row, column } = selected ?? { row: -1, column: 0 };
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / rowHeight) - 2);
    const moves: Readonly<Record<string, CellPlace>> = {
      ArrowDown: { row: row + 1, column },
      ArrowUp: { row: row - 1, column },
      ArrowRight: { row: Math.max(row, 0), column: column + 1 },
      ArrowLeft: { row: Math.max(row, 0), column: column - 1 },
      PageDown: { row: row + page, column },
      PageUp: { row: row - page, column },
      Home: event.ctrlKey || event.metaKey ? { row: 0, column: 0 } : { row: Math.max(row, 0), column: 0 },
      End:
        event.ctrlKey || event.metaKey
          ? { row: order.length - 1, column: columns.length - 1 }
          : { row: Math.max(row, 0), column: columns.length - 1 },
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      goTo(move);
      return;
    }
    if (!selected) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      onUnfold(selected);
    } else if (event.key === 'c' && (event.ctrlKey || event.metaKey) && window.getSelection()?.isCollapsed !== false) {
      const chosen = columns[selected.column];
      const value = rows[order[selected.row] ?? -1]?.[selected.column];
      if (chosen) void navigator.clipboard.writeText(plainText(value));
    }
  };

  return (
    <div
      className="grid"
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={order.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={selected ? `cell-${selected.row}-${selected.column}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="grid-head" role="row" aria-rowindex={1} style={{ width, height: headHeight }}>
        <div className="grid-gutter" role="columnheader" aria-label="Row number" style={{ width: gutter }} />
        {shown.map(({ index, start, size }) => {
          const column = columns[index];
          if (!column) return null;
          return (
            <div
              key={index}
              className="grid-column"
              role="columnheader"
              aria-colindex={index + 1}
              aria-sort={ariaSort(sort, index)}
              style={{ left: gutter + start, width: size }}
            >
              <button
                type="button"
                className="grid-sort"
                data-right={isNumericColumn(column) || undefined}
                title={`${column.name}: ${typeLabel(column)}`}
                onClick={() => {
                  onSort(nextSort(sort, index));
                }}
              >
                <span className="grid-name">
                  <span>{column.name}</span>
                  {sort?.column === index &&
                    (sort.descending ? <ArrowDown size={13} aria-hidden /> : <ArrowUp size={13} aria-hidden />)}
                </span>
                <span className="grid-type">{typeLabel(column)}</span>
              </button>
              {filtering && (
                <input
                  className="grid-filter"
                  aria-label={`Filter ${column.name}`}
                  placeholder={isNumericColumn(column) ? '> 0' : 'contains'}
                  value={filters[index] ?? ''}
                  onChange={(event) => {
                    onFilter({ ...filters, [index]: event.currentTarget.value });
                  }}
                />
              )}
              <span
                className="grid-resize"
                aria-hidden
                onPointerDown={(event) => {
                  startResize(event, index);
                }}
              />
            </div>
          );
        })}
      </div>
      <div className="grid-body" role="rowgroup" style={{ width, height: vertical.getTotalSize() }}>
        {vertical.getVirtualItems().map(({ index: position, start }) => {
          const index = order[position] ?? 0;
          const row = rows[index];
          return (
            <div
              key={position}
              className="grid-row"
              role="row"
              aria-rowindex={position + 2}
              aria-selected={selected?.row === position}
              style={{ transform: `translateY(${start}px)`, height: rowHeight }}
            >
              <div className="grid-gutter" role="rowheader" style={{ width: gutter }}>
                {(index + 1).toLocaleString('en-US')}
              </div>
              {shown.map(({ index: at, start: left, size }) => {
                const column = columns[at];
                if (!column) return null;
                const value = row?.[at];
                return (
                  // The grid itself has the keys: arrows, Enter and copy work on the selected cell.
                  <div
                    key={at}
                    id={`cell-${position}-${at}`}
                    className="grid-cell"
                    role="gridcell"
                    aria-colindex={at + 1}
                    data-right={isNumericColumn(column) || undefined}
                    data-time={isTimeColumn(column) || undefined}
                    data-folded={unfold(value) !== undefined || undefined}
                    data-selected={(selected?.row === position && selected.column === at) || undefined}
                    style={{ left: gutter + left, width: size }}
                    onMouseDown={(event) => {
                      // The second click unfolds the cell; it must not mark a word as well.
                      if (event.detail > 1) event.preventDefault();
                    }}
                    onClick={() => {
                      onSelect({ row: position, column: at });
                    }}
                    onDoubleClick={() => {
                      onUnfold({ row: position, column: at });
                    }}
                  >
                    <Cell column={column} value={value} />
                  </div>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}
