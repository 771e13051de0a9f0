/** DuckDB's SQL of the array functions, which the functions of multi-value strings share. */
import { VARCHAR } from '../types.js';
import { convertElement, convertElements, elementOf, listOf, storageOf } from './array-elements.js';
import { type Args, arrayOperands, type Bound, isForeign, isListAt, type List, typeAt } from './array-operands.js';

/** Macros over lists. Nulls are elements like others, for which DuckDB's own list functions do not look. */
export const listMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO druid_single(x) AS CASE WHEN x IS NOT NULL THEN [x] END`,
  `CREATE OR REPLACE TEMP MACRO druid_element(l, i) AS CASE WHEN i >= 0 THEN l[i + 1] END`,
  `CREATE OR REPLACE TEMP MACRO druid_has_null(l) AS list_count(l) < len(l)`,
  `CREATE OR REPLACE TEMP MACRO druid_has(l, v) AS
    CASE WHEN v IS NOT NULL THEN list_contains(l, v) ELSE druid_has_null(l) END`,
  `CREATE OR REPLACE TEMP MACRO druid_has_all(l, m) AS
    CASE WHEN l IS NOT NULL THEN m IS NOT NULL AND list_has_all(l, list_distinct(m)) AND (NOT druid_has_null(m) OR druid_has_null(l)) END`,
  `CREATE OR REPLACE TEMP MACRO druid_has_any(l, m) AS
    CASE WHEN l IS NOT NULL THEN m IS NOT NULL AND (list_has_any(l, m) OR (druid_has_null(l) AND druid_has_null(m))) END`,
  `CREATE OR REPLACE TEMP MACRO druid_append(l, v) AS CASE WHEN l IS NOT NULL THEN list_append(l, v) END`,
  `CREATE OR REPLACE TEMP MACRO druid_prepend(v, l) AS CASE WHEN l IS NOT NULL THEN list_prepend(v, l) END`,
  `CREATE OR REPLACE TEMP MACRO druid_concat(l, m) AS CASE WHEN l IS NOT NULL AND m IS NOT NULL THEN list_concat(l, m) END`,
  `CREATE OR REPLACE TEMP MACRO druid_slice(l, s, e) AS
    CASE WHEN s >= 0 AND s <= len(l) AND s <= e THEN list_resize(l[s + 1:e], e - s) END`,
  `CREATE OR REPLACE TEMP MACRO druid_join(l, separator) AS
    CASE WHEN len(l) <> 1 OR l[1] IS NOT NULL THEN
      array_to_string(list_transform(l, lambda v: coalesce(v, 'null')), coalesce(separator, '')) END`,
  // Java drops the empty texts at the end of what it splits, but not the only one.
  `CREATE OR REPLACE TEMP MACRO druid_without_last_empty(l) AS
    CASE WHEN len(l) = 1 THEN l ELSE
      l[1:len(l) + 1 - coalesce(list_position(list_transform(list_reverse(l), lambda v: v <> ''), TRUE), len(l) + 1)] END`,
];

const { listAt, meet, meetLists, comparands } = arrayOperands({ listOf, convertElement, convertElements });
export { listAt };

/** The list with a value behind it. */
export function appended(args: Args, bound: Bound): List {
  const { list, value, element } = meet(args, bound, 0, 1);
  return { sql: `druid_append(${list}, ${value})`, element };
}

/** The list with a value before it. */
export function prepended(args: Args, bound: Bound): List {
  const { list, value, element } = meet(args, bound, 1, 0);
  return { sql: `druid_prepend(${value}, ${list})`, element };
}

/** Both lists as one; NULL when either is. */
export function concatenated(args: Args, bound: Bound): List {
  const { left, right, element } = meetLists(args, bound);
  return { sql: `druid_concat(${left}, ${right})`, element };
}

/** The elements between two indexes that count from 0, filled up with nulls. */
export function sliced(args: Args, bound: Bound): List {
  const { sql, element } = listAt(args, bound, 0);
  return { sql: `druid_slice(${sql}, ${args[1] ?? '0'}, ${args[2] ?? `len(${sql})`})`, element };
}

/** The element at an index that counts from 0 (`origin` 0) or from 1. */
export function elementAt(args: Args, bound: Bound, origin: 0 | 1): List {
  const { sql, element } = listAt(args, bound, 0);
  const index = args[1] ?? 'NULL';
  return { sql: `druid_element(${sql}, ${origin === 0 ? index : `${index} - 1`})`, element };
}

/** Where a value first stands. A value of another kind of type than the elements stands nowhere, as in Druid. */
export function positionOf(args: Args, bound: Bound, origin: 0 | 1): string {
  if (isForeign(typeAt(bound, 1), elementOf(bound[0]?.type))) return 'NULL::BIGINT';
  const { list: sql, value } = meet(args, bound, 0, 1);
  return origin === 1 ? `list_position(${sql}, ${value})::BIGINT` : `(list_position(${sql}, ${value}) - 1)::BIGINT`;
}

/** Whether the list has the value, or all elements of an array. */
export function contains(args: Args, bound: Bound): string {
  if (isListAt(bound, 1)) {
    const { left, right } = meetLists(args, bound);
    return `druid_has_all(${left}, ${right})`;
  }
  const other = typeAt(bound, 1);
  const { list, value, element } = meet(args, bound, 0, 1);
  const has = `druid_has(${list}, ${value})`;
  if (other.name === 'NULL' || storageOf(element) === storageOf(other)) return has;
  // What does not convert to the element type is contained nowhere, not even as a null.
  return `CASE WHEN ${value} IS NOT NULL OR ${args[1] ?? 'NULL'} IS NULL OR ${list} IS NULL THEN ${has} ELSE FALSE END`;
}

/** Whether two lists have an element in common. */
export function overlaps(args: Args, bound: Bound): string {
  const { left, right } = meetLists(args, bound);
  return `druid_has_any(${left}, ${right})`;
}

/** The elements as one text. */
export function joined(args: Args, bound: Bound): string {
  const { sql, element } = listAt(args, bound, 0);
  return `druid_join(${convertElements(sql, element, VARCHAR)}, ${args[1] ?? 'NULL'})`;
}

/** `v IN array` in three-valued logic, but a null is found among nulls. Numbers and texts compare as numbers. */
export function scalarIn(args: Args, bound: Bound): string {
  const { given, list, value } = comparands(args, bound);
  const raw = args[0] ?? 'NULL';
  const contained =
    value === raw ? `list_contains(${list}, ${value})` : `coalesce(list_contains(${list}, ${value}), FALSE)`;
  return `CASE WHEN ${given} IS NULL THEN NULL WHEN ${raw} IS NULL THEN nullif(druid_has_null(${given}), FALSE) ELSE ${contained} END`;
}

const plainSeparator = /^(?:[^\\.[\]{}()*+?^$|]|\\[^A-Za-z0-9])+$/;

/** Text split at a regular expression, as by Java's String.split. */
export function split(args: Args, bound: Bound): string {
  const separator = bound[1];
  const text = args[0] ?? 'NULL';
  if (separator?.kind === 'literal' && typeof separator.value === 'string' && plainSeparator.test(separator.value)) {
    const plain = separator.value.replace(/\\(.)/g, '$1').replaceAll("'", "''");
    return `druid_without_last_empty(string_split(${text}, '${plain}'))`;
  }
  return `druid_without_last_empty(string_split_regex(${text}, coalesce(${args[1] ?? 'NULL'}, '')))`;
}
