/**
 * Measures a whole ingestion task against the same job written by hand for DuckDB, alternating in one run; a small INSERT on
 * a warm server; and what a query costs beside its work. Options: --input FILE (click data, NDJSON, plain or gzipped),
 * --rounds N.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Api } from '../test/support/api.js';
import { startServerProcess, type ServerProcess } from '../test/support/server-process.js';
import { prepareClickData } from './click-data.js';
import { druidStatement, handWrittenScript } from './click-job.js';
import { watchMemory } from './processes.js';
import { measureInteractive, measurePlanning } from './queries.js';
import { median } from './statistics.js';

const RATIO_BAR = 1.3;
const SMALL_INSERT_BAR_MS = 300;
const SMALL_INSERTS = 20;
const PLANNING_BAR_MS = 2;
const QUERY_BAR_MS = 10;
/** Asking more often would take the processors' time from what is measured. */
const TASK_POLL_MS = 25;
const SETTLE_MS = 1_000;

interface Measure {
  readonly milliseconds: number;
  /** Bytes. */
  readonly peakMemory: number;
}

async function measureBaseline(file: string, scratch: string, round: number): Promise<Measure> {
  const directory = path.join(scratch, `baseline-${round}`);
  const script = JSON.stringify(handWrittenScript(file, directory));
  const child = fork(fileURLToPath(new URL('./baseline.ts', import.meta.url)), [script], {
    execArgv: ['--import', 'tsx'],
  });
  const exit = once(child, 'exit');
  const memory = watchMemory(child.pid ?? 0);
  const [message] = (await Promise.race([once(child, 'message'), exit])) as [{ milliseconds: number }];
  const peakMemory = memory.stop();
  if (typeof message !== 'object') throw new Error('The hand-written script failed');
  child.send('done');
  await exit;
  await rm(directory, { recursive: true, force: true });
  return { milliseconds: message.milliseconds, peakMemory };
}

async function measureTask(server: ServerProcess, file: string, rows: number): Promise<Measure> {
  const api = new Api(server.url);
  const memory = watchMemory(server.pid);
  const started = performance.now();
  await api.ingest(druidStatement('clicks', file), {}, TASK_POLL_MS);
  const milliseconds = performance.now() - started;
  const peakMemory = memory.stop();
  const [[count] = []] = await api.rows('SELECT COUNT(*) FROM "clicks"');
  if (count !== rows) throw new Error(`${String(count)} rows arrived, ${rows} were due`);
  return { milliseconds, peakMemory };
}

async function measureSmallInserts(server: ServerProcess): Promise<readonly number[]> {
  const api = new Api(server.url);
  const lines = Array.from({ length: 1_000 }, (_, row) =>
    JSON.stringify({ t: new Date(Date.UTC(2024, 0, 1) + row * 1_000).toISOString(), name: `n${row % 10}`, value: row }),
  );
  const source = JSON.stringify({ type: 'inline', data: lines.join('\n') });
  const signature = '[{"name":"t","type":"string"},{"name":"name","type":"string"},{"name":"value","type":"long"}]';
  const sql = `INSERT INTO "small" SELECT TIME_PARSE("t") AS "__time", "name", "value"
FROM TABLE(EXTERN('${source}', '{"type":"json"}', '${signature}')) PARTITIONED BY DAY`;
  const times: number[] = [];
  for (let insert = 0; insert <= SMALL_INSERTS; insert++) {
    const started = performance.now();
    await api.ingest(sql);
    times.push(performance.now() - started);
  }
  // The first one warms the server up.
  return times.slice(1);
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(2)} s`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;

async function run(scratch: string): Promise<void> {
  const { values } = parseArgs({ options: { input: { type: 'string' }, rounds: { type: 'string', default: '5' } } });
  const rounds = Number(values.rounds);
  const { file, rows } = await prepareClickData(scratch, values.input);
  console.log(`${rows.toLocaleString('en-US')} clicks, 25 columns, ${availableParallelism()} cores, ${rounds} rounds`);
  const server = await startServerProcess(path.join(scratch, 'var'));
  try {
    const tasks: Measure[] = [];
    const baselines: Measure[] = [];
    for (let round = 0; round < rounds; round++) {
      // What the last round left to be done, such as ending its process, is not to slow down this one.
      await delay(SETTLE_MS);
      baselines.push(await measureBaseline(file, scratch, round));
      await delay(SETTLE_MS);
      tasks.push(await measureTask(server, file, rows));
      console.log(
        `  round ${round + 1}: hand-written ${seconds(baselines.at(-1)?.milliseconds ?? NaN)}, task ${seconds(tasks.at(-1)?.milliseconds ?? NaN)}`,
      );
    }
    const report = (name: string, measures: readonly Measure[]): number => {
      const time = median(measures.map((measure) => measure.milliseconds));
      const memory = Math.max(...measures.map((measure) => measure.peakMemory));
      const rate = Math.round((rows / time) * 1_000).toLocaleString('en-US');
      console.log(`${name.padEnd(24)} ${seconds(time)}  ${rate} rows/s  peak memory ${megabytes(memory)}`);
      return time;
    };
    const baseline = report('hand-written DuckDB', baselines);
    const task = report('Millrace task', tasks);
    console.log(`ratio ${(task / baseline).toFixed(2)} (bar ${RATIO_BAR})`);
    const small = median(await measureSmallInserts(server));
    console.log(
      `INSERT of 1,000 inline rows: ${small.toFixed(0)} ms, median of ${SMALL_INSERTS} (bar ${SMALL_INSERT_BAR_MS} ms)`,
    );
    const planning = measurePlanning();
    console.log(`parse, bind and plan a query: ${planning.toFixed(2)} ms, median (bar ${PLANNING_BAR_MS} ms)`);
    const queries = await measureInteractive(new Api(server.url));
    const query = median(queries.map(({ milliseconds }) => milliseconds));
    console.log(`query of a small table over HTTP: ${query.toFixed(1)} ms, median (bar ${QUERY_BAR_MS} ms)`);
    for (const { sql, milliseconds } of queries) {
      console.log(`  ${milliseconds.toFixed(1).padStart(5)} ms  ${sql.replace(/\s+/g, ' ').slice(0, 90)}`);
    }
    if (
      task / baseline > RATIO_BAR ||
      small > SMALL_INSERT_BAR_MS ||
      planning > PLANNING_BAR_MS ||
      query > QUERY_BAR_MS
    ) {
      process.exitCode = 1;
    }
  } finally {
    await server.stop();
  }
}

const scratch = await mkdtemp(path.join(tmpdir(), 'millrace-bench-'));
try {
  await run(scratch);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
