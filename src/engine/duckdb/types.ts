import { pairedValue } from '../../sql/serializable-pair.js';
import type { SqlType } from '../../sql/types.js';
import { engineType, type TypeNames } from '../emission/types.js';

const names: TypeNames = {
  engine: 'duckdb',
  text: 'VARCHAR',
  list: (element) => `${element}[]`,
  complex: (type) => {
    if (type.complex === 'json') return 'JSON';
    const paired = pairedValue(type);
    return paired && `STRUCT(lhs BIGINT, rhs ${duckdbType(paired)})`;
  },
};

/** The DuckDB type that holds values of a SQL type. Throws SqlError `unsupported` where there is none. */
export function duckdbType(type: SqlType): string {
  return engineType(type, names);
}
