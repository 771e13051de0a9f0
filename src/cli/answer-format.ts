import Table from 'cli-table3';
import { stringify } from 'lossless-json';
import type { ArrayAnswer } from '../client/index.js';

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
  return typeof value === 'object' ? (stringify(value) ?? '') : String(value);
};

function asTable({ columns, rows }: ArrayAnswer): string {
  const table = new Table({
    head: columns.map(({ name }) => name),
    colAligns: columns.map(({ sqlType }) => (numericTypes.has(sqlType) ? 'right' : 'left')),
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

function asCsv({ columns, rows }: ArrayAnswer): string {
  return [columns.map(({ name }) => name), ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('');
}

function asJson({ columns, rows }: ArrayAnswer): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])));
  return `${stringify(objects, null, 2) ?? ''}\n`;
}

/** An answer as the user asked for it, ending in a newline. */
export function formatAnswer(answer: ArrayAnswer, format: AnswerFormat): string {
  switch (format) {
    case 'table':
      return asTable(answer);
    case 'csv':
      return asCsv(answer);
    case 'json':
      return asJson(answer);
  }
}
