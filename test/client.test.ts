import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MillraceClient, RequestError, TaskFailure, taskRows, type TaskState } from '../src/client/index.js';
import { inlineSql } from './support/inline-sql.js';
import { useServer } from './support/suite.js';

const suite = useServer();
const client = (): MillraceClient => new MillraceClient(`${suite.server.url}/`);

const insert = (name: string, days: number): string =>
  `INSERT INTO "${name}" SELECT TIME_PARSE("t") AS "__time", "x" FROM ${inlineSql(
    Array.from({ length: days }, (_, x) => ({ t: `2024-01-${String(x + 1).padStart(2, '0')}`, x })),
    { t: 'string', x: 'long' },
  )} PARTITIONED BY DAY`;

/** Passes everything on but events, as a real Druid would not have them. */
let druid: Server;
let druidUrl = '';
let eventRequests = 0;
beforeAll(async () => {
  druid = createServer((request, response) => {
    if (request.url?.endsWith('/events')) {
      eventRequests += 1;
      response.writeHead(404).end('<html>Not found</html>');
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        const answer = await fetch(suite.server.url + (request.url ?? ''), {
          method: request.method ?? 'GET',
          headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
          ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
        });
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
        response.end(await answer.text());
      })();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => druid.once('listening', resolve));
  druidUrl = `http://127.0.0.1:${(druid.address() as AddressInfo).port}`;
});
afterAll(() => {
  druid.closeAllConnections();
  druid.close();
});

describe('queries', () => {
  test('answer typed rows with their columns', async () => {
    const { columns, rows } = await client().query<{ n: number; big: bigint; t: string; none: null }>(
      `SELECT 1 AS "n", 9007199254740993 AS "big", TIMESTAMP '2024-01-01' AS "t", CAST(NULL AS VARCHAR) AS "none"`,
    );
    expect(rows).toEqual([{ n: 1, big: 9007199254740993n, t: '2024-01-01T00:00:00.000Z', none: null }]);
    expect(columns.map(({ name, type, sqlType }) => [name, type, sqlType])).toEqual([
      ['n', 'LONG', 'INTEGER'],
      ['big', 'LONG', 'BIGINT'],
      ['t', 'LONG', 'TIMESTAMP'],
      ['none', 'STRING', 'VARCHAR'],
    ]);
  });

  test('take parameters and context', async () => {
    const { rows } = await client().queryArrays({
      query: 'SELECT ? + 1, CURRENT_TIMESTAMP',
      parameters: [{ type: 'BIGINT', value: 41 }],
      context: { sqlCurrentTimestamp: '2001-02-03T04:05:06Z' },
    });
    expect(rows).toEqual([[42, '2001-02-03T04:05:06.000Z']]);
  });

  test('a refusal carries the status and the place', async () => {
    const error: unknown = await client()
      .query('SELECT "nope" FROM sys.tasks')
      .catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ status: 400, body: { context: { line: '1', column: '8' } } });
  });
});

describe.each([
  ['by events', (): string => suite.server.url],
  ['by polling, where there are no events', (): string => druidUrl],
])('a task watched %s', (_how, url) => {
  test('runs to its end, telling its states', async () => {
    const states: TaskState[] = [];
    const outcome = await new MillraceClient(url()).run(insert('watched', 3), {
      onProgress: (state) => states.push(state),
    });
    expect(outcome.status).toMatchObject({ statusCode: 'SUCCESS', dataSource: 'watched' });
    expect(outcome.report.status.status).toBe('SUCCESS');
    expect(states.at(-1)?.status.statusCode).toBe('SUCCESS');
    expect(states.length).toBeGreaterThan(1);
  });

  test('answers the rows of a SELECT', async () => {
    const { report } = await new MillraceClient(url()).run('SELECT 7 AS "seven"');
    expect(taskRows(report)).toEqual({
      columns: [{ name: 'seven', type: 'LONG', sqlType: 'INTEGER' }],
      rows: [[7]],
    });
    expect(taskRows((await new MillraceClient(url()).run(insert('rowless', 1))).report)).toBeUndefined();
  });

  test('fails with its fault', async () => {
    const failing = `INSERT INTO "f" SELECT TIME_PARSE('x') AS "__time", 1 AS "a" PARTITIONED BY DAY`;
    const error: unknown = await new MillraceClient(url()).run(failing).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(TaskFailure);
    expect((error as TaskFailure).report?.status.errorReport?.error.errorCode).toBe('InsertTimeNull');
  });

  test('is canceled by the signal', async () => {
    const abort = new AbortController();
    const endless = `INSERT INTO "never" SELECT TIMESTAMP '2024-01-01' AS "__time", a."x" FROM
      ${inlineSql(
        Array.from({ length: 3_000 }, (_, x) => ({ x })),
        { x: 'long' },
      )} a, ${inlineSql(
        Array.from({ length: 3_000 }, (_, x) => ({ x })),
        { x: 'long' },
      )} b, ${inlineSql(
        Array.from({ length: 1_000 }, (_, x) => ({ x })),
        { x: 'long' },
      )} c PARTITIONED BY DAY`;
    const running = new MillraceClient(url()).run(endless, {
      signal: abort.signal,
      onProgress: () => {
        abort.abort();
      },
    });
    await expect(running).rejects.toThrow('Canceled');
  });
});

test('events were asked for, and their absence was borne', () => {
  expect(eventRequests).toBeGreaterThan(0);
});

describe('events', () => {
  test('end with the final report and status', async () => {
    const id = await client().submit(insert('events', 1));
    const response = await fetch(`${suite.server.url}/druid/indexer/v1/task/${id}/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const text = await response.text();
    const events = [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, event, data]) => ({
      event,
      data: JSON.parse(data ?? '') as { status?: unknown; statusCode?: string },
    }));
    expect(events.slice(-3).map(({ event }) => event)).toEqual(['report', 'status', 'end']);
    expect(events.at(-2)?.data.statusCode).toBe('SUCCESS');
    expect(events.at(-3)?.data.status).toMatchObject({ status: 'SUCCESS' });
  });

  test('of an unknown task are 404', async () => {
    expect((await suite.api.get('/druid/indexer/v1/task/nothing/events')).status).toBe(404);
  });

  test('of an ended task tell its end at once', async () => {
    const { id } = await suite.api.ingest(insert('ended', 1));
    const text = await (await fetch(`${suite.server.url}/druid/indexer/v1/task/${id}/events`)).text();
    expect(text.match(/^event: /gm)).toHaveLength(3);
  });
});

test('lists and reads tasks', async () => {
  const { taskId } = await client().run(insert('listed', 1));
  expect((await client().tasks({ datasource: 'listed', state: 'complete', max: 1 })).map(({ id }) => id)).toEqual([
    taskId,
  ]);
  expect((await client().status(taskId)).statusCode).toBe('SUCCESS');
  await expect(client().wait('query-unknown')).rejects.toMatchObject({ status: 404 });
});
