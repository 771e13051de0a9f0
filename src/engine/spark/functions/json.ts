/** JSON on Spark is text; paths are Spark's subset of JSONPath, which has all that Druid's paths have. */
import type { EmitContext, Emitter } from '../../../sql/functions/declaration.js';
import { parsePath } from '../../../sql/functions/json-path.js';
import { unsupportedError } from '../../../sql/errors.js';
import { isDatetime, isInterval, isJson, isString, type SqlType, VARCHAR } from '../../../sql/types.js';
import { jsonText, textToLong } from '../casts.js';
import { quoteText } from '../quoting.js';
import { ceilingSafe, textToTimestamp } from '../text-times.js';
import { readSparkZone } from '../zones.js';
import { naming } from './arrays.js';
import { convertElement, convertElements } from './elements.js';
import { members, merged, paths } from './json-tokens.js';
import type { Emitters } from './index.js';

/** A value of any type as JSON text; truth values become numbers, times milliseconds. */
function toJson(sql: string, type: SqlType): string {
  if (isJson(type)) return sql;
  if (type.name === 'NULL') return 'CAST(NULL AS STRING)';
  if (type.multiValue === true) {
    return `CASE WHEN startswith(${sql}, char(29)) THEN substr(${sql}, 2) ELSE ${jsonText(sql, VARCHAR)} END`;
  }
  const number: SqlType = { name: 'BIGINT', nullable: true };
  const isNumber = (each: SqlType): boolean => each.name === 'BOOLEAN' || isDatetime(each) || isInterval(each);
  if (isNumber(type)) return `CAST(${convertElement(sql, type, number)} AS STRING)`;
  if (type.name === 'ARRAY' && type.element && isNumber(type.element)) {
    return `to_json(${convertElements(sql, type.element, number)})`;
  }
  return jsonText(sql, type);
}

const jsonAt = (args: readonly string[], { args: bound }: EmitContext, index: number): string =>
  toJson(args[index] ?? 'NULL', bound[index]?.type ?? VARCHAR);

/** The constant path of an argument in Spark's notation. */
function pathAt({ args }: EmitContext, index: number): string {
  const path = args[index];
  const parts = parsePath(path?.kind === 'literal' && typeof path.value === 'string' ? path.value : '$');
  if ('message' in parts) return quoteText('$');
  const steps = parts.map((part) => {
    if (typeof part === 'number') {
      if (part < 0) throw unsupportedError('A negative index in a JSON path is not supported by the spark engine');
      return `[${part}]`;
    }
    if (part.includes("'")) throw unsupportedError('A quote in a JSON path is not supported by the spark engine');
    return `['${part}']`;
  });
  return quoteText(`$${steps.join('')}`);
}

/**
 * What stands at a path, as JSON text. Spark's own function strips the quotes of a text, and gives the same for 1 and "1",
 * unless a path passes through all elements of a list: so a list of one is taken of the document.
 */
const extracted = (args: readonly string[], context: EmitContext): string => {
  const json = jsonAt(args, context, 0);
  const path = pathAt(context, 1);
  return path === quoteText('$') ? json : jsonAtPath(json, path);
};

/** `path` is a constant that begins with $. */
export const jsonAtPath = (json: string, path: string): string =>
  `nullif(get_json_object(concat('[', ${json}, ']'), ${path.replace('$', '$[*]')}), 'null')`;

const elements = (json: string): string =>
  naming(
    { je: json },
    `CASE WHEN je IS NULL THEN NULL WHEN startswith(je, '[') THEN transform(${members('je')}, jm -> nullif(jm.v, 'null')) ELSE array(je) END`,
  );

/** The text at a path: a list of one primitive counts as that primitive, any other list and every object as none. */
const textAt = (json: string, path: string): string =>
  naming(
    { jt: `get_json_object(${json}, ${path})` },
    `CASE WHEN startswith(jt, '{') THEN NULL WHEN startswith(jt, '[') THEN` +
      ` CASE WHEN json_array_length(jt) = 1 AND NOT get_json_object(jt, '$[0]') RLIKE ${quoteText('^[{\\[]')} THEN get_json_object(jt, '$[0]') END ELSE jt END`,
  );

const listAt = (json: string, path: string): string =>
  naming(
    { jl: `get_json_object(${json}, ${path})` },
    `CASE WHEN startswith(jl, '{') THEN NULL WHEN startswith(jl, '[') THEN from_json(jl, 'array<string>') WHEN jl IS NOT NULL THEN array(jl) END`,
  );

const value: Emitter = (args, context) => {
  const { type } = context;
  const json = jsonAt(args, context, 0);
  const path = pathAt(context, 1);
  if (isJson(type)) return extracted(args, context);
  if (type.name === 'ARRAY') {
    const element = type.element ?? VARCHAR;
    return isJson(element) ? elements(extracted(args, context)) : convertElements(listAt(json, path), VARCHAR, element);
  }
  const text = textAt(json, path);
  if (isString(type)) return text;
  if (isDatetime(type)) {
    const zone = readSparkZone(context.timeZone);
    return naming(
      { jd: text },
      `CASE WHEN jd RLIKE '^-?[0-9]+\\\\z' THEN ${ceilingSafe(textToLong('jd'))} ELSE ${textToTimestamp('jd', zone)} END`,
    );
  }
  return naming({ jn: text }, convertElement('jn', VARCHAR, type));
};

const isValid = (x: string): string => `json_array_length(concat('[', ${x}, ']')) = 1`;

/** Text that is JSON, without the space between its tokens; otherwise what is given instead. */
const triedJson = (x: string, otherwise: string): string =>
  `CASE WHEN ${x} IS NULL OR trim(${x}) = 'null' THEN NULL WHEN ${isValid(x)} THEN ${jsonAtPath(x, quoteText('$'))} ELSE ${otherwise} END`;

const parsed = (x: string): string =>
  triedJson(x, `raise_error(concat('Function[parse_json] bad string input [', ${x}, ']'))`);

const object: Emitter = (args, { args: bound }) => {
  const members = args.flatMap((key, index) => {
    if (index % 2 === 1) return [];
    const json = toJson(args[index + 1] ?? 'NULL', bound[index + 1]?.type ?? VARCHAR);
    return [`${jsonText(key, VARCHAR)}, ':', coalesce(${json}, 'null')`];
  });
  return `concat('{', ${members.length > 0 ? `${members.join(", ',', ")}, ` : ''}'}')`;
};

export const jsonEmitters: Emitters = {
  JSON_VALUE: value,
  JSON_QUERY: extracted,
  JSON_QUERY_ARRAY: (args, context) => elements(extracted(args, context)),
  JSON_OBJECT: object,
  JSON_KEYS: (args, context) => `json_object_keys(${extracted(args, context)})`,
  JSON_PATHS: (args, context) => paths(jsonAt(args, context, 0)),
  JSON_MERGE: (args, { args: bound }) =>
    args
      .map((sql, index) => (isJson(bound[index]?.type ?? VARCHAR) ? sql : parsed(sql)))
      .reduce((left, right) => merged(left, right)),
  PARSE_JSON: ([x = 'NULL']) => parsed(x),
  TRY_PARSE_JSON: ([x = 'NULL']) => triedJson(x, 'NULL'),
  TO_JSON_STRING: (args, context) => jsonAt(args, context, 0),
};
