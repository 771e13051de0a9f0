import { unsupportedError } from '../../sql/errors.js';
import { pairedValue } from '../../sql/serializable-pair.js';
import { formatType, type SqlType } from '../../sql/types.js';

/** The DuckDB type that holds values of a SQL type (see sql/plan/expression.ts for how engines hold values). */
export function duckdbType(type: SqlType): string {
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
      return 'VARCHAR';
    case 'DATE':
    case 'TIMESTAMP':
      return 'TIMESTAMP';
    case 'ARRAY':
      return `${duckdbType(type.element ?? { name: 'VARCHAR', nullable: true })}[]`;
    case 'COMPLEX': {
      if (type.complex === 'json') return 'JSON';
      const paired = pairedValue(type);
      if (paired) return `STRUCT(lhs BIGINT, rhs ${duckdbType(paired)})`;
      break;
    }
    case 'ROW':
      break;
  }
  throw unsupportedError(`Type ${formatType(type)} is not supported by the duckdb engine`);
}
