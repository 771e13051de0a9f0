import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openS3, readObject, s3Library, writeObject } from '../../src/transfer/index.js';
import { Api } from '../support/api.js';
import { makeDirectory, removeDirectory, startServerProcess, type ServerProcess } from '../support/server-process.js';
import { testServices } from '../support/storage.js';

let directory: string;
let server: ServerProcess;
let api: Api;
let folder: string;
let client: Awaited<ReturnType<typeof openS3>>;

const store = (): NonNullable<ReturnType<typeof testServices>>['s3'] => {
  const services = testServices();
  if (!services) throw new Error('These tests run in the project postgresql+s3');
  return services.s3;
};

/** Credentials by reference: the server has them under names of its own. */
const properties = {
  accessKeyId: { type: 'environment', variable: 'READER_KEY_ID' },
  secretAccessKey: { type: 'environment', variable: 'READER_SECRET' },
};

function extern(source: object): string {
  const text = JSON.stringify({ type: 's3', ...source }).replaceAll("'", "''");
  return `TABLE(EXTERN('${text}', '{"type":"json"}')) EXTEND ("file" VARCHAR, "n" BIGINT)`;
}

const endpoint = () => ({
  endpointConfig: { url: store().endpoint, signingRegion: 'us-east-1' },
  clientConfig: { enablePathStyleAccess: true },
});

const count = async (source: object): Promise<unknown> => {
  const { report } = await api.ingest(
    `SELECT COUNT(*) AS "n", COUNT(DISTINCT "file") AS "files" FROM ${extern(source)}`,
  );
  return report.results.results[0];
};

beforeAll(async () => {
  directory = await makeDirectory();
  folder = directory.replace(/.*-/, 'input-');
  const { endpoint: url, bucket, accessKeyId, secretAccessKey } = store();
  const flags = ['--allowed-export-paths', `s3://${bucket}/${folder}/exports`];
  server = await startServerProcess(`${directory}/var`, flags, {
    READER_KEY_ID: accessKeyId,
    READER_SECRET: secretAccessKey,
  });
  api = new Api(server.url);
  client = await openS3({ endpoint: url, pathStyle: true }, { accessKeyId, secretAccessKey });
  const lines = (file: string): string =>
    Array.from({ length: 1000 }, (_, n) => `${JSON.stringify({ file, n })}\n`).join('');
  for (const name of ['a.json', 'b c+d.json', 'deep/e.json']) {
    await writeObject(client, { bucket, key: `${folder}/${name}` }, lines(name));
  }
  const { PutObjectCommand } = await s3Library();
  const packed = { Bucket: bucket, Key: `${folder}/z.json.gz`, Body: gzipSync(lines('z')) };
  await client.send(new PutObjectCommand(packed));
  await writeObject(client, { bucket, key: `${folder}/empty.json` }, '');
});

afterAll(async () => {
  await server.stop();
  await removeDirectory(directory);
});

describe('input source s3', () => {
  test('reads URIs, prefixes and objects, of the server and of an endpoint of its own', async () => {
    const { bucket } = store();
    const uris = [`s3://${bucket}/${folder}/a.json`, `s3://${bucket}/${folder}/b c+d.json`];
    expect(await count({ uris })).toEqual([2000, 2]);
    expect(await count({ uris, properties, ...endpoint() })).toEqual([2000, 2]);
    expect(await count({ prefixes: [`s3://${bucket}/${folder}/`] })).toEqual([4000, 4]);
    expect(await count({ objects: [{ bucket, path: `${folder}/z.json.gz` }] })).toEqual([1000, 1]);
    expect(await count({ prefixes: [`s3://${bucket}/${folder}/`], objectGlob: '**.json' })).toEqual([3000, 3]);
    expect(await count({ prefixes: [`s3://${bucket}/${folder}/`], objectGlob: `${folder}/*.json` })).toEqual([2000, 2]);
  });

  test('reads by the table function, whose credentials are neither stored nor logged', async () => {
    const { bucket, accessKeyId, secretAccessKey } = store();
    const keys = `accessKeyId => '${accessKeyId}', secretAccessKey => '${secretAccessKey}'`;
    const cases: readonly (readonly [string, number])[] = [
      [`uris => ARRAY['s3://${bucket}/${folder}/a.json']`, 1000],
      [`prefixes => ARRAY['s3://${bucket}/${folder}/'], objectGlob => '**.json'`, 3000],
      [`bucket => '${bucket}', paths => ARRAY['${folder}/a.json', '${folder}/z.json.gz']`, 2000],
      [`uris => ARRAY['s3://${bucket}/${folder}/a.json'], ${keys}`, 1000],
    ];
    for (const [args, rows] of cases) {
      const table = `TABLE(S3(${args}, format => 'json')) ("n" BIGINT)`;
      const { id, report } = await api.ingest(`SELECT COUNT(*) AS "c" FROM ${table}`);
      expect(report.results.results).toEqual([[rows]]);
      for (const part of ['', '/reports', '/log']) {
        const { text } = await api.get(`/druid/indexer/v1/task/${id}${part}`);
        expect(text).not.toContain(secretAccessKey);
      }
    }
    expect(server.log()).not.toContain(secretAccessKey);
  });

  test('goes on where a connection broke', async () => {
    const { bucket, endpoint: url } = store();
    const { hostname, port } = new URL(url);
    // More than the reader's buffers hold, so that part of it is on disk when the end of the connection is seen.
    const key = `${folder}-large/a.json`;
    const line = (n: number): string => `${JSON.stringify({ file: 'a', n, filler: 'x'.repeat(100) })}\n`;
    await writeObject(client, { bucket, key }, Array.from({ length: 20_000 }, (_, n) => line(n)).join(''));
    let isBroken = false;
    let requests = '';
    const proxy = createServer((socket) => {
      const upstream = connect(Number(port), hostname);
      const end = (): void => void [socket, upstream].forEach((each) => each.destroy());
      let answered = 0;
      let isCut = false;
      socket.on('data', (data) => {
        requests += data.toString('latin1');
        upstream.write(data);
      });
      upstream.on('data', (data) => {
        answered += data.length;
        if (isCut) return;
        if (isBroken || answered < 1_500_000) {
          // Without a pause the proxy would take in the whole object, whatever the reader does.
          if (!socket.write(data)) upstream.pause();
          return;
        }
        isBroken = true;
        isCut = true;
        // What was sent arrives, and then the connection is at its end.
        socket.end(data.subarray(0, data.length >> 1));
      });
      socket.on('drain', () => upstream.resume());
      for (const each of [socket, upstream]) each.on('close', end).on('error', end);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port: ours } = proxy.address() as AddressInfo;
    try {
      const through = {
        ...endpoint(),
        endpointConfig: { url: `http://127.0.0.1:${ours}`, signingRegion: 'us-east-1' },
      };
      const uris = [`s3://${bucket}/${key}`];
      expect(await count({ uris, properties, ...through })).toEqual([20_000, 1]);
      expect(isBroken).toBe(true);
      expect(requests).toMatch(/range: bytes=[1-9]/i);
    } finally {
      proxy.close();
    }
  });

  test.each([
    [{ uris: [] }, 'Exactly one of uris, prefixes or objects'],
    [{ uris: ['http://x/y'] }, 'inputSource.uris[0]'],
    [{ uris: ['s3://b/k'], properties: { accessKeyId: 'x' } }, 'must be given together'],
    [{ uris: ['s3://b/k'], properties: { assumeRoleArn: 'arn:x' } }, 'inputSource.properties.assumeRoleArn'],
  ])('refuses %j before a task is made of it', async (source, message) => {
    const query = `SELECT COUNT(*) AS "n" FROM ${extern(source)}`;
    const { status, json } = await api.request('POST', '/druid/v2/sql/task', { query });
    expect(status).toBe(400);
    expect(JSON.stringify(json)).toContain(message);
  });

  test('names what cannot be read', async () => {
    const { bucket } = store();
    const missing = await api.task(
      `SELECT COUNT(*) AS "n" FROM ${extern({ uris: [`s3://${bucket}/${folder}/none`] })}`,
    );
    expect(missing.status.errorMsg).toContain(`Reading [s3://${bucket}/${folder}/none] failed: NoSuchKey`);
    const unset = { ...properties, secretAccessKey: { type: 'environment', variable: 'NOT_THERE' } };
    const { status } = await api.task(
      `SELECT COUNT(*) AS "n" FROM ${extern({ uris: [`s3://${bucket}/x`], properties: unset })}`,
    );
    expect(status.errorMsg).toContain('Environment variable [NOT_THERE] of properties.secretAccessKey is not set');
  });

  test('secrets of a statement are neither stored nor logged', async () => {
    const { bucket } = store();
    const secret = `wrong "secret" it's`;
    const source = {
      uris: [`s3://${bucket}/${folder}/a.json`],
      properties: { accessKeyId: 'SOMEBODYS-KEY', secretAccessKey: { type: 'default', password: secret } },
      ...endpoint(),
    };
    const end = await api.task(`SELECT COUNT(*) AS "n" FROM ${extern(source)}`);
    expect(end.state).toBe('FAILED');
    const texts = await Promise.all(
      ['', '/status', '/reports', '/log'].map(
        async (part) => (await api.get(`/druid/indexer/v1/task/${end.id}${part}`)).text,
      ),
    );
    for (const text of [...texts, server.log()]) {
      expect(text).not.toContain('SOMEBODYS-KEY');
      expect(text).not.toContain('wrong ');
    }
    expect(texts[0]).toContain('******');
    expect(texts[0]).toContain(`${folder}/a.json`);
  });
});

describe('INSERT INTO EXTERN(s3(…)) AS CSV', () => {
  test('uploads files and the manifest that names them, into an empty place only', async () => {
    const { bucket } = store();
    const prefix = `${folder}/exports/one`;
    const query = `INSERT INTO EXTERN(s3(bucket => '${bucket}', prefix => '${prefix}')) AS CSV
      SELECT "n", "file" FROM ${extern({ uris: [`s3://${bucket}/${folder}/a.json`] })}`;
    const { id } = await api.ingest(query, { rowsPerPage: 600 });
    const names = [0, 1].map((page) => `s3://${bucket}/${prefix}/${id}-worker0-partition${page}.csv`);
    const text = (key: string): Promise<string | undefined> => readObject(client, { bucket, key: `${prefix}/${key}` });
    expect(await text('_symlink_format_manifest/manifest')).toBe(names.map((name) => `${name}\n`).join(''));
    expect((await text(`${id}-worker0-partition1.csv`))?.split('\n').slice(0, 2)).toEqual(['n,file', '600,a.json']);
    const again = await api.task(query);
    expect(again.status.errorMsg).toContain(`Found files at provided export destination[s3://${bucket}/${prefix}]`);
    const { json } = await api.request('POST', '/druid/v2/sql/task', {
      query: query.replace(prefix, `${folder}/exportsx`),
    });
    expect(JSON.stringify(json)).toContain('None of the allowed prefixes matched');
  });
});
