/** Milliseconds since 1970; undefined for the ends of Druid's eternity, which no calendar shows. */
export function momentOf(iso: string): number | undefined {
  const time = Date.parse(iso);
  return Number.isNaN(time) || Math.abs(time) > 8e14 ? undefined : time;
}

/** A time without what says nothing: `2001-01-01`, `2001-01-01 06:00`. */
export function shortTime(time: number): string {
  const text = new Date(time).toISOString();
  if (text.endsWith('T00:00:00.000Z')) return text.slice(0, 10);
  return text.slice(0, 16).replace('T', ' ');
}

/** An interval for a reader. */
export function rangeText(start: string, end: string): string {
  const from = momentOf(start);
  const to = momentOf(end);
  if (from === undefined || to === undefined) return 'all of time';
  return `${shortTime(from)} to ${shortTime(to)}`;
}

const day = 86_400_000;

/** The PARTITIONED BY that makes chunks of this length. */
export function granularityOf(start: string, end: string): string {
  const from = momentOf(start);
  const to = momentOf(end);
  if (from === undefined || to === undefined) return 'ALL';
  const days = (to - from) / day;
  if (days < 0.9) return 'HOUR';
  if (days < 6) return 'DAY';
  if (days < 27) return 'WEEK';
  if (days < 80) return 'MONTH';
  return days < 350 ? 'QUARTER' : 'YEAR';
}
