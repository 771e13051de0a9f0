import { typeAt } from '../../../sql/functions/aggregate-parts.js';
import type { EmitContext, Emitter } from '../../../sql/functions/declaration.js';
import { unsupportedError } from '../../../sql/errors.js';
import { isDatetime, isInteger, isString, type SqlType } from '../../../sql/types.js';
import { doubleLiteral } from '../literals.js';
import { multiValues } from '../multi-value.js';
import { sparkType } from '../types.js';
import { elementText } from './elements.js';
import type { Emitters } from './index.js';

/** Bytes that Druid keeps of a text when the call names no size. */
const DEFAULT_MAX_BYTES = 1024;

const isOver = ({ suffix }: EmitContext): boolean => suffix.includes(' OVER (');
const isMulti = (context: EmitContext): boolean => typeAt(context.args, 0).multiValue === true;

/** Calls an aggregate; Spark has no DISTINCT over windows. */
function aggregated(name: string, value: string, context: EmitContext): string {
  if (context.distinct && isOver(context)) {
    throw unsupportedError(`'${name.toUpperCase()}(DISTINCT …)' over a window is not supported by the spark engine`);
  }
  return `${name}(${context.distinct ? 'DISTINCT ' : ''}${value})${context.suffix}`;
}

/** Each value of a multi-value string counts by itself. */
function countDistinct(value: string, context: EmitContext): string {
  const { suffix } = context;
  if (isMulti(context)) {
    const values = `flatten(transform(collect_set(${value})${suffix}, v -> ${multiValues('v')}))`;
    return `CAST(coalesce(array_size(array_distinct(filter(${values}, v -> v IS NOT NULL))), 0) AS BIGINT)`;
  }
  return isOver(context)
    ? `CAST(array_size(collect_set(${value})${suffix}) AS BIGINT)`
    : `count(DISTINCT ${value})${suffix}`;
}

const count: Emitter = ([value], context) => {
  if (value === undefined) return `count(*)${context.suffix}`;
  if (context.args.length === 0) return `count(${value})${context.suffix}`;
  return context.distinct ? countDistinct(value, context) : `count(${value})${context.suffix}`;
};

const sum: Emitter = ([value = 'NULL'], context) =>
  aggregated('sum', isInteger(typeAt(context.args, 0)) ? value : `CAST(${value} AS DOUBLE)`, context);

const extreme =
  (name: string): Emitter =>
  ([value = 'NULL'], { suffix }) =>
    `${name}(${value})${suffix}`;

/** Druid folds the values into a 0, so AND is 0 in every group that has a number. */
const bitwise =
  (name: string, start = ''): Emitter =>
  ([value = 'NULL'], { suffix }) =>
    `(CASE WHEN count(${value})${suffix} > 0 THEN ${name}(${value})${suffix} END${start})`;

/** Druid counts a sample of one row as without variance. */
const ofSample =
  (call: string): Emitter =>
  ([value = 'NULL'], { suffix }) =>
    `coalesce(${call}(${value})${suffix}, CASE WHEN count(${value})${suffix} > 0 THEN 0D END)`;

/** A text cut to some bytes of UTF-8, without a broken sign at its end. */
const firstBytes = (x: string, bytes: string): string =>
  `CASE WHEN octet_length(${x}) <= ${bytes} THEN ${x} ELSE ` +
  `aggregate(split(${x}, ''), '', (fba, fbs) -> CASE WHEN octet_length(fba) + octet_length(fbs) <= ${bytes} AND NOT endswith(fba, char(0)) THEN concat(fba, fbs) ELSE concat(fba, char(0)) END, fba -> replace(fba, char(0), '')) END`;

/** The picked value as the call's type, cut to the bytes that the literal at an index allows. */
function finish(picked: string, context: EmitContext, sizeIndex: number): string {
  const from = typeAt(context.args, 0);
  if (!isString(context.type)) return picked;
  const text = isString(from) ? picked : elementText(picked, from);
  const size = context.args[sizeIndex];
  const bytes = size?.kind === 'literal' ? String(size.value) : String(DEFAULT_MAX_BYTES);
  return `transform(array(${text}), fbt -> ${firstBytes('fbt', bytes)})[0]`;
}

const byTime =
  (name: string): Emitter =>
  ([value = 'NULL', time = 'NULL'], context) =>
    finish(`${name}(${value}, ${time})${context.suffix}`, context, 2);

const anyValue: Emitter = ([value = 'NULL'], context) => {
  const picked = `first(${value})${context.suffix}`;
  const all = context.args[2];
  const onlyFirst = all?.kind === 'literal' && all.value === false;
  return finish(onlyFirst && isMulti(context) ? `(${multiValues(picked)})[0]` : picked, context, 1);
};

/**
 * All values of a group, nulls included, in the order of the call's ORDER BY. Spark's collecting drops nulls and knows no
 * order, so structs are collected, which are neither.
 */
function collected(value: string, context: EmitContext): string {
  const keys = context.sortKeys ?? [];
  const members = [...keys.map(({ sql }, index) => `'k${index}', ${sql}`), `'v', ${value}`];
  const rows = `collect_list(named_struct(${members.join(', ')}))${context.suffix}`;
  // A group without rows has no list, not an empty one.
  const present = (list: string): string =>
    `transform(array(${list}), cl -> CASE WHEN array_size(cl) > 0 THEN transform(${sorted('cl', context)}, cv -> cv.v) END)[0]`;
  const list = present(rows);
  return context.distinct ? distinctElements(list, context) : list;
}

function sorted(list: string, { sortKeys }: EmitContext): string {
  if (!sortKeys || sortKeys.length === 0) return list;
  const order = sortKeys.map(({ descending, nullsFirst }, index) => {
    const [a, b] = [`ca.k${index}`, `cb.k${index}`];
    const less = descending ? 1 : -1;
    const first = nullsFirst ? -1 : 1;
    return `WHEN ${a} IS NULL AND ${b} IS NOT NULL THEN ${first} WHEN ${a} IS NOT NULL AND ${b} IS NULL THEN ${-first} WHEN ${a} < ${b} THEN ${less} WHEN ${a} > ${b} THEN ${-less}`;
  });
  return `array_sort(${list}, (ca, cb) -> CASE ${order.join(' ')} ELSE 0 END)`;
}

/** Distinct values come in their order, null first, as from the sorted set in which Druid collects them. */
const distinctElements = (list: string, { sortKeys }: EmitContext): string =>
  sortKeys && sortKeys.length > 0 ? `array_distinct(${list})` : `sort_array(array_distinct(${list}))`;

/** Every value of every multi-value string. */
function collectedValues(value: string, context: EmitContext): string {
  const rows = collected(value, { ...context, distinct: false });
  const values = `flatten(transform(${rows}, v -> ${multiValues('v')}))`;
  return context.distinct ? `sort_array(array_distinct(${values}))` : values;
}

const arrayAgg: Emitter = ([value = 'NULL'], context) =>
  isMulti(context) ? collectedValues(value, context) : collected(value, context);

const arrayConcatAgg: Emitter = ([value = 'NULL'], context) => {
  const lists = collected(value, { ...context, distinct: false });
  const elements = `flatten(filter(${lists}, v -> v IS NOT NULL))`;
  return context.distinct ? `sort_array(array_distinct(${elements}))` : elements;
};

const stringAgg: Emitter = ([value = 'NULL', given], context) => {
  const separator = given === undefined ? `''` : `CAST(${given} AS STRING)`;
  const values = isMulti(context)
    ? collectedValues(value, context)
    : collected(elementText(value, typeAt(context.args, 0)), context);
  const present = `filter(${values}, v -> v IS NOT NULL)`;
  return `transform(array(${present}), sa -> CASE WHEN array_size(sa) > 0 THEN array_join(sa, ${separator}) END)[0]`;
};

const quantile = (value: string, probability: string, context: EmitContext, ofNothing: string): string =>
  `coalesce(percentile(${value}, ${probability})${context.suffix}, ${ofNothing})`;

const approximateQuantile: Emitter = ([value = 'NULL', part = '0.5D'], context) =>
  quantile(value, part, context, doubleLiteral(NaN));

const fixedBuckets: Emitter = ([value = 'NULL', part = '0.5D', , lower = '0D', upper = '0D'], context) => {
  const mode = context.args[5];
  const kept =
    mode?.kind === 'literal' && String(mode.value).toLowerCase() === 'clip'
      ? `CASE WHEN ${value} IS NOT NULL THEN least(greatest(${value}, ${lower}), ${upper}) END`
      : `CASE WHEN ${value} >= ${lower} AND ${value} < ${upper} THEN ${value} END`;
  return quantile(kept, part, context, '0D');
};

const average: Emitter = ([value = 'NULL'], context) => {
  const type: SqlType = typeAt(context.args, 0);
  const number = isDatetime(type) ? `unix_millis(${value})` : value;
  return aggregated('avg', sparkType(type) === 'DOUBLE' ? number : `CAST(${number} AS DOUBLE)`, context);
};

const distinctCount: Emitter = ([value = 'NULL'], context) => countDistinct(value, context);

/** The emitters of aggregates; GROUPING is made from the plan. */
export const aggregateEmitters: Emitters = {
  COUNT: count,
  SUM: sum,
  MIN: extreme('min'),
  MAX: extreme('max'),
  AVG: average,
  BIT_AND: bitwise('bit_and', ' & 0L'),
  BIT_OR: bitwise('bit_or'),
  BIT_XOR: bitwise('bit_xor'),
  VAR_POP: extreme('var_pop'),
  VAR_SAMP: ofSample('var_samp'),
  STDDEV_POP: extreme('stddev_pop'),
  STDDEV_SAMP: ofSample('stddev_samp'),
  EARLIEST_BY: byTime('min_by'),
  LATEST_BY: byTime('max_by'),
  ANY_VALUE: anyValue,
  ARRAY_AGG: arrayAgg,
  ARRAY_CONCAT_AGG: arrayConcatAgg,
  STRING_AGG: stringAgg,
  APPROX_COUNT_DISTINCT: distinctCount,
  APPROX_COUNT_DISTINCT_BUILTIN: distinctCount,
  APPROX_COUNT_DISTINCT_DS_HLL: distinctCount,
  APPROX_COUNT_DISTINCT_DS_THETA: distinctCount,
  APPROX_QUANTILE: approximateQuantile,
  APPROX_QUANTILE_DS: approximateQuantile,
  APPROX_QUANTILE_FIXED_BUCKETS: fixedBuckets,
};
