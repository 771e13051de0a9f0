import type { Kysely, Transaction } from 'kysely';
import type { DataSegment } from '../segments/segment.js';
import type { StoredSegment } from './metadata-store.js';
import { segmentRecord } from './records.js';
import type { MetadataTables } from './schema.js';

type Tables = Kysely<MetadataTables> | Transaction<MetadataTables>;

/** Ids of one statement: SQLite binds 32,766 values at most. */
const IDS = 1_000;

function* chunks(ids: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < ids.length; start += IDS) yield ids.slice(start, start + IDS);
}

/** All segments of a datasource that the store still knows. */
export async function storedSegments(db: Tables, dataSource: string): Promise<readonly StoredSegment[]> {
  const rows = await db
    .selectFrom('segments')
    .select(['id', 'used', 'created_time', 'payload'])
    .where('datasource', '=', dataSource)
    .orderBy('id')
    .execute();
  return rows.map(({ id, used, created_time, payload }) => ({
    id,
    used: used === 1,
    createdTime: Number(created_time),
    segment: segmentRecord(payload),
  }));
}

/** Marks segments used or unused; answers how many were otherwise. */
export async function markSegments(db: Tables, ids: readonly string[], used: boolean): Promise<number> {
  let changed = 0;
  for (const chunk of chunks(ids)) {
    const result = await db
      .updateTable('segments')
      .set({ used: used ? 1 : 0 })
      .where('id', 'in', chunk)
      .where('used', '=', used ? 0 : 1)
      .executeTakeFirst();
    changed += Number(result.numUpdatedRows);
  }
  return changed;
}

/** Forgets unused segments; answers their load specs. */
export async function deleteUnusedSegments(
  db: Tables,
  dataSource: string,
  choose: (segments: readonly StoredSegment[]) => readonly string[],
): Promise<readonly DataSegment[]> {
  const unused = (await storedSegments(db, dataSource)).filter(({ used }) => !used);
  const chosen = new Set(choose(unused));
  const deleted = unused.filter(({ id }) => chosen.has(id));
  for (const chunk of chunks(deleted.map(({ id }) => id))) {
    await db.deleteFrom('segments').where('id', 'in', chunk).where('used', '=', 0).execute();
  }
  return deleted.map(({ segment }) => segment);
}

/** Names of the datasources that have segments, used ones or any. */
export async function dataSourceNames(db: Tables, includeUnused: boolean): Promise<readonly string[]> {
  let query = db.selectFrom('segments').select('datasource').distinct().orderBy('datasource');
  if (!includeUnused) query = query.where('used', '=', 1);
  return (await query.execute()).map(({ datasource }) => datasource);
}
