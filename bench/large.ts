/**
 * Runs ingestion tasks over many rows in a worker of little memory, and watches the worker's resident memory: all rows,
 * partitioned and clustered; rows grouped into millions of groups; rows joined with a table that does not fit into memory.
 * Options: --rows N, --memory SIZE, --keep DIRECTORY (made-up data are kept there, and used again).
 */
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { Api, type TaskEnd } from '../test/support/api.js';
import { startServerProcess, type ServerProcess } from '../test/support/server-process.js';
import { peakMemory } from './processes.js';

/** Days that the rows are spread over. */
const DAYS = 60;
const POLL_MS = 100;

interface LargeFiles {
  readonly events: string;
  readonly eventsCsv: string;
  readonly users: string;
}

/** Rows whose columns take part in time, clustering, groups and joins; a user stands for every fourth row. */
const eventsSql = (rows: number): string => {
  const users = Math.ceil(rows / 4);
  return `SELECT strftime(TIMESTAMP '2024-01-01' + to_seconds((hash(i) % ${DAYS * 86_400})::BIGINT), '%Y-%m-%dT%H:%M:%SZ') AS "time",
    'user-' || (hash(i * 7 + 1) % ${users}) AS "user", 'page ' || (hash(i * 11 + 2) % 50000) AS page,
    'country ' || (hash(i * 13 + 3) % 200) AS country, (hash(i * 17 + 4) % 10000)::BIGINT AS added,
    'comment ' || hash(i * 19 + 5) AS comment
    FROM range(${rows}) AS r(i)`;
};

/** Makes the input where it is not there yet. */
async function makeFiles(directory: string, rows: number): Promise<LargeFiles> {
  mkdirSync(directory, { recursive: true });
  const file = (name: string): string => path.join(directory, `${name.replace('.', `-${rows}.`)}`);
  const files = { events: file('events.json'), eventsCsv: file('events.csv'), users: file('users.csv') };
  if (existsSync(files.users)) return files;
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '2GB', temp_directory: directory });
  const connection = await instance.connect();
  await connection.run(`COPY (${eventsSql(rows)}) TO '${files.events}' (FORMAT json)`);
  await connection.run(`COPY (${eventsSql(rows)}) TO '${files.eventsCsv}' (FORMAT csv, HEADER)`);
  const users = `SELECT 'user-' || i AS "user", 'name of ' || hash(i) AS name, 'city ' || i % 1000 AS city FROM range(${Math.ceil(rows / 4)}) AS r(i)`;
  await connection.run(`COPY (${users}) TO '${files.users}' (FORMAT csv, HEADER)`);
  connection.closeSync();
  instance.closeSync();
  return files;
}

const extern = (file: string, columns: string): string =>
  `TABLE(EXTERN('${JSON.stringify({ type: 'local', files: [file] })}', '${JSON.stringify(
    file.endsWith('.json') ? { type: 'json' } : { type: 'csv', findColumnsFromHeader: true },
  )}')) EXTEND (${columns})`;

const eventColumns = `"time" VARCHAR, "user" VARCHAR, "page" VARCHAR, "country" VARCHAR, "added" BIGINT, "comment" VARCHAR`;

const tasks = (files: LargeFiles): readonly (readonly [name: string, sql: string, rows: (all: number) => string])[] => [
  [
    'all rows, by day, clustered',
    `REPLACE INTO "clustered" OVERWRITE ALL
     SELECT TIME_PARSE("time") AS "__time", "user", "page", "country", "added", "comment"
     FROM ${extern(files.events, eventColumns)} PARTITIONED BY DAY CLUSTERED BY "user", "page"`,
    (all) => `SELECT COUNT(*) = ${all} FROM "clustered"`,
  ],
  [
    'grouped',
    `REPLACE INTO "grouped" OVERWRITE ALL
     SELECT TIME_FLOOR(TIME_PARSE("time"), 'P1D') AS "__time", "user", COUNT(*) AS "edits", SUM("added") AS "added",
       COUNT(DISTINCT "country") AS "countries"
     FROM ${extern(files.eventsCsv, eventColumns)} GROUP BY 1, 2 PARTITIONED BY DAY CLUSTERED BY "user"`,
    (all) => `SELECT SUM("edits") = ${all} FROM "grouped"`,
  ],
  [
    'joined',
    `REPLACE INTO "joined" OVERWRITE ALL
     SELECT TIME_PARSE(e."time") AS "__time", e."user", u."name", u."city", e."page", e."added"
     FROM ${extern(files.eventsCsv, eventColumns)} AS e
     JOIN ${extern(files.users, '"user" VARCHAR, "name" VARCHAR, "city" VARCHAR')} AS u ON e."user" = u."user"
     PARTITIONED BY DAY CLUSTERED BY "city"`,
    (all) => `SELECT COUNT(*) = ${all} AND COUNT("name") = ${all} FROM "joined"`,
  ],
];

/** The worker of a task, as its log names it. */
async function workerOf(api: Api, id: string): Promise<number> {
  const log = await api.until(
    async () => (await api.get(`/druid/indexer/v1/task/${id}/log`)).text,
    (text) => text.includes('"workerPid"'),
  );
  return Number(/"workerPid":(\d+)/.exec(log)?.[1] ?? 0);
}

/** Runs a task to its end; answers it with the greatest resident memory of its worker, bytes. */
async function watched(server: ServerProcess, sql: string): Promise<{ end: TaskEnd; peak: number; seconds: number }> {
  const api = new Api(server.url);
  const started = performance.now();
  const id = await api.submit(sql);
  const worker = await workerOf(api, id);
  let peak = 0;
  for (;;) {
    peak = Math.max(peak, peakMemory(worker));
    const status = await api.status(id);
    if (status.statusCode !== 'RUNNING') {
      const end = { id, state: status.statusCode, status, report: await api.report(id) } as TaskEnd;
      return { end, peak, seconds: (performance.now() - started) / 1_000 };
    }
    await delay(POLL_MS);
  }
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;

async function run(scratch: string): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '20000000' },
      memory: { type: 'string', default: '1GiB' },
      keep: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const rows = Number(values.rows);
  const files = await makeFiles(values.keep ?? path.join(scratch, 'data'), rows);
  const size = (await stat(files.events)).size;
  console.log(`${rows.toLocaleString('en-US')} rows, ${megabytes(size)} of JSON, --worker-memory ${values.memory}`);
  const server = await startServerProcess(path.join(scratch, 'var'), ['--worker-memory', values.memory]);
  try {
    for (const [name, sql, check] of tasks(files)) {
      if (values.only !== undefined && values.only !== name) continue;
      const { end, peak, seconds } = await watched(server, sql);
      if (end.state !== 'SUCCESS') {
        process.exitCode = 1;
        console.log(`${name.padEnd(28)} FAILED  ${JSON.stringify(end.report?.status?.errorReport?.error)}`);
      } else {
        const [[right] = []] = await new Api(server.url).rows(check(rows));
        if (right !== true) process.exitCode = 1;
        console.log(
          `${name.padEnd(28)} ${seconds.toFixed(1)} s  ${right === true ? 'right' : 'WRONG'}  worker's peak ${megabytes(peak)}`,
        );
      }
    }
  } finally {
    await server.stop();
  }
}

const scratch = await mkdtemp(path.join(tmpdir(), 'millrace-large-'));
try {
  await run(scratch);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
