import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { allFlightColumns, allFlights, flights } from '../support/flights.js';
import { describeConsole, picture, typeSql, useConsole, violations } from './browser.js';

describeConsole('loading data in the console', () => {
  const suite = useConsole();

  test('goes from a dropped file to a chart in less than a minute, without a word of SQL', async () => {
    const started = performance.now();
    const page = await suite.open('/load');
    await page.getByText('Drop files here').waitFor();
    await picture(page, 'load-source');
    const text = flights()
      .map((row) => JSON.stringify(row))
      .join('\n');
    const dropped = await page.evaluateHandle((content) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], 'flights.ndjson'));
      return transfer;
    }, text);
    await page.locator('.drop').dispatchEvent('drop', { dataTransfer: dropped });
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
        'SELECT a."__time", a."origin", b."delay" FROM f a JOIN f b ON a."distance" = b."distance"\nPARTITIONED BY ALL',
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

  test('takes a path that does not exist for what it is', async () => {
    const page = await suite.open(`/load?source=${encodeURIComponent('{"type":"local","files":["/nowhere/a.json"]}')}`);
    await page.getByText('/nowhere/a.json').first().waitFor();
    await page
      .getByRole('alert')
      .getByText(/does not exist|cannot be read/)
      .waitFor();
    await page.getByRole('button', { name: 'Choose another source' }).click();
    await page.getByText('Drop files here').waitFor();
  });
});
