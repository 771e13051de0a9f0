import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http2, { type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parseSparkAddress } from '../../src/engine/spark/address.js';
import { ConnectClient } from '../../src/engine/spark/connect-client.js';
import { Execution } from '../../src/engine/spark/execution.js';
import { isUnknownHandle } from '../../src/engine/spark/failures.js';
import { SparkSession } from '../../src/engine/spark/index.js';
import type { EngineError } from '../../src/engine/session.js';
import { Api } from '../support/api.js';
import { makeDirectory, removeDirectory, startServerProcess } from '../support/server-process.js';
import { Proxy } from './proxy.js';
import { finish } from './tasks.js';
import { isSpark3, sparkRemote } from './server.js';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startProxy(): Promise<Proxy> {
  const proxy = new Proxy();
  await proxy.listen();
  cleanUps.push(() => proxy.close());
  return proxy;
}

async function openSession(remote: string, session: Readonly<Record<string, string>> = {}): Promise<SparkSession> {
  const opened = await SparkSession.open({ remote, session });
  cleanUps.push(() => opened.close());
  return opened;
}

/** About 50 MB, in a batch for each of twelve tasks. */
const wideRows = 'SELECT id, repeat(CAST(id AS STRING), 200) AS text FROM range(10000, 50000, 1, 12)';

describe('a broken connection', () => {
  test('loses no row of a result and doubles none', async () => {
    const proxy = await startProxy();
    const session = await openSession(proxy.remote);
    const seen: number[] = [];
    let batches = 0;
    for await (const batch of session.stream(wideRows)) {
      seen.push(...batch.map(([id]) => Number(id)));
      batches += 1;
      if (batches % 4 === 1) proxy.cut();
    }
    expect(batches).toBeGreaterThan(4);
    expect(proxy.connections).toBeGreaterThan(2);
    expect(seen).toHaveLength(40_000);
    expect(new Set(seen).size).toBe(40_000);
  });

  test('does not end a statement that runs, nor begin it again', async (context) => {
    const proxy = await startProxy();
    const session = await openSession(proxy.remote);
    context.skip(
      await isSpark3(session),
      'Spark 3.5 tells no progress, by which this test knows that the statement runs',
    );
    const directory = await mkdtemp(path.join(tmpdir(), 'millrace-spark-'));
    cleanUps.push(() => rm(directory, { recursive: true }));
    let cuts = 0;
    const target = path.join(directory, 'written');
    // Written anew it would fail, as the directory must not exist.
    await session.write(
      { sql: wideRows, path: target, partitionBy: [], options: {} },
      {
        progress: () => {
          if (cuts++ < 2) proxy.cut();
        },
      },
    );
    expect(cuts).toBeGreaterThan(0);
    expect(await session.rows(`SELECT count(*) FROM parquet.\`${target}\``)).toEqual([[40_000n]]);
  });

  test('that does not come back is a lost server', async () => {
    const proxy = await startProxy();
    const session = await openSession(proxy.remote);
    await proxy.close();
    await expect(session.rows('SELECT 1')).rejects.toMatchObject({ kind: 'lost' } satisfies Partial<EngineError>);
  });
});

test('a session that the server has lost is a lost server', async (context) => {
  const session = await openSession(sparkRemote);
  context.skip(await isSpark3(session), 'Spark 3.5 cannot be made to let go of a session');
  const other = new ConnectClient(parseSparkAddress(sparkRemote), session.client.sessionId);
  await other.call('ReleaseSession', {});
  other.close();
  await expect(session.rows('SELECT 1')).rejects.toMatchObject({ kind: 'lost' } satisfies Partial<EngineError>);
});

test.each([
  ['a function that there is not', 'SELECT no_such_function(1)', 'unsupported'],
  ['types that do not fit', 'SELECT array(1) + 1', 'unsupported'],
  ['no SQL', 'SELEC 1', 'unsupported'],
  ['a pattern that is none, in a constant', "SELECT 'a' RLIKE '('", 'data'],
  ['a pattern that is none, in a row', "SELECT 'a' RLIKE concat('(', id) FROM range(2)", 'data'],
  ['a format that is none', "SELECT format_string('%q', 1)", 'data'],
  ['a format with less than it names, in a row', "SELECT format_string('%d %d', id) FROM range(2)", 'data'],
  ['a time beyond all', "SELECT TIMESTAMP '2020-01-01 00:00:00' + make_ym_interval(170000000)", 'data'],
  ['files that are missing', 'SELECT * FROM parquet.`/no/such/file`', 'internal'],
] as const)('the kind of a failure tells whose it is: %s', async (_, sql, kind) => {
  const session = await openSession(sparkRemote);
  await expect(session.rows(sql)).rejects.toMatchObject({ kind } satisfies Partial<EngineError>);
});

test('results are released once they are read', async () => {
  const { client } = await openSession(sparkRemote);
  const execution = new Execution(client, { root: { sql: { query: 'SELECT id FROM range(10)' } } });
  const responses = execution.responses();
  while ((await responses.next()).done !== true);
  const asked = client.stream('ReattachExecute', { operationId: execution.operationId });
  const [error] = (await once(asked, 'error')) as [unknown];
  expect(isUnknownHandle(error)).toBe(true);
});

test("settings reach Spark's session, except those on which the SQL depends", async () => {
  const session = await openSession(sparkRemote, {
    'spark.sql.shuffle.partitions': '3',
    'spark.sql.session.timeZone': 'Asia/Tokyo',
  });
  const setting = async (name: string): Promise<unknown> => (await session.rows(`SET ${name}`))[0]?.[1];
  expect(await setting('spark.sql.shuffle.partitions')).toBe('3');
  expect(await setting('spark.sql.session.timeZone')).toBe('UTC');
});

describe('a task whose server is lost', () => {
  test('fails, and with faultTolerance runs again', async () => {
    const proxy = await startProxy();
    const directory = await makeDirectory();
    cleanUps.push(() => removeDirectory(directory));
    const server = await startServerProcess(`${directory}/var`, ['--engine', 'spark', '--spark-remote', proxy.remote]);
    cleanUps.push(() => server.stop());
    const api = new Api(server.url);
    const values = Array.from({ length: 50 }, (_, n) => `(${n})`).join(',');
    const query = `REPLACE INTO "lost" OVERWRITE ALL SELECT TIMESTAMP '2026-01-01' AS __time, a."n" * 50 + b."n" AS "n"
      FROM (VALUES ${values}) AS a("n") CROSS JOIN (VALUES ${values}) AS b("n") PARTITIONED BY DAY`;
    await proxy.close();
    const failed = await finish(api, await api.submit(query));
    expect(failed.state).toBe('FAILED');
    expect(failed.report.status.errorReport.error.errorCode).toBe('WorkerFailed');
    const id = await api.submit(query, { faultTolerance: true });
    await api.until(
      () => api.report(id),
      (report) => (report?.status?.workers?.['0'] ?? []).length > 1,
    );
    await proxy.listen();
    const end = await finish(api, id);
    expect(end.state, JSON.stringify(end.report?.status?.errorReport)).toBe('SUCCESS');
    expect(await api.rows('SELECT COUNT(*), SUM("n") FROM "lost"')).toEqual([[2_500, (2_499 * 2_500) / 2]]);
  });
});

test('a token travels over TLS', async () => {
  const directory = await makeDirectory();
  cleanUps.push(() => removeDirectory(directory));
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => path.join(directory, name)) as [
    string,
    string,
  ];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  const seen: IncomingHttpHeaders[] = [];
  const spark = http2.connect(sparkRemote.replace(/^sc:/, 'http:'));
  const gateway = http2.createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) });
  gateway.on('stream', (stream, headers) => {
    seen.push(headers);
    const { ':authority': _, authorization: __, ...rest } = headers;
    const forwarded = spark.request(rest);
    stream.pipe(forwarded);
    forwarded.on('response', (answer) => {
      stream.respond(answer, { waitForTrailers: true });
      forwarded.pipe(stream);
    });
    let trailers = {};
    forwarded.on('trailers', (found) => (trailers = found));
    stream.on('wantTrailers', () => {
      stream.sendTrailers(trailers);
    });
    for (const each of [stream, forwarded]) each.on('error', () => undefined);
  });
  gateway.listen(0, 'localhost');
  await once(gateway, 'listening');
  cleanUps.push(async () => {
    spark.destroy();
    gateway.close();
  });
  const { port } = gateway.address() as AddressInfo;
  const server = await startServerProcess(
    `${directory}/var`,
    ['--spark-remote', `sc://localhost:${port}/;use_ssl=true;token=open%20sesame;x-team=blue`],
    // gRPC's own variable wins where it is set.
    { NODE_EXTRA_CA_CERTS: certificate, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: certificate },
  );
  cleanUps.push(() => server.stop());
  expect(await new Api(server.url).rows('SELECT 1 + 1', { engine: 'spark' })).toEqual([[2]]);
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.every((headers) => headers.authorization === 'Bearer open sesame')).toBe(true);
  expect(seen.every((headers) => headers['x-team'] === 'blue')).toBe(true);
  expect(server.log()).not.toContain('sesame');
});
