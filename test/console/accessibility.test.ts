import { beforeAll, expect, test } from 'vitest';
import { flightColumns, flights, localFlights, writeFlights } from '../support/flights.js';
import { describeConsole, picture, useConsole, violations } from './browser.js';

describeConsole('every view', () => {
  const suite = useConsole();
  beforeAll(async () => {
    const file = writeFlights(suite.directory);
    await suite.api.ingest(
      `REPLACE INTO "flights" OVERWRITE ALL SELECT ${flightColumns} FROM ${localFlights(file)} PARTITIONED BY DAY`,
    );
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
    ['dark', 400],
  ] as const)('is accessible and fits: %s, %i pixels wide', async (colorScheme, width) => {
    const page = await suite.open('/query', { colorScheme, viewport: { width, height: 800 } });
    const [task] = (await suite.api.get('/druid/indexer/v1/tasks?datasource=flights')).json as { id: string }[];
    const sql = encodeURIComponent('SELECT * FROM "flights" LIMIT 50');
    const over = encodeURIComponent(
      `SELECT TIME_FLOOR(__time, 'P1D') AS "day", COUNT(*) AS "n" FROM "flights" GROUP BY 1`,
    );
    const loaded = writeFlights(suite.directory, `${colorScheme}-${width}.json`, flights().slice(0, 100));
    for (const [address, shown] of [
      [`/query?sql=${sql}`, 'SELECT'],
      [`/query?mode=chart&sql=${over}`, 'SELECT'],
      ['/load', 'Drop files here'],
      [`/load?source=${encodeURIComponent(JSON.stringify({ type: 'local', files: [loaded] }))}`, '2001-01-01 00:47:00'],
      ['/convert', 'Ingestion spec'],
      ['/datasources', '20,000'],
      ['/datasources/flights', 'Bytes per row'],
      ['/tasks', 'Success'],
      [`/tasks/${task?.id ?? ''}`, 'Finished'],
    ] as const) {
      await page.goto(suite.server.url + address);
      await page.getByText(shown).first().waitFor();
      if (address.startsWith('/query')) {
        await page.getByRole('button', { name: /^Run/ }).click();
        const answer = address.includes('mode=chart')
          ? page.getByRole('img', { name: /line chart/ }).locator('canvas')
          : page.getByRole('grid', { name: 'Result' }).getByRole('gridcell').first();
        await answer.waitFor();
      }
      expect([address, await violations(page)]).toEqual([address, []]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect([address, overflow]).toEqual([address, 0]);
      if (width === 400 && colorScheme === 'dark' && address.startsWith('/query?sql')) await picture(page, 'narrow');
    }
  });
});
