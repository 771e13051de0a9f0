/** Functions of dates and times. Moments are milliseconds since 1970; fields and calendar units follow a time zone. */
import { unsupportedError } from '../errors.js';
import type { Expression } from '../plan/expression.js';
import { BIGINT, BOOLEAN, DATE, INTEGER, type SqlType, TIMESTAMP, VARCHAR, withNullability } from '../types.js';
import { floorToDay } from '../binder/timestamps.js';
import type { EmitContext, FunctionDeclaration, Operand, Signature } from './declaration.js';
import { readJodaPattern, type JodaToken } from './joda.js';
import { formatProblem, formatSql } from './joda-format.js';
import { parseProblem, parseSql } from './joda-parse.js';
import { parseIsoInterval, parsePeriod, type Period } from './period.js';
import {
  addUnitsSql,
  countUnits,
  countUnitsSql,
  extractSql,
  extractUnits,
  roundUnits,
  truncateUnits,
} from './time-parts.js';
import { ceilSql, floorSql, momentSql, roundingMacros, roundingProblem, shiftSql } from './time-rounding.js';
import { textMacros } from './time-text.js';
import { quote, readZone, type Zone, zoneMacros, zoneName, zoneProblem } from './time-zone.js';

const timestampOperand: Operand = { name: 'timestamp_expr', family: 'timestamp' };
const periodOperand: Operand = { name: 'period', family: 'string', literal: true };
const patternOperand: Operand = { name: 'pattern', family: 'string', literal: true, optional: true };
const zoneOperand: Operand = { name: 'timezone', family: 'string', literal: true, optional: true };
const unitOperand = (units: readonly string[]): Operand => ({
  name: 'unit',
  family: 'string',
  literal: true,
  values: units,
});
const signature = (...operands: readonly Operand[]): readonly Signature[] => [{ operands }];
/** Druid's own functions cast nothing: text and DATE are no TIMESTAMP to them. */
const exactSignature = (...operands: readonly Operand[]): readonly Signature[] => [{ operands, exact: true }];

/** A type that is nullable when an argument is. */
const cascading =
  (type: SqlType) =>
  (args: readonly Expression[]): SqlType =>
    withNullability(
      type,
      args.some((arg) => arg.type.nullable),
    );

/** The constant at a place: undefined when it is absent or NULL. */
function constantAt(args: readonly Expression[], index: number): string | number | undefined {
  const arg = args[index];
  const literal = arg?.kind === 'cast' ? arg.input : arg;
  if (literal?.kind !== 'literal' || literal.value === null) return undefined;
  return typeof literal.value === 'string' ? literal.value : Number(literal.value);
}

function textAt(args: readonly Expression[], index: number): string | undefined {
  const value = constantAt(args, index);
  return value === undefined ? undefined : String(value);
}

const unitAt = (args: readonly Expression[], index: number): string => (textAt(args, index) ?? '').toUpperCase();

const zoneAt = (context: EmitContext, index: number): Zone => readZone(textAt(context.args, index) ?? context.timeZone);

const checkZone = (args: readonly Expression[], index: number): string | undefined => {
  const zone = textAt(args, index);
  return zone === undefined ? undefined : zoneProblem(zone);
};

function periodAt(args: readonly Expression[], index: number): Period {
  const period = parsePeriod(textAt(args, index) ?? '');
  if (!period) throw unsupportedError(`Invalid period: '${String(textAt(args, index))}'`);
  return period;
}

function checkPeriod(args: readonly Expression[], index: number): string | undefined {
  const text = textAt(args, index);
  return text !== undefined && parsePeriod(text) ? undefined : `Invalid period: '${text ?? 'NULL'}'`;
}

function checkRounding(name: string, args: readonly Expression[]): string | undefined {
  const invalid = checkPeriod(args, 1) ?? checkZone(args, 3);
  if (invalid !== undefined) return invalid;
  const problem = roundingProblem(periodAt(args, 1));
  return problem === undefined ? undefined : `Invalid period for ${name}: ${problem}`;
}

function checkPattern(args: readonly Expression[], further: (tokens: readonly JodaToken[]) => string | undefined) {
  const pattern = textAt(args, 1);
  const tokens = pattern === undefined ? [] : readJodaPattern(pattern);
  return typeof tokens === 'string' ? tokens : (further(tokens) ?? checkZone(args, 2));
}

function tokensOf(pattern: string): readonly JodaToken[] {
  const tokens = readJodaPattern(pattern);
  if (typeof tokens === 'string') throw unsupportedError(tokens);
  return tokens;
}

function originAt(context: EmitContext): number | undefined {
  const origin = constantAt(context.args, 2);
  if (context.args[2] !== undefined && typeof origin === 'string') {
    throw unsupportedError(`Origin '${origin}' is no timestamp`);
  }
  return typeof origin === 'number' ? origin : undefined;
}

const roundingOperands = exactSignature(
  timestampOperand,
  periodOperand,
  { name: 'origin', family: 'timestamp', literal: true, optional: true },
  zoneOperand,
);

/** Calcite's functions of one field: their names and EXTRACT's units. */
const fieldFunctions: readonly (readonly [name: string, unit: string, of: string])[] = [
  ['YEAR', 'YEAR', 'year'],
  ['QUARTER', 'QUARTER', 'quarter of the year'],
  ['MONTH', 'MONTH', 'month of the year'],
  ['WEEK', 'WEEK', 'week of the ISO week year'],
  ['DAYOFYEAR', 'DOY', 'day of the year'],
  ['DAYOFMONTH', 'DAY', 'day of the month'],
  ['DAYOFWEEK', 'DOW', 'day of the week, Monday being 1,'],
  ['HOUR', 'HOUR', 'hour of the day'],
  ['MINUTE', 'MINUTE', 'minute of the hour'],
  ['SECOND', 'SECOND', 'second of the minute'],
];

const scalar = { kind: 'scalar', family: 'time', nulls: 'strict' } as const;

const nowSignatures: readonly Signature[] = signature({
  name: 'precision',
  family: 'integer',
  literal: true,
  optional: true,
});

const example = `TIMESTAMP '2015-09-12 10:45:30'`;

/** The declarations of the time family. */
export const timeFunctions: readonly FunctionDeclaration[] = [
  {
    ...scalar,
    name: 'EXTRACT',
    signatures: signature(unitOperand(extractUnits), timestampOperand),
    result: cascading(BIGINT),
    summary: 'A field of a timestamp as a number, in the time zone of the statement.',
    example: { sql: `EXTRACT(HOUR FROM ${example})`, result: '10' },
    emit: { duckdb: ([, x = ''], context) => extractSql(unitAt(context.args, 0), x, readZone(context.timeZone)) },
  },
  ...fieldFunctions.map(([name, unit, of]): FunctionDeclaration => ({
    ...scalar,
    name,
    signatures: signature(timestampOperand),
    result: cascading(BIGINT),
    summary: `The ${of} of a timestamp; the same as EXTRACT(${unit} FROM timestamp_expr).`,
    emit: { duckdb: ([x = ''], context) => extractSql(unit, x, readZone(context.timeZone)) },
  })),
  {
    ...scalar,
    name: 'TIME_EXTRACT',
    signatures: exactSignature(timestampOperand, unitOperand(extractUnits), zoneOperand),
    result: cascading(BIGINT),
    check: (args) => checkZone(args, 2),
    summary: 'A field of a timestamp as a number, in a time zone.',
    example: { sql: `TIME_EXTRACT(${example}, 'DOY')`, result: '255' },
    emit: { duckdb: ([x = ''], context) => extractSql(unitAt(context.args, 1), x, zoneAt(context, 2)) },
  },
  {
    ...scalar,
    name: 'FLOOR_TO',
    kind: 'operator',
    signatures: signature(timestampOperand, unitOperand(Object.keys(roundUnits))),
    result: (args) => args[0]?.type ?? TIMESTAMP,
    summary: 'FLOOR(timestamp_expr TO unit): rounds a timestamp down to a unit of time.',
    example: { sql: `FLOOR(${example} TO HOUR)`, result: '2015-09-12T10:00:00.000Z' },
    emit: { duckdb: ([x = ''], context) => roundTo(roundUnits, 1, floorSql, x, context) },
  },
  {
    ...scalar,
    name: 'CEIL_TO',
    kind: 'operator',
    signatures: signature(timestampOperand, unitOperand(Object.keys(roundUnits))),
    result: (args) => args[0]?.type ?? TIMESTAMP,
    summary: 'CEIL(timestamp_expr TO unit): rounds a timestamp up to a unit of time.',
    example: { sql: `CEIL(${example} TO DAY)`, result: '2015-09-13T00:00:00.000Z' },
    emit: { duckdb: ([x = ''], context) => roundTo(roundUnits, 1, ceilSql, x, context) },
  },
  {
    ...scalar,
    name: 'DATE_TRUNC',
    signatures: exactSignature(unitOperand(Object.keys(truncateUnits)), timestampOperand),
    result: cascading(TIMESTAMP),
    summary: 'Rounds a timestamp down to a unit that is given as text.',
    example: { sql: `DATE_TRUNC('month', ${example})`, result: '2015-09-01T00:00:00.000Z' },
    emit: { duckdb: ([, x = ''], context) => roundTo(truncateUnits, 0, floorSql, x, context) },
  },
  {
    ...scalar,
    name: 'TIME_FLOOR',
    signatures: roundingOperands,
    result: (args) => cascading(TIMESTAMP)(args.slice(0, 1)),
    check: (args) => checkRounding('TIME_FLOOR', args),
    summary: 'Rounds a timestamp down to an ISO 8601 period, counted from an origin in a time zone.',
    example: { sql: `TIME_FLOOR(${example}, 'PT15M')`, result: '2015-09-12T10:45:00.000Z' },
    emit: {
      duckdb: ([x = ''], context) => floorSql(x, periodAt(context.args, 1), originAt(context), zoneAt(context, 3)),
    },
  },
  {
    ...scalar,
    name: 'TIME_CEIL',
    signatures: roundingOperands,
    result: (args) => cascading(TIMESTAMP)(args.slice(0, 1)),
    check: (args) => checkRounding('TIME_CEIL', args),
    summary: 'Rounds a timestamp up to an ISO 8601 period, counted from an origin in a time zone.',
    example: { sql: `TIME_CEIL(${example}, 'PT15M')`, result: '2015-09-12T11:00:00.000Z' },
    emit: {
      duckdb: ([x = ''], context) => ceilSql(x, periodAt(context.args, 1), originAt(context), zoneAt(context, 3)),
    },
  },
  {
    ...scalar,
    name: 'TIME_SHIFT',
    signatures: exactSignature(timestampOperand, periodOperand, { name: 'step', family: 'integer' }, zoneOperand),
    result: (args) => cascading(TIMESTAMP)([args[0], args[2]].filter((arg) => arg !== undefined)),
    check: (args) => checkPeriod(args, 1) ?? checkZone(args, 3),
    summary: 'Moves a timestamp by an ISO 8601 period, step times; a negative step moves it back.',
    example: { sql: `TIME_SHIFT(${example}, 'P1M', -1)`, result: '2015-08-12T10:45:30.000Z' },
    emit: {
      duckdb: ([x = '', , step = ''], context) => {
        const constant = constantAt(context.args, 2);
        return shiftSql(
          x,
          periodAt(context.args, 1),
          typeof constant === 'number' ? constant : step,
          zoneAt(context, 3),
        );
      },
    },
  },
  {
    ...scalar,
    name: 'TIMESTAMPADD',
    signatures: signature(unitOperand(countUnits), { name: 'count', family: 'integer' }, timestampOperand),
    result: (args) => {
      const type = args[2]?.type.name === 'DATE' && !isClockUnit(unitAt(args, 0)) ? DATE : TIMESTAMP;
      return cascading(type)(args);
    },
    summary: 'A timestamp some units of time later.',
    example: { sql: `TIMESTAMPADD(DAY, 2, ${example})`, result: '2015-09-14T10:45:30.000Z' },
    emit: {
      duckdb: ([, count = '', x = ''], context) =>
        addUnitsSql(unitAt(context.args, 0), count, x, readZone(context.timeZone)),
    },
  },
  {
    ...scalar,
    name: 'TIMESTAMPDIFF',
    signatures: signature(
      unitOperand(countUnits),
      { name: 'timestamp1', family: 'timestamp' },
      { name: 'timestamp2', family: 'timestamp' },
    ),
    result: cascading(INTEGER),
    summary: 'The whole units of time from the first timestamp to the second.',
    example: { sql: `TIMESTAMPDIFF(HOUR, ${example}, TIMESTAMP '2015-09-13 10:45:29')`, result: '23' },
    emit: {
      duckdb: ([, from = '', to = ''], context) =>
        countUnitsSql(unitAt(context.args, 0), from, to, readZone(context.timeZone)),
    },
  },
  {
    ...scalar,
    name: 'TIME_PARSE',
    signatures: exactSignature({ name: 'string_expr', family: 'string' }, patternOperand, zoneOperand),
    result: TIMESTAMP,
    nulls: 'own',
    check: (args) => checkPattern(args, parseProblem),
    summary: 'Reads a timestamp from text, by a Joda pattern or in ISO 8601 form; NULL when the text is none.',
    example: { sql: `TIME_PARSE('12/09/2015 10:45', 'dd/MM/yyyy HH:mm')`, result: '2015-09-12T10:45:00.000Z' },
    emit: {
      duckdb: ([x = ''], context) => {
        const pattern = textAt(context.args, 1);
        const zone = zoneAt(context, 2);
        return pattern === undefined
          ? `druid_text_to_timestamp(${x}, ${quote(zoneName(zone))})`
          : parseSql(x, tokensOf(pattern), zone, context.now);
      },
    },
  },
  {
    ...scalar,
    name: 'TIME_FORMAT',
    signatures: exactSignature(timestampOperand, patternOperand, zoneOperand),
    result: (args) => cascading(VARCHAR)(args.slice(0, 1)),
    check: (args) => checkPattern(args, () => undefined),
    summary: 'Shows a timestamp as text, by a Joda pattern or in ISO 8601 form.',
    example: { sql: `TIME_FORMAT(${example}, 'EEE d MMM yyyy')`, result: 'Sat 12 Sep 2015' },
    emit: {
      duckdb: ([x = ''], context) => {
        const tokens = tokensOf(textAt(context.args, 1) ?? `yyyy-MM-dd'T'HH:mm:ss.SSSZZ`);
        const zone = zoneAt(context, 2);
        const problem = formatProblem(tokens, zone);
        if (problem !== undefined) throw unsupportedError(problem);
        return formatSql(x, tokens, zone);
      },
    },
  },
  {
    ...scalar,
    name: 'TIME_IN_INTERVAL',
    signatures: exactSignature(timestampOperand, { name: 'interval', family: 'string', literal: true }),
    result: (args) => cascading(BOOLEAN)(args.slice(0, 1)),
    check: (args) => {
      const text = textAt(args, 1);
      return text !== undefined && parseIsoInterval(text, 'UTC')
        ? undefined
        : `Function 'TIME_IN_INTERVAL' second argument is not a valid ISO8601 interval: '${text ?? 'NULL'}'`;
    },
    summary: 'Whether a timestamp lies in an ISO 8601 interval: at its start or after, and before its end.',
    example: { sql: `TIME_IN_INTERVAL(${example}, '2015-09-12/P1D')`, result: 'true' },
    emit: {
      duckdb: ([x = ''], context) => {
        const interval = parseIsoInterval(textAt(context.args, 1) ?? '', zoneName(readZone(context.timeZone)));
        if (!interval) throw unsupportedError(`Invalid interval: '${String(textAt(context.args, 1))}'`);
        return `(${x} >= ${momentSql(interval.start)} AND ${x} < ${momentSql(interval.end)})`;
      },
    },
  },
  {
    ...scalar,
    name: 'MILLIS_TO_TIMESTAMP',
    signatures: exactSignature({ name: 'millis_expr', family: 'integer', accepts: 'exactNumeric' }),
    result: cascading(TIMESTAMP),
    summary: 'The timestamp of a number of milliseconds since 1970-01-01 00:00:00 UTC.',
    example: { sql: 'MILLIS_TO_TIMESTAMP(1442054730000)', result: '2015-09-12T10:45:30.000Z' },
    emit: { duckdb: ([x = '']) => `make_timestamp_ms(${x})` },
  },
  {
    ...scalar,
    name: 'TIMESTAMP_TO_MILLIS',
    signatures: exactSignature(timestampOperand),
    result: cascading(BIGINT),
    summary: 'The milliseconds from 1970-01-01 00:00:00 UTC to a timestamp.',
    example: { sql: `TIMESTAMP_TO_MILLIS(${example})`, result: '1442054730000' },
    emit: { duckdb: ([x = '']) => `epoch_ms(${x})` },
  },
  {
    ...scalar,
    name: 'CURRENT_TIMESTAMP',
    aliases: ['LOCALTIMESTAMP'],
    signatures: nowSignatures,
    result: withNullability(TIMESTAMP, false),
    summary: 'The moment at which the statement began; one and the same in the whole statement.',
    emit: { duckdb: (_, context) => momentSql(context.now) },
  },
  {
    ...scalar,
    name: 'CURRENT_DATE',
    signatures: signature(),
    result: withNullability(DATE, false),
    summary: 'The day on which the statement began, in the time zone of the statement.',
    emit: {
      duckdb: (_, context) => momentSql(floorToDay(context.now, zoneName(readZone(context.timeZone)))),
    },
  },
];

const isClockUnit = (unit: string): boolean => ['MILLISECOND', 'SECOND', 'MINUTE', 'HOUR'].includes(unit);

function roundTo(
  units: Readonly<Record<string, Period>>,
  unitIndex: number,
  round: typeof floorSql,
  x: string,
  context: EmitContext,
): string {
  const unit = unitAt(context.args, unitIndex);
  const period = units[unit];
  if (!period) throw unsupportedError(`Cannot round to ${unit}`);
  return round(x, period, undefined, readZone(context.timeZone));
}

/** Macros that emitted calls of the time family and casts between text and timestamps use, in order of dependence. */
export const timeMacros: readonly string[] = [...zoneMacros, ...roundingMacros, ...textMacros];
