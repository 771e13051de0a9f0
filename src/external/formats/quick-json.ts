import { quoteIdentifier, quoteText } from '../../engine/duckdb/index.js';
import { isString } from '../../sql/types.js';
import type { Column } from '../flatten.js';

/** Records of a file's beginning that are looked at. */
const MAX_SAMPLE = 200;

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
export function sampleRecords(head: string): readonly Readonly<Record<string, unknown>>[] {
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

/** The sampled values at a path, as the engine's reader gives them; what is no scalar is left out. */
export function sampleTexts(
  records: readonly Readonly<Record<string, unknown>>[],
  path: readonly string[],
): readonly string[] {
  return records.flatMap((record) => {
    let value: unknown = record;
    for (const name of path) {
      value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
    }
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
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
  records: readonly Readonly<Record<string, unknown>>[],
): ReadonlyMap<string, string> {
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
