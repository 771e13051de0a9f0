import Papa from 'papaparse';

/** An input format as EXTERN takes it. */
export interface InputFormat {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** A record of a sample: values by the name of their field. */
export type SampleRecord = Readonly<Record<string, unknown>>;

/** How many of the first lines a delimiter splits into the same number of fields, times that number. */
function delimiterScore(lines: readonly string[], delimiter: string): number {
  const widths = lines.map((line) => Papa.parse<string[]>(line, { delimiter }).data[0]?.length ?? 0);
  const [first = 0] = widths;
  return first < 2 ? 0 : widths.filter((width) => width === first).length * Math.min(first, 20);
}

/** Whether a first line names columns: texts that are different from each other and no numbers. */
function looksLikeHeader(fields: readonly string[]): boolean {
  return (
    new Set(fields).size === fields.length &&
    fields.every((field) => field.trim() !== '' && field.length <= 80 && Number.isNaN(Number(field)))
  );
}

/** Names for columns that have none. */
const columnNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `column_${index + 1}`);

/** Guesses how a sample of text is to be read. */
export function guessFormat(lines: readonly string[]): InputFormat {
  const filled = lines.filter((line) => line.trim() !== '');
  const [first = ''] = filled;
  // Objects, one after the other or in one array; an object that is spread over lines may begin with its brace alone.
  if (/^\s*(?:\[\s*)?(?:\{\s*(?:"|\}|$)|\[\s*$)/.test(first)) return { type: 'json' };
  // The last line of a sample may be cut off.
  const whole = filled.length > 2 ? filled.slice(0, Math.min(filled.length - 1, 30)) : filled;
  const candidates = [',', '\t', ';', '|'].map((delimiter) => ({ delimiter, score: delimiterScore(whole, delimiter) }));
  const best = candidates.reduce((a, b) => (b.score > a.score ? b : a));
  if (best.score === 0) return { type: 'lines' };
  const fields = Papa.parse<string[]>(first, { delimiter: best.delimiter }).data[0] ?? [];
  const columns = looksLikeHeader(fields) ? { findColumnsFromHeader: true } : { columns: columnNames(fields.length) };
  return best.delimiter === ','
    ? { type: 'csv', ...columns }
    : { type: 'tsv', ...(best.delimiter !== '\t' && { delimiter: best.delimiter }), ...columns };
}
