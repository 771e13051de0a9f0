import type { SqlType } from '../sql/types.js';

/** A column of the query whose rows are answered. */
export interface ResultColumn {
  readonly sqlName: string;
  readonly type: SqlType;
}

export interface ResultOptions {
  /** Arrays as JSON text (Druid's sqlStringifyArrays). */
  readonly stringifyArrays?: boolean;
}
