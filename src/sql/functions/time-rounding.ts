/**
 * Rounding and shifting by periods, as PeriodGranularity of org.apache.druid.java.util.common.granularity counts them:
 * single calendar units start where the calendar starts them (weeks on Monday), multiples are counted from 1970-01-01
 * 00:00 of the zone or from the given origin.
 */
import { instantToWall, wallToInstant } from '../binder/timestamps.js';
import { unsupportedError } from '../errors.js';
import { clockOf, daysOf, monthsOf, type Period } from './period.js';
import { instantSql, isUtcZone, localSql, type Zone, zoneName } from './time-zone.js';

/** A moment, milliseconds since 1970, as a constant. */
export const momentSql = (milliseconds: number): string => `make_timestamp_ms(${String(milliseconds)})`;

const exactInterval = (milliseconds: number): string => `INTERVAL '${String(milliseconds)} milliseconds'`;

const DAY = 86_400_000;

/** Why a period cannot be rounded to, or undefined. */
export function roundingProblem(period: Period): string | undefined {
  const values = Object.values(period) as number[];
  if (values.every((value) => value === 0)) return 'zero period is not acceptable';
  if (values.some((value) => value < 0)) return 'a period to round to must not be negative';
  if (monthsOf(period) > 0 && (daysOf(period) > 0 || clockOf(period) > 0)) {
    return 'rounding to a period of months together with days or time is not supported';
  }
  return undefined;
}

function truncateSql(unit: string, x: string): string {
  return `date_trunc('${unit}', ${x})`;
}

/** Rounds a wall-clock time down to months counted from an origin on the same clock. */
function monthFloorSql(local: string, months: number, origin: number): string {
  const date = new Date(origin);
  const startsMonth = date.getUTCDate() === 1 && origin % DAY === 0;
  if (!startsMonth) return `druid_month_floor(${local}, ${momentSql(origin)}, ${String(months)})`;
  return `time_bucket(INTERVAL '${String(months)} months', ${local}, ${momentSql(origin)})`;
}

const calendarUnits: Readonly<Record<number, string>> = { 1: 'month', 3: 'quarter', 12: 'year' };

/** Rounds an instant down. `origin` is an instant, milliseconds since 1970, or undefined for the default one. */
export function floorSql(x: string, period: Period, origin: number | undefined, zone: Zone): string {
  const months = monthsOf(period);
  const days = daysOf(period);
  const clock = clockOf(period);
  const wallOrigin = origin === undefined ? 0 : instantToWall(origin, zoneName(zone));
  const byCalendar = (floor: (local: string) => string): string => instantSql(floor(localSql(x, zone)), zone);

  if (months > 0) {
    const unit = origin === undefined ? calendarUnits[months] : undefined;
    return byCalendar((local) => (unit ? truncateSql(unit, local) : monthFloorSql(local, months, wallOrigin)));
  }
  if (clock === 0) {
    const unit =
      origin === undefined && (days === 1 ? 'day' : period.weeks === 1 && period.days === 0 ? 'week' : undefined);
    return byCalendar((local) =>
      unit ? truncateSql(unit, local) : `time_bucket(${exactInterval(days * DAY)}, ${local}, ${momentSql(wallOrigin)})`,
    );
  }
  if (days > 0 && zone.kind === 'named') {
    throw unsupportedError('Rounding to a period of days together with time is only supported in a fixed time zone');
  }
  // Within a day Joda keeps the offset that holds at the instant, so that the hours of a repeated hour stay apart.
  if (origin === undefined && days === 0 && (clock === 3_600_000 || clock === 60_000)) {
    const unit = clock === 60_000 ? 'minute' : 'hour';
    if (isUtcZone(zone)) return truncateSql(unit, x);
    const local = localSql(x, zone);
    return `(${x} - (${local} - ${truncateSql(unit, local)}))`;
  }
  if (clock === 1000 && days === 0 && origin === undefined) return truncateSql('second', x);
  const start = origin ?? wallToInstant(0, zoneName(zone));
  return `time_bucket(${exactInterval(days * DAY + clock)}, ${x}, ${momentSql(start)})`;
}

/** Rounds an instant up: the instant itself where a period starts, otherwise the start of the next one. */
export function ceilSql(x: string, period: Period, origin: number | undefined, zone: Zone): string {
  const floor = floorSql(x, period, origin, zone);
  return `CASE WHEN ${floor} = ${x} THEN ${x} ELSE ${shiftSql(floor, period, 1, zone)} END`;
}

const product = (count: number, step: number | string, type: string): string =>
  typeof step === 'number' ? String(count * step) : `CAST(${step} * ${String(count)} AS ${type})`;

/** Moves an instant by a period `step` times; `step` is a number or the SQL of an integer. */
export function shiftSql(x: string, period: Period, step: number | string, zone: Zone): string {
  const moves: string[] = [];
  if (period.years !== 0) moves.push(`to_months(${product(period.years * 12, step, 'INTEGER')})`);
  if (period.months !== 0) moves.push(`to_months(${product(period.months, step, 'INTEGER')})`);
  const days = daysOf(period);
  if (days !== 0) moves.push(`to_days(${product(days, step, 'INTEGER')})`);
  const moved = moves.length === 0 ? x : instantSql(`(${[localSql(x, zone), ...moves].join(' + ')})`, zone);
  const clock = clockOf(period);
  if (clock === 0) return moved;
  const factor =
    typeof step === 'number'
      ? `${String(BigInt(clock) * BigInt(Math.trunc(step)) * 1000n)}`
      : `CAST(${step} AS BIGINT) * ${String(clock * 1000)}`;
  return `(${moved} + to_microseconds(${factor}))`;
}

/** Macros that the SQL of this file calls. */
export const roundingMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO druid_month_step(x, origin, months) AS CAST(floor(datediff('month', origin, x) / months) * months AS INTEGER)`,
  `CREATE OR REPLACE TEMP MACRO druid_month_floor(x, origin, months) AS CASE
    WHEN origin + to_months(druid_month_step(x, origin, months)) <= x THEN origin + to_months(druid_month_step(x, origin, months))
    ELSE origin + to_months(druid_month_step(x, origin, months) - months) END`,
];
