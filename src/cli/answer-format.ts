import Table from 'cli-table3';
import type { QueryAnswer } from './http-client.js';

export const answerFormats = ['table', 'csv', 'json'] as const;
export type AnswerFormat = (typeof answerFormats)[number];

const numericTypes: ReadonlySet<string> = new Set([
  'BIGINT',
  'INTEGER',
  'DOUBLE',
  'FLOAT',
  'DECIMAL',
  'SMALLINT',
  'TINYINT',
]);

const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

function asTable({ columns, types, rows }: QueryAnswer): string {
  const table = new Table({
    head: [...columns],
    colAligns: columns.map((_, index) => (numericTypes.has(types[index] ?? '') ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(row.map(cellText));
  const count = rows.length === 1 ? '1 row' : `${rows.length.toLocaleString('en-US')} rows`;
  return `${table.toString()}\n${count}\n`;
}

function csvCell(value: unknown): string {
  const text = cellText(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function asCsv({ columns, rows }: QueryAnswer): string {
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('');
}

function asJson({ columns, rows }: QueryAnswer): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])));
  return `${JSON.stringify(objects, null, 2)}\n`;
}

/** An answer as the user asked for it, ending in a newline. */
export function formatAnswer(answer: QueryAnswer, format: AnswerFormat): string {
  switch (format) {
    case 'table':
      return asTable(answer);
    case 'csv':
      return asCsv(answer);
    case 'json':
      return asJson(answer);
  }
}
