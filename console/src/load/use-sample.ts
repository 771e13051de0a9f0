import { useQuery } from '@tanstack/react-query';
import { discoverColumns } from './columns.js';
import { guessFormat, sampleRecords, type InputFormat, type SampleRecord } from './records.js';
import { sampleText, type Preview } from './sample.js';
import type { ChosenSource } from './sources.js';
import { chooseGranularity, dataSourceName, type LoadPlan } from './statement.js';
import { chooseTime } from './time.js';

/** Parquet is not text: there are no lines to look at. */
const isParquet = ({ path, columns }: ChosenSource): boolean =>
  columns !== undefined || /\.parquet(?:[?#]|$)/i.test(path);

/** The raw lines of a source. */
export function useSample(source: ChosenSource) {
  return useQuery({
    queryKey: ['sample', source.inputSource],
    queryFn: ({ signal }): Promise<Preview & { readonly lines: readonly string[] }> =>
      isParquet(source) ? Promise.resolve({ lines: [], warnings: [] }) : sampleText(source.inputSource, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** Columns that a plan starts with: everything is kept but the column that becomes __time. */
export function columnsFor(lines: readonly string[], format: InputFormat) {
  const records = sampleRecords(lines, format);
  const discovered = discoverColumns(records);
  const time = chooseTime(discovered, records);
  return {
    records,
    time,
    columns: discovered.map(({ name, type }) => ({
      source: name,
      // A column that is called __time already becomes the time, or stays beside it under another name.
      name: name === '__time' ? 'time' : name,
      type,
      keep: !(time.kind === 'column' && time.column === name),
    })),
  };
}

/** A first guess at everything. */
export function initialPlan(source: ChosenSource, lines: readonly string[]): LoadPlan {
  const inputFormat = isParquet(source) ? { type: 'parquet' } : guessFormat(lines);
  const found = columnsFor(lines, inputFormat);
  const { time, records } = found;
  const columns =
    inputFormat.type === 'parquet' && source.columns
      ? source.columns.map(({ name, type }) => ({ source: name, name, type, keep: true }))
      : found.columns;
  const times = time.kind === 'column' ? records.map((record) => roughTime(record[time.column], time.reading)) : [];
  return {
    inputSource: source.inputSource,
    inputFormat,
    columns,
    time,
    dataSource: dataSourceName(source.path),
    mode: 'replace',
    partitionedBy: chooseGranularity(time, times),
    clusteredBy: [],
  };
}

/** Milliseconds since 1970, near enough to choose a granularity by. */
function roughTime(value: unknown, reading: string): number {
  if (reading === 'millis') return Number(value);
  if (reading === 'seconds') return Number(value) * 1_000;
  return Date.parse(String(value));
}

/** The sample as an input source of its own, so that a preview reads nothing again; undefined where lines do not carry it. */
export function sampleSource(lines: readonly string[], format: InputFormat, records: readonly SampleRecord[]): unknown {
  switch (format.type) {
    case 'json': {
      // Objects that span lines, or one array, may be cut off at the end of the sample.
      const isByLine = lines.every(
        (line) => line.trim() === '' || !/^\s*(?:\[|\]|[^{])/.test(line) || records.length === 0,
      );
      const data = isByLine
        ? lines.slice(0, 100).join('\n')
        : records
            .slice(0, 100)
            .map((record) => JSON.stringify(record))
            .join('\n');
      return { type: 'inline', data };
    }
    case 'csv':
    case 'tsv':
    case 'lines':
    case 'regex':
      return { type: 'inline', data: lines.slice(0, 101).join('\n') };
    default:
      return undefined;
  }
}
