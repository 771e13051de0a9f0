import { randomUUID } from 'node:crypto';
import type { ParseProblem } from '../external/relation.js';
import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { limits } from '../msq/limits.js';
import { resultsJson, type ErrorReport } from '../msq/report.js';
import type { StatementRequest } from './compile.js';
import type { QueryService } from './query-service.js';
import { describeProblem } from './worker/faults.js';

/** Rows that a preview answers at most. */
const MOST_ROWS = 1_000;

/** What a SELECT over external data came to, in the terms of a task's report. */
export interface Preview {
  /** Rows as the report of a SELECT has them; absent when it failed. */
  readonly results?: unknown;
  /** Records that were left out, a few of them. */
  readonly warnings: readonly ErrorReport[];
  /** The fault that a task would end with. */
  readonly errorReport?: ErrorReport;
}

/** Looks at what statements make of external data, without a task of it. */
export class Previews {
  constructor(readonly queries: QueryService) {}

  /**
   * Answers the first rows, or the fault that stopped them: data that cannot be read is what a preview is for.
   * @throws SqlError, ContextError, ExternalSpecError when the statement is refused
   */
  async preview(request: StatementRequest, signal: AbortSignal): Promise<Preview> {
    const warnings: ErrorReport[] = [];
    const warn = (problem: ParseProblem): void => {
      if (warnings.length >= limits.verboseParseExceptions) return;
      warnings.push({ stageNumber: 0, error: faults.CannotParseExternalData(describeProblem(problem)) });
    };
    const query = { ...request, queryId: `preview-${randomUUID()}`, signal };
    const { columns, rows: batches, hideSecrets } = await this.queries.preview(query, warn);
    const rows: (readonly unknown[])[] = [];
    try {
      for await (const batch of batches) {
        rows.push(...batch);
        if (rows.length > MOST_ROWS) break;
      }
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.errorCode === 'Canceled') throw error;
      return hideSecrets({ warnings, errorReport: { stageNumber: 0, error: error.fault } });
    }
    const truncated = rows.length > MOST_ROWS;
    return hideSecrets({ warnings, results: resultsJson({ columns, rows: rows.slice(0, MOST_ROWS), truncated }) });
  }
}
