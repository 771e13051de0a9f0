import { SpecError } from './json.js';

/** Milliseconds since 1970; the end is not part of it. */
interface Interval {
  readonly start: number;
  readonly end: number;
}

function moment(text: string): number {
  const time = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) || /Z|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(time.getTime())) throw new SpecError(`[${text}] is not an ISO 8601 time`);
  return time.getTime();
}

const periodPattern = /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** A moment and a period (P1D, PT1H, …) later, or earlier for a sign of −1; in UTC, as Druid counts. */
function shifted(time: number, period: string, sign: 1 | -1): number {
  const match = periodPattern.exec(period);
  if (!match) throw new SpecError(`[${period}] is not an ISO 8601 period`);
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((each) => sign * Number(each ?? 0));
  const date = new Date(time);
  date.setUTCMonth(date.getUTCMonth() + 12 * years + months);
  return date.getTime() + (((weeks * 7 + days) * 24 + hours) * 3_600 + minutes * 60 + seconds) * 1_000;
}

function parseInterval(interval: unknown): Interval {
  const [start = '', end = '', ...rest] = String(interval).split('/');
  if (start === '' || end === '' || rest.length > 0 || (start.startsWith('P') && end.startsWith('P'))) {
    throw new SpecError(`The interval [${String(interval)}] must be start/end, start/period or period/end`);
  }
  if (end.startsWith('P')) return { start: moment(start), end: shifted(moment(start), end, 1) };
  if (start.startsWith('P')) return { start: shifted(moment(end), start, -1), end: moment(end) };
  return { start: moment(start), end: moment(end) };
}

/** Start of the time chunk of a moment; undefined for a period that chunks by something else. */
function chunkStart(time: number, period: string): number | undefined {
  const date = new Date(time);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (period) {
    case 'PT1H':
      return Math.floor(time / 3_600_000) * 3_600_000;
    case 'P1D':
      return Date.UTC(year, month, day);
    case 'P1W':
      // Weeks begin on Monday.
      return Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7));
    case 'P1M':
      return Date.UTC(year, month);
    case 'P3M':
      return Date.UTC(year, month - (month % 3));
    case 'P1Y':
      return Date.UTC(year, 0);
    default:
      return undefined;
  }
}

function widened({ start, end }: Interval, period: string): Interval {
  const from = chunkStart(start, period);
  const last = chunkStart(end, period);
  if (from === undefined || last === undefined) return { start, end };
  return { start: from, end: last === end ? end : shifted(last, period, 1) };
}

/** A time as a literal, in UTC. */
const timestamp = (time: number): string =>
  `TIMESTAMP '${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}'`;

function condition(time: string, intervals: readonly Interval[]): string | undefined {
  const each = intervals.map(({ start, end }) => `${time} >= ${timestamp(start)} AND ${time} < ${timestamp(end)}`);
  return each.length < 2 ? each[0] : each.map((one) => `(${one})`).join(' OR ');
}

/** The condition that a time lies in one of the intervals; undefined when there are none. */
export const intervalsCondition = (time: string, intervals: readonly unknown[]): string | undefined =>
  condition(time, intervals.map(parseInterval));

/** The same for the time chunks that the intervals touch: native ingestion replaces whole chunks. */
export const chunksCondition = (
  time: string,
  intervals: readonly unknown[],
  period: string | undefined,
): string | undefined =>
  condition(
    time,
    intervals.map(parseInterval).map((interval) => (period === undefined ? interval : widened(interval, period))),
  );
