/** Time zones in the engine's SQL: what a clock shows at an instant, and back. */
import { isTimeZone } from '../binder/timestamps.js';

/** A zone whose offset is always `offset` milliseconds, or one that the engine's time zone database knows by name. */
export type Zone =
  { readonly kind: 'fixed'; readonly offset: number } | { readonly kind: 'named'; readonly name: string };

const utcNames = /^(UTC|UT|GMT|Z|Zulu|UCT|Etc\/(UTC|UCT|GMT|Zulu|Universal|Greenwich))$/i;
const offsetText = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/;

/** A constant text as an SQL literal. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Understands `America/Los_Angeles`, `+05:30`, `-0800`, `UTC`. */
export function readZone(text: string): Zone {
  if (utcNames.test(text)) return { kind: 'fixed', offset: 0 };
  const match = offsetText.exec(text);
  if (!match) return { kind: 'named', name: text };
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return { kind: 'fixed', offset: (match[1] === '-' ? -1 : 1) * minutes * 60_000 };
}

/** The refusal of a zone that is not known, or undefined. */
export function zoneProblem(text: string): string | undefined {
  const zone = readZone(text);
  if (zone.kind === 'named' ? isTimeZone(text) : Math.abs(zone.offset) < 86_400_000) return undefined;
  return `The datetime zone id '${text}' is not recognised`;
}

export const isUtcZone = (zone: Zone): boolean => zone.kind === 'fixed' && zone.offset === 0;

/** The zone's name as the binder's wall-clock functions take it. */
export function zoneName(zone: Zone): string {
  return zone.kind === 'named' ? zone.name : zone.offset === 0 ? 'UTC' : offsetName(zone.offset);
}

/** `+05:30` of an offset in milliseconds. */
export function offsetName(offset: number, separator = ':'): string {
  const minutes = Math.abs(Math.trunc(offset / 60_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}

const micros = (milliseconds: number): string => `to_microseconds(${String(BigInt(milliseconds) * 1000n)})`;

/** SQL of the wall-clock time that the zone shows at an instant, as a TIMESTAMP. */
export function localSql(instant: string, zone: Zone): string {
  if (zone.kind === 'named') return `timezone(${quote(zone.name)}, timezone('UTC', ${instant}))`;
  return zone.offset === 0 ? instant : `(${instant} + ${micros(zone.offset)})`;
}

/** SQL of the instant of a wall-clock time; a time that occurs twice is the first one, a skipped one moves forward. */
export function instantSql(local: string, zone: Zone): string {
  if (zone.kind === 'named') return `druid_instant(${local}, ${quote(zone.name)})`;
  return zone.offset === 0 ? local : `(${local} - ${micros(zone.offset)})`;
}

/** As `instantSql`, but a wall-clock time that the zone skips is NULL, as Joda refuses to parse it. */
export function strictInstantSql(local: string, zone: Zone): string {
  return zone.kind === 'named' ? `druid_strict_instant(${local}, ${quote(zone.name)})` : instantSql(local, zone);
}

/** Macros that the SQL of this file calls. DuckDB takes the later of two equal wall-clock times, Joda the earlier. */
export const zoneMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO druid_instant(local, zone) AS CASE
    WHEN timezone(zone, timezone(zone, local) - to_hours(1)) = local THEN make_timestamp(epoch_us(timezone(zone, local)) - 3600000000)
    ELSE make_timestamp(epoch_us(timezone(zone, local))) END`,
  `CREATE OR REPLACE TEMP MACRO druid_strict_instant(local, zone) AS CASE
    WHEN timezone(zone, timezone(zone, local) - to_hours(1)) = local THEN make_timestamp(epoch_us(timezone(zone, local)) - 3600000000)
    WHEN timezone(zone, timezone(zone, local)) = local THEN make_timestamp(epoch_us(timezone(zone, local))) END`,
  `CREATE OR REPLACE TEMP MACRO druid_offset_ms(z) AS CASE WHEN lower(z) = 'z' THEN 0 ELSE
    CASE WHEN z LIKE '-%' THEN -1000 ELSE 1000 END * (
      CAST(substr(z, 2, 2) AS BIGINT) * 3600
      + CAST(coalesce(nullif(substr(replace(z, ':', ''), 4, 2), ''), '0') AS BIGINT) * 60
      + CAST(coalesce(nullif(substr(replace(z, ':', ''), 6, 2), ''), '0') AS BIGINT)) END`,
  `CREATE OR REPLACE TEMP MACRO druid_zoned(local, zone) AS CASE
    WHEN zone IN ('UTC', 'Etc/UTC', 'Z', 'GMT', 'Etc/GMT') THEN local
    WHEN zone LIKE '+%' OR zone LIKE '-%' THEN local - to_microseconds(druid_offset_ms(zone) * 1000)
    ELSE druid_strict_instant(local, zone) END`,
  `CREATE OR REPLACE TEMP MACRO druid_offset_text(ms, separator) AS
    CASE WHEN ms < 0 THEN '-' ELSE '+' END || printf('%02d', abs(ms) // 3600000) || separator || printf('%02d', abs(ms) // 60000 % 60)`,
];
