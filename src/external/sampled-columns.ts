/** A record of external data as it was read: JSON values by name. */
export type SampledRecord = Readonly<Record<string, unknown>>;

export interface SampledColumn {
  readonly name: string;
  /** Druid's native type, such as LONG, ARRAY<STRING> or COMPLEX<json>. */
  readonly type: string;
}

type Kind = 'LONG' | 'DOUBLE' | 'STRING';

function scalarKind(value: unknown): Kind | undefined {
  if (typeof value === 'boolean') return 'LONG';
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'LONG' : 'DOUBLE';
  return typeof value === 'string' || typeof value === 'bigint' ? 'STRING' : undefined;
}

/** The one kind that takes all: whole numbers become fractions beside fractions, everything text beside text. */
function leastCommon(kinds: ReadonlySet<Kind>): Kind {
  if (kinds.size === 0 || kinds.has('STRING')) return 'STRING';
  return kinds.has('DOUBLE') ? 'DOUBLE' : 'LONG';
}

/** The type of a column that holds all the values (Druid's schema discovery, AutoTypeColumnIndexer). */
export function typeOfValues(values: readonly unknown[]): string {
  const kinds = new Set<Kind>();
  let isArray = false;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    const elements = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    isArray ||= Array.isArray(value);
    for (const element of elements) {
      if (element === null) continue;
      const kind = scalarKind(element);
      if (!kind) return 'COMPLEX<json>';
      kinds.add(kind);
    }
  }
  const kind = leastCommon(kinds);
  return isArray ? `ARRAY<${kind}>` : kind;
}

/** The columns of records in the order in which they first appear. */
export function sampledColumns(records: readonly SampledRecord[]): readonly SampledColumn[] {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return [...names].map((name) => ({ name, type: typeOfValues(records.map((record) => record[name])) }));
}

/** A number that is written as numbers are: no leading zeros, which codes have. */
const integerText = /^(0|-?[1-9]\d{0,17})$/;
const numberText = /^-?(0|[1-9]\d{0,14})(\.\d+)?([eE][+-]?\d{1,2})?$/;

function kindOfText(text: string): Kind {
  if (integerText.test(text)) return 'LONG';
  return numberText.test(text) ? 'DOUBLE' : 'STRING';
}

/** The type of a column of a text file, whose values are all texts; what is empty or missing says nothing. */
export function typeOfTexts(texts: readonly (string | undefined)[]): string {
  return leastCommon(new Set(texts.flatMap((text) => (text === undefined || text === '' ? [] : [kindOfText(text)]))));
}
