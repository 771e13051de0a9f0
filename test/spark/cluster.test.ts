import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SparkSession } from '../../src/engine/spark/index.js';
import { listObjects, openS3, writeObject } from '../../src/transfer/index.js';
import { knowsS3 } from '../../src/tasks/worker/spark/file-systems.js';
import { Api, type TaskEnd } from '../support/api.js';
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

/** Whether the executors reach S3 themselves. */
async function clusterKnowsS3(): Promise<boolean> {
  const session = await SparkSession.open({ remote: sparkRemote, session: {} });
  try {
    return await knowsS3(session);
  } finally {
    await session.close();
  }
}

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
    const writesS3 = await clusterKnowsS3();
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

  test('executors read objects where they are, and what they cannot read is staged', async () => {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = s3.at;
    const credentials = { accessKeyId, secretAccessKey };
    const client = await openS3({ endpoint, pathStyle: true }, credentials);
    const put = (key: string, data: string | Uint8Array): Promise<unknown> =>
      client.send(new PutObjectCommand({ Bucket: bucket, Key: `in/${key}`, Body: data }));
    await put('lines/a b%20.json', '{"n": 1}\n{"n": 2}\nnone\n');
    await put('lines/c.json.gz', gzipSync('{"n": 3}\n'));
    await put('lines/empty.json', '');
    await put('staged/list.json', '[{"n": 4},\n{"n": 5}]');
    await put('staged/_hidden.json', '{"n": 6}\n');
    await put('staged/p[1].json', '{"n": 7}\n');
    await put('staged/zipped.json', gzipSync('{"n": 8}\n'));
    await put('csv/x.csv', 'note,n\n"a, b",9\n');
    client.destroy();
    const prefixes = (name: string, more: object = {}): string =>
      JSON.stringify({ type: 's3', prefixes: [`s3://${bucket}/in/${name}/`], ...more });
    const read = async (source: string, format: object): Promise<TaskEnd> => {
      const end = await runTask(
        api,
        `SELECT "n" FROM TABLE(EXTERN('${source}', '${JSON.stringify(format)}')) EXTEND ("n" BIGINT) ORDER BY 1`,
        { maxParseExceptions: -1 },
      );
      expect(end.state, JSON.stringify(end.report?.status?.errorReport)).toBe('SUCCESS');
      return end;
    };
    const json = { type: 'json' };
    const lines = await read(prefixes('lines'), json);
    expect(lines.report.results.results).toEqual([[1], [2], [3]]);
    expect(lines.report.counters['0']['0'].input0).toMatchObject({ files: [2], totalFiles: [2] });
    const [warning] = lines.report.status.warnings;
    // A copy has a path of its own, by which one sees that there is none.
    if (await clusterKnowsS3()) expect(JSON.stringify(warning)).toContain(`s3://${bucket}/in/lines/a b%20.json`);
    expect((await read(prefixes('staged'), json)).report.results.results).toEqual([[4], [5], [6], [7], [8]]);
    const own = {
      endpointConfig: { url: endpoint, signingRegion: 'us-east-1' },
      clientConfig: { enablePathStyleAccess: true },
    };
    const keys = { properties: { accessKeyId, secretAccessKey } };
    for (const more of [{}, { ...own, ...keys }]) {
      const { report } = await read(prefixes('csv', more), { type: 'csv', findColumnsFromHeader: true });
      expect(report.results.results).toEqual([[9]]);
      expect(JSON.stringify(report)).not.toContain(secretAccessKey);
    }
  });
});
