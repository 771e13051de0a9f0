/** The JSON functions of the catalogue. */
import type { Expression } from '../plan/expression.js';
import { arrayOf, formatType, isJson, isString, JSON_TYPE, VARCHAR } from '../types.js';
import type { FunctionDeclaration } from './declaration.js';
import { family, operands } from './declare.js';
import {
  checkPath,
  extracted,
  extractedValue,
  JSON_LIST,
  jsonAt,
  jsonValueMacros,
  pathAt,
  toJson,
} from './json-value.js';

/** SQL macros that the emitters of JSON functions call. */
export const jsonMacros: readonly string[] = [
  ...jsonValueMacros,
  // Jackson reads one value and leaves alone what follows it. Only numbers must end in space.
  `CREATE OR REPLACE TEMP MACRO druid_leading_json(x) AS CASE
    WHEN ltrim(x, ' \t\n\r')[1] IN ('{', '[') THEN CAST(ltrim(left(x, list_filter(range(1, length(x)::BIGINT), lambda i:
      x[i] = CASE ltrim(x, ' \t\n\r')[1] WHEN '{' THEN '}' ELSE ']' END AND json_valid(left(x, i)))[1]), ' \t\n\r') AS JSON)
    ELSE CAST(rtrim(nullif(regexp_extract(x,
      '^[ \t\n\r]*("(?:[^"\\\\]|\\\\.)*"|(?:true|false|null)\\b|-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?(?:[ \t\n\r]|$))', 1), ''), ' \t\n\r') AS JSON) END`,
  `CREATE OR REPLACE TEMP MACRO druid_try_parse_json(x) AS
    CASE WHEN json_valid(x) THEN druid_json_present(CAST(x AS JSON)) ELSE druid_json_present(druid_leading_json(x)) END`,
  `CREATE OR REPLACE TEMP MACRO druid_parse_json(x) AS CASE
    WHEN x IS NULL THEN NULL
    WHEN json_valid(x) THEN druid_json_present(CAST(x AS JSON))
    WHEN druid_leading_json(x) IS NOT NULL THEN druid_json_present(druid_leading_json(x))
    ELSE CAST(error('Function[parse_json] bad string input [' || x || ']') AS JSON) END`,
  `CREATE OR REPLACE TEMP MACRO druid_json_keys(j) AS CASE left(CAST(j AS VARCHAR), 1)
    WHEN '{' THEN json_keys(j)
    WHEN '[' THEN list_transform(range(json_array_length(j)::BIGINT), lambda i: CAST(i AS VARCHAR)) END`,
  `CREATE OR REPLACE TEMP MACRO druid_json_field(name) AS
    CASE WHEN regexp_matches(name, '[.''"\\[\\]]') THEN '[''' || name || ''']' ELSE '.' || name END`,
  // A list of primitives counts as one value.
  `CREATE OR REPLACE TEMP MACRO druid_json_is_leaf(j) AS CASE left(CAST(j AS VARCHAR), 1)
    WHEN '{' THEN FALSE
    WHEN '[' THEN druid_json_texts(j) IS NOT NULL
    ELSE TRUE END`,
  // Java's String.hashCode as an unsigned number.
  `CREATE OR REPLACE TEMP MACRO druid_text_hash(x) AS list_reduce(
    list_transform(string_split(x, ''), lambda c: CAST(unicode(c) AS BIGINT)),
    lambda hash, c: (hash * 31 + c) & 4294967295, 0::BIGINT)`,
  // Texts in the order of a Java HashSet, by buckets of a table of 16 slots or as many more as keep it three quarters full.
  // Members: hash, text; turn, place: when it was added.
  `CREATE OR REPLACE TEMP MACRO druid_hash_ordered(list) AS list_transform(list_sort(list_transform(list, lambda e: {
      'bucket': xor(e.hash, e.hash >> 16) & (CAST(power(2, greatest(4, ceil(log2(len(list) / 0.75)))) AS BIGINT) - 1),
      'depth': len(e.turn), 'turn': e.turn, 'place': e.place, 'text': e.text})), lambda e: e.text)`,
  // StructuredDataProcessor adds what an object or list holds when its turn comes, and lists that it holds at their own.
  `CREATE OR REPLACE TEMP MACRO druid_json_paths(json) AS CASE WHEN json IS NULL THEN ['$'] ELSE (
    WITH RECURSIVE steps(path, place, hash, j) AS (
      SELECT '$', []::BIGINT[], 1::BIGINT, json
      UNION ALL
      SELECT
        path || CASE WHEN is_object THEN druid_json_field(key) ELSE '[' || key || ']' END,
        list_append(place, position),
        (hash * 31 + 31 + CASE WHEN is_object THEN druid_text_hash(key) ELSE CAST(key AS BIGINT) END) & 4294967295,
        child
      FROM (
        SELECT path, place, hash, left(CAST(j AS VARCHAR), 1) = '{' AS is_object,
          unnest(druid_json_keys(j)) AS key, generate_subscripts(druid_json_keys(j), 1) AS position,
          unnest(CASE WHEN left(CAST(j AS VARCHAR), 1) = '{' THEN map_values(from_json(j, '"MAP(VARCHAR, JSON)"')) ELSE from_json(j, '["JSON"]') END) AS child
        FROM steps
        WHERE NOT druid_json_is_leaf(j)
      )
    )
    SELECT druid_hash_ordered(found) FROM (
      SELECT coalesce(list({'hash': hash, 'place': place, 'text': path,
        'turn': CASE WHEN left(CAST(j AS VARCHAR), 1) = '[' THEN place ELSE place[:len(place) - 1] END}), []) AS found
      FROM steps WHERE j IS NULL OR druid_json_is_leaf(j))
  ) END`,
  `CREATE OR REPLACE TEMP MACRO druid_json_merge(a, b) AS CASE
    WHEN a IS NULL OR b IS NULL THEN NULL
    WHEN left(CAST(a AS VARCHAR), 1) = '{' AND left(CAST(b AS VARCHAR), 1) = '{' THEN
      to_json(map_concat(from_json(a, '"MAP(VARCHAR, JSON)"'), from_json(b, '"MAP(VARCHAR, JSON)"')))
    WHEN left(CAST(a AS VARCHAR), 1) = '[' AND left(CAST(b AS VARCHAR), 1) = '[' THEN
      to_json(list_concat(from_json(a, '["JSON"]'), from_json(b, '["JSON"]')))
    ELSE CAST(error('Function[json_merge] bad input [' || CAST(b AS VARCHAR) || '], expected two objects or two arrays') AS JSON) END`,
];

const json = family('scalar', 'json');

/** Refuses, in Calcite's words, arguments that are no text (or, when allowed, no JSON). */
function requireText(name: string, orJson = false) {
  return (args: readonly Expression[]): string | undefined => {
    const fits = args.every(
      ({ type }) => isString(type) || type.name === 'NULL' || type.name === 'ANY' || (orJson && isJson(type)),
    );
    if (fits) return undefined;
    const given = args.map(({ type }) => `<${formatType(type)}>`).join(', ');
    return `Cannot apply '${name}' to arguments of type '${name}(${given})'. Supported form(s): '${name}(<CHARACTER>)'`;
  };
}

/** The indexes of the keys; of constant keys that repeat only the last counts. */
function withoutRepeated(args: readonly Expression[]): readonly number[] {
  const keys = args.map((_, index) => index).filter((index) => index % 2 === 0);
  const nameOf = (key: number) => {
    const arg = args[key];
    return arg?.kind === 'literal' ? arg.value : key;
  };
  const last = new Map(keys.map((key) => [nameOf(key), key]));
  return keys.filter((key) => last.get(nameOf(key)) === key);
}

/** Every JSON function. */
export const jsonFunctions: readonly FunctionDeclaration[] = [
  json({
    name: 'JSON_VALUE',
    signature: operands('expr json', 'path! string'),
    result: VARCHAR,
    check: checkPath('JSON_VALUE', 1),
    summary:
      'The text, number or truth value at a path, as VARCHAR or as the type after RETURNING; lists only as an ARRAY type. NULL for nothing there and for what does not convert.',
    example: [`JSON_VALUE(PARSE_JSON('{"a":[1,2]}'), '$.a[1]' RETURNING BIGINT)`, '2'],
    duckdb: extractedValue,
  }),
  json({
    name: 'JSON_QUERY',
    signature: operands('expr json', 'path! string'),
    result: JSON_TYPE,
    check: checkPath('JSON_QUERY', 1),
    summary: 'The JSON at a path; NULL for nothing there.',
    example: [`JSON_QUERY(PARSE_JSON('{"a":{"b":1}}'), '$.a')`, '{"b":1}'],
    duckdb: extracted,
  }),
  json({
    name: 'JSON_QUERY_ARRAY',
    signature: operands('expr json', 'path! string'),
    result: JSON_LIST,
    check: checkPath('JSON_QUERY_ARRAY', 1),
    summary: 'The elements of the list at a path, as JSON; anything else as the only element.',
    example: [`ARRAY_LENGTH(JSON_QUERY_ARRAY(PARSE_JSON('{"a":[{},{}]}'), '$.a'))`, '2'],
    duckdb: (args, context) => `druid_json_elements(${extracted(args, context)})`,
  }),
  json({
    name: 'JSON_OBJECT',
    signature: operands('keyAndValue…'),
    result: { ...JSON_TYPE, nullable: false },
    nulls: 'own',
    check: (args) => {
      if (args.length % 2 !== 0) return `JSON_OBJECT must have an even number of arguments`;
      const keys = args.filter((_, index) => index % 2 === 0);
      return keys.every(({ type }) => isString(type)) ? undefined : 'field name must be a STRING';
    },
    summary: 'An object of pairs of a key, which is text, and a value of any type.',
    example: [`JSON_OBJECT(KEY 'a' VALUE 1)`, '{"a":1}'],
    duckdb: (args, context) => {
      const members = withoutRepeated(context.args).flatMap((key) => [
        args[key] ?? 'NULL',
        toJson(args[key + 1] ?? 'NULL', context.args[key + 1]?.type ?? VARCHAR),
      ]);
      return `json_object(${members.join(', ')})`;
    },
  }),
  json({
    name: 'JSON_KEYS',
    signature: operands('expr json', 'path! string'),
    result: arrayOf(VARCHAR),
    check: checkPath('JSON_KEYS', 1),
    summary: 'The names of the fields of the object at a path, or the indexes of the list there; NULL for neither.',
    example: [`JSON_KEYS(PARSE_JSON('{"a":1,"b":2}'), '$')`, '["a","b"]'],
    duckdb: (args, context) => `druid_json_keys(json_extract(${jsonAt(args, context, 0)}, ${pathAt(context.args, 1)}))`,
  }),
  json({
    name: 'JSON_PATHS',
    signature: operands('expr json'),
    result: arrayOf(VARCHAR, false),
    nulls: 'own',
    summary: 'The paths of all values that are no objects and no lists of objects or lists; [$] for NULL.',
    example: [`JSON_PATHS(PARSE_JSON('{"b":{"c":[2]},"a":1}'))`, '["$.b.c","$.a"]'],
    duckdb: (args, context) =>
      // Whatever is no JSON is one value.
      isJson(context.args[0]?.type ?? VARCHAR) ? `druid_json_paths(${jsonAt(args, context, 0)})` : `['$']`,
  }),
  json({
    name: 'JSON_MERGE',
    signature: operands('expr1', 'expr2', 'expr…'),
    result: JSON_TYPE,
    check: requireText('JSON_MERGE', true),
    summary: 'Objects merged into one, where the field of the last counts, or lists joined; text is parsed.',
    example: [`JSON_MERGE('{"a":1,"b":1}', '{"b":2}')`, '{"a":1,"b":2}'],
    duckdb: (args, { args: bound }) =>
      args
        .map((sql, index) => (isJson(bound[index]?.type ?? VARCHAR) ? sql : `druid_parse_json(${sql})`))
        .reduce((left, right) => `druid_json_merge(${left}, ${right})`),
  }),
  json({
    name: 'PARSE_JSON',
    signature: operands('expr'),
    result: JSON_TYPE,
    check: requireText('PARSE_JSON'),
    summary: 'Text read as JSON; the query fails for text that is none.',
    example: [`PARSE_JSON('{"a":1}')`, '{"a":1}'],
    duckdb: ([text = 'NULL']) => `druid_parse_json(${text})`,
  }),
  json({
    name: 'TRY_PARSE_JSON',
    signature: operands('expr'),
    result: JSON_TYPE,
    check: requireText('TRY_PARSE_JSON'),
    summary: 'Text read as JSON; NULL for text that is none.',
    example: [`TRY_PARSE_JSON('{')`, 'NULL'],
    duckdb: ([text = 'NULL']) => `druid_try_parse_json(${text})`,
  }),
  json({
    name: 'TO_JSON_STRING',
    signature: operands('expr'),
    result: VARCHAR,
    summary: 'A value of any type as JSON text; truth values print as 1 and 0, times as milliseconds.',
    example: [`TO_JSON_STRING(ARRAY[1, 2])`, '[1,2]'],
    duckdb: (args, context) => `CAST(json(druid_json_present(${jsonAt(args, context, 0)})) AS VARCHAR)`,
  }),
];
