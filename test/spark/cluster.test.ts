import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { useServer } from '../support/suite.js';
import { sparkRemote } from './server.js';
import { finish } from './tasks.js';

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
