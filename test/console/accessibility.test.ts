import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { flightColumns, flights, localFlights, writeFlights } from '../support/flights.js';
import { describeConsole, picture, useConsole, violations } from './browser.js';

const linked = (sql: string, more = ''): string => `/query?sql=${encodeURIComponent(sql)}${more}`;

const rows = linked('SELECT * FROM "flights" LIMIT 50');
const chart = linked(
  `SELECT TIME_FLOOR(__time, 'P1D') AS "day", COUNT(*) AS "n" FROM "flights" GROUP BY 1`,
  '&mode=chart',
);

describeConsole('every view', () => {
  const suite = useConsole();
  let taskId = '';
  let sample = '';
  beforeAll(async () => {
    const file = writeFlights(suite.directory);
    await suite.api.ingest(
      `REPLACE INTO "flights" OVERWRITE ALL SELECT ${flightColumns} FROM ${localFlights(file)} PARTITIONED BY MONTH`,
    );
    const [task] = (await suite.api.get('/druid/indexer/v1/tasks?datasource=flights')).json as { id: string }[];
    taskId = task?.id ?? '';
    sample = JSON.stringify({
      type: 'local',
      files: [writeFlights(suite.directory, 'sample.json', flights().slice(0, 100))],
    });
  });

  const answered = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: /^Run/ }).click();
    await page.getByRole('grid', { name: 'Result' }).getByRole('gridcell').first().waitFor();
  };
  const drawn = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: /^Run/ }).click();
    await page
      .getByRole('img', { name: /line chart/ })
      .locator('canvas')
      .waitFor();
  };
  const shows = (text: string) => (page: Page) => page.getByText(text).first().waitFor();

  // A view is opened once and then looked at in both schemes and widths: what changes with the scheme are colours.
  test.each<[string, () => string, (page: Page) => Promise<void>]>([
    ['rows', () => rows, answered],
    ['a chart', () => chart, drawn],
    ['the start of the load wizard', () => '/load', shows('Drop files here')],
    ['a sample', () => `/load?source=${encodeURIComponent(sample)}`, shows('2001-01-01 00:47:00')],
    ['conversion', () => '/convert', shows('Ingestion spec')],
    ['datasources', () => '/datasources', shows('20,000')],
    ['a datasource', () => '/datasources/flights', shows('Bytes per row')],
    ['tasks', () => '/tasks', shows('Success')],
    ['a task', () => `/tasks/${taskId}`, shows('Finished')],
  ])('is accessible and fits, light and dark, wide and narrow: %s', async (name, address, ready) => {
    const page = await suite.open(address());
    await ready(page);
    for (const width of [1280, 400]) {
      await page.setViewportSize({ width, height: 800 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
        const found = await violations(page, colorScheme === 'dark' ? ['color-contrast'] : undefined);
        expect([width, colorScheme, found]).toEqual([width, colorScheme, []]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect([width, overflow]).toEqual([width, 0]);
      }
    }
    if (name === 'rows') await picture(page, 'narrow');
  });
});
