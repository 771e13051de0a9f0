import type { Kysely, Transaction } from 'kysely';
import { contains, formatInterval } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';
import type { ReferencedFiles } from './deep-storage.js';
import {
  locksConflict,
  type MetadataStore,
  type Publication,
  type TaskEnd,
  type TaskFilter,
  type TaskLock,
  type TaskRecord,
  type TaskResultsRecord,
  type SegmentChoice,
  type StoredSegment,
} from './metadata-store.js';
import type { ConfigStore } from './config-store.js';
import { SqlConfigStore } from './sql-config-store.js';
import { dataSourceNames, deleteUnusedSegments, markSegments, storedSegments } from './sql-segment-updates.js';
import { lockRecord, resultsRecord, segmentRecord, segmentRow, taskColumns, taskRecord, taskRow } from './records.js';
import type { MetadataTables } from './schema.js';

type Tables = Kysely<MetadataTables> | Transaction<MetadataTables>;

/** Rows of one INSERT statement: SQLite binds 32,766 values at most. */
const INSERT_ROWS = 1_000;

const isRunning = async (db: Tables, id: string): Promise<boolean> =>
  (await db.selectFrom('tasks').select('state').where('id', '=', id).executeTakeFirst())?.state === 'RUNNING';

async function endTask(db: Tables, end: TaskEnd, now: number): Promise<void> {
  await db
    .updateTable('tasks')
    .set({
      state: end.state,
      duration: end.duration,
      error_message: end.errorMessage ?? null,
      report: JSON.stringify(end.report),
    })
    .where('id', '=', end.id)
    .execute();
  if (end.results) {
    const has_files = end.results.pages.some((page) => page.path !== undefined) ? 1 : 0;
    const payload = JSON.stringify(end.results);
    await db.insertInto('task_results').values({ task_id: end.id, created_time: now, has_files, payload }).execute();
  }
  await db.deleteFrom('reservations').where('task_id', '=', end.id).execute();
}

async function insertSegments(db: Tables, { segments, taskId }: Publication, now: number): Promise<void> {
  for (let start = 0; start < segments.length; start += INSERT_ROWS) {
    const rows = segments.slice(start, start + INSERT_ROWS).map((segment) => segmentRow(segment, taskId, now));
    await db.insertInto('segments').values(rows).execute();
  }
}

/** Marks older segments that lie within replaced intervals as unused; those that reach beyond stay, in part hidden. */
async function markReplaced(db: Tables, { dataSource, segments, replaced }: Publication): Promise<void> {
  if (replaced.length === 0) return;
  const added = new Set(segments.map((segment) => segment.version));
  const rows = await db
    .selectFrom('segments')
    .select(['id', 'version', 'payload'])
    .where('datasource', '=', dataSource)
    .where('used', '=', 1)
    .execute();
  const hidden = rows.filter(({ version, payload }) => {
    if (added.has(version)) return false;
    const { interval } = segmentRecord(payload);
    return replaced.some((outer) => contains(outer, interval));
  });
  for (let start = 0; start < hidden.length; start += INSERT_ROWS) {
    const ids = hidden.slice(start, start + INSERT_ROWS).map(({ id }) => id);
    await db.updateTable('segments').set({ used: 0 }).where('id', 'in', ids).execute();
  }
}

/** The metadata store over a SQL database; its tables are there already. */
export class SqlMetadataStore implements MetadataStore {
  readonly configs: ConfigStore;
  #revision = 0;

  constructor(
    readonly db: Kysely<MetadataTables>,
    /** The present, milliseconds since 1970. */
    readonly now: () => number = Date.now,
  ) {
    this.configs = new SqlConfigStore(db, now);
  }

  async insertTask(task: TaskRecord): Promise<void> {
    await this.db.insertInto('tasks').values(taskRow(task)).execute();
  }

  async task(id: string): Promise<TaskRecord | undefined> {
    const row = await this.db.selectFrom('tasks').select(taskColumns).where('id', '=', id).executeTakeFirst();
    return row && taskRecord(row);
  }

  async tasks(filter: TaskFilter): Promise<readonly TaskRecord[]> {
    let query = this.db.selectFrom('tasks').select(taskColumns).orderBy('created_time', 'desc').orderBy('id');
    if (filter.state) query = query.where('state', '=', filter.state);
    if (filter.dataSource !== undefined) query = query.where('datasource', '=', filter.dataSource);
    if (filter.type !== undefined) query = query.where('type', '=', filter.type);
    if (filter.createdInterval) {
      const { start, end } = filter.createdInterval;
      query = query.where('created_time', '>=', start).where('created_time', '<', end);
    }
    if (filter.max !== undefined) query = query.limit(filter.max);
    return (await query.execute()).map(taskRecord);
  }

  async report(taskId: string): Promise<unknown> {
    const row = await this.db.selectFrom('tasks').select('report').where('id', '=', taskId).executeTakeFirst();
    return row?.report == null ? undefined : (JSON.parse(row.report) as unknown);
  }

  async countRelaunch(taskId: string): Promise<number> {
    const { relaunches } = await this.db
      .updateTable('tasks')
      .set(({ eb }) => ({ relaunches: eb('relaunches', '+', 1) }))
      .where('id', '=', taskId)
      .returning('relaunches')
      .executeTakeFirstOrThrow();
    return Number(relaunches);
  }

  async results(taskId: string): Promise<TaskResultsRecord | undefined> {
    const row = await this.db
      .selectFrom('task_results')
      .select('payload')
      .where('task_id', '=', taskId)
      .executeTakeFirst();
    return row && resultsRecord(row.payload);
  }

  async tasksWithResultFiles(createdBefore: number): Promise<readonly string[]> {
    const rows = await this.db
      .selectFrom('task_results')
      .select('task_id')
      .where('has_files', '=', 1)
      .where('created_time', '<', createdBefore)
      .execute();
    return rows.map(({ task_id }) => task_id);
  }

  async deleteResults(taskIds: readonly string[]): Promise<void> {
    for (let start = 0; start < taskIds.length; start += INSERT_ROWS) {
      const ids = taskIds.slice(start, start + INSERT_ROWS);
      await this.db.deleteFrom('task_results').where('task_id', 'in', ids).execute();
    }
  }

  async endTask(end: TaskEnd): Promise<boolean> {
    return this.db.transaction().execute(async (db) => {
      if (!(await isRunning(db, end.id))) return false;
      await endTask(db, end, this.now());
      await db.deleteFrom('locks').where('task_id', '=', end.id).execute();
      return true;
    });
  }

  async publish(publication: Publication): Promise<boolean> {
    const { taskId, segments } = publication;
    const published = await this.db.transaction().execute(async (db) => {
      if (!(await isRunning(db, taskId))) return false;
      const rows = await db.selectFrom('locks').select('payload').where('task_id', '=', taskId).execute();
      const held = rows.map(({ payload }) => lockRecord(payload));
      const isLocked = (interval: Interval): boolean =>
        held.some((lock) => lock.dataSource === publication.dataSource && contains(lock.interval, interval));
      if (![...segments.map(({ interval }) => interval), ...publication.replaced].every(isLocked)) return false;
      await insertSegments(db, publication, this.now());
      await markReplaced(db, publication);
      await endTask(db, publication.end, this.now());
      await db.deleteFrom('locks').where('task_id', '=', taskId).execute();
      return true;
    });
    if (published) this.#revision += 1;
    return published;
  }

  async acquireLock(lock: TaskLock): Promise<{ readonly acquired: boolean; readonly conflicts: readonly TaskLock[] }> {
    return this.db.transaction().execute(async (db) => {
      const rows = await db.selectFrom('locks').select('payload').where('datasource', '=', lock.dataSource).execute();
      const met = rows.map(({ payload }) => lockRecord(payload)).filter((other) => locksConflict(lock, other));
      if (met.length > 0) return { acquired: false, conflicts: met };
      await db
        .insertInto('locks')
        .values({ task_id: lock.taskId, datasource: lock.dataSource, kind: lock.kind, payload: JSON.stringify(lock) })
        .execute();
      return { acquired: true, conflicts: [] };
    });
  }

  async locks(dataSource?: string): Promise<readonly TaskLock[]> {
    let query = this.db.selectFrom('locks').select('payload').orderBy('id');
    if (dataSource !== undefined) query = query.where('datasource', '=', dataSource);
    return (await query.execute()).map(({ payload }) => lockRecord(payload));
  }

  async releaseLocks(taskId: string): Promise<void> {
    await this.db.deleteFrom('locks').where('task_id', '=', taskId).execute();
  }

  async reservePartitions(request: Parameters<MetadataStore['reservePartitions']>[0]): Promise<number> {
    const { taskId, dataSource, interval, version, count } = request;
    const bounds = formatInterval(interval);
    const chunk = `${bounds} ${version}`;
    return this.db.transaction().execute(async (db) => {
      const published = await db
        .selectFrom('segments')
        .select(({ fn }) => fn.max('partition_num').as('last'))
        .where('datasource', '=', dataSource)
        .where('interval', '=', bounds)
        .where('version', '=', version)
        .executeTakeFirst();
      const reserved = await db
        .selectFrom('reservations')
        .select(['first', 'count'])
        .where('datasource', '=', dataSource)
        .where('chunk', '=', chunk)
        .execute();
      const afterPublished = published?.last == null ? 0 : Number(published.last) + 1;
      const first = Math.max(afterPublished, ...reserved.map((each) => each.first + each.count));
      await db
        .insertInto('reservations')
        .values({ task_id: taskId, datasource: dataSource, chunk, first, count })
        .execute();
      return first;
    });
  }

  async usedSegments(dataSource?: string): Promise<readonly DataSegment[]> {
    let query = this.db.selectFrom('segments').select('payload').where('used', '=', 1);
    if (dataSource !== undefined) query = query.where('datasource', '=', dataSource);
    return (await query.execute()).map(({ payload }) => segmentRecord(payload));
  }

  storedSegments(dataSource: string): Promise<readonly StoredSegment[]> {
    return storedSegments(this.db, dataSource);
  }

  dataSources(includeUnused: boolean): Promise<readonly string[]> {
    return dataSourceNames(this.db, includeUnused);
  }

  async markSegments(dataSource: string, used: boolean, choose: SegmentChoice): Promise<number> {
    const changed = await this.db
      .transaction()
      .execute(async (db) => markSegments(db, choose(await storedSegments(db, dataSource)), used));
    if (changed > 0) this.#revision += 1;
    return changed;
  }

  async killSegments(
    taskId: string,
    dataSource: string,
    choose: SegmentChoice,
    end: (killed: readonly DataSegment[]) => TaskEnd,
  ): Promise<readonly DataSegment[] | undefined> {
    return this.db.transaction().execute(async (db) => {
      if (!(await isRunning(db, taskId))) return undefined;
      const killed = await deleteUnusedSegments(db, dataSource, choose);
      await endTask(db, end(killed), this.now());
      await db.deleteFrom('locks').where('task_id', '=', taskId).execute();
      return killed;
    });
  }

  segmentsRevision(): number {
    return this.#revision;
  }

  async referencedFiles(): Promise<ReferencedFiles> {
    const segments = await this.db.selectFrom('segments').select('path').where('path', 'is not', null).execute();
    const results = await this.db.selectFrom('task_results').select('payload').where('has_files', '=', 1).execute();
    return {
      segments: new Set(segments.flatMap(({ path }) => (path === null ? [] : [path]))),
      results: new Set(
        results.flatMap(({ payload }) =>
          resultsRecord(payload).pages.flatMap(({ path }) => (path === undefined ? [] : [path])),
        ),
      ),
    };
  }

  async identity(): Promise<string> {
    const { value } = await this.db
      .selectFrom('installation')
      .select('value')
      .where('name', '=', 'id')
      .executeTakeFirstOrThrow();
    return value;
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }
}
