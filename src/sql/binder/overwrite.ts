/** OVERWRITE WHERE: a condition on __time as a list of time ranges (DruidSqlParserUtils.validateQueryAndConvertToIntervals). */
import type { Expr } from '../ast.js';
import { validationError } from '../errors.js';
import type { TimeRange } from '../plan/index.js';
import { chainOperands } from './logic.js';
import { parseTimestamp } from './timestamps.js';

/** The ends of Druid's eternity, milliseconds (org.apache.druid.java.util.common.DateTimes). */
const START = -(2 ** 62);
const END = 2 ** 62;

/** The ranges that a condition on __time leaves, in order and without overlaps. */
export function overwriteRanges(condition: Expr, timeZone: string): readonly TimeRange[] {
  const ranges = rangesOf(condition, timeZone);
  if (ranges.length === 0) {
    throw validationError(
      'The OVERWRITE WHERE clause produced no time intervals, are the bounds overly restrictive?',
      condition.span,
    );
  }
  return ranges;
}

function rangesOf(node: Expr, timeZone: string): readonly TimeRange[] {
  if (node.kind === 'between') {
    checkColumn(node.operand);
    const [low, high] = [instantOf(node.low, timeZone), instantOf(node.high, timeZone)];
    const ranges = normalised([{ start: low, end: high + 1 }]);
    return node.negated ? complement(ranges) : ranges;
  }
  if (node.kind === 'unary' && node.operator === 'NOT') return complement(rangesOf(node.operand, timeZone));
  if (node.kind !== 'binary') {
    throw validationError(
      'Invalid OVERWRITE WHERE clause: expected clause including AND, OR, NOT, >, <, >=, <= OR BETWEEN operators',
      node.span,
    );
  }
  switch (node.operator) {
    case 'AND':
      return chainOperands(node)
        .map((operand) => rangesOf(operand, timeZone))
        .reduce(intersection);
    case 'OR':
      return normalised(chainOperands(node).flatMap((operand) => rangesOf(operand, timeZone)));
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '=':
      checkColumn(node.left);
      return normalised([comparison(node.operator, instantOf(node.right, timeZone))]);
    default:
      throw validationError(`Unsupported operation [${node.operator}] in OVERWRITE WHERE clause.`, node.operatorSpan);
  }
}

function comparison(operator: '<' | '<=' | '>' | '>=' | '=', instant: number): TimeRange {
  switch (operator) {
    case '<':
      return { start: START, end: instant };
    case '<=':
      return { start: START, end: instant + 1 };
    case '>':
      return { start: instant + 1, end: END };
    case '>=':
      return { start: instant, end: END };
    case '=':
      return { start: instant, end: instant + 1 };
  }
}

function checkColumn(node: Expr): void {
  const name = node.kind === 'identifier' ? node.names[node.names.length - 1] : undefined;
  if (name !== '__time') {
    const shown = node.kind === 'identifier' ? node.names.join('.') : 'an expression';
    throw validationError(
      `OVERWRITE WHERE clause only supports filtering on the __time column, got [${shown}]`,
      node.span,
    );
  }
}

function instantOf(node: Expr, timeZone: string): number {
  if (node.kind === 'literal') {
    const { value } = node;
    if (value.type === 'timestamp' || value.type === 'date') {
      const instant = parseTimestamp(value.value, timeZone);
      if (instant !== undefined) return instant;
    }
    if (value.type === 'decimal' && /^\d+$/.test(value.text)) return Number(value.text);
  }
  throw validationError('OVERWRITE WHERE compares __time with TIMESTAMP or DATE literals only', node.span);
}

function normalised(ranges: readonly TimeRange[]): readonly TimeRange[] {
  const sorted = ranges.filter((range) => range.start < range.end).sort((a, b) => a.start - b.start);
  const merged: TimeRange[] = [];
  for (const range of sorted) {
    const last = merged[merged.length - 1];
    if (last && range.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else merged.push(range);
  }
  return merged;
}

function intersection(a: readonly TimeRange[], b: readonly TimeRange[]): readonly TimeRange[] {
  return normalised(
    a.flatMap((left) =>
      b.map((right) => ({ start: Math.max(left.start, right.start), end: Math.min(left.end, right.end) })),
    ),
  );
}

function complement(ranges: readonly TimeRange[]): readonly TimeRange[] {
  const gaps: TimeRange[] = [];
  let from = START;
  for (const range of ranges) {
    gaps.push({ start: from, end: range.start });
    from = range.end;
  }
  return normalised([...gaps, { start: from, end: END }]);
}
