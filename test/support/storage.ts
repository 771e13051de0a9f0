import { createHash } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { TestServices } from './services-setup.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the services are that the tests of the project `postgresql+s3` share. */
    services: TestServices;
  }
}

/** The services of this project; undefined in the project of the local pair. */
export function testServices(): TestServices | undefined {
  // Benchmarks start servers as tests do, but outside of Vitest.
  if (process.env['VITEST'] === undefined) return undefined;
  // Nothing is provided outside of the project whose set-up starts them.
  return inject('services') as TestServices | undefined;
}

/** What a client of the object store needs. */
export const s3Environment = ({ endpoint, accessKeyId, secretAccessKey }: TestServices['s3']) => ({
  MILLRACE_S3_ENDPOINT: endpoint,
  MILLRACE_S3_PATH_STYLE: 'true',
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
});

async function makeDatabase(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

/** Environment of a server whose metadata and deep storage are its own, the same for the same data directory. */
export async function storageEnvironment(dataDirectory: string): Promise<Readonly<Record<string, string>>> {
  const services = testServices();
  if (!services) return {};
  const name = `test_${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16)}`;
  return {
    ...s3Environment(services.s3),
    MILLRACE_METADATA_URL: await makeDatabase(services.postgresql, name),
    MILLRACE_DEEP_STORAGE: `s3://${services.s3.bucket}/${name}`,
  };
}
