/** ISO 8601 periods and intervals, read when a statement is bound. */
import { instantToWall, utc, wallToInstant } from '../binder/timestamps.js';

/** The fields of a period as written: P1Y2M3W4DT5H6M7.008S. */
export interface Period {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly millis: number;
}

export const noPeriod: Period = {
  years: 0,
  months: 0,
  weeks: 0,
  days: 0,
  hours: 0,
  minutes: 0,
  seconds: 0,
  millis: 0,
};

const format =
  /^P(?:([+-]?\d+)Y)?(?:([+-]?\d+)M)?(?:([+-]?\d+)W)?(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+)(?:[.,](\d+))?S)?)?$/i;

/** Reads an ISO 8601 period; undefined when the text is none. Values are whole, seconds may have a fraction. */
export function parsePeriod(text: string): Period | undefined {
  const match = format.exec(text);
  if (!match || !match.slice(1).some((field) => field !== undefined) || /T$/i.test(text)) return undefined;
  const field = (index: number): number => Number(match[index] ?? 0);
  const fraction = Number((match[8] ?? '').padEnd(3, '0').slice(0, 3));
  return {
    years: field(1),
    months: field(2),
    weeks: field(3),
    days: field(4),
    hours: field(5),
    minutes: field(6),
    seconds: field(7),
    millis: match[7]?.startsWith('-') ? -fraction : fraction,
  };
}

/** Months of the calendar part in years and months. */
export const monthsOf = (period: Period): number => period.years * 12 + period.months;
/** Days of the calendar part in weeks and days. */
export const daysOf = (period: Period): number => period.weeks * 7 + period.days;
/** Milliseconds of the part after `T`. */
export const clockOf = (period: Period): number =>
  ((period.hours * 60 + period.minutes) * 60 + period.seconds) * 1000 + period.millis;

function addMonths(wall: number, months: number): number {
  const date = new Date(wall);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(utc(date.getUTCFullYear(), date.getUTCMonth() + 2, 0)).getUTCDate();
  return date.setUTCDate(Math.min(day, last));
}

/** An instant moved by a period `times` times: years to days by the zone's calendar, the rest as exact time. */
export function addPeriod(instant: number, period: Period, times: number, timeZone: string): number {
  const wall = instantToWall(instant, timeZone);
  const moved =
    addMonths(addMonths(wall, period.years * 12 * times), period.months * times) + daysOf(period) * 86_400_000 * times;
  return (moved === wall ? instant : wallToInstant(moved, timeZone)) + clockOf(period) * times;
}

const moment =
  /^(\d{1,9})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T(?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** Reads an ISO 8601 date and time of which trailing fields may be missing; milliseconds since 1970. */
function parseMoment(text: string, timeZone: string): number | undefined {
  const match = moment.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1)];
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  if (month < 1 || month > 12 || day < 1 || day > new Date(utc(year, month + 1, 0)).getUTCDate()) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const wall = utc(year, month, day, hour, minute, second, Number((match[7] ?? '').padEnd(3, '0').slice(0, 3)));
  const zone = match[8]?.toUpperCase();
  if (zone === undefined) return wallToInstant(wall, timeZone);
  if (zone === 'Z') return wall;
  const offset = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', ''));
  return wall - (zone.startsWith('-') ? -1 : 1) * offset * 60_000;
}

/** Start (inclusive) and end (exclusive), milliseconds since 1970. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Reads `start/end`, `start/period` or `period/end`; undefined when it is no interval or ends before its start. */
export function parseIsoInterval(text: string, timeZone: string): Interval | undefined {
  const parts = text.split('/');
  const [left = '', right = ''] = parts;
  if (parts.length !== 2) return undefined;
  const leftPeriod = parsePeriod(left);
  const rightPeriod = parsePeriod(right);
  let start = leftPeriod ? undefined : parseMoment(left, timeZone);
  let end = rightPeriod ? undefined : parseMoment(right, timeZone);
  if (leftPeriod && end !== undefined) start = addPeriod(end, leftPeriod, -1, timeZone);
  if (rightPeriod && start !== undefined) end = addPeriod(start, rightPeriod, 1, timeZone);
  return start === undefined || end === undefined || end < start ? undefined : { start, end };
}
