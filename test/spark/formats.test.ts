import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import avro from 'avsc';
import { describe, expect, test } from 'vitest';
import { useServer } from '../support/suite.js';
import { sparkRemote } from './server.js';
import { runTask } from './tasks.js';

const suite = useServer(['--spark-remote', sparkRemote]);

type Columns = Readonly<Record<string, string>>;

/** Rows of an EXTERN as a task of each engine answers them, in the order of all columns. */
async function rowsOnBoth(source: unknown, format: unknown, columns: Columns): Promise<readonly unknown[]> {
  const signature = Object.entries(columns).map(([name, type]) => ({ name, type }));
  const texts = [source, format, signature].map((each) => `'${JSON.stringify(each).replaceAll("'", "''")}'`);
  const answers: unknown[] = [];
  for (const engine of ['duckdb', 'spark']) {
    const { state, report } = await runTask(suite.api, `SELECT * FROM TABLE(EXTERN(${texts.join(', ')}))`, { engine });
    expect(state, `${engine}: ${JSON.stringify(report?.status?.errorReport)}`).toBe('SUCCESS');
    answers.push((report.results.results as unknown[]).map((row) => JSON.stringify(row)).sort());
  }
  return answers as readonly unknown[];
}

const json = { type: 'json' };
const inline = (data: string): unknown => ({ type: 'inline', data });

const cases: Readonly<Record<string, readonly [data: string, format: unknown, columns: Columns]>> = {
  'csv with lines to skip and a header': [
    'made by\nsomebody\na,b,c\n1,"x ""y"", z",\n2,,3.5\n',
    { type: 'csv', findColumnsFromHeader: true, skipHeaderRows: 2 },
    { a: 'long', b: 'string', c: 'double' },
  ],
  'csv with a header and list delimiters of all kinds': [
    'a,b\n1|2|x,p\u0001q\n,\n',
    { type: 'csv', findColumnsFromHeader: true, listDelimiter: '|' },
    { a: 'string', b: 'string' },
  ],
  'csv with lines to skip, without a header, numbers parsed': [
    'x,y\r\n007,1e3\r\n1.50|2,abc\r\n',
    { type: 'csv', columns: ['a', 'b'], skipHeaderRows: 1, tryParseNumbers: true, listDelimiter: '|' },
    { a: 'string', b: 'string' },
  ],
  'tsv into arrays, numbers and JSON': [
    'a\tb\tc\n1;2;x\t-7.9\tp;q\n\t1,000\tr\n',
    { type: 'tsv', findColumnsFromHeader: true, listDelimiter: ';' },
    { a: 'ARRAY<LONG>', b: 'long', c: 'COMPLEX<json>' },
  ],
  'regex with a group that is left out': [
    'a=1\nb=22 (old)\n',
    { type: 'regex', pattern: '(\\w)=(\\d+)(?: \\((\\w+)\\))?', columns: ['k', 'v', 'note', 'none'] },
    { k: 'string', v: 'long', note: 'string', none: 'string' },
  ],
  lines: ['one\u0001two\n  three \n', { type: 'lines' }, { line: 'string' }],
  'JSON in a list over several lines': [
    '[\n {"a": 1, "b": "x\\\\\\"}"},\n {"a": [1, "2"],\n  "b": "[,]"}\n]\n',
    json,
    { a: 'string', b: 'string' },
  ],
  'JSON values one after the other': [
    '{"a": 1,\n"b": {"c": [1, null]}}{"a": 2, "b": "{"}\n',
    json,
    { a: 'long', b: 'COMPLEX<json>' },
  ],
  'JSON of all kinds in columns of all kinds': [
    [
      { s: 'true', n: '16', d: '1e3', l: ['1', 2, null], j: 'true' },
      { s: 1.5, n: 2.9, d: true, l: 7, j: '1' },
      { s: [true, 'x', 1e30], n: [5], d: [1, 2], l: [], j: [{ a: 'b' }] },
      { s: { a: [1] }, n: 'x', d: '', l: null, j: null },
      { s: '[a]', n: 1e30, d: -0.5, l: ['x'], j: { 'a.b': '"' } },
    ]
      .map((each) => JSON.stringify(each))
      .join('\n'),
    json,
    { s: 'string', n: 'long', d: 'double', l: 'ARRAY<LONG>', j: 'COMPLEX<json>' },
  ],
  'JSON with a flattenSpec': [
    '{"a": {"b": [{"c": "[x]"}, 2], "d": "7"}, "e.f": true}\n{"a": {"b": "y"}}\n',
    {
      type: 'json',
      flattenSpec: {
        fields: [
          { type: 'path', name: 'c', expr: '$.a.b[0].c' },
          { type: 'path', name: 'second', expr: '$.a.b[1]' },
          { type: 'path', name: 'b', expr: '$.a.b' },
          { type: 'path', name: 'd', expr: '$.a.d' },
        ],
      },
    },
    { c: 'string', second: 'long', b: 'COMPLEX<json>', d: 'double', 'e.f': 'string' },
  ],
};

describe('external data read as on DuckDB', () => {
  test.each(Object.entries(cases))('%s', async (_, [data, format, columns]) => {
    const [expected, found] = await rowsOnBoth(inline(data), format, columns);
    expect(expected).not.toEqual([]);
    expect(found).toEqual(expected);
  });

  test('packed files, whose names tell nothing', async () => {
    const { directory } = suite;
    writeFileSync(path.join(directory, 'plain.gz'), '{"a": "x"}\n');
    writeFileSync(path.join(directory, 'packed[1].json'), gzipSync('{"a": "y"}\n'));
    writeFileSync(path.join(directory, '_under.json'), '\uFEFF{"a": "z"}\n');
    const files = ['plain.gz', 'packed[1].json', '_under.json'].map((name) => path.join(directory, name));
    const [expected, found] = await rowsOnBoth({ type: 'local', files }, json, { a: 'string' });
    expect(expected).toEqual(['["x"]', '["y"]', '["z"]']);
    expect(found).toEqual(expected);
  });

  test('parquet', async () => {
    const file = path.join(suite.directory, 'data.parquet');
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    await connection.run(`COPY (
      SELECT 1 AS i, 2.5::DECIMAL(9, 2) AS dec, 'x' AS s, TRUE AS b, DATE '2026-01-02' AS day, [1, 2] AS l,
        TIMESTAMP '2026-01-02 03:04:05.678' AS t, TIMESTAMPTZ '2026-01-02 03:04:05Z' AS tz, '\\xFF'::BLOB AS bytes,
        {'a': {'b': 'true'}} AS o, '16' AS n
      UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'none'
    ) TO '${file}' (FORMAT parquet)`);
    connection.closeSync();
    const format = { type: 'parquet', flattenSpec: { fields: [{ type: 'path', name: 'inner', expr: '$.o.a.b' }] } };
    const columns = {
      ...{ i: 'long', dec: 'double', s: 'string', b: 'string', day: 'long', l: 'ARRAY<LONG>', t: 'long', tz: 'long' },
      ...{ bytes: 'string', o: 'COMPLEX<json>', n: 'long', inner: 'string', missing: 'double' },
    };
    const [expected, found] = await rowsOnBoth({ type: 'local', files: [file] }, format, columns);
    expect(found).toEqual(expected);
  });

  test('avro_ocf', async () => {
    const file = path.join(suite.directory, 'data.avro');
    const type = avro.Type.forSchema({
      type: 'record',
      name: 'R',
      fields: [
        { name: 'n', type: 'long' },
        { name: 's', type: ['null', 'string'] },
      ],
    } as avro.Schema);
    const encoder = new avro.streams.BlockEncoder(type, { codec: 'deflate' });
    const parts: Buffer[] = [];
    encoder.on('data', (part: Buffer) => parts.push(part));
    encoder.write({ n: 1, s: 'x' });
    encoder.end({ n: 2, s: null });
    await once(encoder, 'end');
    writeFileSync(file, Buffer.concat(parts));
    const [expected, found] = await rowsOnBoth(
      { type: 'local', files: [file] },
      { type: 'avro_ocf' },
      { n: 'long', s: 'string' },
    );
    expect(expected).toHaveLength(2);
    expect(found).toEqual(expected);
  });

  test('rows that are left out and put in order are counted once', async () => {
    const files = [1, 2, 3].map((n) => path.join(suite.directory, `counted-${n}.json`));
    for (const file of files) writeFileSync(file, '{"n": 1}\n{"n": 2}\n');
    const source = JSON.stringify({ type: 'local', files });
    const { report } = await runTask(
      suite.api,
      `SELECT "n" FROM TABLE(EXTERN('${source}', '{"type": "json"}')) EXTEND ("n" BIGINT) WHERE "n" > 1 ORDER BY "n"`,
      { engine: 'spark' },
    );
    expect(report.results.results).toEqual([[2], [2], [2]]);
    expect(report.counters['0']['0'].input0).toMatchObject({ rows: [6], files: [3] });
  });
});
