import { randomUUID } from 'node:crypto';
import { Migrator, type Kysely } from 'kysely';
import { migrations, type Dialect } from './migrations.js';
import type { MetadataTables } from './schema.js';

/**
 * Makes or upgrades the tables of a metadata store, and gives it its name.
 * @throws Error naming the place when it was written by a newer version or cannot be used
 */
export async function openTables(db: Kysely<MetadataTables>, dialect: Dialect, place: string): Promise<void> {
  const { error } = await new Migrator({ db, provider: migrations(dialect) }).migrateToLatest();
  if (error !== undefined) {
    throw new Error(
      `The metadata in ${place} cannot be opened: ${error instanceof Error ? error.message : JSON.stringify(error)}`,
      { cause: error },
    );
  }
  await db
    .insertInto('installation')
    .values({ name: 'id', value: randomUUID() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}
