import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Command } from 'commander';
import { readSettings, type SettingName } from '../server/settings.js';
import { MillraceClient } from '../client/index.js';
import { formatAnswer } from './answer-format.js';
import { addSettingFlags } from './server-command.js';
import { summarize } from './task-progress.js';
import { runTask } from './task-run.js';

const dataSource = 'flights';

/** Three million real flights of 2001, as the npm package vega-datasets ships them. */
function flightsFile(): string {
  const require = createRequire(import.meta.url);
  try {
    // The package exports its code, but none of the data files beside it.
    return path.resolve(path.dirname(require.resolve('vega-datasets')), '../data/flights-3m.parquet');
  } catch (error) {
    throw new Error('The quickstart reads its data from the development dependency vega-datasets: run `npm ci` first', {
      cause: error,
    });
  }
}

const insertStatement = (file: string): string => `REPLACE INTO "${dataSource}" OVERWRITE ALL
SELECT
  MILLIS_TO_TIMESTAMP("date") AS "__time",
  "origin", "destination", "distance", "delay"
FROM TABLE(
  EXTERN(
    '{"type":"local","files":[${JSON.stringify(file)}]}',
    '{"type":"parquet"}'
  )
) EXTEND ("date" BIGINT, "origin" VARCHAR, "destination" VARCHAR, "distance" BIGINT, "delay" BIGINT)
PARTITIONED BY MONTH
CLUSTERED BY "origin"`;

const selectStatement = `SELECT "origin", COUNT(*) AS "flights", ROUND(AVG("delay"), 1) AS "avg_delay", MAX("distance") AS "longest"
FROM "${dataSource}"
GROUP BY "origin"
ORDER BY "flights" DESC
LIMIT 10`;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

async function tour(url: string, signal: AbortSignal): Promise<void> {
  const client = new MillraceClient(url);
  const sql = insertStatement(flightsFile());
  say(`\nIngesting three million flights:\n\n${sql}\n`);
  const { report, elapsedMs } = await runTask(client, sql, { signal, progress: process.stdout });
  const { rows: segments } = await client.queryArrays(
    `SELECT COUNT(*) FROM sys.segments WHERE "datasource" = '${dataSource}' AND "is_active" = 1`,
  );
  const { rowsWritten } = summarize(report);
  say(
    `\n${rowsWritten.toLocaleString('en-US')} rows in ${String(segments[0]?.[0])} segments, ${(elapsedMs / 1000).toFixed(1)} seconds.`,
  );
  say(`\n${selectStatement}\n`);
  const started = performance.now();
  const answer = await client.queryArrays(selectStatement);
  const milliseconds = performance.now() - started;
  say(`${formatAnswer(answer, 'table').trimEnd()} in ${milliseconds.toFixed(0)} ms\n`);
}

const nextSteps = (url: string): string => `What to try next:
  ${url} in a browser: the console
  node bin/millrace.js query --url ${url} 'SELECT "destination", AVG("delay") FROM "${dataSource}" GROUP BY 1 ORDER BY 2 DESC LIMIT 5'
  curl ${url}/druid/v2/sql -H 'Content-Type: application/json' -d '{"query":"SELECT COUNT(*) FROM flights"}'
  curl ${url}/druid/indexer/v1/tasks
Your own data: docs/ingestion.md.`;

async function run(
  options: Partial<Record<SettingName, unknown>> & { readonly config?: string; readonly exit?: boolean },
  version: string,
): Promise<void> {
  const { config, exit, ...flags } = options;
  const settings = readSettings({
    flags: { logLevel: 'warn', ...flags },
    environment: process.env,
    ...(config !== undefined && { file: config }),
  });
  const { startServer } = await import('../server/run.js');
  const server = await startServer(settings, version);
  say(`Millrace listens on ${server.url}, with its data in ${settings.dataDir}.`);
  const abort = new AbortController();
  const interrupted = once(process, 'SIGINT').then(() => {
    abort.abort();
  });
  try {
    await tour(server.url, abort.signal);
    if (exit) return;
    say(`${nextSteps(server.url)}\n\nThe server keeps running; Ctrl-C ends it.`);
    await Promise.race([interrupted, once(process, 'SIGTERM')]);
  } finally {
    await server.close();
  }
}

/** Adds `millrace quickstart`: server, real data, a query, in one go. */
export function addQuickstartCommand(program: Command, version: string): void {
  addSettingFlags(
    program.command('quickstart').description('Start a server, ingest three million flights and query them.'),
  )
    .option('--exit', 'end after the tour instead of serving on')
    .action((options: Parameters<typeof run>[0]) => run(options, version));
}
