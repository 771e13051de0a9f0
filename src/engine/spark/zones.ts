/** Time zones in Spark's SQL: what a clock shows at an instant, and back. Moments are TIMESTAMP in a session in UTC. */
import { isUtcZone, readZone, type Zone } from '../../sql/functions/time-zone.js';
import { operand } from '../emission/names.js';
import { quoteText } from './quoting.js';

export type { Zone };
export const readSparkZone = readZone;

/** A moment some milliseconds later; `milliseconds` is SQL of an integer. */
export const shifted = (x: string, milliseconds: string): string =>
  `timestamp_millis(unix_millis(${x}) + ${operand(milliseconds)})`;

/** The wall-clock time that the zone shows at an instant, as a moment of UTC. */
export function localSql(instant: string, zone: Zone): string {
  if (zone.kind === 'named') return `from_utc_timestamp(${instant}, ${quoteText(zone.name)})`;
  return isUtcZone(zone) ? instant : shifted(instant, `${zone.offset}L`);
}

/** The instant of a wall-clock time; a time that occurs twice is the first one, a skipped one moves forward. */
export function instantSql(local: string, zone: Zone): string {
  if (zone.kind === 'named') return `to_utc_timestamp(${local}, ${quoteText(zone.name)})`;
  return isUtcZone(zone) ? local : shifted(local, `${-zone.offset}L`);
}
