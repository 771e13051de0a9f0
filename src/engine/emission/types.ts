import { unsupportedError } from '../../sql/errors.js';
import { formatType, type SqlType, VARCHAR } from '../../sql/types.js';

/** What the engines' types are called where their names differ. */
export interface TypeNames {
  readonly engine: string;
  readonly text: string;
  /** The type of lists of an element type. */
  list(element: string): string;
  /** The type of a COMPLEX type; undefined where the engine has none. */
  complex(type: SqlType): string | undefined;
}

/**
 * The engine's type that holds values of a SQL type (see sql/plan/expression.ts for how engines hold values).
 * Throws SqlError `unsupported` for a type that the engine has no values of.
 */
export function engineType(type: SqlType, names: TypeNames): string {
  switch (type.name) {
    case 'BOOLEAN':
      return 'BOOLEAN';
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return 'BIGINT';
    case 'DECIMAL':
    case 'DOUBLE':
      return 'DOUBLE';
    case 'FLOAT':
    case 'REAL':
      return 'FLOAT';
    case 'NULL':
    case 'CHAR':
    case 'VARCHAR':
    case 'ANY':
      return names.text;
    case 'DATE':
    case 'TIMESTAMP':
      return 'TIMESTAMP';
    case 'ARRAY':
      return names.list(engineType(type.element ?? VARCHAR, names));
    case 'COMPLEX': {
      const complex = names.complex(type);
      if (complex !== undefined) return complex;
      break;
    }
    case 'ROW':
      break;
  }
  throw unsupportedError(`Type ${formatType(type)} is not supported by the ${names.engine} engine`);
}
