import type { ResultColumn, ResultRow } from '../api/result.js';
import { plainText } from './cell.js';

export type ExportFormat = 'csv' | 'tsv' | 'json' | 'ndjson';

const csvCell = (value: unknown): string => {
  const text = plainText(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** TSV has no quotes: what would break a line or a cell is escaped. */
const tsvCell = (value: unknown): string =>
  plainText(value).replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');

const objectOf = (columns: readonly ResultColumn[], row: ResultRow): Record<string, unknown> =>
  Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null]));

/** Rows as the text of a file. */
export function exportText(format: ExportFormat, columns: readonly ResultColumn[], rows: readonly ResultRow[]): string {
  switch (format) {
    case 'csv':
    case 'tsv': {
      const [cell, separator] = format === 'csv' ? ([csvCell, ','] as const) : ([tsvCell, '\t'] as const);
      const names = columns.map(({ name }) => name);
      return [names, ...rows].map((row) => row.map(cell).join(separator)).join('\n') + '\n';
    }
    case 'json':
      return JSON.stringify(
        rows.map((row) => objectOf(columns, row)),
        undefined,
        2,
      );
    case 'ndjson':
      return rows.map((row) => `${JSON.stringify(objectOf(columns, row))}\n`).join('');
  }
}

const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
};

/** Lets the browser save a text as a file. */
export function download(name: string, format: ExportFormat, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: mediaTypes[format] }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.${format}`;
  link.click();
  URL.revokeObjectURL(url);
}
