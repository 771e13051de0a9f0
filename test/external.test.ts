import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import avro from 'avsc';
import { describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

const results = async (sql: string, context: Readonly<Record<string, unknown>> = {}): Promise<unknown[][]> => {
  const { state, report } = await suite.api.task(sql, context);
  if (state !== 'SUCCESS') throw new Error(JSON.stringify(report.status.errorReport));
  return report.results.results as unknown[][];
};

const write = (name: string, content: string | Uint8Array): string => {
  const file = path.join(suite.directory, name);
  writeFileSync(file, content);
  return file;
};

const extern = (source: unknown, format: unknown, columns: string): string =>
  `TABLE(EXTERN('${JSON.stringify(source).replaceAll("'", "''")}', '${JSON.stringify(format).replaceAll("'", "''")}')) EXTEND (${columns})`;

const local = (...files: readonly string[]) => ({ type: 'local', files });

/** The bytes of an Avro container file. */
async function avroFile(type: avro.Type, records: readonly unknown[], codec = 'deflate'): Promise<Buffer> {
  const encoder = new avro.streams.BlockEncoder(type, { codec });
  for (const record of records) encoder.write(record);
  encoder.end();
  const chunks: Buffer[] = [];
  for await (const chunk of encoder) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function refusal(sql: string): Promise<string> {
  const { status, json } = await suite.api.request('POST', '/druid/v2/sql/task', { query: sql });
  expect(status).toBe(400);
  return json.errorMessage as string;
}

describe('table functions', () => {
  test('INLINE with EXTEND and without the word', async () => {
    const inline = "TABLE(INLINE(data => ARRAY['a,1', 'b,2'], format => 'csv'))";
    expect(await results(`SELECT * FROM ${inline} EXTEND ("x" VARCHAR, "n" BIGINT)`)).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(await results(`SELECT SUM("n") FROM ${inline} ("x" VARCHAR, "n" BIGINT)`)).toEqual([[3]]);
  });

  test("INLINE of JSON with TYPE('COMPLEX<json>')", async () => {
    const sql = `SELECT JSON_VALUE("o", '$.a') FROM TABLE(INLINE(data => '{"o": {"a": "deep"}}', format => 'json'))
      EXTEND ("o" TYPE('COMPLEX<json>'))`;
    expect(await results(sql)).toEqual([['deep']]);
  });

  test('LOCALFILES by directory, by files, and by files in a directory', async () => {
    write('part-1.tsv', 'a;1\n');
    write('part-2.tsv', 'b;2\n');
    const sum = async (args: string) =>
      results(
        `SELECT COUNT(*), SUM("n") FROM TABLE(LOCALFILES(${args}, format => 'tsv', delimiter => ';')) ("x" VARCHAR, "n" BIGINT)`,
      );
    const { directory } = suite;
    expect(await sum(`baseDir => '${directory}', filter => 'part-*.tsv'`)).toEqual([[2, 3]]);
    expect(await sum(`files => ARRAY['${directory}/part-2.tsv']`)).toEqual([[1, 2]]);
    expect(await sum(`baseDir => '${directory}', files => ARRAY['part-1.tsv']`)).toEqual([[1, 1]]);
  });

  test('HTTP with a user, a password and headers', async () => {
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      seen.push([request.headers.authorization, request.headers['x-kind']]);
      response.end('{"n": 1}\n{"n": 2}\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.json`;
      const sql = `SELECT SUM("n") FROM TABLE(HTTP(uris => ARRAY['${uri}'], userName => 'reader', password => 'pass',
        headers => '{"X-Kind": "test"}', format => 'json')) ("n" BIGINT)`;
      expect(await results(sql)).toEqual([[3]]);
      expect(seen).toEqual([[`Basic ${Buffer.from('reader:pass').toString('base64')}`, 'test']]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test.each([
    ["INLINE(data => 'a', format => 'csv')", '', 'EXTEND'],
    ["INLINE(format => 'csv')", '("x" VARCHAR)', 'data'],
    ["INLINE(data => 'a')", '("x" VARCHAR)', 'format'],
    ["INLINE(data => 'a', format => 'csv', colour => 'red')", '("x" VARCHAR)', 'colour'],
    ["INLINE(data => 'a', format => 'csv', delimiter => ';')", '("x" VARCHAR)', 'delimiter'],
    ["INLINE(data => 'a', format => 'papyrus')", '("x" VARCHAR)', 'papyrus'],
    ["LOCALFILES(format => 'csv')", '("x" VARCHAR)', 'baseDir'],
    ["HTTP(uris => 'ftp://x', format => 'csv')", '("x" VARCHAR)', 'http or https'],
    ["AZURE(uris => 'azure://x', format => 'csv')", '("x" VARCHAR)', 'AZURE'],
    ["S3(format => 'csv')", '("x" VARCHAR)', "exactly one of the arguments 'uris', 'prefixes' and 'bucket'"],
    ["S3(uris => ARRAY['s3://b/k'], bucket => 'b', format => 'csv')", '("x" VARCHAR)', 'exactly one of'],
    ["S3(bucket => 'b', format => 'csv')", '("x" VARCHAR)', "also requires 'paths'"],
    ["S3(paths => ARRAY['k'], format => 'csv')", '("x" VARCHAR)', "also requires 'bucket'"],
    ["S3(uris => ARRAY['s3://b/k'], assumeRoleArn => 'arn:x', format => 'csv')", '("x" VARCHAR)', 'assumeRoleArn'],
    ["S3(uris => ARRAY['s3://b/k'], sessionToken => 't', format => 'csv')", '("x" VARCHAR)', 'sessionToken'],
  ])('TABLE(%s) %s is refused', async (call, columns, message) => {
    expect(await refusal(`SELECT * FROM TABLE(${call}) ${columns}`)).toContain(message);
  });
});

describe('input sources', () => {
  test('druid reads a datasource within an interval', async () => {
    await suite.api.ingest(
      `INSERT INTO "source" SELECT TIME_PARSE("t") AS "__time", "n", "s" FROM TABLE(INLINE(
        data => ARRAY['2024-01-01,1,a', '2024-01-02,2,b', '2024-02-01,4,c'], format => 'csv')) ("t" VARCHAR, "n" BIGINT, "s" VARCHAR)
       PARTITIONED BY MONTH`,
    );
    const druid = (interval: string) => ({ type: 'druid', dataSource: 'source', interval });
    const columns = '"__time" BIGINT, "n" VARCHAR, "s" VARCHAR, "missing" BIGINT';
    const january = extern(druid('2024-01-01/2024-02-01'), { type: 'json' }, columns);
    expect(await results(`SELECT "__time", "n", "s", "missing" FROM ${january} ORDER BY "s"`)).toEqual([
      [Date.UTC(2024, 0, 1), '1', 'a', null],
      [Date.UTC(2024, 0, 2), '2', 'b', null],
    ]);
    const inline = { type: 'inline', data: '{"s": "d"}' };
    const both = extern(
      { type: 'combining', delegates: [druid('2024-02-01/2024-03-01'), inline] },
      { type: 'json' },
      columns,
    );
    expect(await results(`SELECT "s" FROM ${both} ORDER BY "s"`)).toEqual([['c'], ['d']]);
  });

  test.each([
    [{ type: 'druid', dataSource: 'nothing', interval: '2024/2025' }, 'nothing'],
    [{ type: 'druid', dataSource: 'source' }, 'interval'],
    [
      { type: 'hdfs', paths: 'hdfs://namenode/a' },
      '[inputSource.type] has the value [hdfs], which is read by the spark',
    ],
    [
      {
        type: 'combining',
        delegates: [
          { type: 'inline', data: '' },
          { type: 'hdfs', paths: ['/a'] },
        ],
      },
      '[inputSource.delegates[1].type] has the value [hdfs]',
    ],
    [{ type: 'hdfs', paths: [] }, '[inputSource.paths]'],
    [
      { type: 'hdfs', paths: 'hdfs://namenode/{a,b}, s3://c/d' },
      '[inputSource.paths[1]]: must be a path such as hdfs:',
    ],
    [{ type: 'hdfs', paths: ['hdfs://namenode/a', 7] }, '[inputSource.paths]: must be a string or an array of strings'],
    [{ type: 'druid', dataSource: 'source', interval: '2024/2025', filter: { type: 'true' } }, 'filter'],
  ])('%j is refused', async (source, message) => {
    expect(await refusal(`SELECT * FROM ${extern(source, { type: 'json' }, '"s" VARCHAR')}`)).toContain(message);
  });

  test('combining reads files, packed or not, and text of the statement', async () => {
    const file = write('one.json', '{"n": 1}\n');
    const packed = write('two.json.gz', gzipSync('{"n": 2}\n'));
    const source = { type: 'combining', delegates: [local(file, packed), { type: 'inline', data: '{"n": 4}' }] };
    expect(await results(`SELECT SUM("n") FROM ${extern(source, { type: 'json' }, '"n" BIGINT')}`)).toEqual([[7]]);
  });
});

describe('input formats', () => {
  test('regex, with lists', async () => {
    const source = { type: 'inline', data: 'GET /a 200 x|y\nPOST /b 404 z' };
    const format = {
      type: 'regex',
      pattern: String.raw`(\w+) (\S+) (\d+) (.*)`,
      columns: ['verb', 'path', 'status', 'tags'],
      listDelimiter: '|',
    };
    const rows = extern(source, format, '"verb" VARCHAR, "status" BIGINT, "tags" VARCHAR');
    expect(await results(`SELECT "verb", "status", "tags" FROM ${rows}`)).toEqual([
      ['GET', 200, '["x","y"]'],
      ['POST', 404, 'z'],
    ]);
  });

  test('lines', async () => {
    const rows = extern({ type: 'inline', data: 'a,b\n"c"' }, { type: 'lines' }, '"line" VARCHAR');
    expect(await results(`SELECT "line" FROM ${rows}`)).toEqual([['a,b'], ['"c"']]);
  });

  test('json with a flattenSpec of every kind, jq refused by name', async () => {
    const source = { type: 'inline', data: '{"a": 1, "o": {"b": {"c": "deep"}, "l": [1, 2]}, "r": "root"}' };
    const fields = [
      'a',
      { type: 'root', name: 'renamed', expr: 'r' },
      { type: 'path', name: 'c', expr: '$.o.b.c' },
      { type: 'path', name: 'second', expr: "$['o'].l[1]" },
      { type: 'tree', name: 'tree', nodes: ['o', 'b', 'c'] },
    ];
    const columns = '"a" BIGINT, "renamed" VARCHAR, "c" VARCHAR, "second" BIGINT, "tree" VARCHAR, "r" VARCHAR';
    const select = (useFieldDiscovery: boolean): string =>
      `SELECT * FROM ${extern(source, { type: 'json', flattenSpec: { useFieldDiscovery, fields } }, columns)}`;
    expect(await results(select(true))).toEqual([[1, 'root', 'deep', 2, 'deep', 'root']]);
    // Discovery is about columns that nobody declared; here all are.
    expect(await results(select(false))).toEqual([[1, 'root', 'deep', 2, 'deep', 'root']]);
    const jq = { type: 'json', flattenSpec: { fields: [{ type: 'jq', name: 'x', expr: '.a' }] } };
    expect(await refusal(`SELECT * FROM ${extern(source, jq, '"x" BIGINT')}`)).toContain('jq');
  });

  test('avro_ocf: records, unions, bytes, long integers, flattenSpec', async () => {
    const type = avro.Type.forSchema({
      type: 'record',
      name: 'Event',
      fields: [
        { name: 'id', type: 'int' },
        { name: 'name', type: ['null', 'string'] },
        { name: 'raw', type: 'bytes' },
        { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
        { name: 'tags', type: { type: 'array', items: 'string' } },
        { name: 'inner', type: { type: 'record', name: 'Inner', fields: [{ name: 'x', type: 'double' }] } },
      ],
    });
    const records = Array.from({ length: 1_000 }, (_, id) => ({
      id,
      name: id % 2 ? `n${id}` : null,
      raw: Buffer.from('hi'),
      kind: 'B',
      tags: ['t', 'u'],
      inner: { x: id / 2 },
    }));
    const file = write('events.avro', await avroFile(type, records));
    const format = { type: 'avro_ocf', flattenSpec: { fields: [{ type: 'path', name: 'x', expr: '$.inner.x' }] } };
    const columns = '"id" BIGINT, "name" VARCHAR, "raw" VARCHAR, "kind" VARCHAR, "tags" VARCHAR, "x" DOUBLE';
    const rows = extern(local(file), format, columns);
    expect(await results(`SELECT COUNT(*), COUNT("name"), SUM("id"), SUM("x") FROM ${rows}`)).toEqual([
      [1_000, 500, 499_500, 249_750],
    ]);
    expect(await results(`SELECT "id", "name", "raw", "kind", "tags", "x" FROM ${rows} WHERE "id" = 3`)).toEqual([
      [3, 'n3', 'aGk=', 'B', '["t","u"]', 1.5],
    ]);
    const text = extern(local(file), { ...format, binaryAsString: true }, columns);
    expect(await results(`SELECT DISTINCT "raw" FROM ${text}`)).toEqual([['hi']]);

    const cut = write('cut.avro', readFileSync(file).subarray(0, -100));
    const { report } = await suite.api.task(`SELECT COUNT(*) FROM ${extern(local(cut), format, columns)}`);
    expect(report.status.errorReport.error.errorCode).toBe('CannotParseExternalData');
    expect(report.status.errorReport.error.errorMessage).toContain(cut);
  });

  test('avro_ocf keeps 64-bit integers exact', async () => {
    const type = avro.Type.forSchema({ type: 'record', name: 'R', fields: [{ name: 'n', type: 'long' }] });
    // The library writes no integer beyond 2^53, so the ten bytes of one take the place of the one of 5.
    const bytes = await avroFile(type, [{ n: 5 }], 'null');
    const at = bytes.length - 17;
    expect([...bytes.subarray(at - 2, at + 1)]).toEqual([2, 2, 10]);
    const greatest = Buffer.from('feffffffffffffffff01', 'hex');
    const patched = Buffer.concat([bytes.subarray(0, at - 1), Buffer.from([20]), greatest, bytes.subarray(at + 1)]);
    const rows = extern(local(write('longest.avro', patched)), { type: 'avro_ocf' }, '"n" BIGINT');
    expect(await results(`SELECT CAST("n" AS VARCHAR) FROM ${rows}`)).toEqual([['9223372036854775807']]);
  });
});

describe('files that are not what they should be', () => {
  const good = Array.from({ length: 20_000 }, (_, n) => `{"n": ${n}, "text": "record number ${n}"}\n`).join('');

  async function faultOf(file: string, format: unknown) {
    const { state, report } = await suite.api.task(`SELECT SUM("n") FROM ${extern(local(file), format, '"n" BIGINT')}`);
    expect(state).toBe('FAILED');
    const { error } = report.status.errorReport;
    expect(error.errorCode).toBe('CannotParseExternalData');
    expect(error.errorMessage).toContain(file);
    return error.errorMessage as string;
  }

  test.each<[string, string, () => Uint8Array | string, unknown]>([
    ['a cut-off gzip file', 'cut.json.gz', () => gzipSync(good).subarray(0, 20_000), { type: 'json' }],
    [
      'a damaged gzip file',
      'damaged.json.gz',
      () => {
        const bytes = gzipSync(good);
        bytes.fill(0x55, 5_000, 6_000);
        return bytes;
      },
      { type: 'json' },
    ],
    ['text instead of Parquet', 'text.parquet', () => good, { type: 'parquet' }],
    ['JSON instead of Avro', 'text.avro', () => good, { type: 'avro_ocf' }],
    [
      'a cut-off zip',
      'cut.zip',
      () => Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(100)]),
      { type: 'json' },
    ],
    ['noise instead of JSON', 'noise.json', () => Buffer.alloc(10_000, 0xf7), { type: 'json' }],
  ])('%s is named', async (_name, name, content, format) => {
    await faultOf(write(name, content()), format);
  });

  test('a cut-off last record is named with its line', async () => {
    const message = await faultOf(write('cut.json', good.slice(0, -20)), { type: 'json' });
    expect(message).toContain('Line: 20000');
  });
});

describe('maxParseExceptions', () => {
  const source = { type: 'inline', data: ['{"n": 1}', '{"n": ', '{"n": 2}', 'x'.repeat(3_000), '{"n": 4}'].join('\n') };
  const sql = `SELECT SUM("n") FROM ${extern(source, { type: 'json' }, '"n" BIGINT')}`;

  test('0 fails at the first bad record', async () => {
    const { state, report } = await suite.api.task(sql);
    expect(state).toBe('FAILED');
    expect(report.status.errorReport.error.errorCode).toBe('CannotParseExternalData');
    expect(report.status.errorReport.error.errorMessage).toContain('Line: 2');
  });

  test.each([2, 10, -1])('%i lets two bad records through, each a warning', async (maxParseExceptions) => {
    const { state, report } = await suite.api.task(sql, { maxParseExceptions });
    expect(state).toBe('SUCCESS');
    expect(report.results.results).toEqual([[7]]);
    const messages = report.status.warnings.map(
      (warning: { error: { errorMessage: string } }) => warning.error.errorMessage,
    );
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatch(/\{"n": .*Path: inline, Line: 2/);
    expect(messages[1]).toMatch(/Path: inline, Line: 4/);
    expect(messages[1].length).toBeLessThan(1_500);
    expect(report.counters['0']['0'].warnings).toEqual({ type: 'warnings', CannotParseExternalData: 2 });
  });

  test('1 is TooManyWarnings', async () => {
    const { state, report } = await suite.api.task(sql, { maxParseExceptions: 1 });
    expect(state).toBe('FAILED');
    expect(report.status.errorReport.error).toEqual({
      errorCode: 'TooManyWarnings',
      errorMessage: 'Too many warnings of type CannotParseExternalData generated (max = 1)',
      maxWarnings: 1,
      rootErrorCode: 'CannotParseExternalData',
    });
  });
});
