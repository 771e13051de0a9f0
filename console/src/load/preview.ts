import { postJson } from '../api/http.js';
import { resultSetOf, type ErrorReport, type TaskResults } from '../api/report.js';
import type { ResultSet } from '../api/result.js';

/** What a look at data came to: rows, or the fault that stopped it, and the records that could not be read. */
export interface Preview {
  readonly result?: ResultSet;
  readonly fault?: ErrorReport;
  readonly warnings: readonly ErrorReport[];
}

/**
 * Answers the first rows of a SELECT over external data; no task is made of it, and aborting ends it.
 * @throws ApiError when the statement is refused
 */
export async function runPreview(
  query: string,
  context: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Preview> {
  const started = performance.now();
  const { results, errorReport, warnings } = await postJson<{
    readonly results?: TaskResults;
    readonly errorReport?: ErrorReport;
    readonly warnings: readonly ErrorReport[];
  }>('/millrace/v1/preview', { query, context: { sqlStringifyArrays: false, ...context } }, signal);
  return {
    warnings,
    ...(results && { result: resultSetOf(results, performance.now() - started) }),
    ...(errorReport && { fault: errorReport }),
  };
}
