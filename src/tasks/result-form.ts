import type { TaskResultsRecord } from '../storage/metadata-store.js';
import type { ResultForm } from './worker/protocol.js';

/** How a task's rows are told, in its report and by the statements API: times as numbers, as Druid's SqlResults.coerce does. */
export function taskResultForm({
  stringifyArrays,
  timeZone,
}: Pick<TaskResultsRecord, 'stringifyArrays' | 'timeZone'>): ResultForm {
  return { stringifyArrays, ...(timeZone !== undefined && { timeZone }), numericTimes: true };
}
