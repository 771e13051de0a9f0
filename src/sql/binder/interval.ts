/** Interval literals: `INTERVAL '1' DAY`, `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL -'2 03:04:05.6' DAY TO SECOND`. */
import type { LiteralValue } from '../ast.js';
import type { SqlType } from '../types.js';

type IntervalValue = Extract<LiteralValue, { type: 'interval' }>;

const months: Readonly<Record<string, number>> = { YEAR: 12, QUARTER: 3, MONTH: 1 };
const millis: Readonly<Record<string, number>> = {
  WEEK: 604_800_000,
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000,
};

const dayTimeUnits = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];

/** Whether a unit counts months (and not milliseconds). */
export const isMonthUnit = (unit: string): boolean => unit in months;

function parseDayTime(text: string, from: string, to: string): number | undefined {
  const first = dayTimeUnits.indexOf(from);
  const last = dayTimeUnits.indexOf(to);
  if (first < 0 || last <= first) return undefined;
  const fields = dayTimeUnits.slice(first, last + 1);
  const pattern = fields
    .map((unit, index) => {
      const separator = index === 0 ? '' : fields[index - 1] === 'DAY' ? ' ' : ':';
      return separator + (unit === 'SECOND' ? '(\\d+(?:\\.\\d+)?)' : '(\\d+)');
    })
    .join('');
  const match = new RegExp(`^${pattern}$`).exec(text);
  if (!match) return undefined;
  return fields.reduce((sum, unit, index) => sum + Number(match[index + 1]) * (millis[unit] ?? 0), 0);
}

/** Milliseconds or months of a literal; undefined when the text does not fit the qualifier. */
export function parseInterval(value: IntervalValue): { readonly value: bigint; readonly type: SqlType } | undefined {
  const signed = /^\s*([+-]?)\s*(.*?)\s*$/.exec(value.value);
  const text = signed?.[2] ?? '';
  const sign = value.sign * (signed?.[1] === '-' ? -1 : 1);
  const from = value.from.toUpperCase();
  const to = value.to?.toUpperCase();
  const month = (count: number): { readonly value: bigint; readonly type: SqlType } => ({
    value: BigInt(sign * count),
    type: { name: 'INTERVAL_YEAR_MONTH', nullable: false },
  });
  if (from === 'YEAR' && to === 'MONTH') {
    const match = /^(\d+)-(\d+)$/.exec(text);
    return match ? month(Number(match[1]) * 12 + Number(match[2])) : undefined;
  }
  const monthFactor = months[from];
  if (monthFactor !== undefined)
    return to === undefined && /^\d+$/.test(text) ? month(Number(text) * monthFactor) : undefined;
  const factor = millis[from];
  let duration: number | undefined;
  if (to !== undefined) duration = parseDayTime(text, from, to);
  else if (factor !== undefined && (from === 'SECOND' ? /^\d+(\.\d+)?$/ : /^\d+$/).test(text))
    duration = Number(text) * factor;
  if (duration === undefined) return undefined;
  return { value: BigInt(Math.trunc(sign * duration)), type: { name: 'INTERVAL_DAY_TIME', nullable: false } };
}
