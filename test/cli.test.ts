import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { flightColumns, flights, localFlights, writeFlights } from './support/flights.js';
import { runCommand } from './support/server-process.js';
import { useServer } from './support/suite.js';

const suite = useServer();
const query = (...args: string[]) => runCommand(['query', '--url', suite.server.url, ...args]);

describe('millrace query', () => {
  test('runs an INSERT as a task, then answers a table, csv and json', async () => {
    const sql = `INSERT INTO "cli" SELECT ${flightColumns} FROM ${localFlights(writeFlights(suite.directory))} PARTITIONED BY MONTH`;
    const inserted = await query(sql);
    expect(inserted.code).toBe(0);
    expect(inserted.stderr).toContain(`${flights().length.toLocaleString('en-US')} rows`);

    const select = 'SELECT COUNT(*) AS "n" FROM "cli"';
    const table = await query(select);
    expect(table.stdout).toMatch(new RegExp(`n[\\s\\S]*${flights().length}`));
    expect((await query('--format', 'csv', select)).stdout.trim()).toBe(`n\n${flights().length}`);
    expect(JSON.parse((await query('--format', 'json', select)).stdout)).toEqual([{ n: flights().length }]);
  });

  test('reads a file and a pipe', async () => {
    const file = `${suite.directory}/query.sql`;
    writeFileSync(file, 'SELECT 1 + 1 AS "two"');
    expect((await query('--format', 'csv', '-f', file)).stdout.trim()).toBe('two\n2');
    const piped = await runCommand(['query', '--url', suite.server.url, '--format', 'csv'], {
      input: 'SELECT 3 AS "three"',
    });
    expect(piped.stdout.trim()).toBe('three\n3');
  });

  test('a failure exits with 1 and the text of the fault', async () => {
    const refused = await query('SELECT "x" FROM "nowhere"');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Object 'nowhere' not found");
    const failed = await query(`INSERT INTO "f" SELECT TIME_PARSE('x') AS "__time", 1 AS "a" PARTITIONED BY DAY`);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('InsertTimeNull');
  });

  test('a server that is not there is named', async () => {
    const refused = await runCommand(['query', '--url', 'http://127.0.0.1:9', 'SELECT 1']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('127.0.0.1:9');
  });
});

describe('millrace server', () => {
  test.each([
    [['--port', 'many'], {}, 'port'],
    [[], { MILLRACE_TASK_SLOTS: '0' }, 'taskSlots'],
    [['--config', '/nowhere.yaml'], {}, '/nowhere.yaml'],
  ])('refuses %j %j', async (flags, environment, named) => {
    const refused = await runCommand(['server', '--data-dir', `${suite.directory}/other`, ...flags], { environment });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(named);
  });
});
