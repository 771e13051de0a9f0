import type { SamplerAnswer } from '../api/sampler.js';

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

type Kind = 'empty' | 'whole' | 'number' | 'text';

const wholeText = /^-?(?:0|[1-9]\d{0,17})$/;
const numberText = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function kindOf(value: unknown): Kind {
  if (typeof value !== 'string' || value === '') return 'empty';
  if (wholeText.test(value)) return 'whole';
  // Zip codes and the like are texts although they are digits.
  return numberText.test(value) && !/^-?0\d/.test(value) ? 'number' : 'text';
}

function scalarType(values: readonly unknown[]): 'VARCHAR' | 'BIGINT' | 'DOUBLE' {
  const kinds = new Set(values.map(kindOf));
  kinds.delete('empty');
  if (kinds.size === 0 || ![...kinds].every((kind) => kind === 'whole' || kind === 'number')) return 'VARCHAR';
  return kinds.has('number') ? 'DOUBLE' : 'BIGINT';
}

/** SQL's type for a native one that the sampler names. */
function columnType(native: string): ColumnType {
  switch (native) {
    case 'LONG':
      return 'BIGINT';
    case 'DOUBLE':
    case 'FLOAT':
      return 'DOUBLE';
    case 'ARRAY<STRING>':
      return 'VARCHAR ARRAY';
    case 'ARRAY<LONG>':
      return 'BIGINT ARRAY';
    case 'ARRAY<DOUBLE>':
      return 'DOUBLE ARRAY';
    case 'COMPLEX<json>':
      return "TYPE('COMPLEX<json>')";
    default:
      return 'VARCHAR';
  }
}

/** The columns of a sample. In formats of text everything is text, of which the narrowest type is taken that holds it. */
export function discoverColumns({ columns, records }: SamplerAnswer, isText: boolean): readonly DiscoveredColumn[] {
  return columns
    .filter(({ name }) => name !== '')
    .map(({ name, type }) => ({
      name,
      type: isText ? scalarType(records.map((record) => record[name])) : columnType(type),
    }));
}
