import type { Emitter } from '../../../sql/functions/declaration.js';
import { elementOf } from '../../../sql/functions/array-elements.js';
import {
  type Args,
  arrayOperands,
  type Bound,
  isForeign,
  isListAt,
  type List,
  typeAt,
} from '../../../sql/functions/array-operands.js';
import { DOUBLE, isNumeric, VARCHAR } from '../../../sql/types.js';
import { doubleLiteral } from '../literals.js';
import { sparkType } from '../types.js';
import { convertElement, convertElements, listOf } from './elements.js';
import type { Emitters } from './index.js';

const { listAt, meet, meetLists, comparands } = arrayOperands({ listOf, convertElement, convertElements });
export { listAt };

/** `body` over names that stand for values, which are computed once. */
export function naming(values: Readonly<Record<string, string>>, body: string): string {
  return Object.entries(values).reduceRight(
    (inner, [name, value]) => `transform(array(${value}), ${name} -> ${inner})[0]`,
    body,
  );
}

/** Whether a list has a value; nulls are elements like others. NULL for no list. */
export const has = (list: string, value: string): string => `exists(${list}, he -> he <=> ${value})`;
const hasNull = (list: string): string => `exists(${list}, he -> he IS NULL)`;
export const hasAll = (list: string, wanted: string): string =>
  naming(
    { hl: list, hm: wanted },
    `CASE WHEN hl IS NOT NULL THEN coalesce(forall(hm, hw -> exists(hl, he -> he <=> hw)), FALSE) END`,
  );
export const hasAny = (list: string, wanted: string): string =>
  naming(
    { hl: list, hm: wanted },
    `CASE WHEN hl IS NOT NULL THEN coalesce(exists(hm, hw -> exists(hl, he -> he <=> hw)), FALSE) END`,
  );

/** The list with a value behind it; NULL for no list. */
export function appended(args: Args, bound: Bound): List {
  const { list, value, element } = meet(args, bound, 0, 1);
  return { sql: `concat(${list}, array(${value}))`, element };
}

export function prepended(args: Args, bound: Bound): List {
  const { list, value, element } = meet(args, bound, 1, 0);
  return { sql: `concat(array(${value}), ${list})`, element };
}

export function concatenated(args: Args, bound: Bound): List {
  const { left, right, element } = meetLists(args, bound);
  return { sql: `concat(${left}, ${right})`, element };
}

/** The elements between two indexes that count from 0, filled up with nulls. */
export function sliced(args: Args, bound: Bound): List {
  const { sql, element } = listAt(args, bound, 0);
  const start = `CAST(${args[1] ?? '0'} AS INT)`;
  const end = args[2] === undefined ? 'array_size(sl)' : `CAST(${args[2]} AS INT)`;
  const body =
    `CASE WHEN ss >= 0 AND ss <= array_size(sl) AND ss = se THEN slice(sl, 1, 0)` +
    ` WHEN ss >= 0 AND ss <= array_size(sl) AND ss < se THEN transform(sequence(ss, se - 1), si -> sl[si]) END`;
  return { sql: naming({ sl: sql, ss: start, se: end }, body), element };
}

/** The element at an index that counts from 0 (`origin` 0) or from 1. */
export function elementAt(args: Args, bound: Bound, origin: 0 | 1): List {
  const { sql, element } = listAt(args, bound, 0);
  const index = `CAST(${args[1] ?? 'NULL'} AS INT)${origin === 0 ? '' : ' - 1'}`;
  return { sql: naming({ el: sql, ei: index }, 'CASE WHEN ei >= 0 THEN el[ei] END'), element };
}

/** Where a value first stands. A value of another kind of type than the elements stands nowhere, as in Druid. */
export function positionOf(args: Args, bound: Bound, origin: 0 | 1): string {
  if (isForeign(typeAt(bound, 1), elementOf(bound[0]?.type))) return 'CAST(NULL AS BIGINT)';
  const { list, value } = meet(args, bound, 0, 1);
  const place = `nullif(array_position(transform(pl, pe -> pe <=> pv), TRUE), 0)`;
  return naming({ pl: list, pv: value }, origin === 1 ? place : `${place} - 1`);
}

/** Whether the list has the value, or all elements of an array. */
export function contains(args: Args, bound: Bound): string {
  if (isListAt(bound, 1)) {
    const { left, right } = meetLists(args, bound);
    return hasAll(left, right);
  }
  const other = typeAt(bound, 1);
  const { list, value, element } = meet(args, bound, 0, 1);
  const found = naming({ cl: list, cw: value }, has('cl', 'cw'));
  if (other.name === 'NULL' || sparkType(element) === sparkType(other)) return found;
  // What does not convert to the element type is contained nowhere, not even as a null.
  return `CASE WHEN (${value}) IS NOT NULL OR ${args[1] ?? 'NULL'} IS NULL OR ${list} IS NULL THEN ${found} ELSE FALSE END`;
}

/** The elements as one text. */
export function joined(args: Args, bound: Bound): string {
  const { sql, element } = listAt(args, bound, 0);
  const texts = convertElements(sql, element, VARCHAR);
  return naming(
    { jl: texts },
    `CASE WHEN array_size(jl) <> 1 OR jl[0] IS NOT NULL THEN array_join(transform(jl, je -> coalesce(je, 'null')), coalesce(${args[1] ?? 'NULL'}, '')) END`,
  );
}

/** Text split at a regular expression; Java drops the empty texts at the end of what it splits, but not the only one. */
export function split(args: Args): string {
  const pieces = `split(${args[0] ?? 'NULL'}, coalesce(${args[1] ?? 'NULL'}, ''))`;
  return naming(
    { pl: pieces },
    `CASE WHEN array_size(pl) <= 1 THEN pl ELSE slice(pl, 1, coalesce(array_max(transform(pl, (pe, pi) -> CASE WHEN pe <> '' THEN pi + 1 END)), 0)) END`,
  );
}

/** `v IN array` in three-valued logic, but a null is found among nulls. Numbers and texts compare as numbers. */
const scalarIn: Emitter = (args, { args: bound }) => {
  const { given, list, value } = comparands(args, bound);
  const raw = args[0] ?? 'NULL';
  const found = naming({ il: list, iv: value }, 'coalesce(exists(il, ie -> ie = iv), FALSE)');
  return `CASE WHEN ${given} IS NULL THEN NULL WHEN ${raw} IS NULL THEN nullif(${hasNull(given)}, FALSE) ELSE ${found} END`;
};

const quantile: Emitter = (args, { args: bound }) => {
  const { sql, element } = listAt(args, bound, 0);
  const fraction = bound[1];
  if (!isNumeric(element)) return 'CAST(NULL AS DOUBLE)';
  const value = fraction?.kind === 'literal' ? Number(fraction.value) : NaN;
  const nan = doubleLiteral(NaN);
  if (!(value >= 0 && value <= 1)) return `CASE WHEN ${sql} IS NOT NULL THEN ${nan} END`;
  const numbers = `array_sort(filter(${convertElements(sql, element, DOUBLE)}, qe -> qe IS NOT NULL))`;
  const place = `(array_size(ql) - 1) * ${doubleLiteral(value)}`;
  const at = (index: string): string => `ql[CAST(${index} AS INT)]`;
  const between = `${at(`floor(${place})`)} + (${at(`ceil(${place})`)} - ${at(`floor(${place})`)}) * (${place} - floor(${place}))`;
  return naming({ ql: numbers }, `CASE WHEN ql IS NOT NULL THEN coalesce(${between}, ${nan}) END`);
};

export const arrayEmitters: Emitters = {
  ARRAY: (args, { type }) => `CAST(array(${args.join(', ')}) AS ${sparkType(type)})`,
  ITEM: (args, { args: bound }) => elementAt(args, bound, 1).sql,
  ARRAY_LENGTH: (args, { args: bound }) => `CAST(array_size(${listAt(args, bound, 0).sql}) AS BIGINT)`,
  ARRAY_OFFSET: (args, { args: bound }) => elementAt(args, bound, 0).sql,
  ARRAY_ORDINAL: (args, { args: bound }) => elementAt(args, bound, 1).sql,
  ARRAY_OFFSET_OF: (args, { args: bound }) => positionOf(args, bound, 0),
  ARRAY_ORDINAL_OF: (args, { args: bound }) => positionOf(args, bound, 1),
  ARRAY_CONTAINS: (args, { args: bound }) => contains(args, bound),
  ARRAY_OVERLAP: (args, { args: bound }) => {
    const { left, right } = meetLists(args, bound);
    return hasAny(left, right);
  },
  SCALAR_IN_ARRAY: scalarIn,
  ARRAY_APPEND: (args, { args: bound }) => appended(args, bound).sql,
  ARRAY_PREPEND: (args, { args: bound }) => prepended(args, bound).sql,
  ARRAY_CONCAT: (args, { args: bound }) => concatenated(args, bound).sql,
  ARRAY_SLICE: (args, { args: bound }) => sliced(args, bound).sql,
  ARRAY_TO_STRING: (args, { args: bound }) => joined(args, bound),
  STRING_TO_ARRAY: (args) => split(args),
  ARRAY_QUANTILE: quantile,
};
