import { unsupportedError } from '../../sql/errors.js';
import { formatType, type SqlType, VARCHAR } from '../../sql/types.js';

/**
 * The Spark type that holds values of a SQL type (see sql/plan/expression.ts for how engines hold values). Moments are
 * TIMESTAMP in a session whose zone is UTC; JSON is text.
 */
export function sparkType(type: SqlType): string {
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
      return 'STRING';
    case 'DATE':
    case 'TIMESTAMP':
      return 'TIMESTAMP';
    case 'ARRAY':
      return `ARRAY<${sparkType(type.element ?? VARCHAR)}>`;
    case 'COMPLEX':
      if (type.complex === 'json') return 'STRING';
      break;
    case 'ROW':
      break;
  }
  throw unsupportedError(`Type ${formatType(type)} is not supported by the spark engine`);
}
