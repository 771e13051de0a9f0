import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { allFlightColumns, allFlights, datasetFile, flights } from '../support/flights.js';
import { describeConsole, picture, typeSql, useConsole, violations } from './browser.js';

/** Drops a file on the wizard as a user does from a file manager. */
async function dropFile(page: Page, name: string, content: Buffer): Promise<void> {
  const dropped = await page.evaluateHandle(
    async ([base64, file]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], file));
      return transfer;
    },
    [content.toString('base64'), name] as const,
  );
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer: dropped });
}

/** The first flights as text with a delimiter. */
const delimited = (delimiter: string): Buffer =>
  Buffer.from(
    [
      ['date', 'origin', 'delay'].join(delimiter),
      ...flights()
        .slice(0, 500)
        .map(({ date, origin, delay }) => [date, origin, delay].join(delimiter)),
    ].join('\n'),
  );

/** The first flights as Parquet, with a column that is NULL in every row. */
async function parquetFlights(file: string): Promise<Buffer> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT "date", "origin", "delay", NULL::BIGINT AS "gate"
    FROM '${datasetFile('flights-3m.parquet')}' LIMIT 500) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return readFileSync(file);
}

describeConsole('loading data in the console', () => {
  const suite = useConsole();

  test('goes from a dropped file to a chart in less than a minute, without a word of SQL', async () => {
    const started = performance.now();
    const page = await suite.open('/load');
    await page.getByText('Drop files here').waitFor();
    await picture(page, 'load-source');
    const lines = flights().map((row) => JSON.stringify(row));
    await dropFile(page, 'flights.ndjson', Buffer.from(lines.join('\n')));
    const preview = page.getByRole('grid', { name: 'Preview of the rows' });
    await preview.getByText('2001-01-01 00:47:00').waitFor();
    expect(await page.getByLabel('Datasource').inputValue()).toBe('flights');
    await page.getByRole('combobox', { name: 'Partitioned by' }).or(page.getByLabel('Partitioned by')).first().click();
    await page.getByRole('option', { name: 'Month' }).click();
    await page.getByPlaceholder('columns that queries filter on').click();
    await page.getByRole('option', { name: 'origin' }).click();
    await page.keyboard.press('Escape');
    await page.getByText('PARTITIONED BY MONTH').waitFor();
    await page.getByText('CLUSTERED BY "origin"').waitFor();
    await picture(page, 'load-shape');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Load into flights' }).click();
    await page.getByText('3 segments published').waitFor();
    await picture(page, 'load-done');
    await page.getByRole('button', { name: 'Chart it' }).click();
    await page.getByRole('img', { name: 'line chart of rows' }).locator('canvas').waitFor();
    expect(performance.now() - started).toBeLessThan(60_000);
    expect(await suite.api.rows('SELECT COUNT(*) FROM "flights"')).toEqual([[20_000]]);
    // The previews were no tasks: there is the one that loaded.
    expect((await suite.api.get('/druid/indexer/v1/tasks')).json).toHaveLength(1);
  });

  test.each([
    ['tabs.tsv', () => delimited('\t')],
    ['packed.csv.gz', () => gzipSync(delimited(','))],
    ['stored.parquet', (directory: string) => parquetFlights(path.join(directory, 'stored.parquet'))],
    // Its content tells what its name does not.
    ['nameless', (directory: string) => parquetFlights(path.join(directory, 'nameless.parquet'))],
  ])('takes %s as it is dropped', async (name, make) => {
    const page = await suite.open('/load');
    await dropFile(page, name, await make(suite.directory));
    const preview = page.getByRole('grid', { name: 'Preview of the rows' });
    await preview
      .getByText(/^2001-01-01 /)
      .first()
      .waitFor();
    await preview.getByRole('columnheader', { name: /delay/ }).getByText('BIGINT').waitFor();
    if (make.length > 0) await preview.getByRole('columnheader', { name: /gate/ }).getByText('BIGINT').waitFor();
    await page.getByRole('button', { name: /^Load into/ }).click();
    await page.getByText(/segments? published/).waitFor();
    const dataSource = name.replace(/\..*/, '');
    expect(await suite.api.rows(`SELECT COUNT(*), COUNT("delay") FROM "${dataSource}"`)).toEqual([[500, 500]]);
  });

  test('changes the format by hand, and back', async () => {
    const file = path.join(suite.directory, 'a.txt');
    writeFileSync(file, 'day,amount\n2001-12-31,1\n2001-12-30,2\n');
    const address = `/load?source=${encodeURIComponent(JSON.stringify({ type: 'local', files: [file] }))}`;
    const page = await suite.open(address);
    const preview = page.getByRole('grid', { name: 'Preview of the rows' });
    await preview.getByText('2001-12-31 00:00:00').waitFor();
    const choose = async (format: string): Promise<void> => {
      await page.getByLabel('Format', { exact: true }).first().click();
      await page.getByRole('option', { name: format }).click();
    };
    await choose('Whole lines');
    await preview.getByText('2001-12-31,1').waitFor();
    await choose('Parquet');
    await page.getByText('No columns').waitFor();
    await page.getByText(/Failed to sample data/).waitFor();
    await choose('CSV');
    await preview.getByText('2001-12-31 00:00:00').waitFor();
  });

  test('explains a record that cannot be read, and takes the others when asked', async () => {
    const lines = flights()
      .slice(0, 100)
      .map((row) => JSON.stringify(row));
    lines[20] = '{"date": broken';
    const file = path.join(suite.directory, 'broken.ndjson');
    writeFileSync(file, lines.join('\n'));
    const page = await suite.open('/load');
    await page.getByRole('tab', { name: 'Path on the server' }).click();
    await page.getByRole('textbox').fill(file);
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByText('CannotParseExternalData').waitFor();
    await page.getByText('Line: 21').waitFor();
    await page.getByText('What to do:').waitFor();
    expect(await violations(page)).toEqual([]);

    // The task itself fails the same way, and its remedy starts another one.
    await page.getByRole('button', { name: 'Load into broken' }).click();
    await page.getByText('Failed', { exact: true }).first().waitFor();
    await page.getByText(/Line: 21/).waitFor();
    await picture(page, 'fault');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: /^Allow 1,000 bad records/ }).click();
    await page.getByText('1 warning').waitFor();
    await page.getByText('The records were left out').waitFor();
    expect(await suite.api.rows('SELECT COUNT(*) FROM "broken"')).toEqual([[99]]);
    await picture(page, 'warnings');
  });

  test('follows every choice in preview and statement', async () => {
    const file = path.join(suite.directory, 'sales.csv');
    writeFileSync(file, 'day;amount;zip;note\n31/12/2001;1.5;01234;a\n30/12/2001;2;99999;b\n');
    const address = `/load?source=${encodeURIComponent(JSON.stringify({ type: 'local', files: [file] }))}`;
    const page = await suite.open(address);
    const preview = page.getByRole('grid', { name: 'Preview of the rows' });
    await preview.getByText('2001-12-31 00:00:00').waitFor();
    await preview
      .getByRole('columnheader', { name: /amount/ })
      .getByText('DOUBLE')
      .waitFor();
    await preview.getByRole('columnheader', { name: /zip/ }).getByText('VARCHAR').waitFor();
    await page.getByLabel('Keep note').uncheck();
    await preview.getByRole('columnheader', { name: /note/ }).waitFor({ state: 'detached' });
    await page.getByLabel('Name of amount').fill('price');
    await preview.getByRole('columnheader', { name: /price/ }).waitFor();
    await page.getByLabel('Type of zip').selectOption('BIGINT');
    await preview.getByText('1234', { exact: true }).waitFor();
    const statement = page.getByRole('textbox', { name: 'Statement that loads the data' });
    await statement.getByText('"amount" AS "price"').waitFor();
    // A wrong pattern shows at once.
    await page.getByLabel('Pattern').fill('yyyy');
    await page.getByText('2 of 2 rows have no time').waitFor();
    await page.getByLabel('Pattern').fill('dd/MM/yyyy');
    await statement.click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type(' CLUSTERED BY "zip"');
    await page.getByText('edited by hand').waitFor();
    await page.getByRole('button', { name: /^Load into/ }).click();
    await page.getByText('Success', { exact: true }).waitFor();
    const [task] = (await suite.api.get('/druid/indexer/v1/tasks?datasource=sales')).json as { id: string }[];
    const { payload } = (await suite.api.get(`/druid/indexer/v1/task/${task?.id ?? ''}`)).json;
    expect(payload.sqlQuery).toMatch(/PARTITIONED BY DAY CLUSTERED BY "zip"$/);
    expect(await suite.api.rows('SELECT * FROM "sales"')).toEqual([
      ['2001-12-30T00:00:00.000Z', 2, 99999],
      ['2001-12-31T00:00:00.000Z', 1.5, 1234],
    ]);
  });

  test('shows a task while it runs, and cancels it', async () => {
    const page = await suite.open('/query');
    await typeSql(
      page,
      `REPLACE INTO "slow" OVERWRITE ALL\nWITH f AS (SELECT ${allFlightColumns} FROM ${allFlights})\n` +
        // Nine million million pairs: no machine is done with them before it is told to stop.
        `SELECT TIMESTAMP '2001-01-01' AS "__time", COUNT(*) AS "n" FROM f a, f b\n` +
        'WHERE a."delay" * b."delay" > a."distance" + b."distance"\nPARTITIONED BY ALL',
    );
    await page.getByRole('button', { name: 'Run as a task' }).click();
    await page.getByText('Reading', { exact: true }).first().waitFor();
    await page.getByText(/rows read/).waitFor();
    await page.getByRole('link', { name: 'Open the task' }).click();
    await page.getByText(/rows read/).waitFor();
    await picture(page, 'task-running');
    const id = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Canceled', { exact: true }).first().waitFor();
    await page.getByText('Somebody canceled the task').waitFor();
    expect((await suite.api.status(id)).statusCode).toBe('FAILED');

    await page.getByRole('tab', { name: 'Payload' }).click();
    await page.getByText('"query_controller"').waitFor();
    await page.getByRole('tab', { name: 'Report' }).click();
    await page.getByText('multiStageQuery:').waitFor();
    await page.getByRole('tab', { name: 'Log' }).click();
    await page
      .getByRole('region', { name: 'Log' })
      .getByText(/cancel/i)
      .first()
      .waitFor();
    await page.getByRole('tab', { name: 'Statement' }).click();
    await page.getByText('"slow"').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'All tasks' }).click();
    await page.getByText('Canceled', { exact: true }).waitFor();
    await page.getByLabel('Search tasks').fill('slow');
    await page.waitForURL(/\?q=slow$/);
    await page.locator('label', { hasText: 'Success' }).click();
    await page.getByText('No task matches').waitFor();
  });

  test('loads from a URL, and stops waiting for one that does not answer', async () => {
    const waiting: ServerResponse[] = [];
    const origin = createServer((request, response) => {
      if (request.url === '/flights.csv') response.end(delimited(','));
      else waiting.push(response);
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    const { port } = origin.address() as AddressInfo;
    try {
      const page = await suite.open('/load');
      await page.getByRole('tab', { name: 'URL' }).click();
      await page.getByRole('textbox').fill(`http://127.0.0.1:${port}/flights.csv`);
      await page.getByRole('button', { name: 'Look at it' }).click();
      await page
        .getByRole('grid', { name: 'Preview of the rows' })
        .getByText(/^2001-01-01 /)
        .first()
        .waitFor();
      const statement = page.getByRole('textbox', { name: 'Statement that loads the data' });
      await statement.click();
      await page.keyboard.press('ControlOrMeta+a');
      // The second file never comes, so that the task lasts until it is canceled.
      const source = JSON.stringify({
        type: 'http',
        uris: ['flights.csv', 'never.csv'].map((name) => `http://127.0.0.1:${port}/${name}`),
      });
      await page.keyboard.insertText(
        `REPLACE INTO "waiting" OVERWRITE ALL SELECT TIME_PARSE("date", 'yyyy/MM/dd HH:mm') AS "__time", "origin"
FROM TABLE(EXTERN('${source}', '{"type":"csv","findColumnsFromHeader":true}')) EXTEND ("date" VARCHAR, "origin" VARCHAR)
PARTITIONED BY ALL`,
      );
      await page.getByRole('button', { name: /^Load into/ }).click();
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Canceled', { exact: true }).first().waitFor();
      expect((await suite.api.get('/druid/coordinator/v1/datasources')).json).not.toContain('waiting');
    } finally {
      for (const response of waiting) response.destroy();
      origin.closeAllConnections();
      await new Promise((resolve) => origin.close(resolve));
    }
  });

  test('takes a path that does not exist for what it is', async () => {
    const page = await suite.open(`/load?source=${encodeURIComponent('{"type":"local","files":["/nowhere/a.json"]}')}`);
    await page.getByText('/nowhere/a.json').first().waitFor();
    await page
      .getByRole('alert')
      .getByText(/does not exist/)
      .waitFor();
    await page.getByRole('button', { name: 'Choose another source' }).click();
    await page.getByText('Drop files here').waitFor();
  });
});
