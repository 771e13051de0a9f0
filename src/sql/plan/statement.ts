/** What the front end hands to the task engine: a bound statement. Plain serialisable data. */
import type { Field, Plan } from './plan.js';
import type { SqlType } from '../types.js';

/** A column of a result or of a datasource to be written: the plan's field and the name the user gave it. */
export interface OutputColumn {
  readonly fieldId: number;
  readonly name: string;
  readonly type: SqlType;
}

/** Segment granularity: one chunk for all of time, or an ISO 8601 period of one unit (PT1H, P1D, P1W, P3M, P1Y, …), in UTC. */
export type Granularity = { readonly kind: 'all' } | { readonly kind: 'period'; readonly period: string };

/** Milliseconds since 1970, end exclusive. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

export interface SelectStatement {
  readonly kind: 'select';
  readonly plan: Plan;
  readonly columns: readonly OutputColumn[];
  /** For INSERT INTO EXTERN(…) AS CSV: the rows go to files there. */
  readonly exportTo?: ExportTarget;
}

/** Where an export goes, as Druid's ExportStorageProvider JSON names it. */
export type ExportTarget =
  | { readonly type: 'local'; readonly exportPath: string }
  | { readonly type: 's3'; readonly bucket: string; readonly prefix: string };

export interface IngestStatement {
  readonly kind: 'insert' | 'replace';
  readonly dataSource: string;
  readonly plan: Plan;
  readonly columns: readonly OutputColumn[];
  readonly partitionedBy: Granularity;
  readonly clusteredBy: readonly { readonly column: string; readonly descending: boolean }[];
  /** Only for replace: all of time, or the ranges of OVERWRITE WHERE. */
  readonly overwrite?: 'all' | readonly TimeRange[];
}

export interface ExplainStatement {
  readonly kind: 'explain';
  readonly statement: SelectStatement | IngestStatement;
}

export type BoundStatement = SelectStatement | IngestStatement | ExplainStatement;

export interface BoundScript {
  readonly statement: BoundStatement;
  /** Datasources that are read, for authorization and EXPLAIN's RESOURCES. */
  readonly reads: readonly string[];
}

export type { Field };
