import { granularityPeriods } from '../sql/granularity-periods.js';
import type { Granularity } from '../sql/plan/index.js';

const standardNames = new Map(Object.entries(granularityPeriods).map(([name, period]) => [period, name]));

/** Druid's JSON of a granularity: a standard name (GranularityType), or the period as an object. */
export function granularityJson(granularity: Granularity): unknown {
  if (granularity.kind === 'all') return { type: 'all' };
  const { period } = granularity;
  return standardNames.get(period) ?? { type: 'period', period, timeZone: 'UTC', origin: null };
}

/** The same as one text, for messages. */
export function granularityName(granularity: Granularity): string {
  if (granularity.kind === 'all') return 'ALL';
  const json = granularityJson(granularity);
  return typeof json === 'string' ? json : JSON.stringify(json);
}
