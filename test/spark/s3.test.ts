import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SparkSession } from '../../src/engine/spark/index.js';
import { FaultError } from '../../src/msq/fault.js';
import type { DataSegment } from '../../src/segments/segment.js';
import { hadoopSettings, hadoopUri, listObjects, openS3, writeObject } from '../../src/transfer/index.js';
import { namedFailure } from '../../src/tasks/worker/spark/failures.js';
import { Api, type TaskEnd } from '../support/api.js';
import { makeDirectory, removeDirectory, startServerProcess, type ServerProcess } from '../support/server-process.js';
import { servicePrograms } from '../support/service-programs.js';
import { type ObjectStore, type Service, startObjectStore } from '../support/services.js';
import { s3Environment } from '../support/storage.js';
import { sparkRemote } from './server.js';
import { runTask } from './tasks.js';

const programs = servicePrograms();

describe.skipIf('missing' in programs)('deep storage and input on S3', () => {
  let directory: string;
  let server: ServerProcess;
  let api: Api;
  let s3: Service<ObjectStore>;
  let client: S3Client;
  /** Whether the cluster has the file system. */
  let reachesS3: boolean;

  const startServer = (name: string, place: string, settings: readonly string[]): Promise<ServerProcess> =>
    startServerProcess(`${directory}/${name}`, ['--engine', 'spark', '--spark-remote', sparkRemote, ...settings], {
      ...s3Environment(s3.at),
      MILLRACE_DEEP_STORAGE: place,
    });

  beforeAll(async () => {
    if ('missing' in programs) return;
    directory = await makeDirectory();
    s3 = await startObjectStore(programs.s3);
    const { endpoint, bucket, accessKeyId, secretAccessKey } = s3.at;
    client = await openS3({ endpoint, pathStyle: true }, { accessKeyId, secretAccessKey });
    const credentials = `fs.s3a.access.key=${accessKeyId},fs.s3a.secret.key=${secretAccessKey}`;
    server = await startServer('var', `s3://${bucket}/deep`, ['--spark-settings', credentials]);
    api = new Api(server.url);
    const session = await SparkSession.open({ remote: sparkRemote, session: {} });
    const fileSystem = `java_method('java.lang.Class', 'forName', 'org.apache.hadoop.fs.s3a.S3AFileSystem')`;
    reachesS3 = await session.rows(`SELECT ${fileSystem}`).then(
      () => true,
      () => false,
    );
    await session.close();
  });

  afterAll(async () => {
    client?.destroy();
    await server?.stop();
    await s3?.stop();
    await removeDirectory(directory);
  });

  const put = (key: string, data: string | Uint8Array): Promise<unknown> =>
    client.send(new PutObjectCommand({ Bucket: s3.at.bucket, Key: key, Body: data }));

  /** Keys of objects whose data were asked for, by Hadoop's client and by Millrace's. */
  async function readKeys(): Promise<Readonly<Record<'hadoop' | 'millrace', readonly string[]>>> {
    const requests = (await readFile(s3.at.accessLog, 'utf8')).split('\n');
    const keysOf = (agent: string): readonly string[] =>
      requests.flatMap((line) => (line.includes(agent) ? (/ s3_GetObject (.*?) \//.exec(line)?.[1] ?? []) : []));
    return { hadoop: keysOf(' aws-sdk-java'), millrace: keysOf(' aws-sdk-js') };
  }

  async function filesIn(name: string): Promise<readonly string[]> {
    const entries = await readdir(`${directory}/${name}`, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  }

  async function keysUnder(prefix: string): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const { key } of listObjects(client, s3.at.bucket, prefix)) keys.push(key);
    return keys;
  }

  async function succeed(query: string, context: Record<string, unknown> = {}): Promise<TaskEnd> {
    const end = await runTask(api, query, context);
    expect(end.state, JSON.stringify(end.report?.status?.errorReport)).toBe('SUCCESS');
    return end;
  }

  test('segments go to S3 and are read by either engine; input comes from S3 and HTTP', async () => {
    const { bucket } = s3.at;
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
    const end = await succeed(
      `REPLACE INTO "far" OVERWRITE ALL SELECT TIMESTAMP '2026-01-01' AS __time, "from", "n"
       FROM TABLE(EXTERN('${JSON.stringify(source)}', '{"type":"json"}')) EXTEND ("from" VARCHAR, "n" BIGINT)
       PARTITIONED BY DAY CLUSTERED BY "from", "n"`,
    );
    http.close();
    expect(end.report.counters['0']['0'].input0).toMatchObject({ rows: [6], files: [2] });
    expect((await keysUnder('deep/')).filter((key) => key.includes('far'))).toHaveLength(1);
    const copies = (await filesIn('var')).filter((name) => /far.*parquet$/.test(name));
    expect(copies).toHaveLength(reachesS3 ? 0 : 1);
    for (const engine of ['duckdb', 'spark']) {
      const rows = await api.rows('SELECT "from", "n" FROM "far" ORDER BY 1, 2', { engine });
      expect(rows, engine).toEqual(['http', 's3'].flatMap((from) => [1, 2, 3].map((n) => [from, n])));
    }
    const stored = await succeed('SELECT "from", "n", __time FROM "far" ORDER BY "n", "from"', {
      selectDestination: 'durableStorage',
      rowsPerPage: 4,
    });
    expect(stored.report.results.results[0]).toEqual(['http', 1, Date.UTC(2026, 0, 1)]);
  });

  test('executors read objects where they are, and what they cannot read is staged', async () => {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = s3.at;
    await put('in/lines/a b%20.json', '{"n": 1}\n{"n": 2}\nnone\n');
    await put('in/lines/c.json.gz', gzipSync('{"n": 3}\n'));
    await put('in/lines/empty.json', '');
    await put('in/staged/list.json', '[{"n": 4},\n{"n": 5}]');
    await put('in/staged/_hidden.json', '{"n": 6}\n');
    await put('in/staged/p[1].json', '{"n": 7}\n');
    await put('in/staged/zipped.json', gzipSync('{"n": 8}\n'));
    await put('in/csv/x.csv', 'note,n\n"a, b",9\n');
    const prefixes = (name: string, more: object = {}): string =>
      JSON.stringify({ type: 's3', prefixes: [`s3://${bucket}/in/${name}/`], ...more });
    const read = (source: string, format: object): Promise<TaskEnd> =>
      succeed(
        `SELECT "n" FROM TABLE(EXTERN('${source}', '${JSON.stringify(format)}')) EXTEND ("n" BIGINT) ORDER BY 1`,
        { maxParseExceptions: -1 },
      );
    const json = { type: 'json' };
    const lines = await read(prefixes('lines'), json);
    expect(lines.report.results.results).toEqual([[1], [2], [3]]);
    expect(lines.report.counters['0']['0'].input0).toMatchObject({ files: [2], totalFiles: [2] });
    const [warning] = lines.report.status.warnings;
    // A copy has a path of its own, by which one sees that there is none.
    if (reachesS3) expect(JSON.stringify(warning)).toContain(`s3://${bucket}/in/lines/a b%20.json`);
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

  test('a fault names the object as the statement does', async () => {
    await put('bad/a b%20(1).json', '{"n": 1}\nnone\n');
    const source = JSON.stringify({ type: 's3', prefixes: [`s3://${s3.at.bucket}/bad/`] });
    const query = `SELECT "n" FROM TABLE(EXTERN('${source}', '{"type":"json"}')) EXTEND ("n" BIGINT)`;
    const { report } = await runTask(api, query, { maxParseExceptions: 0 });
    const { error } = report.status.errorReport;
    expect(error.errorCode).toBe('CannotParseExternalData');
    // A copy has a path of its own.
    const place = reachesS3 ? `s3://${s3.at.bucket}/bad/a b%20(1).json` : '/';
    expect(error.errorMessage).toMatch(/^Unable to parse row \[none\]: Unable to parse JSON \(Path: .*\)$/);
    expect(error.errorMessage).toContain(`(Path: ${place}`);
  });

  test('executors read Parquet where it is', async () => {
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    for (const [name, columns] of [
      ['one', `range AS "n", 'x' || range AS "s"`],
      ['two', `range + 3 AS "n", [range, NULL] AS "l", TIMESTAMP '2026-01-02 03:04:05' AS "t"`],
    ] as const) {
      const file = `${directory}/${name}.parquet`;
      await connection.run(`COPY (SELECT ${columns} FROM range(3)) TO '${file}' (FORMAT parquet)`);
      await put(`parquet/${name}.parquet`, await readFile(file));
    }
    connection.closeSync();
    const source = JSON.stringify({ type: 's3', prefixes: [`s3://${s3.at.bucket}/parquet/`] });
    const { report } = await succeed(
      `SELECT "n", "s", "l", "t" FROM TABLE(EXTERN('${source}', '{"type":"parquet"}'))
       EXTEND ("n" BIGINT, "s" VARCHAR, "l" BIGINT ARRAY, "t" BIGINT) ORDER BY "n"`,
    );
    const time = Date.UTC(2026, 0, 2, 3, 4, 5);
    expect(report.results.results).toEqual([
      ...[0, 1, 2].map((n) => [n, `x${n}`, null, null]),
      ...[0, 1, 2].map((n) => [n + 3, null, `[${n},null]`, time]),
    ]);
    expect(report.counters['0']['0'].input0).toMatchObject({ rows: [6], files: [2], totalFiles: [2] });
    const { hadoop } = await readKeys();
    for (const name of ['one', 'two']) expect(hadoop.includes(`parquet/${name}.parquet`)).toBe(reachesS3);
  });

  const days = (table: string): string =>
    `INSERT INTO "${table}" SELECT TIME_PARSE('2026-01-0' || "n") AS __time, "n", 'x' || "n" AS "s"
     FROM (VALUES (1), (2), (3)) AS v("n") PARTITIONED BY DAY`;
  const rows = [1, 2, 3].map((n) => [n, `x${n}`]);

  test('executors read segments in deep storage, of which nothing comes to the server', async () => {
    await succeed(days('there'));
    const query = 'SELECT "n", "s" FROM "there" ORDER BY 1';
    const before = await readKeys();
    const second = `SELECT "n", "s" FROM "there" WHERE __time >= TIMESTAMP '2026-01-02' AND __time < TIMESTAMP '2026-01-03'`;
    expect(await api.rows(second, { engine: 'spark' })).toEqual([[2, 'x2']]);
    const keys = await keysUnder('deep/segments/there/');
    expect(keys).toHaveLength(3);
    const readBySpark = async (): Promise<readonly string[]> => {
      const { hadoop } = await readKeys();
      return [...new Set(hadoop.slice(before.hadoop.length))].sort();
    };
    // Segments of other days are not even opened.
    expect(await readBySpark()).toEqual(reachesS3 ? keys.slice(1, 2) : []);
    expect(await api.rows(query, { engine: 'spark' })).toEqual(rows);
    const { report } = await succeed(query);
    expect(report.results.results).toEqual(rows);
    expect(report.counters['0']['0'].input0).toMatchObject({ rows: [3], files: [3], totalFiles: [3] });
    await succeed(
      `REPLACE INTO "there" OVERWRITE ALL SELECT __time, "n", "s" FROM "there" WHERE "n" > 1 PARTITIONED BY MONTH`,
    );
    expect(await api.rows(query, { engine: 'spark' })).toEqual(rows.slice(1));
    if (reachesS3) {
      expect(await readBySpark()).toEqual(await keysUnder('deep/segments/there/'));
      expect((await readKeys()).millrace.slice(before.millrace.length)).toEqual([]);
      expect((await filesIn('var/cache/segments')).filter((file) => file.includes('there'))).toEqual([]);
    }
    expect(await api.rows(query, { engine: 'duckdb' })).toEqual(rows.slice(1));
    // DuckDB reads copies, so that the log tells of those who fetch.
    if (reachesS3) expect((await readKeys()).millrace.slice(before.millrace.length)).toHaveLength(1);
  });

  test('a segment that deep storage has lost is named', async (context) => {
    // Otherwise the server still has a copy.
    context.skip(!reachesS3);
    await succeed(days('lost'));
    const keys = await keysUnder('deep/segments/lost/');
    // The last one is found missing when the view of all is made, the first one when the bucket is looked for.
    for (const [day, key, engines] of [
      ['03', keys[2], ['spark']],
      ['01', keys[0], ['spark', 'duckdb']],
    ] as const) {
      await client.send(new DeleteObjectCommand({ Bucket: s3.at.bucket, Key: key }));
      const query = `SELECT "n", "s" FROM "lost" WHERE __time < TIMESTAMP '2026-01-${day}' + INTERVAL '1' DAY`;
      for (const engine of engines) {
        const answer = await api.request('POST', '/druid/v2/sql', { query, context: { engine } });
        expect(answer.status, answer.text).toBe(400);
        const { errorMessage } = answer.json;
        expect(errorMessage).toMatch(new RegExp(`^Segment \\[lost_2026-01-${day}T00:00:00.000Z_`));
        expect(errorMessage).toContain(`there is no file [s3://${s3.at.bucket}/${key}]`);
        const { report } = await runTask(api, query, { engine });
        expect(report.status.errorReport.error).toMatchObject({ errorCode: 'QueryRuntimeError', errorMessage });
      }
    }
  });

  test('a segment that is lost while it is read is named', async (context) => {
    context.skip(!reachesS3);
    const { bucket, endpoint, accessKeyId, secretAccessKey } = s3.at;
    const object = { bucket, key: 'read/a%20b.parquet', connection: { endpoint, pathStyle: true } };
    const [copied = ''] = await keysUnder('deep/segments/there/');
    await client.send(
      new CopyObjectCommand({ Bucket: bucket, Key: object.key, CopySource: `${bucket}/${encodeURI(copied)}` }),
    );
    const session = await SparkSession.open({
      remote: sparkRemote,
      session: { 'fs.s3a.access.key': accessKeyId, 'fs.s3a.secret.key': secretAccessKey },
    });
    const options = hadoopSettings(object.connection);
    await session.createView({ name: 'v', format: 'parquet', paths: [hadoopUri(object)], options });
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: object.key }));
    const segment: DataSegment = {
      ...{ dataSource: 'd', interval: { start: 0, end: 1 }, version: 'v', columns: [], sortedBy: [], rows: 1, size: 1 },
      ...{
        loadSpec: { type: 's3', path: object.key },
        shardSpec: { type: 'numbered', partitionNum: 0, partitions: 1 },
      },
    };
    const relations = [{ kind: 'remoteSegments', name: 'r', columns: [], segments: [{ segment, object }] }] as const;
    const failure = await session.rows('SELECT * FROM v').catch((error: unknown) => namedFailure(error, { relations }));
    await session.close();
    expect(failure).toBeInstanceOf(FaultError);
    expect(String(failure)).toContain(`Segment [d_1970-01-01T00:00:00.000Z_1970-01-01T00:00:00.001Z_v] cannot be read`);
  });

  test('segments of a bucket that the cluster does not reach are brought by the server and uploaded by the worker', async () => {
    const bucket = `${s3.at.bucket}-other`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const other = await startServer('other', `s3://${bucket}/deep`, [
      '--spark-settings',
      'fs.s3a.access.key=nobody,fs.s3a.secret.key=none',
    ]);
    try {
      const itsApi = new Api(other.url);
      await itsApi.ingest(days('apart'), { engine: 'duckdb' });
      expect(await itsApi.rows('SELECT "n", "s" FROM "apart" ORDER BY 1', { engine: 'spark' })).toEqual(rows);
      const end = await runTask(itsApi, 'SELECT "n", "s" FROM "apart" ORDER BY 1');
      expect(end.report?.results?.results, JSON.stringify(end.status)).toEqual(rows);
      expect((await readKeys()).hadoop.filter((key) => key.includes('apart'))).toEqual([]);
      await itsApi.ingest(days('written apart'), { engine: 'spark' });
      expect(await itsApi.rows('SELECT "n", "s" FROM "written apart" ORDER BY 1')).toEqual(rows);
    } finally {
      await other.stop();
    }
  });
});
