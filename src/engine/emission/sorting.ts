import type { SortKey } from '../../sql/plan/index.js';
import type { Emission } from './emission.js';
import { expressionSql } from './expressions.js';
import { operand } from './names.js';

/** A key of ORDER BY; the place of nulls is always written, so that no setting of the engine matters. */
export function sortKeySql(key: SortKey, emission: Emission): string {
  const direction = key.descending ? 'DESC' : 'ASC';
  return `${operand(emission.syntax.ordered(expressionSql(key.expression, emission), key.expression.type))} ${direction} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`;
}
