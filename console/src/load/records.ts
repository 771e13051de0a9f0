import Papa from 'papaparse';

/** An input format as EXTERN takes it. */
export interface InputFormat {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** A record of a sample: values by the name of their field. */
export type SampleRecord = Readonly<Record<string, unknown>>;

/**
 * Cuts the objects out of a text of JSON: one a line, one after the other, pretty-printed, or in one array. An object
 * that the sample cuts off is left out.
 */
export function jsonObjects(text: string, most: number): readonly SampleRecord[] {
  const records: SampleRecord[] = [];
  let depth = 0;
  let start = -1;
  let inString = false;
  for (let at = 0; at < text.length && records.length < most; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
      // A bad line must not swallow the good ones after it.
      else if (character === '\n') {
        inString = false;
        depth = 0;
      }
      continue;
    }
    if (character === '"' && depth > 0) inString = true;
    else if (character === '{') {
      if (depth === 0) start = at;
      depth += 1;
    } else if (character === '}' && depth > 0) {
      depth -= 1;
      if (depth > 0) continue;
      try {
        records.push(JSON.parse(text.slice(start, at + 1)) as SampleRecord);
      } catch {
        // The server tells of bad records, with their place.
      }
    }
  }
  return records;
}

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
  if (/^\s*[[{]/.test(first) && jsonObjects(filled.join('\n'), 1).length > 0) return { type: 'json' };
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

/** Reads the records of a sample, as far as the console can: it looks for columns, the server reads the data. */
export function sampleRecords(lines: readonly string[], format: InputFormat, most = 500): readonly SampleRecord[] {
  switch (format.type) {
    case 'json':
      return jsonObjects(lines.join('\n'), most);
    case 'csv':
    case 'tsv': {
      const skipped = typeof format['skipHeaderRows'] === 'number' ? format['skipHeaderRows'] : 0;
      const delimiter =
        typeof format['delimiter'] === 'string' ? format['delimiter'] : format.type === 'csv' ? ',' : '\t';
      const text = lines.slice(skipped).join('\n');
      const rows = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: true, preview: most + 1 }).data;
      const hasHeader = format['findColumnsFromHeader'] === true;
      const names = hasHeader
        ? (rows[0] ?? [])
        : Array.isArray(format['columns'])
          ? (format['columns'] as string[])
          : [];
      return rows
        .slice(hasHeader ? 1 : 0, most + 1)
        .map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] === '' ? null : row[index]])));
    }
    case 'lines':
      return lines.slice(0, most).map((line) => ({ line }));
    default:
      return [];
  }
}
