import type { Kysely, Migration, MigrationProvider } from 'kysely';

/** The databases that hold metadata. */
export type Dialect = 'sqlite' | 'postgresql';

// Migrations describe tables as they were at their time, so they know nothing of the present schema.
type AnyTables = Kysely<unknown>;

const initial = (dialect: Dialect): Migration => ({
  async up(db: AnyTables) {
    await db.schema
      .createTable('tasks')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('datasource', 'text', (column) => column.notNull())
      .addColumn('created_time', 'bigint', (column) => column.notNull())
      .addColumn('queue_insertion_time', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('duration', 'bigint', (column) => column.notNull())
      .addColumn('error_message', 'text')
      .addColumn('payload', 'text', (column) => column.notNull())
      .addColumn('report', 'text')
      .execute();
    await db.schema.createIndex('tasks_created').on('tasks').column('created_time').execute();
    await db.schema.createIndex('tasks_state').on('tasks').column('state').execute();
    await db.schema
      .createTable('segments')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('datasource', 'text', (column) => column.notNull())
      .addColumn('interval', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('partition_num', 'integer', (column) => column.notNull())
      .addColumn('used', 'integer', (column) => column.notNull())
      .addColumn('task_id', 'text', (column) => column.notNull())
      .addColumn('created_time', 'bigint', (column) => column.notNull())
      .addColumn('path', 'text')
      .addColumn('payload', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('segments_used').on('segments').columns(['datasource', 'used']).execute();
    await db.schema
      .createTable('locks')
      .addColumn('id', dialect === 'sqlite' ? 'integer' : 'bigserial', (column) =>
        dialect === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey(),
      )
      .addColumn('task_id', 'text', (column) => column.notNull())
      .addColumn('datasource', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('payload', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('locks_datasource').on('locks').column('datasource').execute();
    await db.schema
      .createTable('reservations')
      .addColumn('task_id', 'text', (column) => column.notNull())
      .addColumn('datasource', 'text', (column) => column.notNull())
      .addColumn('chunk', 'text', (column) => column.notNull())
      .addColumn('first', 'integer', (column) => column.notNull())
      .addColumn('count', 'integer', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('reservations_chunk').on('reservations').columns(['datasource', 'chunk']).execute();
  },
});

const results: Migration = {
  async up(db: AnyTables) {
    await db.schema
      .createTable('task_results')
      .addColumn('task_id', 'text', (column) => column.primaryKey())
      .addColumn('created_time', 'bigint', (column) => column.notNull())
      .addColumn('has_files', 'integer', (column) => column.notNull())
      .addColumn('payload', 'text', (column) => column.notNull())
      .execute();
  },
};

const configs: Migration = {
  async up(db: AnyTables) {
    await db.schema
      .createTable('configs')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('payload', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('audit')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('info', 'text', (column) => column.notNull())
      .addColumn('payload', 'text', (column) => column.notNull())
      .addColumn('created_time', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('audit_type').on('audit').columns(['type', 'key']).execute();
  },
};

const installation: Migration = {
  async up(db: AnyTables) {
    await db.schema
      .createTable('installation')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
  },
};

const relaunches: Migration = {
  async up(db: AnyTables) {
    await db.schema
      .alterTable('tasks')
      .addColumn('relaunches', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};

/** Numbered changes of the tables, applied in order; one that was released is never edited. */
export const migrations = (dialect: Dialect): MigrationProvider => ({
  getMigrations: () =>
    Promise.resolve({
      '0001_initial': initial(dialect),
      '0002_results': results,
      '0003_configs': configs,
      '0004_installation': installation,
      '0005_relaunches': relaunches,
    }),
});
