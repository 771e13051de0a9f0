import { SqlError } from '../../../src/sql/errors.js';
import { parseExpressionText } from '../../../src/sql/parser/index.js';
import { columnsIn, expressionSql } from './expression.js';
import { filterSql } from './filter.js';
import { chunksCondition, intervalsCondition } from './intervals.js';
import {
  isObject,
  listAt,
  numberAt,
  objectAt,
  optionalObject,
  quotedName,
  quotedText,
  SpecError,
  textAt,
  type Json,
} from './json.js';
import { convertMetric, type Metric } from './metrics.js';
import { partitionedBy, periodOf, timeColumn, type TimeColumn } from './time.js';

/** A statement that does what a native batch spec does. */
export interface Conversion {
  readonly sql: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** What a reader should look at: where the statement and the spec may differ. */
  readonly notes: readonly string[];
}

interface Dimension {
  readonly name: string;
  /** SQL type of the input's column. */
  readonly type: string;
}

const dimensionTypes: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  long: 'BIGINT',
  double: 'DOUBLE',
  float: 'FLOAT',
  json: "TYPE('COMPLEX<json>')",
};

function dimensionsOf(dimensionsSpec: Json, notes: string[]): readonly Dimension[] {
  const excluded = new Set(listAt(dimensionsSpec, 'dimensionExclusions').map(String));
  const dimensions = listAt(dimensionsSpec, 'dimensions').map((value): Dimension => {
    if (typeof value === 'string') return { name: value, type: 'VARCHAR' };
    if (!isObject(value)) throw new SpecError('dimensionsSpec.dimensions must hold names or objects');
    const name = textAt(value, 'name');
    if (name === undefined) throw new SpecError('A dimension has no name');
    const type = textAt(value, 'type') ?? 'string';
    if (type === 'auto') {
      notes.push(`The dimension “${name}” is of type auto: it is declared as text, change EXTEND where it is not.`);
      return { name, type: 'VARCHAR' };
    }
    const sql = dimensionTypes[type];
    if (sql === undefined) throw new SpecError(`The dimension [${name}] of type [${type}] cannot be converted`);
    return { name, type: sql };
  });
  const discovers = dimensionsSpec['useSchemaDiscovery'] === true || dimensionsSpec['includeAllDimensions'] === true;
  if (dimensions.length === 0 || discovers) {
    notes.push(
      'The spec discovers its dimensions while it reads; a statement names them. Add the missing columns to SELECT and to EXTEND, or let “Load data” find them.',
    );
  }
  return dimensions.filter(({ name }) => !excluded.has(name));
}

function transformSql(name: string, expression: string): string {
  try {
    const sql = expressionSql(expression);
    parseExpressionText(sql);
    return sql;
  } catch (error) {
    if (!(error instanceof SqlError || error instanceof SpecError)) throw error;
    throw new SpecError(
      `The transform [${name}] is an expression that SQL does not read: ${expression} (${error.message})`,
    );
  }
}

/** Native expressions are written as SQL; those that cannot be are refused by name. */
function transformsOf(transformSpec: Json, notes: string[]): ReadonlyMap<string, string> {
  const transforms = new Map<string, string>();
  for (const value of listAt(transformSpec, 'transforms')) {
    if (!isObject(value)) throw new SpecError('transformSpec.transforms must hold objects');
    const name = textAt(value, 'name') ?? '';
    const expression = textAt(value, 'expression');
    if (textAt(value, 'type') !== 'expression' || expression === undefined) {
      throw new SpecError(`The transform [${name}] of type [${String(value['type'])}] cannot be converted`);
    }
    const sql = transformSql(name, expression);
    transforms.set(name, sql);
    notes.push(
      `The transform “${name}” is ${expression}${sql === expression ? '' : `, in SQL ${sql}`}. Check that it means the same.`,
    );
  }
  return transforms;
}

/** Rows of a segment and clustering, from a partitionsSpec. */
function partitions(
  tuning: Json,
  notes: string[],
): { readonly clusteredBy: readonly string[]; readonly rows: number | undefined } {
  const spec = optionalObject(tuning, 'partitionsSpec');
  const rows =
    numberAt(spec, 'targetRowsPerSegment') ??
    numberAt(spec, 'maxRowsPerSegment') ??
    numberAt(tuning, 'maxRowsPerSegment');
  const single = textAt(spec, 'partitionDimension');
  const dimensions = single === undefined ? listAt(spec, 'partitionDimensions').map(String) : [single];
  if (textAt(spec, 'type') === 'hashed' && dimensions.length > 0) {
    notes.push('Hashed partitions become ranges: CLUSTERED BY cuts segments between values of its columns.');
  }
  return { clusteredBy: dimensions, rows };
}

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join(',\n');

/**
 * Writes a native batch ingestion spec (index_parallel or index, as a task or its `spec` alone) as a statement.
 * @throws SpecError naming what cannot be converted
 */
export function convertSpec(text: string): Conversion {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new SpecError(`This is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(parsed)) throw new SpecError('A spec is a JSON object');
  const type = textAt(parsed, 'type') ?? 'index_parallel';
  if (type !== 'index_parallel' && type !== 'index') {
    throw new SpecError(
      `A spec of type [${type}] cannot be converted: only index_parallel and index are batch ingestion`,
    );
  }
  const spec = isObject(parsed['spec']) ? parsed['spec'] : parsed;
  const dataSchema = objectAt(spec, 'dataSchema', 'spec');
  const ioConfig = objectAt(spec, 'ioConfig', 'spec');
  if (isObject(ioConfig['firehose']))
    throw new SpecError('spec.ioConfig.firehose is no longer part of Druid: use an inputSource');
  const inputSource = objectAt(ioConfig, 'inputSource', 'spec.ioConfig');
  const source = sourceOf(inputSource, ioConfig);
  return writeStatement({
    dataSchema,
    ioConfig,
    source,
    tuning: optionalObject(spec, 'tuningConfig'),
  });
}

/** What the statement reads. */
interface Source {
  /** FROM, where the columns that are read are declared or known. */
  from(declared: readonly Dimension[]): readonly string[];
  /** Conditions of the source itself. */
  readonly conditions: readonly string[];
  /** A datasource has its time already. */
  readonly isDatasource: boolean;
}

/** External data, or another datasource (Druid's DruidInputSource), which has no format. */
function sourceOf(inputSource: Json, ioConfig: Json): Source {
  if (textAt(inputSource, 'type') === 'druid') {
    const name = textAt(inputSource, 'dataSource');
    if (name === undefined) throw new SpecError('spec.ioConfig.inputSource.dataSource is missing');
    const interval = inputSource['interval'];
    const filter = inputSource['filter'];
    return {
      from: () => [`FROM ${quotedName(name)}`],
      conditions: [
        ...(interval === undefined || interval === null ? [] : [intervalsCondition('"__time"', [interval]) ?? '']),
        ...(filter === undefined || filter === null ? [] : [filterSql(filter)]),
      ],
      isDatasource: true,
    };
  }
  const inputFormat = objectAt(ioConfig, 'inputFormat', 'spec.ioConfig');
  return {
    from: (declared) => [
      'FROM TABLE(',
      '  EXTERN(',
      `    ${quotedText(JSON.stringify(inputSource))},`,
      `    ${quotedText(JSON.stringify(inputFormat))}`,
      '  )',
      `) EXTEND (${declared.map((column) => `${quotedName(column.name)} ${column.type}`).join(', ')})`,
    ],
    conditions: [],
    isDatasource: false,
  };
}

const storedTime: TimeColumn = { column: '__time', type: 'BIGINT', sql: '"__time"' };

function writeStatement({
  dataSchema,
  ioConfig,
  source,
  tuning,
}: {
  readonly dataSchema: Json;
  readonly ioConfig: Json;
  readonly source: Source;
  readonly tuning: Json;
}): Conversion {
  const notes: string[] = [];
  const dataSource = textAt(dataSchema, 'dataSource');
  if (dataSource === undefined) throw new SpecError('spec.dataSchema.dataSource is missing');
  const granularity = optionalObject(dataSchema, 'granularitySpec');
  const transformSpec = optionalObject(dataSchema, 'transformSpec');
  const dimensions = dimensionsOf(optionalObject(dataSchema, 'dimensionsSpec'), notes);
  const metrics = listAt(dataSchema, 'metricsSpec').map(convertMetric);
  const transforms = transformsOf(transformSpec, notes);
  const timestampSpec = optionalObject(dataSchema, 'timestampSpec');
  const time =
    source.isDatasource && (textAt(timestampSpec, 'column') ?? '__time') === '__time'
      ? storedTime
      : timeColumn(timestampSpec);
  // Rollup is native ingestion's default; without a column to group by there is nothing to roll up.
  const isRollup = granularity['rollup'] !== false && (metrics.length > 0 || dimensions.length > 0);
  if (isRollup && metrics.length === 0) {
    notes.push('The spec rolls up, which is the default: rows that are alike become one. GROUP BY does so.');
  }
  const floor = periodOf(granularity['queryGranularity'], 'granularitySpec.queryGranularity');
  const { clusteredBy, rows } = partitions(tuning, notes);
  const columnSql = (name: string): string => {
    const transform = transforms.get(name);
    return transform === undefined ? quotedName(name) : `${transform} AS ${quotedName(name)}`;
  };
  const declared = declaredColumns(time, dimensions, metrics, transforms, transformSpec);
  const timeSql = transforms.get('__time') ?? time.sql;
  const outputTime = floor === undefined ? timeSql : `TIME_FLOOR(${timeSql}, ${quotedText(floor)})`;
  const givenIntervals = listAt(granularity, 'intervals');
  const intervals = intervalsCondition(timeSql, givenIntervals);
  const filter =
    transformSpec['filter'] === undefined || transformSpec['filter'] === null
      ? undefined
      : filterSql(transformSpec['filter']);
  const conditions = [...source.conditions, intervals, filter].filter((each) => each !== undefined);
  const keys = [`${outputTime} AS "__time"`, ...dimensions.map(({ name }) => columnSql(name))];
  for (const { note } of isRollup ? metrics : []) if (note !== undefined) notes.push(note);
  const values = metrics.flatMap(({ name, sql, plain }) => {
    const value = isRollup ? sql.replaceAll(', __time)', `, ${timeSql})`) : plain;
    if (value === undefined) {
      notes.push(`The metric “${name}” is left out: it has no value for a single row, and the spec does not roll up.`);
      return [];
    }
    return [value === quotedName(name) ? value : `${value} AS ${quotedName(name)}`];
  });
  const chunk = periodOf(granularity['segmentGranularity'] ?? 'DAY', 'granularitySpec.segmentGranularity');
  const overwrite = chunksCondition('__time', givenIntervals, chunk);
  const target =
    ioConfig['appendToExisting'] === true
      ? `INSERT INTO ${quotedName(dataSource)}`
      : `REPLACE INTO ${quotedName(dataSource)} OVERWRITE ${overwrite === undefined ? 'ALL' : `WHERE ${overwrite}`}`;
  if (overwrite === undefined && ioConfig['appendToExisting'] !== true) {
    notes.push(
      'Without intervals the spec replaces the time chunks that it finds; the statement replaces the whole datasource.',
    );
  }
  if (overwrite !== undefined && ioConfig['appendToExisting'] !== true && ioConfig['dropExisting'] !== true) {
    notes.push(
      'Without dropExisting the spec keeps old rows of the intervals where it finds no new ones; the statement removes them.',
    );
  }
  const sql = [
    target,
    'SELECT',
    indented([...keys, ...values]),
    ...source.from(declared),
    ...(conditions.length > 0
      ? [`WHERE ${conditions.length > 1 ? conditions.map((each) => `(${each})`).join(' AND ') : (conditions[0] ?? '')}`]
      : []),
    ...(isRollup ? [`GROUP BY ${keys.map((_, index) => index + 1).join(', ')}`] : []),
    `PARTITIONED BY ${partitionedBy(granularity['segmentGranularity'])}`,
    ...(clusteredBy.length > 0 ? [`CLUSTERED BY ${clusteredBy.map(quotedName).join(', ')}`] : []),
  ].join('\n');
  const subTasks = numberAt(tuning, 'maxNumConcurrentSubTasks');
  const badRecords = numberAt(tuning, 'maxParseExceptions');
  return {
    sql,
    context: {
      ...(isRollup && { finalizeAggregations: false }),
      ...(rows !== undefined && { rowsPerSegment: rows }),
      // One of a query's tasks is its controller.
      ...(subTasks !== undefined && { maxNumTasks: Math.max(2, subTasks + 1) }),
      // Native ingestion leaves bad records out unless it is told otherwise; 2147483647 is its "any number".
      maxParseExceptions: badRecords === undefined || badRecords >= 2_147_483_647 ? -1 : badRecords,
    },
    notes,
  };
}

/** What must be read: every input column that anything refers to, once. */
function declaredColumns(
  time: { readonly column: string; readonly type: string },
  dimensions: readonly Dimension[],
  metrics: readonly Metric[],
  transforms: ReadonlyMap<string, string>,
  transformSpec: Json,
): readonly Dimension[] {
  const columns = new Map<string, string>();
  const add = (name: string, type: string): void => {
    if (name !== '' && name !== '__time' && !columns.has(name)) columns.set(name, type);
  };
  if (!transforms.has('__time')) columns.set(time.column, time.type);
  for (const { name, type } of dimensions) if (!transforms.has(name)) add(name, type);
  for (const { field, type } of metrics) if (field !== undefined && !transforms.has(field)) add(field, type);
  for (const expression of transforms.values()) for (const name of columnsIn(expression)) add(name, 'VARCHAR');
  const filtered = JSON.stringify(transformSpec['filter'] ?? {}).matchAll(
    /"(?:dimension|column)":"((?:[^"\\]|\\.)*)"/g,
  );
  for (const [, name = ''] of filtered) if (!transforms.has(name)) add(name, 'VARCHAR');
  return [...columns].map(([name, type]) => ({ name, type }));
}
