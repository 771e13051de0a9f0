import { unsupportedError } from '../../sql/errors.js';
import type { WindowCall, Frame, FrameBoundary } from '../../sql/plan/index.js';
import type { EngineSyntax } from '../emission/syntax.js';
import { castSql } from './casts.js';
import { sparkEmitter } from './functions/index.js';
import { literalSql } from './literals.js';
import { multiAny, multiText, multiValues, isMulti } from './multi-value.js';
import { listSyntax } from './lists.js';
import { quoteIdentifier, quoteText } from './quoting.js';

/** Functions that Spark computes over an ordered window whose frame it fixes itself. */
const ranking: ReadonlySet<string> = new Set([
  'ROW_NUMBER',
  'RANK',
  'DENSE_RANK',
  'PERCENT_RANK',
  'CUME_DIST',
  'NTILE',
  'LAG',
  'LEAD',
]);

/** Rows before or after the current one; undefined where a boundary tells no number. */
function placeOf(boundary: FrameBoundary): bigint | undefined {
  if (boundary.kind === 'currentRow') return 0n;
  if (!('offset' in boundary) || boundary.offset.kind !== 'literal') return undefined;
  const { value } = boundary.offset;
  if (typeof value !== 'bigint') return undefined;
  return boundary.kind === 'preceding' ? -value : value;
}

/** Whether a frame ends before it begins, so that it holds no rows: Spark takes it for a mistake. */
function isEmptyFrame({ start, end }: Frame): boolean {
  const [first, last] = [placeOf(start), placeOf(end)];
  return first !== undefined && last !== undefined && first > last;
}

/** Spark demands an order of ranking functions, and for them refuses any frame that it has not chosen. */
function windowOf(call: WindowCall): WindowCall {
  if (call.ignoreNulls) {
    throw unsupportedError(`IGNORE NULLS of '${call.function}' is not supported by the spark engine`);
  }
  if (!ranking.has(call.function)) {
    if (call.frame && call.windowOrderBy.length > 0 && isEmptyFrame(call.frame)) {
      const { frame: _frame, ...unbounded } = call;
      return { ...unbounded, filter: { kind: 'literal', value: false, type: { name: 'BOOLEAN', nullable: false } } };
    }
    // The binder lets GROUPS have no offsets: such frames begin and end with the peers of a row, as those of RANGE do.
    return call.frame?.unit === 'GROUPS' ? { ...call, frame: { ...call.frame, unit: 'RANGE' } } : call;
  }
  const { frame: _, ...rest } = call;
  if (rest.windowOrderBy.length > 0) return rest;
  const nothing = { kind: 'literal', value: null, type: { name: 'VARCHAR', nullable: true } } as const;
  return { ...rest, windowOrderBy: [{ expression: nothing, descending: false, nullsFirst: true }] };
}

/** Spark's SQL, for a session with the settings of session-settings.ts. It runs on Spark 3.5 and 4. */
export const sparkSyntax: EngineSyntax = {
  name: 'spark',
  emitter: sparkEmitter,
  quoteIdentifier,
  quoteText,
  literal: literalSql,
  bareInteger: (value) => literalSql({ kind: 'literal', value, type: { name: 'BIGINT', nullable: false } }),
  cast: castSql,
  toBigint: (sql) => `CAST(${sql} AS BIGINT)`,
  // Spark orders the elements of arrays as Druid does, nulls before everything.
  ordered: (sql) => sql,

  ...listSyntax,
  struct: (members) => `named_struct(${members.map(({ name, sql }) => `${quoteText(name)}, ${sql}`).join(', ')})`,
  numbered: (list) => `transform(${list}, (v, i) -> named_struct('v', v, 'i', CAST(i + 1 AS BIGINT)))`,
  flatten: (list) => `flatten(${list})`,
  bind: (variable, value, body) => `transform(array(${value}), ${variable} -> ${body})[0]`,
  unnest: (list) => `explode(${list})`,

  isMulti,
  multiValues,
  multiText,
  multiAny,
  fail: (message) => `raise_error(${message})`,

  quantified(needle, { operator, quantifier }, query) {
    if (operator === '=' && quantifier === 'ANY') return `${needle} IN (${query})`;
    if (operator === '<>' && quantifier === 'ALL') return `${needle} NOT IN (${query})`;
    throw unsupportedError(`'${operator} ${quantifier} (subquery)' is not supported by the spark engine`);
  },
  grouping: (columns) => {
    const bits = columns.map((column, index) => `grouping(${column}) * ${2 ** (columns.length - 1 - index)}`);
    return bits.length === 1 ? `grouping(${columns.join('')})` : `(${bits.join(' + ')})`;
  },
  groupingSetsKnowAliases: false,
  copiesOperands: true,
  filtersWindows: false,
  window: windowOf,
};
