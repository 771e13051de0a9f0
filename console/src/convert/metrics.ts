import { isObject, listAt, quotedName, SpecError, textAt, type Json } from './json.js';
import { filterSql } from './filter.js';

/** A metric as an output of a grouped query. */
export interface Metric {
  readonly name: string;
  /** The input's column, unless it reads none. */
  readonly field: string | undefined;
  readonly type: 'BIGINT' | 'DOUBLE' | 'FLOAT' | 'VARCHAR';
  /** SQL of the aggregate. */
  readonly sql: string;
  /** SQL of the value where rows are not rolled up; undefined where a single row has none. */
  readonly plain: string | undefined;
  readonly note?: string;
}

const prefixTypes = { long: 'BIGINT', double: 'DOUBLE', float: 'FLOAT', string: 'VARCHAR' } as const;

/** Sketches by the type of their aggregator. */
const sketches: Readonly<Record<string, string>> = {
  HLLSketchBuild: 'DS_HLL',
  HLLSketchMerge: 'DS_HLL',
  thetaSketch: 'DS_THETA',
  quantilesDoublesSketch: 'DS_QUANTILES_SKETCH',
  tDigestSketch: 'TDIGEST_GENERATE_SKETCH',
  hyperUnique: 'APPROX_COUNT_DISTINCT_BUILTIN',
  cardinality: 'APPROX_COUNT_DISTINCT_BUILTIN',
};

function fieldOf(metric: Json, name: string): string {
  const field = textAt(metric, 'fieldName');
  if (field === undefined) throw new SpecError(`The metric [${name}] has no fieldName`);
  return field;
}

/** The SQL of a native aggregator. */
export function convertMetric(value: unknown): Metric {
  if (!isObject(value)) throw new SpecError('metricsSpec must be a list of objects');
  const type = textAt(value, 'type') ?? '';
  const name = textAt(value, 'name') ?? type;
  if (type === 'count') return { name, field: undefined, type: 'BIGINT', sql: 'COUNT(*)', plain: '1' };
  if (type === 'filtered') {
    const inner = convertMetric(value['aggregator']);
    const condition = filterSql(value['filter']);
    return {
      ...inner,
      sql: `${inner.sql} FILTER (WHERE ${condition})`,
      plain: `CASE WHEN ${condition} THEN ${inner.plain ?? 'NULL'} END`,
    };
  }
  const simple = /^(long|double|float|string)(Sum|Min|Max|First|Last|Any)$/.exec(type);
  if (simple) {
    const field = fieldOf(value, name);
    const column = quotedName(field);
    const time = textAt(value, 'timeColumn');
    const by = time === undefined || time === '__time' ? '__time' : quotedName(time);
    const calls: Readonly<Record<string, string>> = {
      Sum: `SUM(${column})`,
      Min: `MIN(${column})`,
      Max: `MAX(${column})`,
      First: `EARLIEST_BY(${column}, ${by})`,
      Last: `LATEST_BY(${column}, ${by})`,
      Any: `ANY_VALUE(${column})`,
    };
    return {
      name,
      field,
      type: prefixTypes[simple[1] as keyof typeof prefixTypes],
      sql: calls[simple[2] ?? ''] ?? '',
      plain: column,
    };
  }
  const sketch = sketches[type];
  if (sketch !== undefined) {
    const field = textAt(value, 'fieldName') ?? listAt(value, 'fields').map(String)[0];
    if (field === undefined) throw new SpecError(`The metric [${name}] has no fieldName`);
    return {
      name,
      field,
      type: type === 'quantilesDoublesSketch' || type === 'tDigestSketch' ? 'DOUBLE' : 'VARCHAR',
      sql: `${sketch}(${quotedName(field)})`,
      plain: undefined,
      note: `The metric “${name}” is a sketch (${type}). Millrace does not store sketches: store “${field}” itself and ask with APPROX_COUNT_DISTINCT or APPROX_QUANTILE, or run the statement on Druid.`,
    };
  }
  throw new SpecError(`The metric [${name}] of type [${type}] cannot be converted`);
}
