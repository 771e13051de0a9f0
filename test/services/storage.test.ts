import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listObjects, openS3, writeObject } from '../../src/transfer/index.js';
import { Api } from '../support/api.js';
import { makeDirectory, removeDirectory, startServerProcess, type ServerProcess } from '../support/server-process.js';
import { storageEnvironment, testServices } from '../support/storage.js';

let directory: string;
let server: ServerProcess;
let api: Api;

const cacheLimit = 512 * 1024;
const start = async (environment: Readonly<Record<string, string>> = {}): Promise<void> => {
  server = await startServerProcess(`${directory}/var`, ['--segment-cache-size', String(cacheLimit)], environment);
  api = new Api(server.url);
};

/** 60,000 numbers that do not compress, in six segments of about 80 kB. */
const noise = `INSERT INTO "noise" SELECT TIMESTAMP '2026-01-01' AS "__time", a."n" * 245 + b."n" AS "n",
  MOD((a."n" * 245 + b."n" + 7) * 7919 * 104729, 2147483647) / 3e0 AS "x"
  FROM (VALUES ${Array.from({ length: 245 }, (_, n) => `(${n})`).join(',')}) AS a("n")
  CROSS JOIN (VALUES ${Array.from({ length: 245 }, (_, n) => `(${n})`).join(',')}) AS b("n") PARTITIONED BY ALL`;

const services = (): NonNullable<ReturnType<typeof testServices>> => {
  const found = testServices();
  if (!found) throw new Error('These tests run in the project postgresql+s3');
  return found;
};

async function client(): Promise<Awaited<ReturnType<typeof openS3>>> {
  const { endpoint, accessKeyId, secretAccessKey } = services().s3;
  return openS3({ endpoint, pathStyle: true }, { accessKeyId, secretAccessKey });
}

const prefix = async (): Promise<string> => {
  const { MILLRACE_DEEP_STORAGE: place = '' } = await storageEnvironment(server.dataDirectory);
  return `${place.slice('s3://'.length + services().s3.bucket.length + 1)}/`;
};

async function objects(under: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { key } of listObjects(await client(), services().s3.bucket, (await prefix()) + under))
    found.push(key);
  return found;
}

async function cachedBytes(): Promise<number> {
  const cache = path.join(server.dataDirectory, 'cache');
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size));
  return sizes.reduce((total, size) => total + size, 0);
}

const check = async (): Promise<void> => {
  expect(await api.rows('SELECT COUNT(*), SUM("n") FROM "noise"')).toEqual([[60_025, (60_024 * 60_025) / 2]]);
};

beforeAll(async () => {
  directory = await makeDirectory();
  await start();
  await api.ingest(noise, { rowsPerSegment: 10_000 });
});

afterAll(async () => {
  await server.stop();
  await removeDirectory(directory);
});

describe('segments on S3', () => {
  test('are objects under the prefix, and nothing is left in the data directory but copies', async () => {
    expect((await objects('segments/')).length).toBeGreaterThan(5);
    expect(existsSync(path.join(server.dataDirectory, 'segments'))).toBe(false);
    await check();
  });

  test('are fetched again when their copies are lost', async () => {
    await rm(path.join(server.dataDirectory, 'cache'), { recursive: true });
    await check();
    expect(await cachedBytes()).toBeGreaterThan(0);
  });

  test('take no more of the disk than the setting says', async () => {
    for (let number = 0; number < 3; number += 1) {
      await api.ingest(noise.replace('"noise"', `"noise_${number}"`), { rowsPerSegment: 10_000 });
      expect(await api.rows(`SELECT COUNT(DISTINCT "n") > 50000 FROM "noise_${number}"`)).toEqual([[true]]);
    }
    await check();
    await api.until(cachedBytes, (bytes) => bytes <= cacheLimit);
  });

  test('a failed task leaves no objects', async () => {
    const { state } = await api.task(
      noise.replace('"noise"', '"half"').replace("TIMESTAMP '2026-01-01'", `TIME_PARSE('x')`).replace('ALL', 'DAY'),
    );
    expect(state).toBe('FAILED');
    expect(await objects('segments/half/')).toEqual([]);
  });

  test('objects that no metadata name are deleted at the start', async () => {
    const left = { bucket: services().s3.bucket, key: `${await prefix()}segments/noise/left.parquet` };
    await writeObject(await client(), left, 'x');
    const before = (await objects('segments/')).length;
    await server.stop();
    await start();
    expect((await objects('segments/')).length).toBe(before - 1);
    await check();
  });
});

describe('results of SELECT on S3', () => {
  test('are pages under the prefix', async () => {
    const { id, report } = await api.ingest('SELECT "n" FROM "noise"', {
      selectDestination: 'durableStorage',
      rowsPerPage: 50_000,
    });
    expect(report.results.resultsTruncated).toBe(true);
    expect((await objects(`query-results/${id}/`)).length).toBe(2);
  });
});

describe('one server', () => {
  test('has the metadata database', async () => {
    const { MILLRACE_METADATA_URL: url = '' } = await storageEnvironment(server.dataDirectory);
    const other = startServerProcess(`${directory}/other`, [], { MILLRACE_METADATA_URL: url });
    const refusal = await other.then(
      () => 'started',
      (error: unknown) => String(error),
    );
    expect(refusal).toContain(`is in use by another Millrace server (process ${server.pid} on `);
    expect(refusal).not.toContain(new URL(url).password);
  });

  test('has its part of the bucket', async () => {
    const { MILLRACE_DEEP_STORAGE: place = '' } = await storageEnvironment(server.dataDirectory);
    const other = startServerProcess(`${directory}/other`, [], { MILLRACE_DEEP_STORAGE: place });
    await expect(other).rejects.toThrow(`Deep storage ${place}/ belongs to the metadata store`);
    await check();
  });
});

test('a server goes on when its connections to the metadata database break', async () => {
  const { MILLRACE_METADATA_URL: url = '' } = await storageEnvironment(server.dataDirectory);
  const admin = new pg.Client({ connectionString: services().postgresql });
  await admin.connect();
  const { rowCount } = await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [
    new URL(url).pathname.slice(1),
  ]);
  await admin.end();
  expect(rowCount).toBeGreaterThan(0);
  await api.until(
    () => api.request('POST', '/druid/v2/sql/task', { query: 'SELECT COUNT(*) AS "n" FROM "noise"' }),
    ({ status }) => status === 202,
  );
  await api.ingest(noise.replace('"noise"', '"after"'));
  await check();
});

test('no log names a password', async () => {
  const { MILLRACE_METADATA_URL: url = '' } = await storageEnvironment(server.dataDirectory);
  expect(server.log()).not.toContain(new URL(url).password);
  expect(server.log()).not.toContain(services().s3.secretAccessKey);
});
