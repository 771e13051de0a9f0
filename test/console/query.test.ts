import { beforeAll, expect, test } from 'vitest';
import { allFlightColumns, allFlights, flightColumns, localFlights, writeFlights } from '../support/flights.js';
import { describeConsole, picture, typeSql, useConsole, violations } from './browser.js';

describeConsole('the query view', () => {
  const suite = useConsole();
  beforeAll(async () => {
    const file = writeFlights(suite.directory);
    await suite.api.ingest(
      `REPLACE INTO "flights" OVERWRITE ALL SELECT ${flightColumns} FROM ${localFlights(file)} PARTITIONED BY MONTH`,
    );
  });
  const linked = (sql: string): string => `/query?sql=${encodeURIComponent(sql)}`;

  test('is usable within a second or so, from less than a megabyte', async () => {
    const page = await suite.open('/');
    await page.getByRole('textbox', { name: 'SQL statement' }).waitFor();
    const { ready, bytes } = await page.evaluate(() => ({
      ready: performance.now(),
      bytes: performance
        .getEntriesByType('resource')
        .reduce((total, entry) => total + (entry as PerformanceResourceTiming).encodedBodySize, 0),
    }));
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(1_000_000);
    // A second on an idle machine; tests share theirs.
    expect(ready).toBeLessThan(5_000);
    await page.getByText('Ask “flights”').waitFor();
    await page.getByRole('button', { name: 'The most frequent origin' }).click();
    await page.getByRole('grid', { name: 'Result' }).getByText('DFW').waitFor();
  });

  test('finds errors while one writes, and completes names with their documentation', async () => {
    const page = await suite.open(linked('SELECT "orign" FROM "flights"'));
    await page.locator('.cm-lintRange-error', { hasText: 'orign' }).hover();
    await page.getByText(`Column 'orign' not found in any table`).waitFor();
    await typeSql(page, 'SELECT  FROM "flights"');
    for (let step = 0; step < 15; step += 1) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('dest');
    await page.getByRole('option', { name: /destination.*VARCHAR/ }).click();
    await page.keyboard.type(', TIME_FLO');
    await page.getByRole('option', { name: /TIME_FLOOR/ }).waitFor();
    await page.getByText(/TIME_FLOOR\(.*period/).waitFor();
    await picture(page, 'completion');
    await page.getByRole('option', { name: /TIME_FLOOR/ }).click();
    await page.getByText('TIME_FLOOR(', { exact: false }).first().waitFor();
    await page.keyboard.type("__time, 'P1M') ");
    await page.keyboard.press('ControlOrMeta+Enter');
    await page
      .getByRole('grid', { name: 'Result' })
      .getByText(/2001-0[123]-01 00:00:00/)
      .first()
      .waitFor();
  });

  test('sorts, filters, unfolds, copies and downloads an answer', async () => {
    const sql = `SELECT "origin", COUNT(*) AS "flights", ARRAY_AGG(DISTINCT "destination") AS "to"\nFROM "flights"\nGROUP BY 1\nORDER BY 1`;
    const page = await suite.open(linked(sql));
    await page.getByRole('button', { name: 'Run at once' }).click();
    const grid = page.getByRole('grid', { name: 'Result' });
    const first = () => grid.locator('[role=row][aria-rowindex="2"] [role=gridcell]').first().textContent();
    await grid.getByRole('gridcell', { name: 'ABE', exact: true }).waitFor();
    const flights = grid.getByRole('columnheader', { name: /flights/ });
    await flights.getByRole('button').click();
    await flights.getByRole('button').click();
    expect(await flights.getAttribute('aria-sort')).toBe('descending');
    expect(await first()).toBe('DFW');
    await page.getByRole('button', { name: 'Filter columns' }).click();
    await grid.getByLabel('Filter flights').fill('> 900');
    await page.getByText(/^2 of \d+ rows/).waitFor();
    await grid.getByLabel('Filter origin').fill('nowhere');
    await page.getByText('No row passes the filters').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByText(/^\d+ rows/).waitFor();
    await grid.getByLabel('Filter flights').fill('> 900');
    await page.getByText(/^2 of \d+ rows/).waitFor();
    await grid.locator('.grid-cell[data-folded]').first().dblclick();
    const pane = page.getByRole('complementary', { name: 'Cell' });
    await pane.getByText('"ABQ"').waitFor();
    await picture(page, 'query');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('menu', { name: 'Copy' }).getByRole('menuitem', { name: 'TSV' }).click();
    await page.getByText('Copied').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^origin\tflights\tto\nDFW\t\d+\t\[/);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download', exact: true }).click();
    await page.getByRole('menu', { name: 'Download' }).getByRole('menuitem', { name: 'CSV' }).click();
    expect((await downloading).suggestedFilename()).toBe('Query 1.csv');
  });

  test('draws what it finds: a line over time, bars over a category', async () => {
    const page = await suite.open(
      linked(`SELECT TIME_FLOOR(__time, 'P1D') AS "day", COUNT(*) AS "flights" FROM "flights" GROUP BY 1 ORDER BY 1`),
    );
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Run at once' }).click();
    await page.locator('label', { hasText: 'Chart' }).click();
    const line = page.getByRole('img', { name: 'line chart of flights' });
    await line.locator('canvas').waitFor();
    await picture(page, 'chart');
    expect(await violations(page)).toEqual([]);
    await page.locator('label', { hasText: 'Bars' }).click();
    await page.getByRole('img', { name: 'bar chart of flights' }).waitFor();
  });

  test('shows 100,000 rows without holding them all in the page', async () => {
    await suite.api.ingest(
      `REPLACE INTO "many" OVERWRITE ALL SELECT ${allFlightColumns} FROM ${allFlights} LIMIT 120000 PARTITIONED BY ALL`,
    );
    const page = await suite.open(linked('SELECT * FROM "many"'));
    await page.getByRole('textbox', { name: 'Rows at most' }).click();
    await page.getByRole('option', { name: '100,000 rows', exact: true }).click();
    await page.getByRole('button', { name: 'Run at once' }).click();
    await page.getByText(/^100,000 rows \(cut off\)/).waitFor();
    const grid = page.getByRole('grid', { name: 'Result' });
    // At every place of a scroll from top to bottom there are a window's rows, and they are there at once.
    const rows = await grid.evaluate(async (element) => {
      const counts: number[] = [];
      for (let step = 1; step <= 40; step += 1) {
        element.scrollTop = (element.scrollHeight * step) / 40;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        await new Promise((resolve) => requestAnimationFrame(resolve));
        counts.push(element.querySelectorAll('[role=row]').length);
      }
      return counts;
    });
    expect(Math.min(...rows)).toBeGreaterThan(5);
    expect(Math.max(...rows)).toBeLessThan(80);
    await grid.getByText('100,000', { exact: true }).waitFor();
    await grid.getByRole('columnheader', { name: /delay/ }).getByRole('button').click();
    await grid.locator('[aria-sort=ascending]').waitFor();
  });

  test('cancels a query that runs', async () => {
    // Eight million million triples: no machine is done with them before it is told to stop.
    const page = await suite.open(
      linked(
        `SELECT COUNT(*) FROM "flights" a, "flights" b, "flights" c WHERE a."delay" * b."delay" > a."distance" + c."distance"`,
      ),
    );
    await page.getByRole('button', { name: 'Run at once' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The query was canceled').waitFor();
  });

  test('explains a statement by its stages and its plan, and a refusal with its place', async () => {
    const page = await suite.open(
      linked(`SELECT "origin", COUNT(*) FROM "flights" WHERE "delay" > 10 GROUP BY 1 ORDER BY 2 DESC LIMIT 5`),
    );
    await page.getByRole('button', { name: 'Explain' }).click();
    const stages = page.getByRole('group', { name: 'Stages' });
    for (const line of ['flights', '0 · Read and limit', 'Filter delay > 10', 'Limit 5 rows', 'Result'])
      await stages.getByText(line, { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('label', { hasText: 'Plan' }).click();
    const plan = page.getByRole('group', { name: 'Plan' });
    for (const step of ['flights', 'Filter', 'delay > 10', 'Group', 'Result'])
      await plan.getByText(step, { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    // The context goes along: three workers of four tasks. What is written is a stage of its own, sorted before.
    await page.goto(
      suite.server.url +
        linked(`REPLACE INTO "by_day" OVERWRITE ALL
SELECT TIME_FLOOR("__time", 'P1D') AS "__time", "origin", COUNT(*) AS "flights"
FROM "flights" WHERE "__time" >= TIMESTAMP '2001-02-01'
GROUP BY 1, 2 PARTITIONED BY MONTH CLUSTERED BY "origin"`) +
        `&context=${encodeURIComponent('{"maxNumTasks":4}')}`,
    );
    await page.getByRole('button', { name: 'Explain' }).click();
    for (const line of [`Filter __time >= '2001-02-01'`, 'sorted by __time, origin', '1 · Write segments', 'by_day'])
      await stages.getByText(line, { exact: true }).waitFor();
    await stages.getByText('up to 3 workers').first().waitFor();
    await picture(page, 'explain');
    await typeSql(page, 'SELECT 1\nFROM "nowhere"');
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.getByText('The statement was refused').waitFor();
    await page.getByRole('button', { name: 'Show line 2' }).click();
    expect(await page.evaluate(() => getSelection()?.toString())).toContain('nowhere');
  });

  test('keeps tabs and history over a reload, and runs what is selected', async () => {
    const page = await suite.open(linked('SELECT 41 + 1 AS "answer";\n\nSELECT 2 AS "second"'));
    const editor = page.getByRole('textbox', { name: 'SQL statement' });
    await editor.click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.getByRole('columnheader', { name: /second/ }).waitFor();
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.press('Shift+End');
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.getByRole('gridcell', { name: '42' }).waitFor();
    await page.getByRole('button', { name: 'New tab' }).click();
    await typeSql(page, 'SELECT 3 AS "third"');
    await page.getByRole('tab', { name: 'Query 2' }).dblclick();
    await page.getByLabel('Name of the tab').fill('Third');
    await page.keyboard.press('Enter');
    await page.reload();
    await page.getByRole('tab', { name: 'Third', selected: true }).waitFor();
    await page.locator('.cm-content').getByText('"third"').waitFor();
    await page.locator('label', { hasText: 'History' }).click();
    await page.getByRole('button', { name: /SELECT 41/ }).waitFor();
    await page.getByRole('tab', { name: 'Query 1' }).click();
    await page.locator('.cm-content').getByText('"second"').waitFor();
    await page.keyboard.press('Delete');
    await page.getByRole('tab', { name: 'Query 1' }).waitFor({ state: 'detached' });
  });

  test('opens one link after the other, each in a tab of its own', async () => {
    const page = await suite.open(linked('SELECT 1 AS "one"'));
    await page.locator('.cm-content').getByText('"one"').waitFor();
    await page.goto(suite.server.url + linked('SELECT 2 AS "two"'));
    await page.locator('.cm-content').getByText('"two"').waitFor();
    await page.getByRole('tab', { name: 'Query 2', selected: true }).waitFor();
    // A link that is open already leads to its tab.
    await page.goto(suite.server.url + linked('SELECT 1 AS "one"'));
    await page.getByRole('tab', { name: 'Query 1', selected: true }).waitFor();
    expect(await page.getByRole('tab').count()).toBe(2);
  });

  test('takes context parameters by form, and refuses what the server would', async () => {
    const page = await suite.open(linked(`SELECT TIME_FORMAT(TIMESTAMP '2001-01-01', 'HH:mm Z') AS "t"`));
    await page.getByRole('button', { name: /Context/ }).click();
    await page.getByLabel('Tasks at most').fill('1');
    await page.getByText('Expected key [maxNumTasks] to be at least 2').waitFor();
    await page.getByLabel('Tasks at most').fill('3');
    await page.getByLabel('Time zone').fill('Asia/Kolkata');
    // The default by choice is something else than no choice.
    const approximate = page.getByRole('radiogroup', { name: 'Approximate COUNT(DISTINCT)' });
    await approximate.getByText('true', { exact: true }).click();
    await page.getByRole('button', { name: 'Context 3 set' }).waitFor();
    await approximate.getByText('Default (true)').click();
    await page.getByRole('button', { name: 'Unset maxNumTasks' }).click();
    expect(await page.getByLabel('Tasks at most').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Context 1 set' }).waitFor();
    await picture(page, 'context');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Run at once' }).click();
    await page.getByText('+0530').waitFor();
    // The link takes the context along.
    await page.getByRole('button', { name: 'Copy a link to this statement' }).click();
    const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    const other = await suite.open(link.pathname + link.search);
    await other.getByRole('button', { name: 'Context 1 set' }).waitFor();
    await other.getByRole('button', { name: 'Run at once' }).click();
    await other.getByText('+0530').waitFor();
  });
});
