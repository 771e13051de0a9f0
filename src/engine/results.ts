import type { SqlType } from '../sql/types.js';

/** A column of the query whose rows are answered. */
export interface ResultColumn {
  readonly sqlName: string;
  readonly type: SqlType;
}

export interface ResultOptions {
  /** Arrays as JSON text (Druid's sqlStringifyArrays). */
  readonly stringifyArrays?: boolean;
  /** The zone whose clock times are told in (Druid's SqlRowTransformer); UTC when absent. */
  readonly timeZone?: string;
  /**
   * Timestamps as milliseconds and dates as days since 1970 by the zone's clock, as Calcite holds them (Druid's
   * SqlResults.coerce); ISO 8601 text otherwise.
   */
  readonly numericTimes?: boolean;
}
