/** Types as written in CAST, RETURNING and EXTEND. */
import type { TypeName } from '../ast.js';
import { validationError } from '../errors.js';
import { arrayOf, fromNativeTypeName, type SqlType } from '../types.js';
import { MAX_DECIMAL_DIGITS } from './lattice.js';

const names: Readonly<Record<string, SqlType['name']>> = {
  BOOLEAN: 'BOOLEAN',
  TINYINT: 'TINYINT',
  SMALLINT: 'SMALLINT',
  INT: 'INTEGER',
  INTEGER: 'INTEGER',
  BIGINT: 'BIGINT',
  FLOAT: 'FLOAT',
  REAL: 'REAL',
  DOUBLE: 'DOUBLE',
  'DOUBLE PRECISION': 'DOUBLE',
  CHAR: 'CHAR',
  CHARACTER: 'CHAR',
  VARCHAR: 'VARCHAR',
  'CHAR VARYING': 'VARCHAR',
  'CHARACTER VARYING': 'VARCHAR',
  STRING: 'VARCHAR',
  DATE: 'DATE',
  TIMESTAMP: 'TIMESTAMP',
};

function scalarType(name: TypeName): SqlType | undefined {
  const upper = name.name.toUpperCase();
  if (upper === 'TYPE') return name.native === undefined ? undefined : fromNativeTypeName(name.native);
  if (upper === 'DECIMAL' || upper === 'DEC' || upper === 'NUMERIC') {
    return { name: 'DECIMAL', nullable: true, precision: name.precision ?? MAX_DECIMAL_DIGITS, scale: name.scale ?? 0 };
  }
  const known = names[upper];
  if (known === undefined) return undefined;
  if ((known === 'CHAR' || known === 'VARCHAR') && name.precision !== undefined) {
    return { name: known, nullable: true, precision: name.precision };
  }
  return { name: known, nullable: true };
}

/** The type that a written type name means; refuses names that Druid does not know. */
export function resolveTypeName(name: TypeName): SqlType {
  const scalar = scalarType(name);
  if (!scalar) throw validationError(`Unknown identifier '${name.native ?? name.name}'`, name.span);
  let type = scalar;
  for (let depth = 0; depth < name.arrayDepth; depth += 1) type = arrayOf(type);
  return type;
}
