import type { DiscoveredColumn } from './columns.js';
import type { SampleRecord } from './format.js';

/** How a column's values become __time. */
export type TimeReading = 'iso' | 'millis' | 'seconds' | 'pattern';

export type TimeChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'column'; readonly column: string; readonly reading: TimeReading; readonly pattern: string };

/** Joda patterns that are tried, each with the shape of the texts that it reads. */
const patterns: readonly (readonly [pattern: string, shape: RegExp])[] = [
  ['yyyy/MM/dd HH:mm:ss', /^\d{4}\/\d{1,2}\/\d{1,2} \d{1,2}:\d{2}:\d{2}$/],
  ['yyyy/MM/dd HH:mm', /^\d{4}\/\d{1,2}\/\d{1,2} \d{1,2}:\d{2}$/],
  ['yyyy/MM/dd', /^\d{4}\/\d{1,2}\/\d{1,2}$/],
  ['dd/MM/yyyy HH:mm', /^(?:1[3-9]|2\d|3[01])\/\d{1,2}\/\d{4} \d{1,2}:\d{2}$/],
  ['dd/MM/yyyy', /^(?:1[3-9]|2\d|3[01])\/\d{1,2}\/\d{4}$/],
  ['MM/dd/yyyy HH:mm:ss', /^\d{1,2}\/\d{1,2}\/\d{4} \d{1,2}:\d{2}:\d{2}$/],
  ['MM/dd/yyyy HH:mm', /^\d{1,2}\/\d{1,2}\/\d{4} \d{1,2}:\d{2}$/],
  ['MM/dd/yyyy', /^\d{1,2}\/\d{1,2}\/\d{4}$/],
  ['dd.MM.yyyy HH:mm', /^\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}$/],
  ['dd.MM.yyyy', /^\d{1,2}\.\d{1,2}\.\d{4}$/],
  ['MMM d yyyy', /^[A-Z][a-z]{2} \d{1,2} \d{4}$/],
  ['MMM d, yyyy', /^[A-Z][a-z]{2} \d{1,2}, \d{4}$/],
  ['d-MMM-yyyy', /^\d{1,2}-[A-Z][a-z]{2}-\d{4}$/],
  ['yyyyMMdd', /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/],
];

const iso = /^\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?$/;

/** Times between 1990 and 2100. */
const isBetween = (value: number, unit: number): boolean => value * unit > 6.3e11 && value * unit < 4.1e12;

/** How values are read as times; undefined when they are none. */
export function readingOf(
  values: readonly unknown[],
): Pick<TimeChoice & { kind: 'column' }, 'reading' | 'pattern'> | undefined {
  const filled = values.filter((value) => value !== null && value !== undefined && value !== '').slice(0, 100);
  if (filled.length === 0) return undefined;
  const texts = filled.map(String);
  const most = (test: (text: string) => boolean): boolean => texts.filter(test).length >= texts.length * 0.9;
  const pattern = patterns.find(([, shape]) => most((text) => shape.test(text)))?.[0];
  if (pattern !== undefined) return { reading: 'pattern', pattern };
  if (most((text) => iso.test(text))) return { reading: 'iso', pattern: '' };
  if (most((text) => isBetween(Number(text), 1))) return { reading: 'millis', pattern: '' };
  if (most((text) => isBetween(Number(text), 1_000))) return { reading: 'seconds', pattern: '' };
  return undefined;
}

/** Names that a time usually has, the most telling first. */
const usual = [
  /^__time$/i,
  /^(?:time|timestamp|ts|datetime|date_time|event_?time)$/i,
  /time|date/i,
  /(?:_at|_ts|day)$/i,
];

const rank = (name: string): number => {
  const found = usual.findIndex((pattern) => pattern.test(name));
  return found === -1 ? usual.length : found;
};

/** The column that is most likely the time of a record. */
export function chooseTime(columns: readonly DiscoveredColumn[], records: readonly SampleRecord[]): TimeChoice {
  const candidates = columns
    .flatMap(({ name }) => {
      const reading = readingOf(records.map((record) => record[name]));
      // Numbers that could be anything count only under a telling name.
      const isGuess =
        reading && (reading.reading === 'seconds' || reading.pattern === 'yyyyMMdd') && rank(name) === usual.length;
      return reading && !isGuess ? [{ name, ...reading }] : [];
    })
    .sort((a, b) => rank(a.name) - rank(b.name));
  const [first] = candidates;
  return first
    ? { kind: 'column', column: first.name, reading: first.reading, pattern: first.pattern }
    : { kind: 'none' };
}
