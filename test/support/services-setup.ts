import type { TestProject } from 'vitest/node';
import { servicePrograms } from './service-programs.js';
import { startObjectStore, startPostgresql, type ObjectStore } from './services.js';

/** Services that the tests of a project share. */
export interface TestServices {
  /** URL of a superuser's database. */
  readonly postgresql: string;
  readonly s3: ObjectStore;
}

/** Starts PostgreSQL and an object store before the tests of a project, and ends them afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const programs = servicePrograms();
  if ('missing' in programs) throw new Error(programs.missing);
  const postgresql = await startPostgresql(programs.postgresql);
  const s3 = await startObjectStore(programs.s3);
  project.provide('services', { postgresql: postgresql.at, s3: s3.at });
  return async () => {
    await Promise.all([postgresql.stop(), s3.stop()]);
  };
}
