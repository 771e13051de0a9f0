import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { allFlights, flightColumns, flights, localFlights } from './support/flights.js';
import { useServer } from './support/suite.js';

const suite = useServer();

/** Submits a task and answers the different numbers of rows read that its report told on the way, and the last one. */
async function rowsRead(sql: string): Promise<{ readonly running: readonly number[]; readonly final: number }> {
  const id = await suite.api.submit(sql);
  const running: number[] = [];
  const report = await suite.api.until(
    async () => {
      const now = await suite.api.report(id);
      const rows: number = now?.counters['0']?.['0']?.input0?.rows[0] ?? 0;
      if (now?.status.status === 'RUNNING' && rows > 0 && rows !== running.at(-1)) running.push(rows);
      return now;
    },
    (now) => now !== undefined && now.status.status !== 'RUNNING',
  );
  expect(report.status.status).toBe('SUCCESS');
  return { running, final: report.counters['0']['0'].input0.rows[0] };
}

/**
 * Counts of a task that lasts for several reports, each of which tells more than the one before; a machine that is done
 * before is given more to do.
 */
async function risingCounts(
  sqlOf: (times: number) => string,
  [times = 1, ...more]: readonly number[],
): Promise<{ readonly running: readonly number[]; readonly final: number; readonly times: number }> {
  const counts = await rowsRead(sqlOf(times));
  if (counts.running.length < 2 && more.length > 0) return risingCounts(sqlOf, more);
  expect(counts.running.length).toBeGreaterThan(1);
  expect(counts.running).toEqual([...counts.running].sort((one, other) => one - other));
  return { ...counts, times };
}

test('rows of a Parquet file are counted while they are read, also below an UNNEST', async () => {
  const { running, final } = await risingCounts(
    (
      times,
    ) => `REPLACE INTO "parquet" OVERWRITE ALL SELECT TIMESTAMP '2001-01-01' AS "__time", "n", SUM("distance" * "n") AS "total"
      FROM ${allFlights} CROSS JOIN UNNEST(ARRAY[${Array.from({ length: times }, (_, n) => n).join()}]) AS u("n")
      GROUP BY 2 PARTITIONED BY ALL`,
    [50, 200, 800],
  );
  expect(running[0]).toBeLessThan(3_000_000);
  expect(final).toBe(3_000_000);
});

test('rows of packed text are estimated while they are read and exact in the end', async () => {
  const text = flights()
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
  const file = path.join(suite.directory, 'many.json.gz');
  const { running, final, times } = await risingCounts(
    (times) => {
      writeFileSync(file, gzipSync(text.repeat(times)));
      return `REPLACE INTO "text" OVERWRITE ALL SELECT ${flightColumns} FROM ${localFlights(file)} PARTITIONED BY ALL`;
    },
    [20, 80, 160],
  );
  expect(final).toBe(times * flights().length);
  expect(Math.max(...running)).toBeLessThan(1.25 * final);
});
