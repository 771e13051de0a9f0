/** Functions of text. */
import { BIGINT, BOOLEAN, VARCHAR } from '../types.js';
import type { Expression } from '../plan/expression.js';
import { elementText } from './array-elements.js';
import type { Emitter, FunctionDeclaration } from './declaration.js';
import { calling, exactly, family, integerConstant, operands, quoted, strictly, textConstant } from './declare.js';

const text = family('scalar', 'string');

/** Java's regular expressions have constructs that DuckDB's (RE2) lack; these are refused instead of misread. */
function checkPattern(args: readonly Expression[]): string | undefined {
  const pattern = textConstant(args, 1);
  if (pattern === undefined) return undefined;
  if (/\(\?<?[=!]|\(\?>/.test(pattern))
    return `Regular expression [${pattern}] uses lookaround, which is not supported`;
  if (/(^|[^\\])\\[1-9]/.test(pattern))
    return `Regular expression [${pattern}] uses back references, which are not supported`;
  return undefined;
}

const trimOf: Readonly<Record<string, string>> = { BOTH: 'trim', LEADING: 'ltrim', TRAILING: 'rtrim' };

const trimming =
  (engineName: string): Emitter =>
  ([x = '', chars = "' '"]) =>
    `${engineName}(${x}, ${chars})`;

const concat: Emitter = (args) => (args.length === 0 ? "''" : args.join(' || '));

/** Java's `$1` and `\$` in a replacement as RE2's `\1` and `$`. */
function replacementSql(args: readonly string[], bound: readonly Expression[]): string {
  const constant = textConstant(bound, 2);
  if (constant === undefined) return `regexp_replace(${args[2] ?? ''}, '\\$(\\d)', '\\\\\\1', 'g')`;
  return quoted(
    constant.replace(/\\(.)|\$(\d)|\\/g, (_, escaped?: string, group?: string) => {
      if (group !== undefined) return `\\${group}`;
      return escaped === '\\' || escaped === undefined ? '\\\\' : escaped;
    }),
  );
}

const formatParts = /%%|%n|%[-#+ 0,(]*\d*(?:\.\d+)?[a-zA-Z]|[^%]+|%/g;

/**
 * Java's String.format as a chain of pieces: %s takes any value, and NULL prints as `null` everywhere. A pattern that is
 * no constant, or counts its arguments, is left to the engine's printf.
 */
const formatSql: Emitter = (args, { args: bound }) => {
  const pattern = textConstant(bound, 0);
  if (pattern === undefined || pattern.includes('$')) return `printf(${args.join(', ')})`;
  let next = 1;
  const pieces = (pattern.match(formatParts) ?? []).map((part) => {
    if (part === '%%') return quoted('%');
    if (part === '%n') return 'chr(10)';
    if (!part.startsWith('%')) return quoted(part);
    const index = next++;
    const [sql = 'NULL', type = VARCHAR] = [args[index], bound[index]?.type];
    const value = part.toLowerCase().endsWith('s') ? elementText(sql, type) : sql;
    return `coalesce(printf(${quoted(part.replace(/S$/, 's'))}, ${value}), 'null')`;
  });
  return pieces.length === 0 ? "''" : pieces.join(' || ');
};

const radixPrefix: Readonly<Record<number, string>> = { 2: '0b', 16: '0x' };

export const stringMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO druid_regexp_extract(x, p, n) AS CASE WHEN regexp_matches(x, p) THEN regexp_extract(x, p, n) END`,
  `CREATE OR REPLACE TEMP MACRO druid_repeat(x, n) AS CASE WHEN n >= 1 THEN repeat(x, n) END`,
  `CREATE OR REPLACE TEMP MACRO druid_left(x, n) AS CASE WHEN n >= 0 THEN x[1:n] END`,
  `CREATE OR REPLACE TEMP MACRO druid_right(x, n) AS CASE WHEN n = 0 THEN '' WHEN n > 0 THEN right(x, n) END`,
  // The length 0 gives null and a negative one the empty text (LpadFunc of Function.java, StringUtils.lpad).
  `CREATE OR REPLACE TEMP MACRO druid_pad(x, n, padded) AS
     CASE WHEN n = 0 OR padded IS NULL THEN NULL WHEN n < 0 THEN '' WHEN length(x) >= n THEN x[1:n] ELSE padded END`,
  `CREATE OR REPLACE TEMP MACRO druid_lpad(x, n, p) AS
     druid_pad(x, n, CASE WHEN p = '' THEN x ELSE lpad(x, CAST(n AS INTEGER), CASE WHEN p = '' THEN ' ' ELSE p END) END)`,
  `CREATE OR REPLACE TEMP MACRO druid_rpad(x, n, p) AS
     druid_pad(x, n, CASE WHEN p = '' THEN x ELSE rpad(x, CAST(n AS INTEGER), CASE WHEN p = '' THEN ' ' ELSE p END) END)`,
  `CREATE OR REPLACE TEMP MACRO druid_position(needle, x, start) AS CASE
     WHEN start < 1 THEN 0
     WHEN strpos(substr(x, start), needle) = 0 THEN 0
     ELSE strpos(substr(x, start), needle) + start - 1 END`,
];

export const stringFunctions: readonly FunctionDeclaration[] = [
  text({
    name: 'BTRIM',
    signature: exactly('expr string', 'chars? string'),
    result: strictly(VARCHAR),
    summary: 'Trims characters, spaces unless given, from both ends.',
    example: ["BTRIM('..a..', '.')", 'a'],
    duckdb: trimming('trim'),
  }),
  text({
    name: 'LTRIM',
    signature: exactly('expr string', 'chars? string'),
    result: strictly(VARCHAR),
    summary: 'Trims characters from the start.',
    example: ["LTRIM('..a..', '.')", 'a..'],
    duckdb: trimming('ltrim'),
  }),
  text({
    name: 'RTRIM',
    signature: exactly('expr string', 'chars? string'),
    result: strictly(VARCHAR),
    summary: 'Trims characters from the end.',
    example: ["RTRIM('..a..', '.')", '..a'],
    duckdb: trimming('rtrim'),
  }),
  text({
    name: 'TRIM',
    signature: operands('side! string', 'chars string', 'expr string'),
    result: strictly(VARCHAR),
    summary: 'Trims characters from one end or both: TRIM([BOTH|LEADING|TRAILING] [chars FROM] expr).',
    example: ["TRIM(LEADING '.' FROM '..a')", 'a'],
    duckdb: ([, chars = '', x = ''], { args }) => `${trimOf[textConstant(args, 0) ?? ''] ?? 'trim'}(${x}, ${chars})`,
  }),
  text({
    name: 'LENGTH',
    aliases: ['CHAR_LENGTH', 'CHARACTER_LENGTH', 'STRLEN'],
    signature: operands('expr string'),
    result: strictly(BIGINT),
    summary: 'Number of characters.',
    example: ["LENGTH('abc')", '3'],
    duckdb: calling('length'),
  }),
  text({
    name: 'CONCAT',
    signature: operands('expr… string'),
    result: strictly(VARCHAR),
    summary: 'Joins texts; NULL when any is NULL.',
    example: ["CONCAT('a', 'b', 'c')", 'abc'],
    duckdb: concat,
  }),
  text({
    name: 'TEXTCAT',
    signature: exactly('expr1 string', 'expr2 string'),
    result: strictly(VARCHAR),
    summary: 'Joins two texts; NULL when either is NULL.',
    example: ["TEXTCAT('a', 'b')", 'ab'],
    duckdb: concat,
  }),
  text({
    name: 'CONTAINS_STRING',
    signature: exactly('expr string', 'str! string'),
    result: strictly(BOOLEAN),
    summary: 'Whether a text contains another.',
    example: ["CONTAINS_STRING('abc', 'b')", 'true'],
    duckdb: calling('contains'),
  }),
  text({
    name: 'ICONTAINS_STRING',
    signature: exactly('expr string', 'str! string'),
    result: strictly(BOOLEAN),
    summary: 'Whether a text contains another, whatever their case.',
    example: ["ICONTAINS_STRING('abc', 'B')", 'true'],
    duckdb: ([x = '', part = '']) => `contains(lower(${x}), lower(${part}))`,
  }),
  text({
    name: 'DECODE_BASE64_UTF8',
    signature: exactly('expr string'),
    result: { ...VARCHAR, nullable: true },
    summary: 'The UTF-8 text that a Base64 text holds.',
    example: ["DECODE_BASE64_UTF8('YWJj')", 'abc'],
    // Padding may be missing at the end, as Java's decoder takes it.
    duckdb: ([x = '']) => `decode(from_base64(rpad(${x}, CAST(ceil(length(${x}) / 4) * 4 AS INTEGER), '=')))`,
  }),
  text({
    name: 'LEFT',
    signature: exactly('expr string', 'n integer'),
    result: strictly(VARCHAR),
    summary: 'The first characters.',
    example: ["LEFT('abcde', 2)", 'ab'],
    duckdb: calling('druid_left'),
  }),
  text({
    name: 'RIGHT',
    signature: exactly('expr string', 'n integer'),
    result: strictly(VARCHAR),
    summary: 'The last characters.',
    example: ["RIGHT('abcde', 2)", 'de'],
    duckdb: calling('druid_right'),
  }),
  text({
    name: 'LOWER',
    signature: operands('expr string'),
    result: strictly(VARCHAR),
    summary: 'In lower case.',
    example: ["LOWER('AbC')", 'abc'],
    duckdb: calling('lower'),
  }),
  text({
    name: 'UPPER',
    signature: operands('expr string'),
    result: strictly(VARCHAR),
    summary: 'In upper case.',
    example: ["UPPER('AbC')", 'ABC'],
    duckdb: calling('upper'),
  }),
  text({
    name: 'LPAD',
    signature: exactly('expr string', 'length integer', 'chars? string'),
    result: strictly(VARCHAR),
    summary: 'Filled up to a length from the left, or cut.',
    example: ["LPAD('7', 3, '0')", '007'],
    duckdb: ([x = '', n = '', chars = "' '"]) => `druid_lpad(${x}, ${n}, ${chars})`,
  }),
  text({
    name: 'RPAD',
    signature: exactly('expr string', 'length integer', 'chars? string'),
    result: strictly(VARCHAR),
    summary: 'Filled up to a length from the right, or cut.',
    example: ["RPAD('7', 3, '0')", '700'],
    duckdb: ([x = '', n = '', chars = "' '"]) => `druid_rpad(${x}, ${n}, ${chars})`,
  }),
  text({
    name: 'PARSE_LONG',
    signature: exactly('expr string', 'radix?! integer'),
    result: { ...BIGINT, nullable: true },
    summary: 'A text as a whole number of radix 10, 2 or 16; NULL when it is none.',
    example: ["PARSE_LONG('ff', 16)", '255'],
    check: (args) => {
      const radix = args.length > 1 ? integerConstant(args, 1) : 10;
      return radix === 10 || radix === 2 || radix === 16 ? undefined : 'PARSE_LONG supports the radixes 2, 10 and 16';
    },
    duckdb: ([x = ''], { args }) => {
      const prefix = radixPrefix[integerConstant(args, 1) ?? 10];
      if (prefix !== undefined) return `TRY_CAST(${quoted(prefix)} || ${x} AS BIGINT)`;
      return `CASE WHEN regexp_full_match(${x}, '[+-]?\\d+') THEN TRY_CAST(${x} AS BIGINT) END`;
    },
  }),
  text({
    name: 'POSITION',
    signature: operands('substring string', 'expr string', 'start? integer'),
    result: strictly(BIGINT),
    summary: 'The place from 1 at which a text occurs in another, or 0: POSITION(x IN y FROM n).',
    example: ["POSITION('b' IN 'abc')", '2'],
    duckdb: ([needle = '', x = '', start]) =>
      start === undefined ? `strpos(${x}, ${needle})` : `druid_position(${needle}, ${x}, ${start})`,
  }),
  text({
    name: 'STRPOS',
    signature: exactly('expr string', 'substring string'),
    result: strictly(BIGINT),
    summary: 'The place from 1 at which a text occurs, or 0.',
    example: ["STRPOS('abc', 'c')", '3'],
    duckdb: calling('strpos'),
  }),
  text({
    name: 'REGEXP_EXTRACT',
    signature: exactly('expr string', 'pattern! string', 'index?! integer'),
    result: { ...VARCHAR, nullable: true },
    summary: 'What a group of a regular expression matches, group 0 unless given; NULL without a match.',
    example: ["REGEXP_EXTRACT('a12', '(\\d)(\\d)', 2)", '2'],
    check: checkPattern,
    duckdb: ([x = '', pattern = ''], { args }) =>
      `druid_regexp_extract(${x}, ${pattern}, ${integerConstant(args, 2) ?? 0})`,
  }),
  text({
    name: 'REGEXP_LIKE',
    signature: exactly('expr string', 'pattern! string'),
    result: strictly(BOOLEAN),
    summary: 'Whether a regular expression matches anywhere.',
    example: ["REGEXP_LIKE('abc', 'b.')", 'true'],
    check: checkPattern,
    duckdb: calling('regexp_matches'),
  }),
  text({
    name: 'REGEXP_REPLACE',
    signature: exactly('expr string', 'pattern string', 'replacement string'),
    result: strictly(VARCHAR),
    summary: 'Replaces every match of a regular expression; $1 means its first group.',
    example: ["REGEXP_REPLACE('a1b2', '(\\d)', '<$1>')", 'a<1>b<2>'],
    check: checkPattern,
    duckdb: (args, context) =>
      `regexp_replace(${args[0] ?? ''}, ${args[1] ?? ''}, ${replacementSql(args, context.args)}, 'g')`,
  }),
  text({
    name: 'REPEAT',
    signature: exactly('expr string', 'n integer'),
    result: { ...VARCHAR, nullable: true },
    summary: 'A text several times over; NULL for less than once.',
    example: ["REPEAT('ab', 2)", 'abab'],
    duckdb: calling('druid_repeat'),
  }),
  text({
    name: 'REPLACE',
    signature: operands('expr string', 'substring string', 'replacement string'),
    result: strictly(VARCHAR),
    summary: 'Replaces every occurrence of a text.',
    example: ["REPLACE('abab', 'b', 'c')", 'acac'],
    duckdb: calling('replace'),
  }),
  text({
    name: 'REVERSE',
    signature: exactly('expr string'),
    result: strictly(VARCHAR),
    summary: 'The characters from last to first.',
    example: ["REVERSE('abc')", 'cba'],
    duckdb: calling('reverse'),
  }),
  text({
    name: 'STRING_FORMAT',
    signature: operands('pattern string', 'args… any'),
    result: strictly(VARCHAR),
    nulls: 'own',
    summary: 'Formats values as Java’s String.format does: %d, %s, %f, %x.',
    example: ["STRING_FORMAT('%s: %d', 'a', 5)", 'a: 5'],
    duckdb: formatSql,
  }),
  text({
    name: 'SUBSTRING',
    aliases: ['SUBSTR'],
    signature: exactly('expr string', 'index integer', 'length? integer'),
    result: strictly(VARCHAR),
    summary: 'A part of a text, from a place from 1 on.',
    example: ["SUBSTRING('abcde' FROM 2 FOR 3)", 'bcd'],
    duckdb: calling('substr'),
  }),
  text({
    name: 'LOOKUP',
    signature: exactly('expr string', 'lookupName! string', 'default? string'),
    result: { ...VARCHAR, nullable: true },
    summary: 'The value that a lookup has for a key; the default, or NULL, where it has none.',
    example: ["LOOKUP('se', 'countries')", 'Sweden'],
  }),
];
