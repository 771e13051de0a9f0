import { randomUUID } from 'node:crypto';
import { isInteger, type SqlType } from '../sql/types.js';
import type { DeepStorage } from '../storage/deep-storage.js';
import type { MetadataStore, ResultPage, TaskResultsRecord } from '../storage/metadata-store.js';
import type { QueryAnswer, QueryService } from './query-service.js';

/** The rows that a SELECT task answered, page by page. */
export interface StoredResults {
  readonly destination: TaskResultsRecord['destination'];
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
  /** Pages count from 0. `taskReport` has one page, which is there even without rows; `durableStorage` none then. */
  readonly pages: readonly Pick<ResultPage, 'rows' | 'bytes'>[];
  /**
   * The rows of one page, or of all pages in their order, in batches; values as an interactive query answers them.
   * Reading ends with a FaultError when it fails on the way or the signal aborts.
   * @throws RangeError when there is no such page
   */
  read(page: number | undefined, signal: AbortSignal): Promise<QueryAnswer['rows']>;
}

export interface TaskResultsSources {
  readonly store: MetadataStore;
  readonly deepStorage: DeepStorage;
  readonly queries: QueryService;
}

/** The part of a task's report that holds rows. */
interface ReportWithRows {
  readonly multiStageQuery?: {
    readonly payload?: { readonly results?: { readonly results?: readonly (readonly unknown[])[] } };
  };
}

/** Reports hold integers as numbers, and beyond 2^53 as text; answers hold them as bigint. */
function reportValue(value: unknown, type: SqlType | undefined): unknown {
  if (!type || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => reportValue(element, type.element));
  return isInteger(type) && (typeof value === 'number' || typeof value === 'string') ? BigInt(value) : value;
}

async function* reportRows(
  report: unknown,
  columns: TaskResultsRecord['columns'],
): AsyncGenerator<readonly (readonly unknown[])[]> {
  await Promise.resolve();
  const rows = (report as ReportWithRows | undefined)?.multiStageQuery?.payload?.results?.results ?? [];
  yield rows.map((row) => row.map((value, index) => reportValue(value, columns[index]?.type)));
}

/** Finds the stored rows of SELECT tasks, in their reports or in deep storage. */
export class TaskResults {
  constructor(readonly sources: TaskResultsSources) {}

  /** Undefined for an unknown task, for one that is no SELECT or has not succeeded, and when its results were cleaned up. */
  async find(taskId: string): Promise<StoredResults | undefined> {
    const record = await this.sources.store.results(taskId);
    if (!record) return undefined;
    const { destination, columns, pages } = record;
    return {
      destination,
      columns,
      pages: pages.map(({ rows, bytes }) => ({ rows, bytes })),
      read: (page, signal) => this.#read(taskId, record, page, signal),
    };
  }

  async #read(
    taskId: string,
    record: TaskResultsRecord,
    page: number | undefined,
    signal: AbortSignal,
  ): Promise<QueryAnswer['rows']> {
    const { store, deepStorage, queries } = this.sources;
    const chosen = page === undefined ? record.pages : record.pages.slice(page, page + 1);
    if (page !== undefined && chosen.length === 0) {
      throw new RangeError(`Task [${taskId}] has ${record.pages.length} pages of results, and no page [${page}]`);
    }
    if (record.destination === 'taskReport') return reportRows(await store.report(taskId), record.columns);
    const files = chosen.flatMap(({ path, bytes }) => (path === undefined ? [] : [{ path, size: bytes }]));
    if (files.length === 0) return reportRows(undefined, record.columns);
    return queries.readResults(record, await deepStorage.openResults(files), { queryId: randomUUID(), signal });
  }
}
