import type { Granularity } from '../sql/plan/index.js';
import { ETERNITY, MAX_TIME, MIN_TIME } from './interval.js';
import type { Interval } from './segment.js';

const SECOND = 1_000;
const DAY = 86_400_000;
/** The first Monday after 1970 began on a Thursday. */
const FIRST_MONDAY = 4 * DAY;

type Bucketing =
  | { readonly kind: 'fixed'; readonly length: number; readonly anchor: number }
  | { readonly kind: 'months'; readonly months: number };

/**
 * How a period cuts time, in UTC: units shorter than a month from 1970 on, weeks on Mondays, months by the calendar
 * (org.apache.druid.java.util.common.granularity.PeriodGranularity).
 */
function bucketing(period: string): Bucketing {
  const match = /^P(?:(\d+)Y|(\d+)M|(\d+)W|(\d+)D|T(?:(\d+)H|(\d+)M|(\d+)S))$/.exec(period);
  if (!match) throw new RangeError(`Segments cannot be cut by the period ${period}`);
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  if (years) return { kind: 'months', months: years * 12 };
  if (months) return { kind: 'months', months };
  if (weeks) return { kind: 'fixed', length: weeks * 7 * DAY, anchor: FIRST_MONDAY };
  const length = (days ?? 0) * DAY + ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * SECOND;
  return { kind: 'fixed', length, anchor: 0 };
}

const monthStart = (index: number): number => {
  const date = new Date(0);
  return date.setUTCFullYear(Math.floor(index / 12), index - Math.floor(index / 12) * 12, 1);
};

/** The time chunk that an instant falls into, milliseconds. */
export function bucketOf(granularity: Granularity, instant: number): Interval {
  if (granularity.kind === 'all') return ETERNITY;
  const how = bucketing(granularity.period);
  if (how.kind === 'fixed') {
    const start = Math.floor((instant - how.anchor) / how.length) * how.length + how.anchor;
    return { start, end: start + how.length };
  }
  const date = new Date(instant);
  const index = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
  const first = Math.floor(index / how.months) * how.months + 1970 * 12;
  return { start: monthStart(first), end: monthStart(first + how.months) };
}

/** Whether an interval is made of whole chunks. The ends of eternity count as borders. */
export function isAligned({ start, end }: Interval, granularity: Granularity): boolean {
  const isBorder = (time: number): boolean =>
    time <= MIN_TIME || time >= MAX_TIME || bucketOf(granularity, time).start === time;
  return isBorder(start) && isBorder(end);
}

/** The same of Spark's TIMESTAMP in a session in UTC. */
export function sparkBucketStartSql(granularity: Granularity, time: string): string {
  if (granularity.kind === 'all') return '0L';
  const how = bucketing(granularity.period);
  if (how.kind === 'fixed') {
    return `(unix_millis(${time}) - pmod(unix_millis(${time}) - ${how.anchor}L, ${how.length}L))`;
  }
  const index = `((year(${time}) - 1970) * 12 + month(${time}) - 1)`;
  const first = `(${index} - pmod(${index}, ${how.months}))`;
  return `unix_millis(CAST(make_date(1970 + CAST(floor(${first} / 12) AS INT), pmod(${first}, 12) + 1, 1) AS TIMESTAMP))`;
}

/**
 * DuckDB's SQL for the start of a TIMESTAMP's chunk as BIGINT milliseconds, equal to `bucketOf(…).start`; for ALL some
 * constant, and NULL for NULL elsewhere.
 */
export function bucketStartSql(granularity: Granularity, time: string): string {
  if (granularity.kind === 'all') return '0::BIGINT';
  const how = bucketing(granularity.period);
  if (how.kind === 'fixed') {
    const shifted = how.anchor === 0 ? `epoch_ms(${time})` : `(epoch_ms(${time}) - ${how.anchor})`;
    // % keeps the sign of its left side, so that times before the anchor need the second one.
    return `(epoch_ms(${time}) - (${shifted} % ${how.length} + ${how.length}) % ${how.length})`;
  }
  const units: Readonly<Record<number, string>> = { 1: 'month', 3: 'quarter', 12: 'year' };
  const unit = units[how.months];
  if (unit !== undefined) return `epoch_ms(date_trunc('${unit}', ${time}))`;
  const index = `((year(${time}) - 1970) * 12 + month(${time}) - 1)`;
  const first = `(${index} - (${index} % ${how.months} + ${how.months}) % ${how.months})`;
  return `epoch_ms(TIMESTAMP '1970-01-01' + to_months(CAST(${first} AS INTEGER)))`;
}
