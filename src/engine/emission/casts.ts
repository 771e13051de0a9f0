import { unsupportedError } from '../../sql/errors.js';
import {
  BIGINT,
  formatType,
  isDatetime,
  isFractional,
  isInteger,
  isInterval,
  isNumeric,
  isString,
  type SqlType,
  VARCHAR,
} from '../../sql/types.js';
import { type ListSyntax, mapList } from './lists.js';
import { operand } from './names.js';
import type { CastOptions } from './syntax.js';

/** An engine's conversions between Druid's native types; undefined where Druid has no such cast. */
export interface CastSyntax {
  readonly engine: string;
  readonly lists: ListSyntax;
  typeName(type: SqlType): string;
  toText(sql: string, from: SqlType, timeZone: string): string;
  toNumber(sql: string, from: SqlType, to: SqlType): string | undefined;
  /** A text or number as a TIMESTAMP. */
  textToTimestamp(sql: string, timeZone: string): string;
  numberToTimestamp(milliseconds: string): string;
  /** The day that a timestamp lies in. */
  floorToDay(sql: string, timeZone: string): string;
  /** A value that is no JSON yet as JSON. */
  toJson(sql: string, from: SqlType): string;
  /** A finished cast whose failures give NULL. */
  attempt(sql: string): string;
}

function toTimestamp(syntax: CastSyntax, sql: string, from: SqlType, to: SqlType, timeZone: string) {
  let timestamp: string | undefined;
  if (isDatetime(from)) timestamp = sql;
  else if (isString(from)) timestamp = syntax.textToTimestamp(sql, timeZone);
  else if (isNumeric(from)) timestamp = syntax.numberToTimestamp(syntax.toNumber(sql, from, BIGINT) ?? sql);
  if (timestamp === undefined) return undefined;
  return to.name === 'DATE' && from.name !== 'DATE' ? syntax.floorToDay(timestamp, timeZone) : timestamp;
}

function toBoolean(syntax: CastSyntax, sql: string, from: SqlType): string | undefined {
  if (from.name === 'BOOLEAN') return sql;
  if (isInteger(from)) return `${operand(sql)} <> 0`;
  // Whatever else is brought to a whole number first, which is true when it is greater than 0 (Evals.asBoolean).
  const number = isString(from) || isFractional(from) ? syntax.toNumber(sql, from, BIGINT) : undefined;
  return number === undefined ? undefined : `${operand(number)} > 0`;
}

function toComplex(syntax: CastSyntax, sql: string, from: SqlType, to: SqlType): string | undefined {
  if (from.name === 'COMPLEX') return from.complex === to.complex ? sql : undefined;
  return to.complex === 'json' ? syntax.toJson(sql, from) : undefined;
}

function converted(syntax: CastSyntax, sql: string, from: SqlType, to: SqlType, options: CastOptions) {
  const { lists } = syntax;
  const { timeZone = 'UTC' } = options;
  if (to.name === 'ARRAY') {
    const target = to.element ?? VARCHAR;
    if (from.name === 'ARRAY') {
      return mapList(lists, sql, (element) => castWith(syntax, element, from.element ?? VARCHAR, target, options));
    }
    return `CASE WHEN ${operand(sql)} IS NOT NULL THEN ${lists.list([castWith(syntax, sql, from, target, options)])} END`;
  }
  if (from.name === 'ARRAY') {
    const only = castWith(syntax, lists.first(operand(sql)), from.element ?? VARCHAR, to, options);
    return `CASE WHEN ${lists.size(sql)} = 1 THEN ${only} END`;
  }
  if (isString(to)) return isString(from) ? sql : syntax.toText(sql, from, timeZone);
  if (to.name === 'COMPLEX') return toComplex(syntax, sql, from, to);
  if (to.name === 'BOOLEAN') return toBoolean(syntax, sql, from);
  if (isDatetime(to)) return toTimestamp(syntax, sql, from, to, timeZone);
  if (isNumeric(to)) return syntax.toNumber(sql, from, to);
  if (isInterval(to)) return isInterval(from) ? sql : syntax.toNumber(sql, from, BIGINT);
  return undefined;
}

/**
 * The SQL of `CAST(sql AS to)` for a value of type `from`, as Druid casts: between its native types, so that text that is
 * no number gives NULL, fractions are cut off, numbers outside of 64 bits saturate as Java's narrowing does
 * (ExprEval.computeNumber and castTo of org.apache.druid.math.expr), and a list of one is its element.
 * The result is a whole expression, not yet an operand. Throws SqlError `unsupported` where Druid has no such cast.
 */
export function castWith(syntax: CastSyntax, sql: string, from: SqlType, to: SqlType, options: CastOptions): string {
  if (to.name === 'ANY' || to.name === 'NULL') return sql;
  if (from.name === 'NULL' || from.name === 'ANY') return `CAST(${sql} AS ${syntax.typeName(to)})`;
  const result = converted(syntax, sql, from, to, options);
  if (result === undefined) {
    const message = `Cast from ${formatType(from)} to ${formatType(to)} is not supported by the ${syntax.engine} engine`;
    throw unsupportedError(message);
  }
  return options.safe && to.name !== 'ARRAY' && result !== sql ? syntax.attempt(result) : result;
}
