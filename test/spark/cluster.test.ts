import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SparkSession } from '../../src/engine/spark/index.js';
import { listObjects, openS3, writeObject } from '../../src/transfer/index.js';
import { Api } from '../support/api.js';
import { makeDirectory, removeDirectory, startServerProcess, type ServerProcess } from '../support/server-process.js';
import { servicePrograms } from '../support/service-programs.js';
import { type ObjectStore, type Service, startObjectStore } from '../support/services.js';
import { s3Environment } from '../support/storage.js';
import { useServer } from '../support/suite.js';
import { sparkRemote } from './server.js';
import { finish, runTask } from './tasks.js';

/** Ids of the executors of the server that `npm run spark:up` started; they belong to its process group. */
function executors(): readonly number[] {
  const directory = process.env['SPARK_DIRECTORY'] ?? path.join(homedir(), '.cache', 'millrace-spark');
  const port = new URL(sparkRemote.replace(/^sc:/, 'http:')).port || '15002';
  const server = Number(readFileSync(path.join(directory, `run-${port}`, 'pid'), 'utf8'));
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, , group] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      const isExecutor = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('CoarseGrainedExecutorBackend');
      return isExecutor && Number(group) === server ? [Number(name)] : [];
    } catch {
      // A process that has ended since.
      return [];
    }
  });
}

describe('an executor that is killed', () => {
  const suite = useServer(['--engine', 'spark', '--spark-remote', sparkRemote]);

  test('costs its tasks only, and no row', async () => {
    const { api } = suite;
    const digits = `(VALUES ${Array.from({ length: 60 }, (_, n) => `(${n})`).join(',')})`;
    const id = await api.submit(
      `REPLACE INTO "killed" OVERWRITE ALL
       SELECT TIME_PARSE('2026-01-0' || (1 + MOD(a."n", 4))) AS __time, a."n" * 3600 + b."n" * 60 + c."n" AS "n", REPEAT('x', c."n") AS "x"
       FROM ${digits} AS a("n") CROSS JOIN ${digits} AS b("n") CROSS JOIN ${digits} AS c("n") PARTITIONED BY DAY`,
    );
    await api.until(
      () => api.report(id),
      (report) => report?.stages?.[0]?.phase === 'READING_INPUT',
    );
    const [victim] = executors();
    expect(victim).toBeDefined();
    process.kill(victim ?? NaN, 'SIGKILL');
    const { state, report } = await finish(api, id);
    expect(state, JSON.stringify(report?.status?.errorReport)).toBe('SUCCESS');
    expect(await api.rows('SELECT COUNT(*), SUM("n"), COUNT(DISTINCT __time) FROM "killed"')).toEqual([
      [216_000, (215_999 * 216_000) / 2, 4],
    ]);
  });
});

const programs = servicePrograms();

describe.skipIf('missing' in programs)('deep storage and input on S3', () => {
  let directory: string;
  let server: ServerProcess;
  let api: Api;
  let s3: Service<ObjectStore>;

  beforeAll(async () => {
    if ('missing' in programs) return;
    directory = await makeDirectory();
    s3 = await startObjectStore(programs.s3);
    const { accessKeyId, secretAccessKey } = s3.at;
    const credentials = `fs.s3a.access.key=${accessKeyId},fs.s3a.secret.key=${secretAccessKey}`;
    const flags = ['--engine', 'spark', '--spark-remote', sparkRemote, '--spark-settings', credentials];
    server = await startServerProcess(`${directory}/var`, flags, {
      ...s3Environment(s3.at),
      MILLRACE_DEEP_STORAGE: `s3://${s3.at.bucket}/deep`,
    });
    api = new Api(server.url);
  });

  afterAll(async () => {
    await server?.stop();
    await s3?.stop();
    await removeDirectory(directory);
  });

  test('segments go to S3 and are read by either engine; input comes from S3 and HTTP', async () => {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = s3.at;
    const client = await openS3({ endpoint, pathStyle: true }, { accessKeyId, secretAccessKey });
    const lines = (from: string): string => [1, 2, 3].map((n) => `{"from": "${from}", "n": ${n}}\n`).join('');
    await writeObject(client, { bucket, key: 'input/a.json' }, lines('s3'));
    const http = createServer((_, response) => response.end(lines('http'))).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const uris = [`http://127.0.0.1:${(http.address() as AddressInfo).port}/b.json`];
    const source = {
      type: 'combining',
      delegates: [
        { type: 's3', uris: [`s3://${bucket}/input/a.json`] },
        { type: 'http', uris },
      ],
    };
    const end = await runTask(
      api,
      `REPLACE INTO "far" OVERWRITE ALL SELECT TIMESTAMP '2026-01-01' AS __time, "from", "n"
       FROM TABLE(EXTERN('${JSON.stringify(source)}', '{"type":"json"}')) EXTEND ("from" VARCHAR, "n" BIGINT)
       PARTITIONED BY DAY CLUSTERED BY "from", "n"`,
    );
    http.close();
    expect(end.state, JSON.stringify(end.report?.status?.errorReport)).toBe('SUCCESS');
    expect(end.report.counters['0']['0'].input0).toMatchObject({ rows: [6], files: [2] });
    const keys: string[] = [];
    for await (const { key } of listObjects(client, bucket, 'deep/')) keys.push(key);
    expect(keys.filter((key) => key.includes('far'))).toHaveLength(1);
    const session = await SparkSession.open({ remote: sparkRemote, session: {} });
    const writesS3 = await session
      .rows(`SELECT java_method('java.lang.Class', 'forName', 'org.apache.hadoop.fs.s3a.S3AFileSystem')`)
      .then(
        () => true,
        () => false,
      );
    await session.close();
    const copies = (await readdir(`${directory}/var`, { recursive: true })).filter((name) =>
      /far.*parquet$/.test(name),
    );
    expect(copies).toHaveLength(writesS3 ? 0 : 1);
    client.destroy();
    for (const engine of ['duckdb', 'spark']) {
      const rows = await api.rows('SELECT "from", "n" FROM "far" ORDER BY 1, 2', { engine });
      expect(rows, engine).toEqual(['http', 's3'].flatMap((from) => [1, 2, 3].map((n) => [from, n])));
    }
    const stored = await runTask(api, 'SELECT "from", "n", __time FROM "far" ORDER BY "n", "from"', {
      selectDestination: 'durableStorage',
      rowsPerPage: 4,
    });
    expect(stored.state, JSON.stringify(stored.report?.status?.errorReport)).toBe('SUCCESS');
    expect(stored.report.results.results[0]).toEqual(['http', 1, Date.UTC(2026, 0, 1)]);
  });
});
