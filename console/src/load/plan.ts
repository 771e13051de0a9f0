import type { DiscoveredColumn } from './columns.js';
import type { SampleRecord } from './format.js';
import type { FirstLook, FormatSample } from './sample.js';
import type { ChosenSource } from './sources.js';
import { chooseGranularity, dataSourceName, type LoadColumn, type LoadPlan } from './statement.js';
import { chooseTime, type TimeChoice } from './time.js';

/** Columns that a plan starts with: everything is kept but the column that becomes __time. */
export function columnsOf({ columns, records }: FormatSample): {
  readonly columns: readonly LoadColumn[];
  readonly time: TimeChoice;
} {
  const time = chooseTime(columns, records);
  const planned = ({ name, type }: DiscoveredColumn): LoadColumn => ({
    source: name,
    // A column that is called __time already becomes the time, or stays beside it under another name.
    name: name === '__time' ? 'time' : name,
    type,
    keep: !(time.kind === 'column' && time.column === name),
  });
  return { columns: columns.map(planned), time };
}

/** Milliseconds since 1970, near enough to choose a granularity by. */
function roughTime(value: unknown, reading: string): number {
  if (reading === 'millis') return Number(value);
  if (reading === 'seconds') return Number(value) * 1_000;
  return Date.parse(String(value));
}

function roughTimes(time: TimeChoice, records: readonly SampleRecord[]): readonly number[] {
  return time.kind === 'column' ? records.map((record) => roughTime(record[time.column], time.reading)) : [];
}

/** A first guess at everything. */
export function initialPlan(source: ChosenSource, look: FirstLook): LoadPlan {
  const { columns, time } = columnsOf(look);
  return {
    inputSource: source.inputSource,
    inputFormat: look.inputFormat,
    columns,
    time,
    dataSource: dataSourceName(source.path),
    mode: 'replace',
    partitionedBy: chooseGranularity(time, roughTimes(time, look.records)),
    clusteredBy: [],
  };
}
