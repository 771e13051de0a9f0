/** Text that shows a moment without a pattern, in ISO 8601 or SQL form, and the SQL form of a moment. */

const isoExpression = [
  '(?is)^\\+?(\\d{1,9})(?:-(\\d{1,2})(?:-(\\d{1,2}))?)?',
  '(?:[T ](?:(2[0-3]|[01]?\\d)(?:([.,]\\d{1,9})|:(\\d{1,2})(?:([.,]\\d{1,9})|:(\\d{1,2})([.,]\\d{1,9})?)?)?)?',
  '(z|[+-]\\d{2}(?::?\\d{2}(?::?\\d{2}(?:[.:]?\\d{3})?)?)?)?)?$',
].join('');

/**
 * `druid_text_to_timestamp(text, zone)` reads what CAST and TIME_PARSE without a pattern read (the default parser of
 * Druid's timestamp_parse): a date or its beginning, T or a space, a time or its beginning with a fraction of its last
 * field, an offset. Other text gives NULL, as do the dates of a week or a year's day. The frequent shapes go to the
 * engine's own parser; LIKE is a cheap guard against spaces and the hour 24, which that one would take.
 * `druid_timestamp_text(x)` and `druid_date_text(x)` are CAST to VARCHAR in UTC, the forms with a zone in that zone.
 */
export const textMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO druid_iso_fraction(digits, unit) AS
    CASE WHEN digits = '' THEN 0 ELSE CAST(rpad(substr(digits, 2), 9, '0') AS BIGINT) * unit // 1000000000 END`,
  `CREATE OR REPLACE TEMP MACRO druid_iso_local(f) AS
    TRY_CAST(lpad(f.y, CAST(greatest(4, length(f.y)) AS INTEGER), '0') || '-' || lpad(coalesce(nullif(f.mo, ''), '1'), 2, '0') || '-'
      || lpad(coalesce(nullif(f.d, ''), '1'), 2, '0') || ' ' || lpad(f.h, 2, '0') || ':' || lpad(f.mi, 2, '0') || ':'
      || lpad(f.s, 2, '0') AS TIMESTAMP)
    + to_microseconds((druid_iso_fraction(f.hf, 3600000) + druid_iso_fraction(f.mf, 60000) + druid_iso_fraction(f.sf, 1000)) * 1000)`,
  `CREATE OR REPLACE TEMP MACRO druid_iso_instant(x, zone) AS list_transform(
    [regexp_extract(x, '${isoExpression}', ['y', 'mo', 'd', 'h', 'hf', 'mi', 'mf', 's', 'sf', 'z'])],
    lambda f: CASE WHEN f.y = '' THEN NULL
      WHEN f.z <> '' THEN druid_iso_local(f) - to_microseconds(druid_offset_ms(f.z) * 1000)
      ELSE druid_zoned(druid_iso_local(f), zone) END)[1]`,
  `CREATE OR REPLACE TEMP MACRO druid_text_to_timestamp(x, zone) AS CASE
    WHEN x LIKE '____-__-__T__:__:__.___Z' AND x NOT LIKE '___________24%' AND x NOT LIKE '% %' THEN TRY_CAST(x AS TIMESTAMP)
    WHEN x LIKE '____-__-__ __:__:__' AND x NOT LIKE '___________24%' AND x NOT LIKE '% % %' THEN druid_zoned(TRY_CAST(x AS TIMESTAMP), zone)
    WHEN x LIKE '____-__-__' AND x NOT LIKE '% %' THEN druid_zoned(TRY_CAST(x AS TIMESTAMP), zone)
    WHEN x LIKE '____-__-__T__:__:__Z' AND x NOT LIKE '___________24%' AND x NOT LIKE '% %' THEN TRY_CAST(x AS TIMESTAMP)
    WHEN x LIKE '____-__-__T__:__:__.___+00:00' AND x NOT LIKE '___________24%' AND x NOT LIKE '% %' THEN TRY_CAST(x AS TIMESTAMP)
    ELSE druid_iso_instant(x, zone) END`,
  `CREATE OR REPLACE TEMP MACRO druid_timestamp_text(x) AS strftime(x, '%Y-%m-%d %H:%M:%S')`,
  `CREATE OR REPLACE TEMP MACRO druid_date_text(x) AS strftime(x, '%Y-%m-%d')`,
];
