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
}
