import { granularityPeriods } from '../../../src/sql/granularity-periods.js';
import { isObject, quotedName, quotedText, SpecError, textAt, type Json } from './json.js';

export interface TimeColumn {
  readonly column: string;
  /** SQL type that the column is declared as. */
  readonly type: 'VARCHAR' | 'BIGINT';
  /** SQL of __time. */
  readonly sql: string;
}

/** The time of a timestampSpec (Druid's TimestampSpec). */
export function timeColumn(spec: Json): TimeColumn {
  const column = textAt(spec, 'column') ?? 'timestamp';
  const format = textAt(spec, 'format') ?? 'auto';
  const missing = textAt(spec, 'missingValue');
  const name = quotedName(column);
  const withDefault = (sql: string): string =>
    missing === undefined ? sql : `COALESCE(${sql}, TIME_PARSE(${quotedText(missing)}))`;
  const number = (sql: string): TimeColumn => ({
    column,
    type: 'BIGINT',
    sql: withDefault(`MILLIS_TO_TIMESTAMP(${sql})`),
  });
  switch (format) {
    case 'millis':
      return number(name);
    case 'posix':
    case 'ruby':
      return number(`${name} * 1000`);
    case 'micro':
      return number(`${name} / 1000`);
    case 'nano':
      return number(`${name} / 1000000`);
    case 'iso':
      return { column, type: 'VARCHAR', sql: withDefault(`TIME_PARSE(${name})`) };
    case 'auto':
      // Druid's auto takes milliseconds and ISO texts alike.
      return {
        column,
        type: 'VARCHAR',
        sql: withDefault(
          `CASE WHEN CAST(${name} AS BIGINT) > 0 THEN MILLIS_TO_TIMESTAMP(CAST(${name} AS BIGINT)) ELSE TIME_PARSE(${name}) END`,
        ),
      };
    default:
      return { column, type: 'VARCHAR', sql: withDefault(`TIME_PARSE(${name}, ${quotedText(format)})`) };
  }
}

/** The ISO period of a granularity; undefined for none and all. */
export function periodOf(granularity: unknown, path: string): string | undefined {
  if (granularity === undefined || granularity === null) return undefined;
  if (isObject(granularity)) {
    const type = textAt(granularity, 'type');
    if (type === 'none' || type === 'all') return undefined;
    const period = textAt(granularity, 'period');
    if (type === 'period' && period !== undefined) return period;
    throw new SpecError(`${path} of type [${String(type)}] cannot be converted; use a period`);
  }
  const name = String(granularity).toUpperCase();
  if (name === 'NONE' || name === 'ALL') return undefined;
  const period = granularityPeriods[name];
  if (period === undefined) throw new SpecError(`${path} [${String(granularity)}] is not a granularity`);
  return period;
}

const words: Readonly<Record<string, string>> = {
  PT1H: 'HOUR',
  P1D: 'DAY',
  P1W: 'WEEK',
  P1M: 'MONTH',
  P3M: 'QUARTER',
  P1Y: 'YEAR',
};

/** What stands after PARTITIONED BY. Native ingestion partitions by day where nothing is said. */
export function partitionedBy(granularity: unknown): string {
  if (granularity === undefined || granularity === null) return 'DAY';
  const period = periodOf(granularity, 'granularitySpec.segmentGranularity');
  return period === undefined ? 'ALL' : (words[period] ?? quotedText(period));
}
