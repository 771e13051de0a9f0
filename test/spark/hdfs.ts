import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Service } from '../support/services.js';

/** A real HDFS: a namenode and a datanode in one process. */
export interface Hdfs {
  /** `hdfs://127.0.0.1:port` */
  readonly url: string;
  /** Copies directories of this machine below the root. */
  put(...directories: readonly string[]): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;
const JAVA_OPTIONS = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx384m'];

/** Where `npm run spark:up` put the programs; undefined where Maven did not serve them. */
export function hdfsPrograms(): string | undefined {
  const script = path.resolve(import.meta.dirname, '../../scripts/spark.mjs');
  const home = execFileSync(process.execPath, [script, 'home'], { encoding: 'utf8' }).trim();
  return existsSync(path.join(home, 'hdfs')) ? home : undefined;
}

export async function startHdfs(programs: string): Promise<Service<Hdfs>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'millrace-hdfs-'));
  const settings = path.join(directory, 'settings');
  const details = path.join(directory, 'details.json');
  await mkdir(settings);
  await writeFile(path.join(settings, 'core-site.xml'), '<configuration/>');
  const classPath = [settings, path.join(programs, 'hdfs', '*'), path.join(programs, 'jars', '*')].join(':');
  const java = (...args: readonly string[]): string[] => [...JAVA_OPTIONS, '-cp', classPath, ...args];
  const child = spawn(
    'java',
    java(
      'org.apache.hadoop.test.MiniDFSClusterManager',
      ...['-format', '-datanodes', '1', '-nnport', '0', '-httpport', '0', '-writeDetails', details],
      ...['-D', 'dfs.replication=1', '-D', `hdfs.minidfs.basedir=${path.join(directory, 'data')}`],
    ),
    { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = once(child, 'exit');
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2_000)));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  let told = '';
  while (!told.endsWith('}')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`HDFS did not start: ${errors}`);
    }
    await delay(100);
    told = (await readFile(details, 'utf8').catch(() => '')).trim();
  }
  const { namenode_port: port } = JSON.parse(told) as { readonly namenode_port: number };
  const url = `hdfs://127.0.0.1:${port}`;
  return {
    at: {
      url,
      async put(...directories) {
        await promisify(execFile)('java', java('org.apache.hadoop.fs.FsShell', '-put', ...directories, `${url}/`));
      },
    },
    stop,
  };
}
