/**
 * Floating-point numbers as Java's Double.toString prints them: with a point always, and in scientific notation below
 * 10^-3 and from 10^7 on.
 */
const text = (name: string, type: string): string => `CREATE OR REPLACE TEMP MACRO ${name}(x) AS CASE
  WHEN x IS NULL THEN NULL
  WHEN isnan(x) THEN 'NaN'
  WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
  WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN CAST(CAST(x AS ${type}) AS VARCHAR)
  ELSE druid_scientific(CAST(CAST(x AS ${type}) AS VARCHAR)) END`;

// The engine prints the shortest digits as Java does, but in notation of its own: they are taken apart and put together.
const scientific = `CREATE OR REPLACE TEMP MACRO druid_scientific(t) AS
  druid_mantissa(
    CASE WHEN t LIKE '-%' THEN '-' ELSE '' END,
    regexp_replace(regexp_extract(t, '^-?([0-9.]+)', 1), '\\.0$', ''),
    CASE WHEN contains(t, 'e') THEN CAST(regexp_extract(t, 'e([+-]?\\d+)$', 1) AS BIGINT) ELSE 0 END)`;

const mantissa = `CREATE OR REPLACE TEMP MACRO druid_mantissa(sign, m, e) AS
  sign || druid_digits(ltrim(replace(m, '.', ''), '0'),
    e + CASE
      WHEN m LIKE '0.%' THEN length(ltrim(replace(m, '.', ''), '0')) - length(replace(m, '.', ''))
      WHEN contains(m, '.') THEN strpos(m, '.') - 2
      ELSE length(m) - 1 END)`;

const digits = `CREATE OR REPLACE TEMP MACRO druid_digits(d, e) AS
  d[1] || '.' || CASE WHEN rtrim(d[2:], '0') = '' THEN '0' ELSE rtrim(d[2:], '0') END || 'E' || e`;

export const numberTextMacros: readonly string[] = [
  digits,
  mantissa,
  scientific,
  text('druid_double_text', 'DOUBLE'),
  text('druid_float_text', 'FLOAT'),
];
