/** PARTITIONED BY: the granularity of segments (org.apache.druid.sql.calcite.parser.DruidSqlParserUtils). */
import type { Expr, PartitionedBy } from '../ast.js';
import { validationError, type Span } from '../errors.js';
import { granularityPeriods } from '../granularity-periods.js';
import type { Granularity } from '../plan/index.js';

/** Periods that Druid's segments may have (GranularityType.isStandard). */
const standard: ReadonlySet<string> = new Set([...Object.values(granularityPeriods), 'P7D']);

const invalid = (given: string, span: Span): Error =>
  validationError(
    `Invalid granularity[${given}] specified after PARTITIONED BY clause. Expected 'SECOND', 'MINUTE', 'FIVE_MINUTE', 'TEN_MINUTE', 'FIFTEEN_MINUTE', 'THIRTY_MINUTE', 'HOUR', 'SIX_HOUR', 'EIGHT_HOUR', 'DAY', 'MONTH', 'QUARTER', 'YEAR', 'ALL', ALL TIME, FLOOR() or TIME_FLOOR()`,
    span,
  );

/** What a PARTITIONED BY clause means. */
export function resolvePartitioning(clause: PartitionedBy): Granularity {
  switch (clause.kind) {
    case 'keyword': {
      if (clause.keyword === 'ALL') return { kind: 'all' };
      const period = granularityPeriods[clause.keyword];
      if (period === undefined) throw invalid(clause.keyword, clause.span);
      return { kind: 'period', period };
    }
    case 'period': {
      const word = clause.period.toUpperCase();
      if (word === 'ALL' || word === 'ALL TIME') return { kind: 'all' };
      return checkedPeriod(granularityPeriods[word] ?? clause.period, clause.span);
    }
    case 'expr':
      return fromExpression(clause.expr);
    default:
      return clause satisfies never;
  }
}

function checkedPeriod(period: string, span: Span): Granularity {
  if (!/^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/.test(period)) {
    throw validationError(`granularity[${period}] is an invalid period literal.`, span);
  }
  if (!standard.has(period)) throw validationError(`${period} is not a valid period granularity for ingestion.`, span);
  return { kind: 'period', period: period === 'P7D' ? 'P1W' : period };
}

function fromExpression(expr: Expr): Granularity {
  if (expr.kind !== 'call' || (expr.name !== 'FLOOR' && expr.name !== 'TIME_FLOOR')) {
    if (expr.kind === 'identifier') throw invalid(expr.names.join('.'), expr.span);
    const shown = expr.kind === 'call' ? expr.name : expr.kind;
    throw validationError(
      `Invalid operator[${shown}] specified. PARTITIONED BY clause only supports __time FLOOR and TIME_FLOOR functions.`,
      expr.span,
    );
  }
  const [time, period] = expr.args;
  const count = expr.args.length + (expr.unit === undefined ? 0 : 1);
  if (count !== 2) {
    throw validationError(
      `${expr.name} in PARTITIONED BY clause must have 2 arguments, but only [${count}] provided.`,
      expr.span,
    );
  }
  if (time?.kind !== 'identifier' || time.names[time.names.length - 1] !== '__time') {
    throw validationError(`The first argument to ${expr.name} in PARTITIONED BY clause must be __time.`, expr.span);
  }
  if (expr.unit !== undefined) {
    const unitPeriod = granularityPeriods[expr.unit];
    if (unitPeriod !== undefined) return { kind: 'period', period: unitPeriod };
    throw validationError(
      `Second argument[${expr.unit}] to the FLOOR function in PARTITIONED BY clause is not a valid granularity.`,
      expr.span,
    );
  }
  if (period?.kind !== 'literal' || period.value.type !== 'string') {
    throw validationError(
      `The second argument to ${expr.name} in PARTITIONED BY clause must be a period like 'PT1H'.`,
      expr.span,
    );
  }
  return checkedPeriod(period.value.value, period.span);
}
