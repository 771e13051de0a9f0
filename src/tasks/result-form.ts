import type { QueryContext } from '../msq/context.js';
import { limits } from '../msq/limits.js';
import type { SelectStatement } from '../sql/plan/index.js';
import type { TaskResultsRecord } from '../storage/metadata-store.js';
import type { JobSummary, ResultForm } from './worker/protocol.js';

/** How a task's rows are told, in its report and by the statements API: times as numbers, as Druid's SqlResults.coerce does. */
export function taskResultForm({
  stringifyArrays,
  timeZone,
}: Pick<TaskResultsRecord, 'stringifyArrays' | 'timeZone'>): ResultForm {
  return { stringifyArrays, ...(timeZone !== undefined && { timeZone }), numericTimes: true };
}

/**
 * What is kept of the results of a SELECT task that succeeded.
 * @param folder where its files lie among the results of deep storage; ends with a slash
 */
export function resultsRecord(
  { columns }: SelectStatement,
  { sqlStringifyArrays, sqlTimeZone }: QueryContext,
  { rows, files, stages }: JobSummary,
  folder = '',
): TaskResultsRecord {
  return {
    destination: files ? 'durableStorage' : 'taskReport',
    columns: columns.map(({ name, type }) => ({ name, type })),
    stringifyArrays: sqlStringifyArrays,
    timeZone: sqlTimeZone,
    pages: files?.map(({ name, rows: count, bytes }) => ({ rows: count, bytes, path: `${folder}${name}` })) ?? [
      { rows: Math.min(rows, limits.reportRows), bytes: stages.at(-1)?.output.bytes ?? 0 },
    ],
  };
}
