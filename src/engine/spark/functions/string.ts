import type { Emitter } from '../../../sql/functions/declaration.js';
import { integerConstant, textConstant } from '../../../sql/functions/declare.js';
import { quoteText } from '../quoting.js';
import type { Emitters } from './index.js';

const calling =
  (name: string): Emitter =>
  (args) =>
    `${name}(${args.join(', ')})`;

const trimming =
  (side: string): Emitter =>
  ([x = '', chars = "' '"]) =>
    `trim(${side} ${chars} FROM ${x})`;

const trimSides: Readonly<Record<string, string>> = { BOTH: 'BOTH', LEADING: 'LEADING', TRAILING: 'TRAILING' };

const int = (sql: string): string => `CAST(${sql} AS INT)`;

const padding =
  (name: string): Emitter =>
  ([x = '', n = '', chars = "' '"]) =>
    `CASE WHEN ${n} = 0 OR ${x} IS NULL OR ${chars} IS NULL THEN NULL WHEN ${n} < 0 THEN ''` +
    ` WHEN length(${x}) >= ${n} THEN substr(${x}, 1, ${int(n)})` +
    ` WHEN ${chars} = '' THEN ${x} ELSE ${name}(${x}, ${int(n)}, ${chars}) END`;

const position: Emitter = ([needle = '', x = '', start]) => {
  if (start === undefined) return `CAST(instr(${x}, ${needle}) AS BIGINT)`;
  return `CAST(CASE WHEN ${start} < 1 THEN 0 ELSE locate(${needle}, ${x}, ${int(start)}) END AS BIGINT)`;
};

/** Java's own regular expressions, as in Druid. */
const regexpExtract: Emitter = ([x = '', pattern = ''], { args }) =>
  `CASE WHEN ${x} RLIKE ${pattern} THEN regexp_extract(${x}, ${pattern}, ${integerConstant(args, 2) ?? 0}) END`;

const parseLong: Emitter = ([x = ''], { args }) => {
  const radix = integerConstant(args, 1) ?? 10;
  const digits = radix === 10 ? '[0-9]' : radix === 16 ? '[0-9a-fA-F]' : '[01]';
  const isNumber = `${x} RLIKE ${quoteText(`^[+-]?${digits}+\\z`)}`;
  if (radix === 10) return `CASE WHEN ${isNumber} THEN CAST(${x} AS BIGINT) END`;
  return `CASE WHEN ${isNumber} THEN CAST(conv(${x}, ${radix}, -10) AS BIGINT) END`;
};

export const stringEmitters: Emitters = {
  BTRIM: trimming('BOTH'),
  LTRIM: trimming('LEADING'),
  RTRIM: trimming('TRAILING'),
  TRIM: ([, chars = '', x = ''], { args }) =>
    `trim(${trimSides[textConstant(args, 0) ?? ''] ?? 'BOTH'} ${chars} FROM ${x})`,
  LENGTH: ([x = '']) => `CAST(length(${x}) AS BIGINT)`,
  CONCAT: (args) => (args.length === 0 ? "''" : `concat(${args.join(', ')})`),
  TEXTCAT: ([a = '', b = '']) => `concat(${a}, ${b})`,
  CONTAINS_STRING: calling('contains'),
  ICONTAINS_STRING: ([x = '', part = '']) => `contains(lower(${x}), lower(${part}))`,
  DECODE_BASE64_UTF8: ([x = '']) => `decode(unbase64(${x}), 'UTF-8')`,
  LEFT: ([x = '', n = '']) => `CASE WHEN ${n} >= 0 THEN left(${x}, ${int(n)}) END`,
  RIGHT: ([x = '', n = '']) => `CASE WHEN ${n} >= 0 THEN right(${x}, ${int(n)}) END`,
  LOWER: calling('lower'),
  UPPER: calling('upper'),
  LPAD: padding('lpad'),
  RPAD: padding('rpad'),
  PARSE_LONG: parseLong,
  POSITION: position,
  STRPOS: ([x = '', needle = '']) => `CAST(instr(${x}, ${needle}) AS BIGINT)`,
  REGEXP_EXTRACT: regexpExtract,
  REGEXP_LIKE: ([x = '', pattern = '']) => `${x} RLIKE ${pattern}`,
  REGEXP_REPLACE: calling('regexp_replace'),
  REPEAT: ([x = '', n = '']) => `CASE WHEN ${n} >= 1 THEN repeat(${x}, ${int(n)}) END`,
  REPLACE: ([x = '', part = '', replacement = '']) =>
    `CASE WHEN ${part} = '' THEN ${x} ELSE replace(${x}, ${part}, ${replacement}) END`,
  REVERSE: calling('reverse'),
  STRING_FORMAT: calling('format_string'),
  SUBSTRING: ([x = '', index = '', length]) =>
    length === undefined ? `substr(${x}, ${int(index)})` : `substr(${x}, ${int(index)}, ${int(length)})`,
};
