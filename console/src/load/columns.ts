import type { SampleRecord } from './records.js';

/** Native types that a column of external data may be declared as. */
export const columnTypes = [
  'VARCHAR',
  'BIGINT',
  'DOUBLE',
  'VARCHAR ARRAY',
  'BIGINT ARRAY',
  'DOUBLE ARRAY',
  "TYPE('COMPLEX<json>')",
] as const;
export type ColumnType = (typeof columnTypes)[number];

/** How a type is called in the console. */
export const typeNames: Readonly<Record<ColumnType, string>> = {
  VARCHAR: 'text',
  BIGINT: 'whole number',
  DOUBLE: 'number',
  'VARCHAR ARRAY': 'array of text',
  'BIGINT ARRAY': 'array of whole numbers',
  'DOUBLE ARRAY': 'array of numbers',
  "TYPE('COMPLEX<json>')": 'JSON',
};

export interface DiscoveredColumn {
  readonly name: string;
  readonly type: ColumnType;
}

type Kind = 'empty' | 'whole' | 'number' | 'text' | 'array' | 'object';

/** Zip codes and the like are texts although they are digits. */
const wholeText = /^-?(?:0|[1-9]\d{0,17})$/;
const numberText = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function kindOf(value: unknown): Kind {
  if (value === null || value === undefined || value === '') return 'empty';
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? 'whole' : 'number';
    case 'string':
      if (wholeText.test(value)) return 'whole';
      return numberText.test(value) && !/^-?0\d/.test(value) ? 'number' : 'text';
    case 'object':
      return Array.isArray(value) ? 'array' : 'object';
    default:
      return 'text';
  }
}

function scalarType(values: readonly unknown[]): 'VARCHAR' | 'BIGINT' | 'DOUBLE' {
  const kinds = new Set(values.map(kindOf));
  kinds.delete('empty');
  if (kinds.size === 0 || ![...kinds].every((kind) => kind === 'whole' || kind === 'number')) return 'VARCHAR';
  return kinds.has('number') ? 'DOUBLE' : 'BIGINT';
}

function typeOf(values: readonly unknown[]): ColumnType {
  const kinds = new Set(values.map(kindOf));
  kinds.delete('empty');
  if (kinds.has('object')) return "TYPE('COMPLEX<json>')";
  if (!kinds.has('array')) return scalarType(values);
  const elements = values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]));
  if (elements.some((element) => typeof element === 'object' && element !== null)) return "TYPE('COMPLEX<json>')";
  return `${scalarType(elements)} ARRAY`;
}

/** The columns of a sample, in the order in which they appear, with the narrowest type that holds every value. */
export function discoverColumns(records: readonly SampleRecord[]): readonly DiscoveredColumn[] {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return [...names]
    .filter((name) => name !== '')
    .map((name) => ({ name, type: typeOf(records.map((record) => record[name])) }));
}
