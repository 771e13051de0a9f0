import type { Kysely } from 'kysely';
import type { AuditEntry, AuditFilter, AuditInfo, ConfigChange, ConfigStore } from './config-store.js';
import type { MetadataTables } from './schema.js';

/** Entries that are answered when neither a count nor an interval is given. */
const DEFAULT_COUNT = 1_000;

/** Configurations in the tables of the metadata store. */
export class SqlConfigStore implements ConfigStore {
  constructor(
    readonly db: Kysely<MetadataTables>,
    readonly now: () => number,
  ) {}

  async config(name: string): Promise<unknown> {
    const row = await this.db.selectFrom('configs').select('payload').where('name', '=', name).executeTakeFirst();
    return row && (JSON.parse(row.payload) as unknown);
  }

  async configs(prefix: string): Promise<ReadonlyMap<string, unknown>> {
    const rows = await this.db.selectFrom('configs').select(['name', 'payload']).orderBy('name').execute();
    return new Map(
      rows
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name, payload }) => [name.slice(prefix.length), JSON.parse(payload) as unknown]),
    );
  }

  async setConfigs(changes: readonly ConfigChange[]): Promise<void> {
    await this.db.transaction().execute(async (db) => {
      for (const { name, payload, audit } of changes) {
        await db.deleteFrom('configs').where('name', '=', name).execute();
        if (payload !== undefined) {
          await db
            .insertInto('configs')
            .values({ name, payload: JSON.stringify(payload) })
            .execute();
        }
        if (!audit) continue;
        const last = await db
          .selectFrom('audit')
          .select(({ fn }) => fn.max('id').as('id'))
          .executeTakeFirst();
        await db
          .insertInto('audit')
          .values({
            id: Number(last?.id ?? 0) + 1,
            key: audit.key,
            type: audit.type,
            info: JSON.stringify(audit.info),
            payload: JSON.stringify(payload ?? null),
            created_time: this.now(),
          })
          .execute();
      }
    });
  }

  async audit({ type, key, interval, count }: AuditFilter): Promise<readonly AuditEntry[]> {
    let query = this.db
      .selectFrom('audit')
      .selectAll()
      .where('type', '=', type)
      .orderBy('id', 'desc')
      .limit(count ?? DEFAULT_COUNT);
    if (key !== undefined) query = query.where('key', '=', key);
    if (interval) {
      query = query.where('created_time', '>=', interval.start).where('created_time', '<', interval.end);
    }
    return (await query.execute()).map((row) => ({
      key: row.key,
      type: row.type,
      auditInfo: JSON.parse(row.info) as AuditInfo,
      payload: JSON.parse(row.payload) as unknown,
      auditTime: Number(row.created_time),
    }));
  }
}
