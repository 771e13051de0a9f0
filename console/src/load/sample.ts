import { resultOfReport, type ErrorReport } from '../api/report.js';
import type { ResultSet } from '../api/result.js';
import { cancelTask, submitTask } from '../api/tasks.js';
import { watchTask, type TaskSnapshot } from '../api/watch.js';
import type { InputFormat } from './records.js';

/** What a look at data came to: rows, or the fault that stopped it, and the records that could not be read. */
export interface Preview {
  readonly result?: ResultSet;
  readonly fault?: ErrorReport;
  readonly warnings: readonly ErrorReport[];
}

/** Lines that are looked at, and characters of each. */
const sampleLines = 300;
const longestLine = 200_000;

/**
 * Runs a SELECT over external data as a task and waits for its rows; aborting cancels the task.
 * @throws ApiError when the statement is refused
 */
export async function runPreview(
  sql: string,
  context: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Preview> {
  const id = await submitTask(sql, { ...context, sqlQueryId: `preview-${crypto.randomUUID()}` }, signal);
  let last: TaskSnapshot | undefined;
  const cancel = (): void => {
    // Nobody waits for it any more; one that has ended meanwhile stays as it is.
    cancelTask(id).catch(() => undefined);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    await watchTask(
      id,
      (snapshot) => {
        last = snapshot;
      },
      signal,
    );
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  const report = last?.report;
  const warnings = report?.status.warnings ?? [];
  if (last?.status.statusCode === 'SUCCESS' && report) {
    const result = resultOfReport(report);
    return { warnings, ...(result && { result }) };
  }
  const fault = report?.status.errorReport ?? {
    error: { errorCode: 'UnknownError', errorMessage: last?.status.errorMsg ?? 'The preview has no answer' },
  };
  return { warnings, fault };
}

const quoted = (value: unknown): string => `'${JSON.stringify(value).replaceAll("'", "''")}'`;

/** The first lines of a source, as they are. */
export async function sampleText(
  inputSource: unknown,
  signal: AbortSignal,
): Promise<Preview & { readonly lines: readonly string[] }> {
  const format: InputFormat = { type: 'lines' };
  const preview = await runPreview(
    `SELECT SUBSTRING("line", 1, ${longestLine}) AS "line"\n` +
      `FROM TABLE(EXTERN(${quoted(inputSource)}, ${quoted(format)})) EXTEND ("line" VARCHAR)\nLIMIT ${sampleLines}`,
    {},
    signal,
  );
  return { ...preview, lines: (preview.result?.rows ?? []).map(([line]) => (typeof line === 'string' ? line : '')) };
}
