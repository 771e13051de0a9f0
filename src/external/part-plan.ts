import type { InputFile } from './input-file.js';
import type { PartSize } from './part-size.js';

/** Files that one SELECT reads, and how its bad records are found. */
export interface PartPlan {
  readonly files: readonly InputFile[];
  readonly sql: string;
  /** As ReadingPart.quickSql. */
  readonly quickSql?: string;
  readonly size: PartSize;
  /** The first bad record fails the SELECT; otherwise bad records are left out. */
  readonly strict: boolean;
  /** Absent where records are not lines. */
  readonly badRecords?: {
    /** A SELECT of the paths of files that have bad records, and the number of those. */
    readonly sql: string;
    /** Why a line is not a record, if it is not. */
    readonly check: (line: string) => string | undefined;
    /** Lines at the beginning of each file that are no records. */
    readonly skippedLines: number;
  };
}
