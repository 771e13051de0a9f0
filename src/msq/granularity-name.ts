import type { Granularity } from '../sql/plan/index.js';

const standardNames: Readonly<Record<string, string>> = {
  PT1S: 'SECOND',
  PT1M: 'MINUTE',
  PT5M: 'FIVE_MINUTE',
  PT10M: 'TEN_MINUTE',
  PT15M: 'FIFTEEN_MINUTE',
  PT30M: 'THIRTY_MINUTE',
  PT1H: 'HOUR',
  PT6H: 'SIX_HOUR',
  PT8H: 'EIGHT_HOUR',
  P1D: 'DAY',
  P1W: 'WEEK',
  P1M: 'MONTH',
  P3M: 'QUARTER',
  P1Y: 'YEAR',
};

/** Druid's JSON of a granularity: a standard name (GranularityType), or the period as an object. */
export function granularityJson(granularity: Granularity): unknown {
  if (granularity.kind === 'all') return { type: 'all' };
  const { period } = granularity;
  return standardNames[period] ?? { type: 'period', period, timeZone: 'UTC', origin: null };
}

/** The same as one text, for messages. */
export function granularityName(granularity: Granularity): string {
  if (granularity.kind === 'all') return 'ALL';
  const json = granularityJson(granularity);
  return typeof json === 'string' ? json : JSON.stringify(json);
}
