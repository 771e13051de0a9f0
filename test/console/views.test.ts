import { beforeAll, expect, test } from 'vitest';
import { flightColumns, localFlights, writeFlights } from '../support/flights.js';
import { describeConsole, picture, useConsole, violations } from './browser.js';

const spec = JSON.stringify({
  type: 'index_parallel',
  spec: {
    dataSchema: {
      dataSource: 'edits',
      timestampSpec: { column: 'time', format: 'iso' },
      dimensionsSpec: { dimensions: ['channel'] },
      metricsSpec: [
        { type: 'count', name: 'rows' },
        { type: 'longSum', name: 'added', fieldName: 'added' },
      ],
      granularitySpec: { segmentGranularity: 'day', queryGranularity: 'hour', intervals: ['2016-06-27/2016-06-28'] },
    },
    ioConfig: {
      inputSource: {
        type: 'inline',
        data: [
          '{"time":"2016-06-27T00:01:00Z","channel":"en","added":3}',
          '{"time":"2016-06-27T00:59:00Z","channel":"en","added":4}',
          '{"time":"2016-06-28T00:00:00Z","channel":"en","added":9}',
        ].join('\n'),
      },
      inputFormat: { type: 'json' },
    },
  },
});

describeConsole('the other views', () => {
  const suite = useConsole();
  beforeAll(async () => {
    const file = writeFlights(suite.directory);
    const select = `SELECT ${flightColumns} FROM ${localFlights(file)}`;
    await suite.api.ingest(`REPLACE INTO "flights" OVERWRITE ALL ${select} PARTITIONED BY DAY`);
    await suite.api.ingest(
      `REPLACE INTO "flights" OVERWRITE WHERE __time >= TIMESTAMP '2001-02-01' AND __time < TIMESTAMP '2001-02-08'
       ${select} WHERE TIME_PARSE("date", 'yyyy/MM/dd HH:mm') BETWEEN TIMESTAMP '2001-02-01' AND TIMESTAMP '2001-02-07 23:59:59'
       PARTITIONED BY DAY CLUSTERED BY "origin"`,
    );
  });

  test('a native spec becomes a statement that does the same', async () => {
    const page = await suite.open('/convert');
    const input = page.getByLabel('Native batch ingestion spec');
    await input.fill('{"type":"kafka"}');
    await page.getByText('This spec cannot be converted').waitFor();
    await input.fill(JSON.stringify(JSON.parse(spec), undefined, 2));
    await page.getByText('GROUP BY').waitFor();
    await picture(page, 'convert');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Open in a query tab' }).click();
    await page.getByRole('button', { name: 'Run as a task' }).click();
    await page.getByText('1 segment published').waitFor();
    expect(await suite.api.rows('SELECT * FROM "edits"')).toEqual([['2016-06-27T00:00:00.000Z', 'en', 2, 7]]);
  });

  test('datasources are listed, and one is shown over time with its columns', async () => {
    const page = await suite.open('/datasources');
    await page.getByRole('row', { name: /^flights 20,000/ }).waitFor();
    await picture(page, 'datasources');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'flights' }).click();
    await page.getByRole('img', { name: /segments over time/ }).waitFor();
    expect(await page.locator('.timeline-block').count()).toBeGreaterThanOrEqual(90);
    await page.locator('.timeline-block').first().hover();
    await page.locator('figcaption').getByText('2001-01-01 to 2001-01-02').waitFor();
    await picture(page, 'segments');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Columns' }).click();
    await page.getByRole('row', { name: /^distance BIGINT/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/datasources/flights/columns');
  });

  test('what changes data asks first', async () => {
    const { rows, ingest } = {
      rows: (sql: string) => suite.api.rows(sql),
      ingest: (sql: string) => suite.api.ingest(sql),
    };
    await ingest(`INSERT INTO "small" SELECT TIMESTAMP '2001-01-01' AS __time, 'a' AS "x" PARTITIONED BY DAY`);
    await ingest(`INSERT INTO "small" SELECT TIMESTAMP '2001-01-01' AS __time, 'b' AS "x" PARTITIONED BY DAY`);
    const page = await suite.open('/datasources/small');
    const choose = async (item: string): Promise<void> => {
      await page.getByRole('button', { name: 'Actions' }).click();
      await page.getByRole('menuitem', { name: item }).click();
      await page.getByRole('menu').waitFor({ state: 'detached' });
    };
    await choose('Compact …');
    await page.getByRole('dialog').getByText('PARTITIONED BY DAY').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Compact', exact: true }).click();
    await page.getByText('1 segment published').waitFor();
    expect(await rows('SELECT "x" FROM "small" ORDER BY 1')).toEqual([['a'], ['b']]);

    await page.goto(`${suite.server.url}/datasources/small`);
    await choose('Mark unused …');
    await page.getByRole('button', { name: 'Keep it as it is' }).click();
    expect(await rows('SELECT COUNT(*) FROM "small"')).toEqual([[2]]);
    await choose('Mark unused …');
    await page.getByRole('button', { name: 'Mark unused', exact: true }).click();
    await page.getByText('There are no segments of “small”').waitFor();
    await choose('Mark used …');
    await page.getByRole('button', { name: 'Mark used', exact: true }).click();
    await page.getByRole('img', { name: /over time/ }).waitFor();
    expect(await rows('SELECT COUNT(*) FROM "small"')).toEqual([[2]]);

    await choose('Delete …');
    const remove = page.getByRole('button', { name: 'Delete for good' });
    expect(await remove.isDisabled()).toBe(true);
    await page.getByLabel('Type small to confirm').fill('small');
    await remove.click();
    await page.getByRole('heading', { name: 'Datasources' }).waitFor();
    await page.getByRole('row', { name: /^small/ }).waitFor({ state: 'detached' });
  });

  test('the keyboard goes everywhere', async () => {
    const page = await suite.open('/tasks');
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.getByRole('heading', { name: 'Datasources' }).waitFor();
    // The focus is in the view that was gone to, and the window is named after it.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    expect(await page.title()).toBe('Datasources · Millrace');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Run the selection').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goto(`${suite.server.url}/tasks`);
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to the view' }).press('Enter');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    await page.goto(`${suite.server.url}/nowhere`);
    await page.getByText('There is no such page').waitFor();
  });
});
