import { randomUUID } from 'node:crypto';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** A service that runs until it is stopped. */
export interface Service<T> {
  readonly at: T;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The id of a user; PostgreSQL refuses to run as root. */
const idOf = (kind: '-u' | '-g', user: string): number =>
  Number(execFileSync('id', [kind, user], { encoding: 'utf8' }));

const START_TIMEOUT_MS = 30_000;

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Waits until a service answers; answers how to stop it and to remove its directory. */
async function whenAnswering(
  child: ChildProcess,
  directory: string,
  name: string,
  ask: () => Promise<boolean>,
): Promise<() => Promise<void>> {
  const ended = once(child, 'exit');
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2_000)));
  const stop = async (): Promise<void> => {
    // PostgreSQL's way to end at once.
    if (child.exitCode === null) child.kill('SIGQUIT');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await ask())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${name} does not answer: ${errors}`);
    }
    await delay(50);
  }
  return stop;
}

/** Starts a PostgreSQL server of its own on a free port; answers the URL of its superuser, with a password. */
export async function startPostgresql(programs: string): Promise<Service<string>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'millrace-postgresql-'));
  const isRoot = process.getuid?.() === 0;
  const identity = isRoot ? { uid: idOf('-u', 'nobody'), gid: idOf('-g', 'nobody') } : {};
  const password = 'not a secret';
  await writeFile(path.join(directory, 'password'), password);
  if (isRoot) {
    const { uid = 0, gid = 0 } = identity;
    await chown(directory, uid, gid);
    chmodSync(directory, 0o755);
  }
  const data = path.join(directory, 'data');
  const options = {
    ...identity,
    cwd: directory,
    stdio: 'pipe' as const,
    env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
  };
  execFileSync(
    path.join(programs, 'initdb'),
    ['-D', data, '-U', 'millrace', '--auth=scram-sha-256', `--pwfile=${directory}/password`, '--no-sync', '-E', 'UTF8'],
    options,
  );
  const port = await freePort();
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${directory}`];
  const child = spawn(
    path.join(programs, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const url = `postgresql://millrace:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  return { at: url, stop: await whenAnswering(child, directory, 'PostgreSQL', () => answers(url)) };
}

/** An object store that speaks S3's protocol. */
export interface ObjectStore {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The file in which it logs requests, each a line in the form of AWS's server access logs. */
  readonly accessLog: string;
}

/** Starts an object store with one bucket on a free port. It checks signatures. */
export async function startObjectStore(program: string): Promise<Service<ObjectStore>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'millrace-s3-'));
  // Hadoop keeps what it knows of a bucket, its endpoint included, by the bucket's name.
  const bucket = `millrace-${randomUUID().slice(0, 8)}`;
  const [data, sidecar] = ['data', 'sidecar'].map((name) => path.join(directory, name));
  await mkdir(path.join(data ?? '', bucket), { recursive: true });
  await mkdir(sidecar ?? '');
  const accessLog = path.join(directory, 'access.log');
  const port = await freePort();
  const keys = { accessKeyId: 'test', secretAccessKey: 'not a secret either' };
  const child = spawn(
    program,
    [
      '--port',
      `127.0.0.1:${port}`,
      '--quiet',
      '--access-log',
      accessLog,
      'posix',
      '--sidecar',
      sidecar ?? '',
      data ?? '',
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ROOT_ACCESS_KEY_ID: keys.accessKeyId, ROOT_SECRET_ACCESS_KEY: keys.secretAccessKey },
    },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = await whenAnswering(child, directory, 'The S3 server', () =>
    fetch(endpoint).then(
      () => true,
      () => false,
    ),
  );
  return { at: { endpoint, bucket, ...keys, accessLog }, stop };
}
