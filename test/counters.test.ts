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

function expectRising(running: readonly number[]): void {
  expect(running.length).toBeGreaterThan(1);
  expect(running).toEqual([...running].sort((one, other) => one - other));
}

test('rows of a Parquet file are counted while they are read, also below an UNNEST', async () => {
  const { running, final } = await rowsRead(
    `REPLACE INTO "parquet" OVERWRITE ALL SELECT MILLIS_TO_TIMESTAMP("date") AS "__time", "distance", "n" FROM ${allFlights}
     CROSS JOIN UNNEST(ARRAY[1, 2]) AS u("n") PARTITIONED BY ALL`,
  );
  expectRising(running);
  expect(running[0]).toBeLessThan(3_000_000);
  expect(final).toBe(3_000_000);
});

test('rows of packed text are estimated while they are read and exact in the end', async () => {
  const text = flights()
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
  const file = path.join(suite.directory, 'many.json.gz');
  writeFileSync(file, gzipSync(text.repeat(20)));
  const { running, final } = await rowsRead(
    `REPLACE INTO "text" OVERWRITE ALL SELECT ${flightColumns} FROM ${localFlights(file)} PARTITIONED BY ALL`,
  );
  expectRising(running);
  expect(final).toBe(20 * flights().length);
  expect(Math.max(...running)).toBeLessThan(1.25 * final);
});
