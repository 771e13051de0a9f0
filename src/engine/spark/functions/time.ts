/** Functions of dates and times. Moments are TIMESTAMP in a session whose zone is UTC, of whole milliseconds. */
import { unsupportedError } from '../../../sql/errors.js';
import { floorToDay, instantToWall, wallToInstant } from '../../../sql/binder/timestamps.js';
import type { EmitContext, Emitter } from '../../../sql/functions/declaration.js';
import { readJodaPattern, type JodaToken } from '../../../sql/functions/joda.js';
import {
  clockOf,
  daysOf,
  monthsOf,
  noPeriod,
  parseIsoInterval,
  parsePeriod,
  type Period,
} from '../../../sql/functions/period.js';
import { roundUnits, truncateUnits } from '../../../sql/functions/time-parts.js';
import { zoneName, isUtcZone } from '../../../sql/functions/time-zone.js';
import { ceilingSafe, textToTimestamp } from '../text-times.js';
import { timestampLiteral } from '../literals.js';
import { instantSql, localSql, readSparkZone, shifted, type Zone } from '../zones.js';
import type { Emitters } from './index.js';
import { formatSql, parseSql } from './joda.js';

const DAY = 86_400_000;

/** The constant at a place: undefined when it is absent or NULL. */
function constantAt({ args }: EmitContext, index: number): string | number | undefined {
  const arg = args[index];
  const literal = arg?.kind === 'cast' ? arg.input : arg;
  if (literal?.kind !== 'literal' || literal.value === null) return undefined;
  return typeof literal.value === 'string' ? literal.value : Number(literal.value);
}

function textAt(context: EmitContext, index: number): string | undefined {
  const value = constantAt(context, index);
  return value === undefined ? undefined : String(value);
}

const unitAt = (context: EmitContext, index: number): string => (textAt(context, index) ?? '').toUpperCase();
const zoneAt = (context: EmitContext, index: number): Zone => readSparkZone(textAt(context, index) ?? context.timeZone);
const statementZone = (context: EmitContext): Zone => readSparkZone(context.timeZone);

function periodAt(context: EmitContext, index: number): Period {
  const period = parsePeriod(textAt(context, index) ?? '');
  if (!period) throw unsupportedError(`Invalid period: '${String(textAt(context, index))}'`);
  return period;
}

function tokensOf(pattern: string): readonly JodaToken[] {
  const tokens = readJodaPattern(pattern);
  if (typeof tokens === 'string') throw unsupportedError(tokens);
  return tokens;
}

const fields: Readonly<Record<string, (x: string) => string>> = {
  MILLISECOND: (x) => `pmod(unix_millis(${x}), 1000)`,
  SECOND: (x) => `second(${x})`,
  MINUTE: (x) => `minute(${x})`,
  HOUR: (x) => `hour(${x})`,
  DAY: (x) => `day(${x})`,
  DOW: (x) => `weekday(${x}) + 1`,
  ISODOW: (x) => `weekday(${x}) + 1`,
  DOY: (x) => `dayofyear(${x})`,
  WEEK: (x) => `weekofyear(${x})`,
  MONTH: (x) => `month(${x})`,
  QUARTER: (x) => `quarter(${x})`,
  YEAR: (x) => `year(${x})`,
  ISOYEAR: (x) => `year(${x})`,
  DECADE: (x) => `floor(year(${x}) / 10)`,
  CENTURY: (x) => `ceil(year(${x}) / 100)`,
  MILLENNIUM: (x) => `ceil(year(${x}) / 1000)`,
};

/** A field in the zone's calendar; Druid counts days of the week from Monday for DOW too. */
function extractSql(unit: string, x: string, zone: Zone): string {
  if (unit === 'EPOCH') return `CAST(floor(unix_millis(${x}) / 1000) AS BIGINT)`;
  const field = fields[unit];
  if (!field) throw unsupportedError(`Unit ${unit} is not supported by the spark engine`);
  return `CAST(${field(localSql(x, zone))} AS BIGINT)`;
}

/** Rounds a wall-clock time down to a multiple of milliseconds counted from an origin. */
const bucket = (x: string, width: number, origin: number): string =>
  `timestamp_millis(unix_millis(${x}) - pmod(unix_millis(${x}) - ${origin}L, ${width}L))`;

function monthBucket(local: string, months: number, origin: number): string {
  const date = new Date(origin);
  if (date.getUTCDate() !== 1 || origin % DAY !== 0) {
    throw unsupportedError('Rounding to months from an origin within a month is not supported by the spark engine');
  }
  const first = date.getUTCFullYear() * 12 + date.getUTCMonth();
  const index = `(year(${local}) * 12 + month(${local}) - 1)`;
  const floor = `(${index} - pmod(${index} - ${first}, ${months}))`;
  return `CAST(make_date(${floor} div 12, ${floor} % 12 + 1, 1) AS TIMESTAMP)`;
}

const calendarUnits: Readonly<Record<number, string>> = { 1: 'MONTH', 3: 'QUARTER', 12: 'YEAR' };

/** Rounds an instant down, as PeriodGranularity counts periods. `origin` is an instant, milliseconds since 1970. */
export function floorSql(x: string, period: Period, origin: number | undefined, zone: Zone): string {
  const [months, days, clock] = [monthsOf(period), daysOf(period), clockOf(period)];
  const wallOrigin = origin === undefined ? 0 : instantToWall(origin, zoneName(zone));
  const byCalendar = (floor: (local: string) => string): string => instantSql(floor(localSql(x, zone)), zone);
  const truncated = (unit: string) => (local: string) => `date_trunc('${unit}', ${local})`;
  if (months > 0) {
    const unit = origin === undefined ? calendarUnits[months] : undefined;
    return byCalendar(unit ? truncated(unit) : (local) => monthBucket(local, months, wallOrigin));
  }
  if (clock === 0) {
    const unit =
      origin === undefined && (days === 1 ? 'DAY' : period.weeks === 1 && period.days === 0 ? 'WEEK' : undefined);
    return byCalendar(unit ? truncated(unit) : (local) => bucket(local, days * DAY, wallOrigin));
  }
  if (days > 0 && zone.kind === 'named') {
    throw unsupportedError('Rounding to a period of days together with time is only supported in a fixed time zone');
  }
  // Within a day Joda keeps the offset that holds at the instant, so that the hours of a repeated hour stay apart.
  if (origin === undefined && days === 0 && (clock === 3_600_000 || clock === 60_000)) {
    if (isUtcZone(zone)) return bucket(x, clock, 0);
    return `timestamp_millis(unix_millis(${x}) - pmod(unix_millis(${localSql(x, zone)}), ${clock}L))`;
  }
  return bucket(x, days * DAY + clock, origin ?? wallToInstant(0, zoneName(zone)));
}

/** Rounds an instant up: the instant itself where a period starts, otherwise the start of the next one. */
function ceilSql(x: string, period: Period, origin: number | undefined, zone: Zone): string {
  const floor = floorSql(x, period, origin, zone);
  return `CASE WHEN ${floor} = ${x} THEN ${x} ELSE ${shiftSql(floor, period, '1', zone)} END`;
}

/** Moves an instant by a period `step` times; `step` is SQL of an integer. */
function shiftSql(x: string, period: Period, step: string, zone: Zone): string {
  const months = monthsOf(period);
  const days = daysOf(period);
  let moved = x;
  if (months !== 0 || days !== 0) {
    let local = localSql(x, zone);
    if (months !== 0) local = `(${local} + make_ym_interval(0, CAST(${step} * ${months} AS INT)))`;
    if (days !== 0) local = shifted(local, `${step} * ${days * DAY}L`);
    moved = instantSql(local, zone);
  }
  const clock = clockOf(period);
  return clock === 0 ? moved : shifted(moved, `${step} * ${clock}L`);
}

const exactUnits: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY,
  WEEK: 7 * DAY,
};
const monthUnits: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

function rounded(
  units: Readonly<Record<string, Period>>,
  unitIndex: number,
  round: typeof floorSql,
  x: string,
  context: EmitContext,
): string {
  const unit = unitAt(context, unitIndex);
  const period = units[unit];
  if (!period) throw unsupportedError(`Cannot round to ${unit}`);
  return round(x, period, undefined, statementZone(context));
}

const originAt = (context: EmitContext): number | undefined => {
  const origin = constantAt(context, 2);
  if (typeof origin === 'string') throw unsupportedError(`Origin '${origin}' is no timestamp`);
  return origin;
};

const fieldFunctions: Readonly<Record<string, string>> = {
  YEAR: 'YEAR',
  QUARTER: 'QUARTER',
  MONTH: 'MONTH',
  WEEK: 'WEEK',
  DAYOFYEAR: 'DOY',
  DAYOFMONTH: 'DAY',
  DAYOFWEEK: 'DOW',
  HOUR: 'HOUR',
  MINUTE: 'MINUTE',
  SECOND: 'SECOND',
};

const timestampAdd: Emitter = ([, count = '', x = ''], context) => {
  const unit = unitAt(context, 0);
  const months = monthUnits[unit];
  if (months !== undefined) return shiftSql(x, { ...noPeriod, months }, count, statementZone(context));
  return shifted(x, `${count} * ${exactUnits[unit] ?? 0}L`);
};

const timestampDiff: Emitter = ([, from = '', to = ''], context) => {
  const unit = unitAt(context, 0);
  const months = monthUnits[unit];
  if (months === undefined) return `(unix_millis(${to}) - unix_millis(${from})) div ${exactUnits[unit] ?? 1}L`;
  const zone = statementZone(context);
  const count = `timestampdiff(MONTH, ${localSql(from, zone)}, ${localSql(to, zone)})`;
  return months === 1 ? count : `${count} div ${months}`;
};

const timeParse: Emitter = ([x = ''], context) => {
  const pattern = textAt(context, 1);
  const zone = zoneAt(context, 2);
  return pattern === undefined ? textToTimestamp(x, zone) : parseSql(x, tokensOf(pattern), zone);
};

const timeInInterval: Emitter = ([x = ''], context) => {
  const text = textAt(context, 1) ?? '';
  const interval = parseIsoInterval(text, zoneName(statementZone(context)));
  if (!interval) throw unsupportedError(`Invalid interval: '${text}'`);
  return `(${x} >= ${timestampLiteral(interval.start)} AND ${x} < ${timestampLiteral(interval.end)})`;
};

export const timeEmitters: Emitters = {
  EXTRACT: ([, x = ''], context) => extractSql(unitAt(context, 0), x, statementZone(context)),
  ...Object.fromEntries(
    Object.entries(fieldFunctions).map(([name, unit]): [string, Emitter] => [
      name,
      ([x = ''], context) => extractSql(unit, x, statementZone(context)),
    ]),
  ),
  TIME_EXTRACT: ([x = ''], context) => extractSql(unitAt(context, 1), x, zoneAt(context, 2)),
  FLOOR_TO: ([x = ''], context) => rounded(roundUnits, 1, floorSql, x, context),
  CEIL_TO: ([x = ''], context) => rounded(roundUnits, 1, ceilSql, x, context),
  DATE_TRUNC: ([, x = ''], context) => rounded(truncateUnits, 0, floorSql, x, context),
  TIME_FLOOR: ([x = ''], context) => floorSql(x, periodAt(context, 1), originAt(context), zoneAt(context, 3)),
  TIME_CEIL: ([x = ''], context) => ceilSql(x, periodAt(context, 1), originAt(context), zoneAt(context, 3)),
  TIME_SHIFT: ([x = '', , step = ''], context) => shiftSql(x, periodAt(context, 1), step, zoneAt(context, 3)),
  TIMESTAMPADD: timestampAdd,
  TIMESTAMPDIFF: timestampDiff,
  TIME_PARSE: timeParse,
  TIME_FORMAT: ([x = ''], context) =>
    formatSql(x, tokensOf(textAt(context, 1) ?? `yyyy-MM-dd'T'HH:mm:ss.SSSZZ`), zoneAt(context, 2)),
  TIME_IN_INTERVAL: timeInInterval,
  MILLIS_TO_TIMESTAMP: ([x = '']) => ceilingSafe(x),
  TIMESTAMP_TO_MILLIS: ([x = '']) => `unix_millis(${x})`,
  CURRENT_TIMESTAMP: (_, context) => timestampLiteral(context.now),
  CURRENT_DATE: (_, context) => timestampLiteral(floorToDay(context.now, zoneName(statementZone(context)))),
};
