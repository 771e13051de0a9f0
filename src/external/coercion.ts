import { castSql, quoteIdentifier } from '../engine/duckdb/index.js';
import { type SqlType, VARCHAR } from '../sql/types.js';

/**
 * Macros of coercion: values of JSON documents and of text become values of the signature's types as
 * RowBasedColumnSelectorFactory and Rows.objectToNumber of Druid have it. An argument named j is a JSON value, t is text.
 */
export const coercionMacros: readonly string[] = [
  // A list in a list is text as Java's collections print themselves: [a, [b]].
  `CREATE OR REPLACE TEMP MACRO external_nested_text(j) AS array_to_string(list_transform(
    regexp_extract_all(CAST(j AS VARCHAR), '"(?:[^"\\\\]|\\\\.)*"|[\\[\\]{},:]|[^\\[\\]{},:"\\s]+'),
    lambda t: CASE WHEN t = ',' THEN ', ' WHEN t = ':' THEN '=' WHEN starts_with(t, '"') THEN json_extract_string(t, '$') ELSE t END), '')`,
  // JSON numbers print as Java prints them: fractions and what 64 bits do not hold as doubles. A macro's text is copied
  // to where it is called, and binding it costs time, so that the long ones are called in one place each.
  `CREATE OR REPLACE TEMP MACRO external_scalar_text(j) AS CASE
    WHEN json_type(j) = 'ARRAY' THEN external_nested_text(j)
    WHEN json_type(j) = 'DOUBLE' OR (json_type(j) = 'UBIGINT' AND TRY_CAST(j AS BIGINT) IS NULL) THEN druid_double_text(CAST(j AS DOUBLE))
    ELSE json_extract_string(j, '$') END`,
  `CREATE OR REPLACE TEMP MACRO external_values(l) AS
    CASE WHEN len(l) = 1 THEN l[1] ELSE chr(29) || CAST(to_json(l) AS VARCHAR) END`,
  // What is no array is treated as an array of one, which is that one again.
  `CREATE OR REPLACE TEMP MACRO external_text(j) AS list_transform(
    [list_transform(
      CASE WHEN json_type(j) = 'ARRAY' THEN json_transform(j, '["JSON"]') WHEN j IS NOT NULL THEN [j] END,
      lambda e: external_scalar_text(e))],
    lambda l: external_values(l))[1]`,
  `CREATE OR REPLACE TEMP MACRO external_number_text(t) AS replace(trim(t), ',', '')`,
  // Booleans are 1 and 0; an array counts when it has one element.
  `CREATE OR REPLACE TEMP MACRO external_number(j) AS CASE json_type(j)
    WHEN 'BOOLEAN' THEN CASE WHEN CAST(j AS BOOLEAN) THEN '1' ELSE '0' END
    WHEN 'OBJECT' THEN NULL
    WHEN 'ARRAY' THEN CASE WHEN json_array_length(j) = 1 THEN external_number_text(json_extract_string(j, '$[0]')) END
    ELSE external_number_text(json_extract_string(j, '$')) END`,
];

const numberSql = (text: string, type: SqlType): string => castSql(text, VARCHAR, type);

/** SQL of a JSON value as a value of `type`; `depth` tells nested lambdas apart. */
export function coerceJson(json: string, type: SqlType, depth = 0): string {
  switch (type.name) {
    case 'ARRAY': {
      const name = `e${depth}`;
      const element = type.element ?? VARCHAR;
      const list = `list_transform(json_transform(${json}, '["JSON"]'), lambda ${name}: ${coerceElement(name, element, depth + 1)})`;
      return `CASE json_type(${json}) WHEN 'ARRAY' THEN ${list} WHEN 'NULL' THEN NULL ELSE CASE WHEN ${json} IS NOT NULL THEN [${coerceElement(json, element, depth + 1)}] END END`;
    }
    case 'COMPLEX':
      return `CASE WHEN json_type(${json}) <> 'NULL' THEN ${json} END`;
    case 'VARCHAR':
      return `external_text(${json})`;
    default:
      return numberSql(`external_number(${json})`, type);
  }
}

const coerceElement = (json: string, type: SqlType, depth: number): string =>
  type.name === 'VARCHAR' ? `external_scalar_text(${json})` : coerceJson(json, type, depth);

/**
 * SQL of a JSON value as text, for many rows. The first character tells what it is: texts come first, being the most, and
 * only arrays and numbers that DuckDB prints otherwise than Java need more than to be taken out of their quotes.
 */
export function coerceJsonText(json: string): string {
  const token = `CAST(${json} AS VARCHAR)`;
  // Most arrays hold plain texts, and their JSON is already what a multi-value string is made of.
  const isPlainArray = String.raw`regexp_full_match(${token}, '\["[^"\\]*"(,"[^"\\]*")+\]')`;
  return `CASE WHEN ${token} < '#' THEN json_extract_string(${json}, '$')
    WHEN ${isPlainArray} THEN chr(29) || ${token}
    WHEN regexp_full_match(${token}, '-?[0-9]{1,18}') THEN ${token}
    ELSE external_text(${json}) END`;
}

/** SQL of a JSON value as a number, for many rows. */
export function coerceJsonNumber(json: string, type: SqlType): string {
  const token = `CAST(${json} AS VARCHAR)`;
  // What is no number by itself may be an array, a boolean, or a text that holds one.
  return `CASE WHEN ${token} >= '-' AND ${token} < ':' THEN ${numberSql(token, type)} ELSE ${coerceJson(json, type)} END`;
}

const numberPattern = String.raw`[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?`;

/** SQL of a field of a text file, with Druid's list delimiter (a SQL text) and its tryParseNumbers. */
export function coerceText(text: string, type: SqlType, listDelimiter: string, parseNumbers: boolean): string {
  const parsed = (value: string): string =>
    parseNumbers
      ? `CASE WHEN regexp_full_match(${value}, '-?[0-9]{1,18}') THEN CAST(CAST(${value} AS BIGINT) AS VARCHAR) WHEN regexp_full_match(${value}, '${numberPattern}') THEN druid_double_text(CAST(${value} AS DOUBLE)) ELSE ${value} END`
      : value;
  const split = `string_split(${text}, ${listDelimiter})`;
  const list = parseNumbers ? `list_transform(${split}, lambda e: ${parsed('e')})` : split;
  switch (type.name) {
    case 'VARCHAR':
      return `CASE WHEN contains(${text}, ${listDelimiter}) THEN external_values(${list}) ELSE ${parsed(text)} END`;
    case 'ARRAY': {
      const element = coerceListElement('e', type.element ?? VARCHAR, parsed);
      return `list_transform(${split}, lambda e: ${element})`;
    }
    case 'COMPLEX':
      return `CASE WHEN contains(${text}, ${listDelimiter}) THEN to_json(${list}) ELSE to_json(${text}) END`;
    default:
      return numberSql(`external_number_text(${text})`, type);
  }
}

function coerceListElement(value: string, type: SqlType, parsed: (value: string) => string): string {
  if (type.name === 'VARCHAR') return parsed(value);
  if (type.name === 'ARRAY') return `[${coerceListElement(value, type.element ?? VARCHAR, parsed)}]`;
  return type.name === 'COMPLEX' ? `to_json(${value})` : numberSql(`external_number_text(${value})`, type);
}

/** The column as a SELECT lists it. */
export const selectAs = (sql: string, name: string): string => `${sql} AS ${quoteIdentifier(name)}`;
