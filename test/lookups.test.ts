import { beforeAll, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

const base = '/druid/coordinator/v1/lookups';
const map = (version: string, values: Record<string, string>): string =>
  JSON.stringify({ version, lookupExtractorFactory: { type: 'map', map: values } });
const put = (tier: string, lookup: string, body: string) =>
  suite.api.request('POST', `${base}/config/${tier}/${lookup}`, JSON.parse(body));
const json = async (path: string): Promise<unknown> => (await suite.api.request('GET', path)).json;

const edits = `(VALUES ('a', 'se'), ('b', 'fr'), ('c', NULL), ('d', 'xx')) AS t("page", "country")`;

beforeAll(async () => {
  expect((await put('__default', 'countries', map('v1', { se: 'Sweden', fr: 'France' }))).status).toBe(202);
});

test('a lookup is stored, listed and described as Druid does', async () => {
  expect(await json(`${base}/config`)).toEqual(['__default']);
  expect(await json(`${base}/config/__default`)).toEqual(['countries']);
  const spec = { version: 'v1', lookupExtractorFactory: { type: 'map', map: { se: 'Sweden', fr: 'France' } } };
  expect(await json(`${base}/config/__default/countries`)).toEqual(spec);
  expect(await json(`${base}/config/all`)).toEqual({ __default: { countries: spec } });
  expect(await json(`${base}/status`)).toEqual({ __default: { countries: { loaded: true } } });
  expect(await json(`${base}/status/__default/countries?detailed=true`)).toEqual({ loaded: true, pendingNodes: [] });
  expect(Object.values((await json(`${base}/nodeStatus`)) as Record<string, unknown>)).toHaveLength(1);
  expect(await json('/druid/listen/v1/lookups')).toEqual({ countries: spec });
  expect(await json('/druid/v1/lookups/introspect/countries')).toEqual({ se: 'Sweden', fr: 'France' });
  expect(await json('/druid/v1/lookups/introspect/countries/keys')).toEqual(['se', 'fr']);
  expect(await json('/druid/v1/lookups/introspect/countries/values')).toEqual(['Sweden', 'France']);
});

test('LOOKUP maps keys wherever an expression may stand', async () => {
  expect(
    await suite.api.rows(
      `SELECT "page", LOOKUP("country", 'countries'), LOOKUP("country", 'countries', 'nowhere') FROM ${edits} ORDER BY 1`,
    ),
  ).toEqual([
    ['a', 'Sweden', 'Sweden'],
    ['b', 'France', 'France'],
    ['c', null, 'nowhere'],
    ['d', null, 'nowhere'],
  ]);
  expect(
    await suite.api.rows(
      `SELECT LOOKUP("country", 'countries') AS "name", COUNT(*) FROM ${edits}
       WHERE LOOKUP(LOWER("country"), 'countries') <> 'Norway' GROUP BY LOOKUP("country", 'countries') ORDER BY 1`,
    ),
  ).toEqual([
    ['France', 1],
    ['Sweden', 1],
  ]);
  expect(
    await suite.api.rows(
      `SELECT COUNT(LOOKUP("country", 'countries')), COUNT(*) FILTER (WHERE LOOKUP("country", 'countries') = 'France') FROM ${edits}`,
    ),
  ).toEqual([[2, 1]]);
  expect(
    await suite.api.rows(`SELECT "page" FROM ${edits} ORDER BY LOOKUP("country", 'countries') DESC, "page" LIMIT 2`),
  ).toEqual([['a'], ['b']]);
});

test('a lookup is a table of keys and values', async () => {
  expect(await suite.api.rows('SELECT * FROM lookup.countries ORDER BY k')).toEqual([
    ['fr', 'France'],
    ['se', 'Sweden'],
  ]);
  expect(await suite.api.rows('SELECT COUNT(*) FROM lookup.countries')).toEqual([[2]]);
  expect(
    await suite.api.rows(
      `SELECT countries.v, COUNT(*) FROM ${edits} JOIN lookup.countries ON t."country" = countries.k GROUP BY 1 ORDER BY 1`,
    ),
  ).toEqual([
    ['France', 1],
    ['Sweden', 1],
  ]);
  expect(
    await suite.api.rows(
      `SELECT "TABLE_NAME", "IS_JOINABLE", "IS_BROADCAST" FROM INFORMATION_SCHEMA.TABLES WHERE "TABLE_SCHEMA" = 'lookup'`,
    ),
  ).toEqual([['countries', 'YES', 'YES']]);
});

test('tasks read lookups', async () => {
  await suite.api.ingest(
    `INSERT INTO "named" SELECT TIMESTAMP '2024-01-01' AS "__time", "page", LOOKUP("country", 'countries') AS "name"
     FROM ${edits} PARTITIONED BY DAY`,
  );
  expect(await suite.api.rows('SELECT "page", "name" FROM "named" ORDER BY 1')).toEqual([
    ['a', 'Sweden'],
    ['b', 'France'],
    ['c', null],
    ['d', null],
  ]);
  expect(await suite.api.rows(`SELECT "page" FROM "named" WHERE LOOKUP("page", 'countries') IS NULL`)).toHaveLength(4);
});

test('an update needs a greater version, and holds for all lookups of a request or for none', async () => {
  expect((await put('__default', 'sizes', map('v2', { s: 'small' }))).status).toBe(202);
  const same = await put('__default', 'sizes', map('v2', { s: 'tiny' }));
  expect(same.status).toBe(400);
  expect(same.text).toContain('[__default]:[sizes]');
  const both = await suite.api.request('POST', `${base}/config`, {
    __default: {
      sizes: { version: 'v1', lookupExtractorFactory: { type: 'map', map: {} } },
      colors: { version: 'v1', lookupExtractorFactory: { type: 'map', map: {} } },
    },
  });
  expect(both.status).toBe(400);
  expect((await suite.api.request('GET', `${base}/config/__default/colors`)).status).toBe(404);
  expect((await put('__default', 'sizes', map('v3', { s: 'tiny' }))).status).toBe(202);
  expect(await suite.api.rows(`SELECT LOOKUP('s', 'sizes')`)).toEqual([['tiny']]);
  expect((await suite.api.request('DELETE', `${base}/config/__default/sizes`)).status).toBe(202);
  expect((await suite.api.request('DELETE', `${base}/config/__default/sizes`)).status).toBe(404);
});

test('lookups of other tiers are kept, and not seen by queries', async () => {
  const other = await put('other', 'regions', map('v1', { n: 'North' }));
  expect(other.status).toBe(202);
  expect((await suite.api.request('POST', '/druid/v2/sql', { query: `SELECT LOOKUP('n', 'regions')` })).status).toBe(
    400,
  );
  expect((await suite.api.request('DELETE', `${base}/config/other`)).status).toBe(202);
  expect(await json(`${base}/config`)).toEqual(['__default']);
});

test.each([
  [{ lookupExtractorFactory: { type: 'map', map: {} } }, 'version'],
  [{ version: 'v1', lookupExtractorFactory: { type: 'kafka', kafkaTopic: 'x' } }, '[kafka] is not supported'],
  [
    { version: 'v1', lookupExtractorFactory: { type: 'cachedNamespace', extractionNamespace: { type: 'jdbc' } } },
    '[jdbc] is not supported',
  ],
  [{ version: 'v1', lookupExtractorFactory: { type: 'map', map: { a: 1 } } }, 'map'],
])('%j is refused', async (spec, reason) => {
  const answer = await suite.api.request('POST', `${base}/config/__default/wrong`, spec);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(reason);
});

test('an unknown lookup is an error that names it', async () => {
  const answer = await suite.api.request('POST', '/druid/v2/sql', { query: `SELECT LOOKUP('x', 'nothing')` });
  expect(answer.status).toBe(400);
  expect(answer.json).toMatchObject({ errorMessage: expect.stringContaining('Lookup [nothing] not found') as string });
});
