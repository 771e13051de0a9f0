import type { SqlSession } from '../engine/session.js';
import type { SqlType } from '../sql/types.js';
import type { S3Connection } from '../transfer/index.js';
import type { PartSize } from './part-size.js';

/** External data that a statement reads: Druid's JSON and the columns it needs. Plain data, sent to a worker. */
export interface ExternalRelation {
  /** Druid's inputSource JSON, already validated. */
  readonly inputSource: unknown;
  /** Druid's inputFormat JSON, already validated. */
  readonly inputFormat: unknown;
  /** All declared columns, in the order of the signature (csv without a header needs it). */
  readonly signature: readonly { readonly name: string; readonly type: SqlType }[];
  /** Names of the columns and members that the statement uses; the relation puts out these. */
  readonly columns: readonly string[];
  /** Texts that JSON_VALUE finds inside of the signature's JSON columns; only for format json. */
  readonly members?: readonly {
    readonly name: string;
    /** The signature's column. */
    readonly column: string;
    /** Names, from the outside to the inside; one at least. */
    readonly path: readonly string[];
  }[];
  /**
   * Instead of rows, the relation puts out `name` and native `type` of the columns that the files have, and how many `files`
   * and `records` told them (records 0 where footers did).
   */
  readonly describes?: true;
}

/** A record that could not be parsed; becomes a warning of the report, or CannotParseExternalData. */
export interface ParseProblem {
  /** The file's path or URI. */
  readonly source: string;
  /** Counts from 1; absent where the format has no lines. */
  readonly line?: number;
  readonly reason: string;
  /** The record, shortened. */
  readonly record?: string;
}

/** How far reading has come; totals are known once the input files are listed. */
export interface ReadingProgress {
  readonly files: number;
  readonly totalFiles: number;
  /** Bytes as stored (compressed size). */
  readonly bytes: number;
}

/** What reading needs around it. */
export interface ReadingEnvironment {
  readonly session: SqlSession;
  /** A directory of the task's own, for downloads and for what must be decompressed first. */
  readonly spoolDirectory: string;
  /** Directories that local paths must lie in; absent means that all are allowed. */
  readonly allowedDirectories?: readonly string[];
  /** How S3 is reached where a source does not say. */
  readonly s3?: S3Connection;
  /** How many unparseable records are accepted; -1 means any number, 0 none. */
  readonly maxParseExceptions: number;
  readonly signal: AbortSignal;
  /** Told of the number of files before the first is fetched; what it throws ends the reading. */
  onListed?(files: number): void;
  onProgress?(progress: ReadingProgress): void;
}

/**
 * External data ready to be read: SELECT statements, one for each part that can be read by itself (a file or a group of
 * files), each putting out the relation's columns by name in engine types, without unparseable records.
 */
export interface PreparedRelation {
  readonly parts: readonly ReadingPart[];
  /**
   * Reads packed files to their ends, beside the engine, which does not notice that one is cut off.
   * @throws ExternalDataError
   */
  checkFiles(): Promise<void>;
  readonly totalFiles: number;
  readonly totalBytes: number;
}

export interface ReadingPart {
  readonly sql: string;
  /**
   * A faster SELECT of the same rows, which fails with an engine error of kind `data` where it cannot tell what the data
   * mean; then `sql` must be run instead.
   */
  readonly quickSql?: string;
  /** Files and bytes (as stored) that this part covers. */
  readonly files: number;
  readonly bytes: number;
  /** Records, which may be an estimate, and the bytes that the engine reads for them. */
  readonly size: PartSize;
  /**
   * Finds the records of this part that could not be parsed, at most `limit`, with the whole number. Reads the part
   * again, so it is called only when there may be any.
   */
  problems(limit: number): Promise<{ readonly count: number; readonly first: readonly ParseProblem[] }>;
  /** Turns an engine error met while reading this part into what was wrong with the data, if it was the data. */
  explain(error: unknown): Promise<ParseProblem | undefined>;
}
