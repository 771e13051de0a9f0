/**
 * JSON taken apart into its tokens, for what Spark's own functions do not tell: which paths there are, and members as the
 * JSON that they are. Spark 4 has a type for this, Spark 3.5 has not.
 */
import { quoteText } from '../quoting.js';
import { naming } from './arrays.js';

const TOKEN = String.raw`"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\[\]{},:"\s]+`;

const tokens = (json: string): string => `regexp_extract_all(${json}, ${quoteText(TOKEN)}, 0)`;

/** The text that a token of a JSON text stands for. */
const unquoted = (token: string): string => `from_json(concat('[', ${token}, ']'), 'array<string>')[0]`;

/** A member or element of the outermost value: its name as JSON (NULL in a list) and its value as JSON. */
const MEMBER = 'STRUCT<k: STRING, v: STRING>';

/** The members of an object or the elements of a list, as a list of structs of `k` and `v`. */
export function members(json: string): string {
  const start = `named_struct('d', 0, 'k', CAST(NULL AS STRING), 'v', '', 'm', CAST(array() AS ARRAY<${MEMBER}>))`;
  const state = (depth: string, key: string, value: string, list: string): string =>
    `named_struct('d', ${depth}, 'k', ${key}, 'v', ${value}, 'm', ${list})`;
  const ended = `CASE WHEN js.v = '' THEN js.m ELSE concat(js.m, array(named_struct('k', js.k, 'v', js.v))) END`;
  const none = 'CAST(NULL AS STRING)';
  const longer = `concat(js.v, jt)`;
  const step =
    `CASE WHEN jt IN ('{', '[') THEN ${state('js.d + 1', 'js.k', `CASE WHEN js.d = 0 THEN '' ELSE ${longer} END`, 'js.m')}` +
    ` WHEN jt IN ('}', ']') AND js.d = 1 THEN ${state('0', none, `''`, ended)}` +
    ` WHEN jt IN ('}', ']') THEN ${state('js.d - 1', 'js.k', longer, 'js.m')}` +
    ` WHEN jt = ',' AND js.d = 1 THEN ${state('1', none, `''`, ended)}` +
    ` WHEN jt = ':' AND js.d = 1 THEN ${state('1', 'js.v', `''`, 'js.m')}` +
    ` ELSE ${state('js.d', 'js.k', longer, 'js.m')} END`;
  return `aggregate(${tokens(json)}, ${start}, (js, jt) -> ${step}, js -> js.m)`;
}

const text = (list: string, item: string): string => `array_join(transform(${list}, jm -> ${item}), ',')`;

/**
 * Two objects merged, where the member of the second counts, or two lists joined. Fails for anything else, as Druid's
 * json_merge does; NULL where one of them is.
 */
export function merged(left: string, right: string): string {
  const overridden = `coalesce(filter(jb, jo -> jo.k = jm.k)[0].v, jm.v)`;
  const added = `filter(jb, jo -> NOT exists(ja, jx -> jx.k = jo.k))`;
  const object = `concat('{', array_join(concat(transform(ja, jm -> concat(jm.k, ':', ${overridden})), transform(${added}, jo -> concat(jo.k, ':', jo.v))), ','), '}')`;
  const list = `concat('[', ${text('concat(ja, jb)', 'jm.v')}, ']')`;
  const bound = (result: string): string => naming({ ja: members('jl'), jb: members('jr') }, result);
  return naming(
    { jl: left, jr: right },
    `CASE WHEN jl IS NULL OR jr IS NULL THEN NULL` +
      ` WHEN ltrim(jl) LIKE '{%' AND ltrim(jr) LIKE '{%' THEN ${bound(object)}` +
      ` WHEN ltrim(jl) LIKE '[%' AND ltrim(jr) LIKE '[%' THEN ${bound(list)}` +
      ` ELSE raise_error(concat('Function[json_merge] bad input [', jr, '], expected two objects or two arrays')) END`,
  );
}

/**
 * The paths of all values that are no objects and no lists of objects or lists. The fold keeps the containers that are
 * open (`s`: whether a list, its path, the place in it, how many paths there were before it, whether it holds another
 * container), the paths (`o`) and the name of the member that comes next (`k`).
 */
export function paths(json: string): string {
  const container = 'STRUCT<l: BOOLEAN, p: STRING, i: INT, n: INT, x: BOOLEAN>';
  const none = 'CAST(NULL AS STRING)';
  const state = (stack: string, out: string, key: string): string =>
    `named_struct('s', ${stack}, 'o', ${out}, 'k', ${key})`;
  const top = 'ps.s[array_size(ps.s) - 1]';
  const below = 'slice(ps.s, 1, array_size(ps.s) - 1)';
  const withTop = (index: string, holds: string): string =>
    `concat(${below}, array(named_struct('l', ${top}.l, 'p', ${top}.p, 'i', ${index}, 'n', ${top}.n, 'x', ${holds})))`;
  const name = unquoted('ps.k');
  const field = `CASE WHEN ${name} RLIKE ${quoteText(String.raw`[.'"\[\]]`)} THEN concat('[''', ${name}, ''']') ELSE concat('.', ${name}) END`;
  const place =
    `CASE WHEN array_size(ps.s) = 0 THEN '$' WHEN ${top}.l THEN concat(${top}.p, '[', CAST(${top}.i AS STRING), ']')` +
    ` ELSE concat(${top}.p, ${field}) END`;
  const opened = `array(named_struct('l', pt = '[', 'p', ${place}, 'i', 0, 'n', array_size(ps.o), 'x', FALSE))`;
  const isName = `array_size(ps.s) > 0 AND NOT ${top}.l AND ps.k IS NULL`;
  const step =
    `CASE WHEN pt IN ('{', '[') THEN ${state(`concat(CASE WHEN array_size(ps.s) = 0 THEN ps.s ELSE ${withTop(`${top}.i`, 'TRUE')} END, ${opened})`, 'ps.o', none)}` +
    ` WHEN pt IN ('}', ']') THEN ${state(below, `CASE WHEN ${top}.l AND NOT ${top}.x THEN concat(slice(ps.o, 1, ${top}.n), array(${top}.p)) ELSE ps.o END`, none)}` +
    ` WHEN pt = ',' THEN ${state(withTop(`${top}.i + 1`, `${top}.x`), 'ps.o', none)}` +
    ` WHEN pt = ':' THEN ps` +
    ` WHEN ${isName} THEN ${state('ps.s', 'ps.o', 'pt')}` +
    ` ELSE ${state('ps.s', `concat(ps.o, array(${place}))`, none)} END`;
  const start = state(`CAST(array() AS ARRAY<${container}>)`, 'CAST(array() AS ARRAY<STRING>)', none);
  return `coalesce(aggregate(${tokens(json)}, ${start}, (ps, pt) -> ${step}, ps -> ps.o), array('$'))`;
}
