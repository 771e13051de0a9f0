import type { Interval } from './segment.js';

/** The ends of Druid's Intervals.ETERNITY, milliseconds since 1970. */
export const MIN_TIME = -(2 ** 62);
export const MAX_TIME = 2 ** 62;

export const ETERNITY: Interval = { start: MIN_TIME, end: MAX_TIME };

const MIN_TEXT = '-146136543-09-08T08:23:32.096Z';
const MAX_TEXT = '146140482-04-24T15:36:27.903Z';

/** A time in ISO 8601 with milliseconds, UTC, as Druid prints it. */
export function formatTime(time: number): string {
  if (time <= MIN_TIME) return MIN_TEXT;
  if (time >= MAX_TIME) return MAX_TEXT;
  return new Date(time).toISOString();
}

/** `2015-09-12T00:00:00.000Z/2015-09-13T00:00:00.000Z`. */
export const formatInterval = ({ start, end }: Interval): string => `${formatTime(start)}/${formatTime(end)}`;

const timePattern =
  /^([+-]?\d{1,9})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/;

function parseTime(text: string): number | undefined {
  if (text === MIN_TEXT) return MIN_TIME;
  if (text === MAX_TEXT) return MAX_TIME;
  const match = timePattern.exec(text);
  if (!match) return undefined;
  const part = (index: number, otherwise: number): number => Number(match[index] ?? otherwise);
  const [month, day, hour, minute, second] = [part(2, 1), part(3, 1), part(4, 0), part(5, 0), part(6, 0)];
  const date = new Date(0);
  date.setUTCFullYear(part(1, 1970), month - 1, day);
  if (date.getUTCMonth() !== month - 1 || hour > 24 || minute > 59 || second > 59) return undefined;
  const millis = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  const zone = /^([+-])(\d{2}):?(\d{2})$/.exec(match[8] ?? '');
  const offset = zone ? (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
  const time = date.setUTCHours(hour, minute - offset, second, millis);
  return Number.isNaN(time) ? undefined : time;
}

const periodPattern =
  /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** A time moved by an ISO 8601 period, in the calendar of UTC; undefined when the text is no period. */
export function addPeriod(time: number, period: string, sign: 1 | -1 = 1): number | undefined {
  const match = periodPattern.exec(period);
  if (!match) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const date = new Date(time);
  const target = date.getUTCFullYear() * 12 + date.getUTCMonth() + sign * ((years ?? 0) * 12 + (months ?? 0));
  const year = Math.floor(target / 12);
  const month = target - year * 12;
  // The 31st becomes the last day of a shorter month.
  const day = Math.min(date.getUTCDate(), new Date(Date.UTC(year, month + 1, 0)).getUTCDate());
  date.setUTCFullYear(year, month, day);
  const rest = (((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  return date.getTime() + sign * rest * 1000;
}

/** Reads `start/end`, `start/period` or `period/end`; undefined when the text is none of them or ends before it starts. */
export function parseInterval(text: string): Interval | undefined {
  const [first = '', second = '', ...more] = text.split('/');
  if (more.length > 0) return undefined;
  let start = parseTime(first);
  let end = parseTime(second);
  if (start !== undefined && end === undefined) end = addPeriod(start, second);
  else if (end !== undefined && start === undefined) start = addPeriod(end, first, -1);
  return start !== undefined && end !== undefined && start <= end ? { start, end } : undefined;
}

export const overlaps = (a: Interval, b: Interval): boolean => a.start < b.end && b.start < a.end;

/** Whether the outer interval holds all of the inner one. */
export const contains = (outer: Interval, inner: Interval): boolean =>
  outer.start <= inner.start && inner.end <= outer.end;

/** The same instants as a sorted list without overlaps and without empty intervals; neighbours become one. */
export function condense(intervals: readonly Interval[]): readonly Interval[] {
  const condensed: Interval[] = [];
  for (const interval of [...intervals].sort((a, b) => a.start - b.start)) {
    if (interval.start >= interval.end) continue;
    const last = condensed[condensed.length - 1];
    if (last && interval.start <= last.end) {
      condensed[condensed.length - 1] = { start: last.start, end: Math.max(last.end, interval.end) };
    } else condensed.push(interval);
  }
  return condensed;
}

/** What is left of an interval without the others; these must be condensed. */
export function subtract(from: Interval, others: readonly Interval[]): readonly Interval[] {
  const left: Interval[] = [];
  let { start } = from;
  for (const other of others) {
    if (other.end <= start) continue;
    if (other.start >= from.end) break;
    if (other.start > start) left.push({ start, end: other.start });
    start = Math.max(start, other.end);
  }
  if (start < from.end) left.push({ start, end: from.end });
  return left;
}
