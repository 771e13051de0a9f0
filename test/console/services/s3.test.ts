import { expect, test } from 'vitest';
import { openS3, writeObject } from '../../../src/transfer/index.js';
import { describeConsole, useConsole } from '../browser.js';
import { flights } from '../../support/flights.js';
import { testServices } from '../../support/storage.js';

describeConsole('loading data from S3 in the console', () => {
  const suite = useConsole();

  test('goes from the name of objects to rows', async () => {
    const services = testServices();
    if (!services) throw new Error('These tests run in the project postgresql+s3');
    const { endpoint, bucket, accessKeyId, secretAccessKey } = services.s3;
    const client = await openS3({ endpoint, pathStyle: true }, { accessKeyId, secretAccessKey });
    const folder = suite.directory.replace(/.*-/, 'console-');
    const lines = (from: number): string =>
      flights()
        .slice(from, from + 250)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join('');
    for (const [name, from] of [
      ['first.json', 0],
      ['second.json', 250],
    ] as const) {
      await writeObject(client, { bucket, key: `${folder}/${name}` }, lines(from));
    }

    const page = await suite.open('/load');
    await page.getByRole('tab', { name: 'S3' }).click();
    const named = page.getByRole('textbox');
    await named.fill(`s3://${bucket}/${folder}/nothing.json`);
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page
      .getByRole('alert')
      .getByText(/nothing\.json/)
      .waitFor();
    await page.getByRole('button', { name: 'Choose another source' }).click();
    await page.getByRole('tab', { name: 'S3' }).click();
    await named.fill(`s3://${bucket}/${folder}/`);
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByRole('grid', { name: 'Preview of the rows' }).getByText('2001-01-01 00:47:00').waitFor();
    await page.getByLabel('Datasource').fill('from_s3');
    await page.getByRole('button', { name: 'Load into from_s3' }).click();
    await page.getByText(/segments? published/).waitFor();
    expect(await suite.api.rows('SELECT COUNT(*), COUNT(DISTINCT "origin") > 10 FROM "from_s3"')).toEqual([
      [500, true],
    ]);
  });
});
