import { describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

const send = (body: string, contentType: string, path = '/druid/v2/sql') =>
  suite.api.request('POST', path, body, { 'content-type': contentType });

describe('the SQL may come as', () => {
  test.each([
    ['JSON', '{"query": "SELECT 1 + 1 AS two"}', 'application/json'],
    ['JSON with a charset', '{"query": "SELECT 1 + 1 AS two"}', 'application/json; charset=utf-8'],
    ['plain text', '  SELECT 1 + 1 AS two\n', 'text/plain'],
    ['plain text with a charset', 'SELECT 1 + 1 AS two', 'TEXT/PLAIN;charset=UTF-8'],
    ['an encoded form', 'SELECT+1+%2B+1+AS+two', 'application/x-www-form-urlencoded'],
    ['an encoded form with %20', 'SELECT%201%20%2B%201%20AS%20two', 'application/x-www-form-urlencoded'],
  ])('%s', async (_name, body, contentType) => {
    const answer = await send(body, contentType);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).toBe('[{"two":2}]\n');
  });

  test('text beyond ASCII', async () => {
    expect((await send(`SELECT 'größer' AS w`, 'text/plain')).json).toEqual([{ w: 'größer' }]);
    expect(
      (await send(encodeURIComponent(`SELECT 'größer & 100%' AS w`), 'application/x-www-form-urlencoded')).json,
    ).toEqual([{ w: 'größer & 100%' }]);
  });

  test('SET works in plain text, where there is no context', async () => {
    const sql = `SET sqlTimeZone = 'Asia/Tokyo'; SELECT TIMESTAMP '2026-01-01 00:00:00' AS t`;
    expect((await send(sql, 'text/plain')).json).toEqual([{ t: '2026-01-01T00:00:00.000+09:00' }]);
  });

  test('a task too', async () => {
    const answer = await send(
      `REPLACE INTO "plain" OVERWRITE ALL SELECT TIMESTAMP '2026-01-01' AS "__time" PARTITIONED BY ALL`,
      'text/plain',
      '/druid/v2/sql/task',
    );
    expect(answer.status, answer.text).toBe(202);
    expect((await suite.api.finish(answer.json.taskId)).state).toBe('SUCCESS');
  });
});

describe('refused with', () => {
  test.each([
    ['415', 415, '<q/>', 'application/xml', 'Unsupported Content-Type: application/xml'],
    ['400: an empty text', 400, '  \n', 'text/plain', 'Empty query'],
    ['400: an empty form', 400, '', 'application/x-www-form-urlencoded', 'Empty query'],
    [
      '400: a bad escape',
      400,
      'SELECT %zz',
      'application/x-www-form-urlencoded',
      'Unable to decode URL-Encoded SQL query',
    ],
    ['400: JSON cut off', 400, '{"query": "SEL', 'application/json', 'Malformed SQL query wrapped in JSON'],
    ['400: JSON that is no object', 400, '"SELECT 1"', 'application/json', 'Malformed SQL query wrapped in JSON'],
  ])('%s', async (_name, status, body, contentType, message) => {
    const answer = await send(body, contentType);
    expect(answer.status).toBe(status);
    expect(answer.json.errorMessage).toContain(message);
  });

  test('400: no content type', async () => {
    const response = await fetch(`${suite.api.url}/druid/v2/sql`, { method: 'POST', body: Buffer.from('SELECT 1') });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { errorMessage: string }).errorMessage).toBe('Missing Content-Type header');
  });
});

describe('what only tasks do is refused in Druid’s words', () => {
  const extern = `TABLE(EXTERN('{"type":"inline","data":"1"}', '{"type":"csv","columns":["x"]}')) EXTEND ("x" BIGINT)`;

  test.each([
    [
      `SELECT * FROM ${extern}`,
      'Query could not be planned. A possible reason is [Cannot use [EXTERN] with SQL engine [native].]',
    ],
    [
      `INSERT INTO "t" SELECT TIMESTAMP '2026-01-01' AS "__time" PARTITIONED BY ALL`,
      'INSERT operations are not supported by requested SQL engine [native], consider using MSQ.',
    ],
    [
      `REPLACE INTO "t" OVERWRITE ALL SELECT TIMESTAMP '2026-01-01' AS "__time" PARTITIONED BY ALL`,
      'REPLACE operations are not supported by the requested SQL engine [native].  Consider using MSQ.',
    ],
  ])('%s', async (query, message) => {
    const answer = await suite.api.request('POST', '/druid/v2/sql', { query });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ error: 'druidException', category: 'INVALID_INPUT', errorMessage: message });
  });
});

test('the answer names its query', async () => {
  const given = await suite.api.request('POST', '/druid/v2/sql', {
    query: 'SELECT 1',
    context: { sqlQueryId: 'mine' },
  });
  expect(given.headers.get('x-druid-sql-query-id')).toBe('mine');
  const set = await send(`SELECT 1`, 'text/plain');
  expect(set.headers.get('x-druid-sql-query-id')).toMatch(/^[0-9a-f-]{36}$/);
});
