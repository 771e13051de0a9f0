import { quoteText } from '../../engine/duckdb/index.js';
import { isString } from '../../sql/types.js';
import type { Column } from '../flatten.js';

/**
 * A quick way to read text columns of JSON: the engine's JSON reader gives texts without a detour by JSON values, but
 * does not tell what was a text, a number or a list. Where that makes a difference the statement fails with
 * `AMBIGUOUS_TEXT`, and the careful way has to be taken.
 */
export const AMBIGUOUS_TEXT = 'external_ambiguous_text';

/** Records of a file's beginning that are looked at. */
const MAX_SAMPLE = 200;

const jsonNumber = String.raw`-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?`;
const shortInteger = '-?[0-9]{1,18}';

/** Macros of the quick way; druid_double_text is the engine's. */
export const quickJsonMacros: readonly string[] = [
  // A number stands for itself if it is an integer of 64 bits, or a fraction as Java prints it.
  `CREATE OR REPLACE TEMP MACRO external_quick_doubt(t) AS CASE
    WHEN t >= '[' THEN error('${AMBIGUOUS_TEXT}')
    WHEN NOT regexp_full_match(t, '${jsonNumber}') OR regexp_full_match(t, '${shortInteger}') THEN t
    WHEN druid_double_text(TRY_CAST(t AS DOUBLE)) = t THEN t
    ELSE error('${AMBIGUOUS_TEXT}') END`,
];

/** SQL of a text that the reader gave. Only what begins like a number or as a list or an object can be in doubt. */
export const quickText = (text: string): string =>
  String.raw`CASE WHEN ${text} < ':' OR (${text} >= '[' AND ${text} < '\') OR (${text} >= '{' AND ${text} < '|') THEN external_quick_doubt(${text}) ELSE ${text} END`;

/** Whether a value of a text column surely reads the same in the quick way. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value === 'string') return !/^[[{]/.test(value) && !/^-?\d+([.]\d+|[eE])/.test(value);
  return value === null || value === undefined || typeof value === 'boolean';
}

/** The complete lines of a file's beginning, as far as they are JSON objects. */
function sampleRecords(head: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = head.slice(0, head.lastIndexOf('\n') + 1).split('\n', MAX_SAMPLE);
  return lines.flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
}

/**
 * The members of the records that may be read as text: those of text columns at the top level, if the samples hold
 * nothing that is in doubt.
 */
export function quickMembers(
  columns: readonly Column[],
  members: ReadonlySet<string>,
  heads: readonly string[],
): ReadonlySet<string> {
  const records = heads.flatMap(sampleRecords);
  const quick = new Set<string>();
  const other = new Set<string>();
  for (const { type, path } of columns) {
    const [root, ...inner] = path;
    if (typeof root !== 'string' || !members.has(root)) continue;
    const isText = inner.length === 0 && isString(type) && records.every((record) => isPlain(record[root]));
    (isText ? quick : other).add(root);
  }
  return new Set([...quick].filter((root) => !other.has(root)));
}

/** The `columns` option of the engine's JSON reader. */
export const readerColumns = (members: Iterable<string>, quick: ReadonlySet<string>): string =>
  [...members].map((name) => `${quoteText(name)}: '${quick.has(name) ? 'VARCHAR' : 'JSON'}'`).join(', ');
