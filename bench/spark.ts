/**
 * Runs an ingestion of many rows on Spark, and shows that nothing of the data passes through the server process: its peak
 * of resident memory, and the bytes that it read and wrote from the task's start to its end. Both have a limit, beyond
 * which the run fails. Needs the Spark server of `npm run spark:up`. Options: --rows N, --remote ADDRESS.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { Api } from '../test/support/api.js';
import { startServerProcess } from '../test/support/server-process.js';
import { peakMemory, processTree } from './processes.js';

const MAX_SERVER_MEMORY = 300 * 1024 ** 2;
/** Of the input's bytes, what the server may read and write: task reports and the metadata store, but no rows. */
const MAX_SERVER_SHARE = 0.05;
const POLL_MS = 250;
const DAYS = 10;

async function makeInput(file: string, rows: number): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', temp_directory: path.dirname(file) });
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT strftime(TIMESTAMP '2024-01-01' + to_seconds((hash(i) % ${DAYS * 86_400})::BIGINT), '%Y-%m-%dT%H:%M:%SZ') AS "time",
       i AS "n", 'user-' || (hash(i * 7 + 1) % 100000) AS "user", 'country ' || (hash(i * 13 + 3) % 200) AS country
     FROM range(${rows}) AS r(i)) TO '${file}' (FORMAT json)`,
  );
  connection.closeSync();
  instance.closeSync();
  return (await stat(file)).size;
}

/** Bytes that a process has read and written so far: of files, sockets and pipes. */
function bytesMoved(pid: number): number {
  const text = readFileSync(`/proc/${pid}/io`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1]);
  return field('rchar') + field('wchar');
}

const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

async function run(scratch: string): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '5000000' },
      remote: { type: 'string', default: 'sc://127.0.0.1:15002' },
    },
  });
  const rows = Number(values.rows);
  const file = path.join(scratch, 'events.json');
  const bytes = await makeInput(file, rows);
  console.log(`${rows.toLocaleString('en-US')} rows, ${megabytes(bytes)} of JSON, ${values.remote}`);
  const server = await startServerProcess(path.join(scratch, 'var'), [
    '--engine',
    'spark',
    '--spark-remote',
    values.remote,
  ]);
  try {
    const api = new Api(server.url);
    const source = [{ type: 'local', files: [file] }, { type: 'json' }].map((each) => `'${JSON.stringify(each)}'`);
    const before = bytesMoved(server.pid);
    const started = performance.now();
    const id = await api.submit(
      `REPLACE INTO "events" OVERWRITE ALL SELECT TIME_PARSE("time") AS __time, "n", "user", "country"
       FROM TABLE(EXTERN(${source.join(', ')})) EXTEND ("time" VARCHAR, "n" BIGINT, "user" VARCHAR, "country" VARCHAR)
       PARTITIONED BY DAY CLUSTERED BY "user"`,
    );
    let workers = 0;
    let status = await api.status(id);
    while (status.statusCode === 'RUNNING') {
      for (const pid of processTree(server.pid).slice(1)) workers = Math.max(workers, peakMemory(pid));
      await delay(POLL_MS);
      status = await api.status(id);
    }
    const seconds = (performance.now() - started) / 1_000;
    const moved = bytesMoved(server.pid) - before;
    const peak = peakMemory(server.pid);
    if (status.statusCode !== 'SUCCESS') {
      const { status: end } = (await api.report(id)) ?? {};
      throw new Error(`The task failed: ${JSON.stringify(end?.errorReport)}`);
    }
    const [answer] = await api.rows(
      'SELECT COUNT(*), SUM("n"), COUNT(DISTINCT TIME_FLOOR(__time, \'P1D\')) FROM "events"',
      {
        engine: 'duckdb',
        useApproximateCountDistinct: false,
      },
    );
    const isRight = JSON.stringify(answer) === JSON.stringify([rows, (rows * (rows - 1)) / 2, DAYS]);
    const isSmall = peak < MAX_SERVER_MEMORY && moved < bytes * MAX_SERVER_SHARE;
    console.log(`${seconds.toFixed(1)} s, the rows are ${isRight ? 'right' : `WRONG: ${JSON.stringify(answer)}`}`);
    console.log(`server process: peak ${megabytes(peak)}, read and wrote ${megabytes(moved)}`);
    console.log(`worker processes: peak of the largest ${megabytes(workers)}`);
    if (!isRight || !isSmall) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

const scratch = await mkdtemp(path.join(tmpdir(), 'millrace-spark-'));
try {
  await run(scratch);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
