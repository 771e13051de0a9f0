import { quoteIdentifier, quoteText } from '../../engine/duckdb/index.js';
import { isString } from '../../sql/types.js';
import type { Column } from '../flatten.js';

/**
 * A quick way to read texts of JSON: the engine's JSON reader gives texts without a detour by JSON values, but
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

/** Whether a text is surely no number that Java prints otherwise; fractions of everyday size are as Java prints them. */
function isUndoubted(text: string): boolean {
  if (/^[[{]/.test(text)) return false;
  const number = /^-?\d+(?:\.(\d+))?(?:[eE][-+]?\d+)?$/.exec(text);
  if (!number || /^-?\d{1,18}$/.test(text)) return true;
  const [, fraction] = number;
  const size = Math.abs(Number(text));
  const isCanonical = fraction !== undefined && (fraction.length === 1 || !fraction.endsWith('0'));
  return isCanonical && !/e/i.test(text) && size >= 0.001 && size < 10_000_000 && text.length < 16;
}

/** Whether a value of a text column reads the same in the quick way. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value === 'string') return isUndoubted(value);
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

/** A JSON object's members that are taken out of it as texts, or objects that hold such. */
type Members = Map<string, Members | 'text'>;

/** The paths as a tree; undefined where the engine could not tell names apart or a path leads through a text. */
function memberTree(paths: readonly (readonly string[])[]): Members | undefined {
  const root: Members = new Map();
  for (const path of paths) {
    let members = root;
    for (const [depth, name] of path.entries()) {
      const isLeaf = depth === path.length - 1;
      const known = members.get(name);
      if (!known && [...members.keys()].some((other) => other.toLowerCase() === name.toLowerCase())) return undefined;
      const next: Members | 'text' = known ?? (isLeaf ? 'text' : new Map<string, Members | 'text'>());
      if ((next === 'text') !== isLeaf) return undefined;
      members.set(name, next);
      if (next !== 'text') members = next;
    }
  }
  return root;
}

const readerType = (members: Members | 'text'): string =>
  members === 'text'
    ? 'VARCHAR'
    : `STRUCT(${[...members].map(([name, inner]) => `${quoteIdentifier(name)} ${readerType(inner)}`).join(', ')})`;

/** Whether a value of the samples is what the reader is told to expect. */
function isExpected(value: unknown, members: Members | 'text'): boolean {
  if (members === 'text') return isPlain(value);
  if (value === null || value === undefined) return true;
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  return [...members].every(([name, inner]) => isExpected((value as Record<string, unknown>)[name], inner));
}

/** What the columns want of one member of the records, if they want texts only. */
function wantedOf(columns: readonly Column[]): Members | 'text' | undefined {
  if (columns.some(({ path }) => path.length > 1)) return undefined;
  if (columns.every(({ type, member }) => !member && isString(type))) return 'text';
  const paths = columns.flatMap(({ member }) => (member ? [member] : []));
  return paths.length === columns.length ? memberTree(paths) : undefined;
}

/**
 * The members of the records that may be read as texts, with the types that the engine's reader is to be told: those
 * that only texts are wanted of, if the samples hold nothing that is in doubt.
 */
export function quickMembers(
  columns: readonly Column[],
  members: ReadonlySet<string>,
  heads: readonly string[],
): ReadonlyMap<string, string> {
  const records = heads.flatMap(sampleRecords);
  const quick = new Map<string, string>();
  for (const root of members) {
    const wanted = wantedOf(columns.filter(({ path }) => path[0] === root));
    if (wanted && records.every((record) => isExpected(record[root], wanted))) quick.set(root, readerType(wanted));
  }
  return quick;
}

/** The `columns` option of the engine's JSON reader. */
export const readerColumns = (members: Iterable<string>, quick: ReadonlyMap<string, string>): string =>
  [...members].map((name) => `${quoteIdentifier(name)}: ${quoteText(quick.get(name) ?? 'JSON')}`).join(', ');
