/** Engine SQL between SQL values and JSON. */
import type { Expression } from '../plan/expression.js';
import { arrayOf, isDatetime, isInterval, isJson, isString, type SqlType, VARCHAR } from '../types.js';
import { convertElement, convertElements, storageOf } from './array-elements.js';
import type { EmitContext } from './declaration.js';
import { duckdbPath, parsePath } from './json-path.js';

/** Macros over JSON. */
export const jsonValueMacros: readonly string[] = [
  // A JSON null counts as no value.
  `CREATE OR REPLACE TEMP MACRO druid_json_present(j) AS CASE WHEN CAST(j AS VARCHAR) <> 'null' THEN j END`,
  `CREATE OR REPLACE TEMP MACRO druid_json_primitive(j) AS
    CASE WHEN left(CAST(j AS VARCHAR), 1) NOT IN ('{', '[') THEN json_extract_string(j, '$') END`,
  // A list of one primitive counts as that primitive, any other list and every object as no text.
  `CREATE OR REPLACE TEMP MACRO druid_json_text(j) AS CASE left(CAST(j AS VARCHAR), 1)
    WHEN '{' THEN NULL
    WHEN '[' THEN CASE WHEN json_array_length(j) = 1 THEN druid_json_primitive(json_extract(j, '$[0]')) END
    ELSE json_extract_string(j, '$') END`,
  // The text at a path; only what begins like an object or a list is looked at again.
  `CREATE OR REPLACE TEMP MACRO druid_json_value(j, path) AS CASE
    WHEN starts_with(json_extract_string(j, path), '{') OR starts_with(json_extract_string(j, path), '[')
      THEN druid_json_text(json_extract(j, path))
    ELSE json_extract_string(j, path) END`,
  // NULL for an object, and for a list that has more than primitives.
  `CREATE OR REPLACE TEMP MACRO druid_json_texts(j) AS CASE left(CAST(j AS VARCHAR), 1)
    WHEN '{' THEN NULL
    WHEN '[' THEN CASE WHEN list_has_any(list_transform(from_json(j, '["JSON"]'), lambda e: left(CAST(e AS VARCHAR), 1)), ['{', '[']) THEN NULL
      ELSE list_transform(from_json(j, '["JSON"]'), lambda e: json_extract_string(e, '$')) END
    ELSE CASE WHEN j IS NOT NULL THEN [json_extract_string(j, '$')] END END`,
  `CREATE OR REPLACE TEMP MACRO druid_json_elements(j) AS CASE
    WHEN j IS NULL THEN NULL
    WHEN left(CAST(j AS VARCHAR), 1) = '[' THEN list_transform(from_json(j, '["JSON"]'), lambda e: druid_json_present(e))
    ELSE [j] END`,
];

/** A value of any type as JSON; text becomes a JSON text, truth values numbers, times milliseconds. */
export function toJson(sql: string, type: SqlType): string {
  if (isJson(type)) return sql;
  if (type.name === 'NULL') return 'NULL::JSON';
  if (type.multiValue === true) {
    return `CASE WHEN starts_with(${sql}, chr(29)) THEN substr(${sql}, 2)::JSON ELSE to_json(${sql}) END`;
  }
  return `to_json(${jsonReady(sql, type)})`;
}

function jsonReady(sql: string, type: SqlType): string {
  const number: SqlType = { name: 'BIGINT', nullable: true };
  if (type.name === 'BOOLEAN' || isDatetime(type) || isInterval(type)) return convertElement(sql, type, number);
  // By way of its shortest text: 0.1 must not become 0.10000000149011612.
  if (storageOf(type) === 'FLOAT') return `CAST(CAST(${sql} AS VARCHAR) AS DOUBLE)`;
  if (type.name !== 'ARRAY') return sql;
  const element = jsonReady('v', type.element ?? VARCHAR);
  return element === 'v' ? sql : `list_transform(${sql}, lambda v: ${element})`;
}

/** The JSON argument at an index as JSON. */
export const jsonAt = (args: readonly string[], context: EmitContext, index: number): string =>
  toJson(args[index] ?? 'NULL', context.args[index]?.type ?? VARCHAR);

/** The constant path of an argument as SQL text. */
export function pathAt(args: readonly Expression[], index: number): string {
  const path = args[index];
  const parts = parsePath(path?.kind === 'literal' && typeof path.value === 'string' ? path.value : '$');
  return `'${duckdbPath('message' in parts ? [] : parts).replaceAll("'", "''")}'`;
}

/** A check that the argument at an index is a constant path that can be read. */
export function checkPath(name: string, index: number) {
  return (args: readonly Expression[]): string | undefined => {
    const path = args[index];
    if (path?.kind !== 'literal' || typeof path.value !== 'string') {
      return `JSON path of '${name}' must be a string literal`;
    }
    const parts = parsePath(path.value);
    return 'message' in parts ? parts.message : undefined;
  };
}

/** What stands at a path, NULL for nothing and for a JSON null. */
export const extracted = (args: readonly string[], context: EmitContext): string => {
  const path = pathAt(context.args, 1);
  const json = jsonAt(args, context, 0);
  return `druid_json_present(json_extract(${json}, ${path}))`;
};

/** What stands at a path as a value of the call's type. */
export function extractedValue(args: readonly string[], context: EmitContext): string {
  const json = extracted(args, context);
  const { type } = context;
  if (isJson(type)) return json;
  if (type.name === 'ARRAY') {
    const element = type.element ?? VARCHAR;
    return isJson(element)
      ? `druid_json_elements(${json})`
      : convertElements(`druid_json_texts(${json})`, VARCHAR, element);
  }
  if (isDatetime(type)) return timestamp(json, context.timeZone);
  const text = `druid_json_value(${jsonAt(args, context, 0)}, ${pathAt(context.args, 1)})`;
  return isString(type) ? text : convertElement(text, VARCHAR, type);
}

/** A time from milliseconds or from text. */
function timestamp(json: string, timeZone: string): string {
  const text = `druid_json_text(${json})`;
  const fromText = `druid_text_to_timestamp(${text}, '${timeZone.replaceAll("'", "''")}')`;
  return `CASE WHEN starts_with(CAST(${json} AS VARCHAR), '"') THEN ${fromText} ELSE make_timestamp_ms(text_to_long(${text})) END`;
}

/** The type of a list of JSON values. */
export const JSON_LIST: SqlType = arrayOf({ name: 'COMPLEX', nullable: true, complex: 'json' });
