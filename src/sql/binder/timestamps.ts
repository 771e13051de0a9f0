/** Text of dates and times, and wall-clock time in a zone. Milliseconds since 1970 everywhere. */

const sqlTimestamp =
  /^\s*(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2})?)?\s*$/;

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(timeZone)) {
    let format: Intl.DateTimeFormat | undefined;
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone,
        hourCycle: 'h23',
        era: 'short',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      format = undefined;
    }
    formats.set(timeZone, format);
  }
  return formats.get(timeZone);
}

const isUtc = (timeZone: string): boolean => /^(UTC|Z|GMT|Etc\/(UTC|GMT|UCT|Zulu)|[+-]00:?00)$/i.test(timeZone);

/** Whether this environment knows the zone: an IANA name or an offset such as +01:00. */
export function isTimeZone(timeZone: string): boolean {
  return isUtc(timeZone) || /^[+-]\d{2}:\d{2}$/.test(timeZone) || formatOf(timeZone) !== undefined;
}

function fixedOffset(zone: string): number | undefined {
  if (isUtc(zone)) return 0;
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  return offset ? (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000 : undefined;
}

/** Milliseconds that the zone's clock is ahead of UTC at an instant. */
export function zoneOffset(instant: number, timeZone: string): number {
  const fixed = fixedOffset(timeZone);
  if (fixed !== undefined) return fixed;
  const format = formatOf(timeZone);
  if (!format) return 0;
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? 0);
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year');
  const local = utc(year, number('month'), number('day'), number('hour'), number('minute'), number('second'), 0);
  return local - Math.floor(instant / 1000) * 1000;
}

/** As Date.UTC, but years below 100 are meant as written. */
export function utc(year: number, month: number, day: number, hour = 0, minute = 0, second = 0, milli = 0): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, milli);
}

/** The instant at which the zone's clock shows this wall time; in a gap, the time an hour's jump later. */
export function wallToInstant(wall: number, timeZone: string): number {
  const guess = wall - zoneOffset(wall, timeZone);
  const corrected = wall - zoneOffset(guess, timeZone);
  return corrected;
}

/** What the zone's clock shows at an instant, as if it were UTC. */
export const instantToWall = (instant: number, timeZone: string): number => instant + zoneOffset(instant, timeZone);

/** Reads `2015-09-12`, `2015-09-12 10:20:30.5`, `2015-09-12T10:20:30Z`; undefined when it is no such text. */
export function parseTimestamp(text: string, timeZone: string): number | undefined {
  const match = sqlTimestamp.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((index) => Number(match[index] ?? 0));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > new Date(utc(year, month + 1, 0)).getUTCDate()) return undefined;
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return undefined;
  const milli = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  const wall = utc(year, month, day, hour, minute, second, milli);
  const zone = match[8];
  if (zone !== undefined) return wall - (fixedOffset(zone) ?? 0);
  return wallToInstant(wall, timeZone);
}

/** Reads the text of a TIMESTAMP literal: date, space and time, or a date alone. */
export function parseTimestampLiteral(text: string, timeZone: string): number | undefined {
  return /^\s*\d{1,4}-\d{1,2}-\d{1,2}( \d{1,2}:\d{1,2}:\d{1,2}(\.\d*)?)?\s*$/.test(text)
    ? parseTimestamp(text.replace(/\.\s*$/, ''), timeZone)
    : undefined;
}

/** Reads the text of a DATE literal. */
export function parseDateLiteral(text: string, timeZone: string): number | undefined {
  return /^\s*\d{1,4}-\d{1,2}-\d{1,2}\s*$/.test(text) ? parseTimestamp(text, timeZone) : undefined;
}

/** The midnight before an instant, in the zone. */
export function floorToDay(instant: number, timeZone: string): number {
  const wall = instantToWall(instant, timeZone);
  return wallToInstant(Math.floor(wall / 86_400_000) * 86_400_000, timeZone);
}
