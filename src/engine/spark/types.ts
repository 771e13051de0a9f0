import type { SqlType } from '../../sql/types.js';
import { engineType, type TypeNames } from '../emission/types.js';

const names: TypeNames = {
  engine: 'spark',
  text: 'STRING',
  list: (element) => `ARRAY<${element}>`,
  complex: (type) => (type.complex === 'json' ? 'STRING' : undefined),
};

/**
 * The Spark type that holds values of a SQL type. Moments are TIMESTAMP in a session whose zone is UTC; JSON is text.
 * Throws SqlError `unsupported` where there is none.
 */
export const sparkType = (type: SqlType): string => engineType(type, names);
