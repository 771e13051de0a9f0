import type { Expression, Frame, FrameBoundary, WindowCall } from '../../sql/plan/index.js';
import { aggregateSql } from './aggregates.js';
import type { Emission } from './emission.js';
import { expressionSql } from './expressions.js';
import { operand } from './names.js';
import { sortKeySql } from './sorting.js';

/** A number of rows; a constant stands without a type, as Spark takes 32 bits only. */
const offsetSql = (offset: Expression, emission: Emission): string =>
  offset.kind === 'literal' && typeof offset.value === 'bigint'
    ? String(offset.value)
    : operand(expressionSql(offset, emission));

function boundarySql(boundary: FrameBoundary, emission: Emission): string {
  switch (boundary.kind) {
    case 'unboundedPreceding':
      return 'UNBOUNDED PRECEDING';
    case 'unboundedFollowing':
      return 'UNBOUNDED FOLLOWING';
    case 'currentRow':
      return 'CURRENT ROW';
    case 'preceding':
      return `${offsetSql(boundary.offset, emission)} PRECEDING`;
    case 'following':
      return `${offsetSql(boundary.offset, emission)} FOLLOWING`;
  }
}

const frameSql = (frame: Frame, emission: Emission): string =>
  `${frame.unit} BETWEEN ${boundarySql(frame.start, emission)} AND ${boundarySql(frame.end, emission)}`;

/** The SQL of a window function, or of an aggregate over a window. */
export function windowSql(asked: WindowCall, emission: Emission): string {
  const call = emission.syntax.window(asked);
  const parts: string[] = [];
  if (call.partitionBy.length > 0) {
    parts.push(`PARTITION BY ${call.partitionBy.map((key) => operand(expressionSql(key, emission))).join(', ')}`);
  }
  if (call.windowOrderBy.length > 0) {
    parts.push(`ORDER BY ${call.windowOrderBy.map((key) => sortKeySql(key, emission)).join(', ')}`);
  }
  // Without an order Druid has no rows before or after the current one: a frame is the whole partition, whatever it says.
  if (call.frame && call.windowOrderBy.length > 0) parts.push(frameSql(call.frame, emission));
  return aggregateSql(call, emission, ` OVER (${parts.join(' ')})`);
}
