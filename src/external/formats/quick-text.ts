/**
 * SQL of a text as the engine's JSON reader gives it, without a detour by JSON values. The reader does not tell what was a
 * text, a number or a list. Where that makes a difference the statement fails with `AMBIGUOUS_TEXT`, and the careful way
 * has to be taken.
 */
export const AMBIGUOUS_TEXT = 'external_ambiguous_text';

/** What any text that begins with `first` comes before or is. */
const last = (first: string): string => `${first}\u{10ffff}`;

const jsonNumber = String.raw`-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?`;
/** Integers of 64 bits and fractions of everyday size, which Java prints as they are written. */
const plainNumber = '-?[0-9]{1,18}|-?[1-9][0-9]{0,6}[.]([0-9]|[0-9]{1,6}[1-9])|-?0[.][1-9]([0-9]{0,5}[1-9])?';

/** Macros of the quick way; druid_double_text is the engine's. */
export const quickTextMacros: readonly string[] = [
  // A number stands for itself if it is an integer of 64 bits, or a fraction as Java prints it.
  `CREATE OR REPLACE TEMP MACRO external_quick_text(t) AS CASE
    WHEN t BETWEEN '[' AND '${last('[')}' OR t BETWEEN '{' AND '${last('{')}' THEN error('${AMBIGUOUS_TEXT}')
    WHEN t >= ':' OR regexp_full_match(t, '${plainNumber}') THEN t
    WHEN NOT regexp_full_match(t, '${jsonNumber}') THEN t
    WHEN druid_double_text(TRY_CAST(t AS DOUBLE)) = t THEN t
    WHEN t IS NOT NULL THEN error('${AMBIGUOUS_TEXT}') END`,
];

/** A cheap test that no text passes which is in doubt. */
interface Test {
  holds(text: string): boolean;
  sql(text: string): string;
}

/** A test of texts that begin as numbers do. */
const amongDigits = ({ holds, sql }: Test): Test => ({
  holds: (text) => text < ':' && holds(text),
  sql: (text) => `${text} < ':' AND ${sql(text)}`,
});

/** No number has a sign such as the colon of a time or the x of 1680x1050 in it. */
const signTests = [':', '/', ' ', 'x', '_', '%'].map((sign) =>
  amongDigits({
    holds: (text) => text.includes(sign),
    sql: (text) => `contains(${text}, '${sign}')`,
  }),
);

const tests: readonly Test[] = [
  ...signTests,
  // A date: a number has no second minus behind its first sign.
  amongDigits({
    holds: (text) => /^.[^]*-[^]*-/.test(text),
    sql: (text) => `${text} LIKE '_%-%-%'`,
  }),
  {
    holds: (text) => /^[A-Z]/.test(text),
    sql: (text) => `${text} BETWEEN 'A' AND '${last('Z')}'`,
  },
  {
    holds: (text) => /^[a-z]/.test(text),
    sql: (text) => `${text} BETWEEN 'a' AND '${last('z')}'`,
  },
  amongDigits({
    holds: (text) => /\.[^]*\./.test(text),
    sql: (text) => `${text} LIKE '%.%.%'`,
  }),
  amongDigits({
    holds: (text) => text.length < 19 && !/[.eE]/.test(text),
    sql: (text) =>
      `strlen(${text}) < 19 AND NOT contains(${text}, '.') AND NOT contains(${text}, 'e') AND NOT contains(${text}, 'E')`,
  }),
];

/**
 * SQL of a text that the reader gave; `samples` of the texts to come decide what is looked at first, which most of them
 * pass and which is far cheaper than the whole look.
 */
export function quickText(text: string, samples: readonly string[]): string {
  const passed = tests.map((test) => ({ test, count: samples.filter((sample) => test.holds(sample)).length }));
  const [best] = passed.sort((a, b) => b.count - a.count);
  if (!best || best.count * 2 < samples.length || best.count === 0) return `external_quick_text(${text})`;
  return `CASE WHEN ${best.test.sql(text)} THEN ${text} ELSE external_quick_text(${text}) END`;
}
