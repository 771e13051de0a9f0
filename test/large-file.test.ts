import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { flightColumns, flights, localFlights } from './support/flights.js';
import { useServer } from './support/suite.js';

const suite = useServer();

/** Processor time of each thread of a process so far, in ticks of the system; nothing once it is gone. */
function threadTimes(pid: number): ReadonlyMap<string, number> {
  try {
    return new Map(
      readdirSync(`/proc/${pid}/task`).map((thread) => {
        // The name of the thread, in parentheses, may hold blanks; user time is the twelfth field behind it.
        const fields = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
        return [thread, Number(fields[11])];
      }),
    );
  } catch {
    return new Map();
  }
}

/** What each thread of the task's worker has worked, from the beginning of the task on, greatest first. */
async function workOf(id: string): Promise<readonly number[]> {
  const pid = await suite.api.until(
    async () => Number(/"workerPid":(\d+)/.exec((await suite.api.get(`/druid/indexer/v1/task/${id}/log`)).text)?.[1]),
    (found) => found > 0,
  );
  const before = threadTimes(pid);
  const latest = new Map<string, number>();
  await suite.api.until(
    async () => {
      for (const [thread, ticks] of threadTimes(pid)) latest.set(thread, ticks - (before.get(thread) ?? 0));
      return suite.api.report(id);
    },
    (report) => !['NEW', 'READING_INPUT'].includes(report?.stages?.[0]?.phase ?? 'NEW'),
  );
  return [...latest.values()].toSorted((a, b) => b - a);
}

const text = flights()
  .map((row) => `${JSON.stringify(row)}\n`)
  .join('');

test.skipIf(availableParallelism() < 2).each<[string, (content: string) => string | Uint8Array]>([
  ['one.json', (content) => content],
  ['one.json.gz', (content) => gzipSync(content, { level: 1 })],
])('%s, a single file, is read by all threads of a task', async (name, pack) => {
  const times = 25;
  const file = path.join(suite.directory, name);
  writeFileSync(file, pack(text.repeat(times)));
  const id = await suite.api.submit(
    `REPLACE INTO "one" OVERWRITE ALL SELECT ${flightColumns} FROM ${localFlights(file)} PARTITIONED BY ALL`,
    { maxNumTasks: 3 },
  );
  const work = await workOf(id);
  const { state, report } = await suite.api.finish(id);
  expect(state).toBe('SUCCESS');
  expect(report.counters['0']['0'].input0).toMatchObject({ rows: [times * flights().length], totalFiles: [1] });
  const [most = 0, second = 0] = work;
  expect(most).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(most / 4);
});
