/** Fields of a moment, and counting in units of time. */
import { noPeriod, type Period } from './period.js';
import { shiftSql } from './time-rounding.js';
import { localSql, type Zone } from './time-zone.js';

const fields: Readonly<Record<string, (local: string) => string>> = {
  MILLISECOND: (x) => `millisecond(${x}) % 1000`,
  SECOND: (x) => `second(${x})`,
  MINUTE: (x) => `minute(${x})`,
  HOUR: (x) => `hour(${x})`,
  DAY: (x) => `day(${x})`,
  DOW: (x) => `isodow(${x})`,
  ISODOW: (x) => `isodow(${x})`,
  DOY: (x) => `dayofyear(${x})`,
  WEEK: (x) => `week(${x})`,
  MONTH: (x) => `month(${x})`,
  QUARTER: (x) => `quarter(${x})`,
  YEAR: (x) => `year(${x})`,
  ISOYEAR: (x) => `year(${x})`,
  DECADE: (x) => `year(${x}) // 10`,
  CENTURY: (x) => `CAST(ceil(year(${x}) / 100) AS BIGINT)`,
  MILLENNIUM: (x) => `CAST(ceil(year(${x}) / 1000) AS BIGINT)`,
};

/** The units of EXTRACT and TIME_EXTRACT (TimestampExtractExprMacro.Unit). */
export const extractUnits: readonly string[] = ['EPOCH', ...Object.keys(fields)];

/**
 * SQL of a field in the zone's calendar. Druid counts days of the week from Monday, 1, for DOW too, and answers the
 * calendar year for ISOYEAR.
 */
export function extractSql(unit: string, x: string, zone: Zone): string {
  if (unit === 'EPOCH') return `(epoch_ms(${x}) // 1000)`;
  const field = fields[unit];
  if (!field) throw new RangeError(`No such unit: ${unit}`);
  return `(${field(localSql(x, zone))})`;
}

/** Units to round to, with their periods (org.apache.druid.sql.calcite.expression.TimeUnits). */
export const roundUnits: Readonly<Record<string, Period>> = {
  SECOND: { ...noPeriod, seconds: 1 },
  MINUTE: { ...noPeriod, minutes: 1 },
  HOUR: { ...noPeriod, hours: 1 },
  DAY: { ...noPeriod, days: 1 },
  WEEK: { ...noPeriod, weeks: 1 },
  MONTH: { ...noPeriod, months: 1 },
  QUARTER: { ...noPeriod, months: 3 },
  YEAR: { ...noPeriod, years: 1 },
};

/** Units of DATE_TRUNC; moments have milliseconds only. */
export const truncateUnits: Readonly<Record<string, Period>> = {
  MICROSECONDS: { ...noPeriod, millis: 1 },
  MILLISECONDS: { ...noPeriod, millis: 1 },
  ...roundUnits,
  DECADE: { ...noPeriod, years: 10 },
  CENTURY: { ...noPeriod, years: 100 },
  MILLENNIUM: { ...noPeriod, years: 1000 },
};

const exactUnits: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 604_800_000,
};
const monthUnits: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

/** Units of TIMESTAMPADD and TIMESTAMPDIFF. */
export const countUnits: readonly string[] = [...Object.keys(exactUnits), ...Object.keys(monthUnits)];

/** SQL of a moment `count` units later: months by the zone's calendar, weeks and shorter units as exact time. */
export function addUnitsSql(unit: string, count: string, x: string, zone: Zone): string {
  const months = monthUnits[unit];
  if (months !== undefined) return shiftSql(x, { ...noPeriod, months }, count, zone);
  return `(${x} + to_microseconds(${count} * ${String((exactUnits[unit] ?? 0) * 1000)}))`;
}

/** SQL of the whole units from one moment to another; negative when the second is the earlier one. */
export function countUnitsSql(unit: string, from: string, to: string, zone: Zone): string {
  const months = monthUnits[unit];
  if (months === undefined) return `((epoch_ms(${to}) - epoch_ms(${from})) // ${String(exactUnits[unit] ?? 1)})`;
  const count = `datesub('month', ${localSql(from, zone)}, ${localSql(to, zone)})`;
  return months === 1 ? count : `(${count} // ${String(months)})`;
}
