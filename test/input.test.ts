import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { datasetFile, flightColumns, flights, flightsFrom, localFlights, writeFlights } from './support/flights.js';
import { useServer } from './support/suite.js';

const suite = useServer();

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** Serves the flights, gzipped, in the way that a handler decides. */
async function withHttpServer(handler: Handler, run: (url: string) => Promise<void>): Promise<void> {
  const body = gzipSync(readFileSync(writeFlights(suite.directory)));
  const server = createServer((request, response) => {
    handler(request, response, body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}/flights.json.gz`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const insertFrom = (dataSource: string, inputSource: unknown): string =>
  `INSERT INTO "${dataSource}" SELECT ${flightColumns} FROM ${flightsFrom(inputSource)} PARTITIONED BY MONTH`;

const countOf = async (dataSource: string): Promise<unknown> =>
  (await suite.api.rows(`SELECT COUNT(*) FROM "${dataSource}"`))[0]?.[0];

describe('http', () => {
  test('reads a gzipped object with basic authentication', async () => {
    const expected = `Basic ${Buffer.from('reader:secret').toString('base64')}`;
    await withHttpServer(
      (request, response, body) => {
        if (request.headers.authorization !== expected) response.writeHead(401).end();
        else response.writeHead(200, { 'content-length': body.length }).end(body);
      },
      async (url) => {
        const source = { type: 'http', uris: [url], httpAuthenticationUsername: 'reader' };
        await suite.api.ingest(insertFrom('http_auth', { ...source, httpAuthenticationPassword: 'secret' }));
        expect(await countOf('http_auth')).toBe(flights().length);
        const { state, report } = await suite.api.task(
          insertFrom('http_401', { ...source, httpAuthenticationPassword: 'x' }),
        );
        expect(state).toBe('FAILED');
        expect(report.status.errorReport.error.errorMessage).toContain('401');
        const task = JSON.stringify((await suite.api.get('/druid/indexer/v1/tasks')).json);
        expect(task).not.toContain('secret');
      },
    );
  });

  test('goes on where a connection broke', async () => {
    const ranges: (string | undefined)[] = [];
    await withHttpServer(
      (request, response, body) => {
        const { range } = request.headers;
        ranges.push(range);
        const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
        const rest = body.subarray(start);
        response.writeHead(range === undefined ? 200 : 206, {
          'content-length': rest.length,
          'accept-ranges': 'bytes',
          etag: '"flights"',
          ...(range !== undefined && { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }),
        });
        if (range !== undefined) response.end(rest);
        else response.write(rest.subarray(0, rest.length >> 1), () => response.destroy());
      },
      async (url) => {
        await suite.api.ingest(insertFrom('http_resumed', { type: 'http', uris: [url] }));
        expect(await countOf('http_resumed')).toBe(flights().length);
        expect(ranges.some((range) => range !== undefined)).toBe(true);
      },
    );
  });
});

test('bad lines are warnings up to maxParseExceptions and a fault beyond', async () => {
  const lines = flights()
    .slice(0, 10)
    .map((flight) => JSON.stringify(flight));
  const source = { type: 'inline', data: [...lines.slice(0, 5), '{"date": ', ...lines.slice(5)].join('\n') };
  const tolerant = await suite.api.ingest(insertFrom('tolerant', source), { maxParseExceptions: 1 });
  expect(await countOf('tolerant')).toBe(10);
  expect(tolerant.report.status.warnings).toHaveLength(1);
  expect(tolerant.report.status.warnings[0].error.errorCode).toBe('CannotParseExternalData');
  const strict = await suite.api.task(insertFrom('strict', source));
  expect(strict.report.status.errorReport.error.errorCode).toBe('CannotParseExternalData');
});

test('the same field may be a text, a number, an array, an object or null', async () => {
  const data = [
    { t: 1, v: 'plain' },
    { t: 2, v: ['a', 'b'] },
    { t: 3, v: 7 },
    { t: 4, v: { x: 1 } },
    { t: 5, v: null },
    { t: 6 },
  ];
  const sql = `INSERT INTO "mixed" SELECT MILLIS_TO_TIMESTAMP("t") AS "__time", "v" FROM TABLE(EXTERN('${JSON.stringify(
    {
      type: 'inline',
      data: data.map((row) => JSON.stringify(row)).join('\n'),
    },
  )}', '{"type":"json"}', '[{"name":"t","type":"long"},{"name":"v","type":"string"}]')) PARTITIONED BY ALL`;
  await suite.api.ingest(sql);
  expect(await suite.api.rows('SELECT "v" FROM "mixed" ORDER BY "__time"')).toEqual([
    ['plain'],
    ['["a","b"]'],
    ['7'],
    ['{"x":1}'],
    [null],
    [null],
  ]);
  expect(
    await suite.api.rows(`SELECT "v", COUNT(*) FROM "mixed" WHERE "v" = 'a' OR "v" = '7' GROUP BY "v" ORDER BY 1`),
  ).toEqual([
    ['7', 1],
    ['a', 1],
    ['b', 1],
  ]);
});

/** Values that read alike as text at a file's beginning, then what only looks like them. */
const doubtful: readonly (readonly [name: string, last: string])[] = [
  ['a fraction that Java prints otherwise', '{"t":999,"v":10000000.5,"o":{"a":"x","b":{"c":"y"}}}'],
  ['an exponent', '{"t":999,"v":1e20,"o":{"a":"x"}}'],
  ['a text like a fraction', '{"t":999,"v":"1.50","o":{"a":"x"}}'],
  ['a text like a list', '{"t":999,"v":"[1]","o":{"a":"x"}}'],
  ['a list', '{"t":999,"v":["a","b"],"o":{"a":"x"}}'],
  ['an object', '{"t":999,"v":{"a":1},"o":{"a":"x"}}'],
  ['a number of more than 64 bits', '{"t":999,"v":123456789012345678901,"o":{"a":"x"}}'],
  ['a truth value', '{"t":999,"v":true,"o":{"a":false}}'],
  ['a member that is a list', '{"t":999,"v":"x","o":{"a":["x"],"b":{"c":[1]}}}'],
  ['a member that is an object', '{"t":999,"v":"x","o":{"a":{"x":1}}}'],
  ['a text in place of an object', '{"t":999,"v":"x","o":"text"}'],
  ['a list in place of an object', '{"t":999,"v":"x","o":[{"a":1}]}'],
  ['nothing', '{"t":999}'],
];

test.each(doubtful)('%s after a thousand plain records reads as it does by the careful way', async (_, last) => {
  const records = Array.from({ length: 999 }, (_each, t) => `{"t":${t},"v":"v${t}","o":{"a":${t},"b":{"c":"c"}}}`);
  const source = JSON.stringify({ type: 'inline', data: [...records, last].join('\n') });
  const insert = (dataSource: string): string =>
    `REPLACE INTO "${dataSource}" OVERWRITE ALL
     WITH "ext" AS (SELECT * FROM TABLE(EXTERN('${source}', '{"type":"json"}',
       '[{"name":"t","type":"long"},{"name":"v","type":"string"},{"name":"o","type":"COMPLEX<json>"}]')))
     SELECT MILLIS_TO_TIMESTAMP("t") AS "__time", "v", JSON_VALUE("o", '$.a') AS "a", JSON_VALUE("o", '$.b.c') AS "c"
     FROM "ext" WHERE JSON_VALUE("o", '$.a') IS DISTINCT FROM '7' PARTITIONED BY ALL`;
  await suite.api.ingest(insert('quick'));
  // Records that may be bad are always read the careful way.
  await suite.api.ingest(insert('careful'), { maxParseExceptions: 1 });
  const rowsOf = (dataSource: string): Promise<unknown[][]> =>
    suite.api.rows(`SELECT * FROM "${dataSource}" ORDER BY "__time"`);
  const rows = await rowsOf('quick');
  expect(rows).toHaveLength(999);
  expect(rows).toEqual(await rowsOf('careful'));
});

test('csv with a header, quotes and a list', async () => {
  const data = 'day,name,tags\n2024-01-01,"Doe, ""J""",a|b\n2024-01-02,,c\n';
  const sql = `INSERT INTO "people" SELECT TIME_PARSE("day") AS "__time", "name", "tags"
    FROM TABLE(EXTERN('${JSON.stringify({ type: 'inline', data })}',
      '{"type":"csv","findColumnsFromHeader":true,"listDelimiter":"|"}',
      '[{"name":"day","type":"string"},{"name":"name","type":"string"},{"name":"tags","type":"string"}]')) PARTITIONED BY DAY`;
  await suite.api.ingest(sql);
  expect(await suite.api.rows('SELECT * FROM "people" ORDER BY "__time"')).toEqual([
    ['2024-01-01T00:00:00.000Z', 'Doe, "J"', '["a","b"]'],
    ['2024-01-02T00:00:00.000Z', null, 'c'],
  ]);
});

test('parquet columns by name, a missing one NULL', async () => {
  const source = JSON.stringify({ type: 'local', files: [datasetFile('flights-3m.parquet')] });
  const rows = await suite.api.task(
    `SELECT COUNT(*), COUNT("origin"), COUNT("nothing") FROM TABLE(EXTERN('${source}', '{"type":"parquet"}'))
     EXTEND ("origin" VARCHAR, "nothing" VARCHAR)`,
  );
  const [[all, origins, nothing] = []] = rows.report.results.results;
  expect(all).toBeGreaterThan(2_900_000);
  expect(origins).toBe(all);
  expect(nothing).toBe(0);
});

test('local files outside of the allowed directories are refused', async () => {
  const file = writeFlights(suite.directory);
  const { startServerProcess } = await import('./support/server-process.js');
  const { Api } = await import('./support/api.js');
  const confined = await startServerProcess(`${suite.directory}/confined`, ['--allowed-directories', '/srv/data']);
  try {
    const end = await new Api(confined.url).task(`SELECT COUNT(*) FROM ${localFlights(file)}`);
    expect(end.state).toBe('FAILED');
    expect(JSON.stringify(end.report.status)).toContain('allowed');
  } finally {
    await confined.stop();
  }
});
