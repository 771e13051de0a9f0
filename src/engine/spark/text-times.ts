/** Text that shows a moment without a pattern, in ISO 8601 or SQL form. */
import { quoteText } from './quoting.js';
import { instantSql, localSql, type Zone } from './zones.js';

/**
 * What CAST and TIME_PARSE without a pattern read (the default parser of Druid's timestamp_parse): a date or its
 * beginning, T or a space, a time or its beginning, an offset. Fractions of hours and minutes are not read here.
 */
const expression =
  '^[0-9]{4,6}(-[0-9]{1,2}(-[0-9]{1,2})?)?([T ](([01]?[0-9]|2[0-3])(:[0-9]{1,2}(:[0-9]{1,2}([.,][0-9]{1,9})?)?)?)?)?' +
  '([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)?\\z';

const withOffset = '[T ].*([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)\\z';

/** A moment of a text; NULL for text that is none. `x` stands for the text more than once. */
export function textToTimestamp(x: string, zone: Zone): string {
  // Spark reads T, a point and Z where Druid also takes t, a comma and z, and it wants something after a T.
  const prepared = `regexp_replace(upper(replace(${x}, ',', '.')), '[T ]\\\\z', '')`;
  const read = `timestamp_millis(unix_millis(CAST(${prepared} AS TIMESTAMP)))`;
  const isUtc = zone.kind === 'fixed' && zone.offset === 0;
  const matches = `${x} RLIKE ${quoteText(`(?i)${expression}`)}`;
  if (isUtc) return `CASE WHEN ${matches} THEN ${read} END`;
  const instant = instantSql(read, zone);
  // A wall-clock time that the zone skips is none, as Joda refuses to parse it.
  const strict = zone.kind === 'named' ? `CASE WHEN ${localSql(instant, zone)} = ${read} THEN ${instant} END` : instant;
  return `CASE WHEN ${matches} THEN CASE WHEN ${x} RLIKE ${quoteText(withOffset)} THEN ${read} ELSE ${strict} END END`;
}

/** A moment of milliseconds since 1970; what Spark's calendar cannot hold is NULL instead of a failure. */
export const ceilingSafe = (milliseconds: string): string =>
  `timestamp_millis(CASE WHEN ${milliseconds} BETWEEN -9000000000000000L AND 9000000000000000L THEN ${milliseconds} END)`;
