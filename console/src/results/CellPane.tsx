import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { Check, Copy, X } from 'lucide-react';
import type { ResultColumn } from '../api/result.js';
import { JsonTree } from '../shared/JsonTree.js';
import { cellText, isTimeColumn, plainText, typeLabel, unfold } from './cell.js';

/** One cell in full: JSON and arrays unfolded, long texts wrapped. */
export function CellPane({
  column,
  value,
  row,
  onClose,
}: {
  readonly column: ResultColumn;
  readonly value: unknown;
  /** Counted from 1. */
  readonly row: number;
  readonly onClose: () => void;
}) {
  const unfolded = unfold(value);
  const text =
    unfolded === undefined
      ? typeof value === 'number' && !isTimeColumn(column)
        ? plainText(value)
        : cellText(column, value)
      : JSON.stringify(unfolded, undefined, 2);
  return (
    <aside className="cell-pane" aria-label="Cell">
      <header>
        <div>
          <strong>{column.name}</strong>
          <span className="dim">
            {' '}
            {typeLabel(column)}, row {row.toLocaleString('en-US')}
          </span>
        </div>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? 'Copied' : 'Copy'}>
              <ActionIcon onClick={copy} aria-label="Copy the cell">
                {copied ? <Check size={15} /> : <Copy size={15} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
        <ActionIcon onClick={onClose} aria-label="Close the cell">
          <X size={16} />
        </ActionIcon>
      </header>
      <div className="cell-pane-body mono" tabIndex={0} role="region" aria-label="Value">
        {unfolded === undefined ? <pre>{text}</pre> : <JsonTree value={unfolded} />}
      </div>
    </aside>
  );
}
