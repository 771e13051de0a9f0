import type { ColumnType } from './columns.js';
import type { InputFormat } from './format.js';
import type { TimeChoice } from './time.js';

/** A column of the input and what becomes of it. */
export interface LoadColumn {
  /** Name in the input. */
  readonly source: string;
  /** Name in the datasource. */
  readonly name: string;
  readonly type: ColumnType;
  readonly keep: boolean;
}

export const granularities = ['ALL', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const;
export type Granularity = (typeof granularities)[number];

/** Everything that a statement of ingestion is made of. */
export interface LoadPlan {
  readonly inputSource: unknown;
  readonly inputFormat: InputFormat;
  readonly columns: readonly LoadColumn[];
  readonly time: TimeChoice;
  readonly dataSource: string;
  readonly mode: 'replace' | 'append';
  readonly partitionedBy: Granularity;
  /** Names in the datasource. */
  readonly clusteredBy: readonly string[];
}

const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

function timeExpression(time: TimeChoice & { kind: 'column' }, type: ColumnType | undefined): string {
  const column = name(time.column);
  const isNumber = type === 'BIGINT' || type === 'DOUBLE';
  switch (time.reading) {
    case 'iso':
      return `TIME_PARSE(${column})`;
    case 'pattern':
      return `TIME_PARSE(${isNumber ? `CAST(${column} AS VARCHAR)` : column}, ${text(time.pattern)})`;
    case 'millis':
      return `MILLIS_TO_TIMESTAMP(${type === 'BIGINT' ? column : `CAST(${column} AS BIGINT)`})`;
    case 'seconds':
      return `MILLIS_TO_TIMESTAMP(${type === 'BIGINT' ? column : `CAST(${column} AS BIGINT)`} * 1000)`;
  }
}

/** Items on lines of about 100 characters. */
function wrapped(items: readonly string[], indent: string): string {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + item.length < 96) lines[lines.length - 1] = `${last}, ${item}`;
    else lines.push(item);
  }
  return lines.map((line) => indent + line).join(',\n');
}

/** The SELECT of a plan. */
export function selectOf(plan: LoadPlan): string {
  const { columns, time, inputSource, inputFormat } = plan;
  const isTime = (column: LoadColumn): boolean => time.kind === 'column' && column.source === time.column;
  const kept = columns.filter((column) => column.keep && !isTime(column));
  // What the time is read from must be declared, kept or not.
  const declared = columns.filter((column) => column.keep || isTime(column));
  const timeType = columns.find(isTime)?.type;
  const outputs = kept.map(({ source, name: alias }) =>
    source === alias ? name(source) : `${name(source)} AS ${name(alias)}`,
  );
  return [
    'SELECT',
    ...(time.kind === 'column'
      ? [`  ${timeExpression(time, timeType)} AS "__time"${outputs.length > 0 ? ',' : ''}`]
      : []),
    ...(outputs.length > 0 ? [wrapped(outputs, '  ')] : []),
    'FROM TABLE(',
    '  EXTERN(',
    `    ${text(JSON.stringify(inputSource))},`,
    `    ${text(JSON.stringify(inputFormat))}`,
    '  )',
    ') EXTEND (',
    wrapped(
      declared.map(({ source, type }) => `${name(source)} ${type}`),
      '  ',
    ),
    ')',
  ].join('\n');
}

/** The statement that loads: INSERT to append, REPLACE to replace. */
export function statementOf(plan: LoadPlan): string {
  const { dataSource, mode, partitionedBy, clusteredBy } = plan;
  return [
    mode === 'append' ? `INSERT INTO ${name(dataSource)}` : `REPLACE INTO ${name(dataSource)} OVERWRITE ALL`,
    selectOf(plan),
    `PARTITIONED BY ${partitionedBy}`,
    ...(clusteredBy.length > 0 ? [`CLUSTERED BY ${clusteredBy.map(name).join(', ')}`] : []),
  ].join('\n');
}

/** A granularity that makes neither thousands of chunks nor a single one, from the times of a sample. */
export function chooseGranularity(time: TimeChoice, times: readonly number[]): Granularity {
  if (time.kind === 'none') return 'ALL';
  const known = times.filter((each) => !Number.isNaN(each));
  if (known.length < 2) return 'DAY';
  const days = (Math.max(...known) - Math.min(...known)) / 86_400_000;
  if (days > 4_000) return 'YEAR';
  return days > 60 ? 'MONTH' : 'DAY';
}

/** A name for a datasource, from the name of a file or a URL. */
export function dataSourceName(path: string): string {
  const base = path
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/^.*[/\\]/, '');
  const stem = base.replace(/\.(?:gz|bz2|xz|zst|zip|snappy)$/i, '').replace(/\.[A-Za-z]+$/, '');
  const cleaned = stem.replace(/[^\p{L}\p{N}_-]+/gu, '_').replace(/^_+|_+$/g, '');
  return cleaned === '' ? 'data' : cleaned;
}
