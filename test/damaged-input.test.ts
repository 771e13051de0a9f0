import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import avro from 'avsc';
import { describe, expect, test } from 'vitest';
import { datasetFile } from './support/flights.js';
import { useServer } from './support/suite.js';

const suite = useServer();

const json = { type: 'json' };
const csv = { type: 'csv', columns: ['n', 's'] };
const header = { type: 'csv', findColumnsFromHeader: true };
const tsv = { type: 'tsv', columns: ['n', 's'] };
const regex = { type: 'regex', pattern: String.raw`(\d+)-(\w+)`, columns: ['n', 's'] };
const lines = { type: 'lines' };

function extern(name: string, content: string | Uint8Array, format: { readonly type: string }): string {
  const file = path.join(suite.directory, name);
  writeFileSync(file, content);
  const source = JSON.stringify({ type: 'local', files: [file] });
  const columns = format.type === 'lines' ? '"line" VARCHAR' : '"n" BIGINT, "s" VARCHAR';
  return `TABLE(EXTERN('${source}', '${JSON.stringify(format)}')) EXTEND (${columns})`;
}

describe('texts as they come', () => {
  test.each<[string, string, string | Uint8Array, { readonly type: string }, unknown[][]]>([
    ['a byte order mark', 'bom.json', '\uFEFF{"n":1,"s":"a"}\n', json, [[1, 'a']]],
    ['a byte order mark before a header', 'bom.csv', '\uFEFFn,s\n1,a\n', header, [[1, 'a']]],
    ['a byte order mark before a record', 'bom.tsv', '\uFEFF1\ta\n', tsv, [[1, 'a']]],
    [
      'line ends of Windows',
      'crlf.json',
      '{"n":1,"s":"a"}\r\n{"n":2,"s":"b"}\r\n',
      json,
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'line ends of Windows and a header',
      'crlf.csv',
      'n,s\r\n1,a\r\n2,b\r\n',
      header,
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'line ends of both kinds',
      'mixed.csv',
      '1,a\n2,b\r\n3,c',
      csv,
      [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ],
    ],
    [
      'too few and too many columns',
      'ragged.csv',
      '1,a\n2\n3,c,d\n,\n',
      csv,
      [
        [1, 'a'],
        [2, null],
        [3, 'c'],
        [null, null],
      ],
    ],
    ['blank lines of JSON', 'blank.json', '\n{"n":1,"s":"a"}\n \n\n', json, [[1, 'a']]],
    ['nothing', 'empty.json', '', json, []],
    ['nothing, packed', 'empty.csv.gz', gzipSync(''), csv, []],
    ['a header alone', 'header.csv', 'n,s\n', header, []],
    [
      'null bytes',
      'null.csv',
      '1,a\0b\n2,\0\n',
      csv,
      [
        [1, 'a\0b'],
        [2, '\0'],
      ],
    ],
    ['null bytes in lines', 'null.txt', 'a\0b\nc\n', lines, [['a\0b'], ['c']]],
    ['null bytes, packed', 'null.tsv.gz', gzipSync('1\ta\0b\n'), tsv, [[1, 'a\0b']]],
    [
      'bytes that are not UTF-8',
      'latin.csv',
      Buffer.from('1,caf\xe9\n2,b\n', 'latin1'),
      csv,
      [
        [1, 'caf\uFFFD'],
        [2, 'b'],
      ],
    ],
    ['a character cut off at the end', 'cut.csv', Buffer.from('1,a\u20ac').subarray(0, -1), csv, [[1, 'a\uFFFD']]],
  ])('%s', async (_name, name, content, format, expected) => {
    const columns = format.type === 'lines' ? '"line"' : '"n", "s"';
    const { state, report } = await suite.api.task(`SELECT ${columns} FROM ${extern(name, content, format)}`);
    expect(report.status.errorReport).toBeUndefined();
    expect(state).toBe('SUCCESS');
    expect(report.results.results).toEqual(expected);
  });

  test('null bytes of text files are InvalidNullByte in a datasource, or removed', async () => {
    const insert = `INSERT INTO "nulls" SELECT "n", "s" FROM ${extern('store.csv', '1,a\0b\n', csv)} PARTITIONED BY ALL`;
    const { report } = await suite.api.task(insert);
    expect(report.status.errorReport.error).toMatchObject({ errorCode: 'InvalidNullByte', column: 's', position: 2 });
    await suite.api.ingest(insert, { removeNullBytes: true });
    expect(await suite.api.rows('SELECT "n", "s" FROM "nulls"')).toEqual([[1, 'ab']]);
  });

  test('removeNullBytes takes them out of results too', async () => {
    const rows = extern('answer.csv', '1,a\0b\n2,\0\n', csv);
    const sql = `SELECT "n", "s", ARRAY["s", 'c'] AS "l" FROM ${rows}`;
    expect((await suite.api.task(sql)).report.results.results).toEqual([
      [1, 'a\0b', '["a\\u0000b","c"]'],
      [2, '\0', '["\\u0000","c"]'],
    ]);
    const removed = [
      [1, 'ab', '["ab","c"]'],
      [2, '', '["","c"]'],
    ];
    const context = { removeNullBytes: true };
    expect((await suite.api.task(sql, context)).report.results.results).toEqual(removed);
    const stored = { ...context, selectDestination: 'durableStorage', executionMode: 'ASYNC' };
    const { json } = await suite.api.request('POST', '/druid/v2/sql/statements', { query: sql, context: stored });
    await suite.api.finish(json.queryId);
    const page = await suite.api.get(`/druid/v2/sql/statements/${json.queryId}/results?resultFormat=array`);
    expect(page.json).toEqual(removed);
  });
});

/** The first two thirds of files of thirty records, as base64. */
const cut = {
  bzip2:
    'QlpoOTFBWSZTWWY8e8AAACDZgAAQAAR/4D8AAQAwAZtGEiKemmCMEoIp6mzTU0eqAKqf+gmU2E0qYlQgUTAR6yq4vjPuj9hmHZ1qt6F1vayzy6OTLRQrJxPSjugT6Ub3wPLHMWpTDWFp07ZdrHBpP8vdk+OmYQzzz9fCVycYLRjkNv5lUSUCtlFoNjR/Up8aV9DRT7w29V1ozWA4jDsWqNNpQ0Bw2T0tPgWYxU5XtOdRY+5i6n12l8cpJ/AuMQglSkXT16utjkRyy4zCIE01fVktTj6W71AHtmZ9eeURDpbem+O+VGIWtufKT2Rb2FKi',
  xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AJMAZRdABgLC0aRrJjylLjL0HEcrFS2r2tW0eB4bVlpBo87mptQE/k8oOftfjUGCLAaKJX+JoVjtdxL+QEFXcUM4O8GOcghpdE+xJdWUztgAulTJFZIYOXCXOvQnN63mCuU6eQWAbgf+fE0lqrkB3J0h5He1iILlZOHhtWGrlkt0bBcqROEpO9QCQ9s9vRWFa4CYIqEKS+daiPdesoW99UhR0vj4jGU+A9ZI84f47TbVJGeL9oTnaM8M/kooYkoEKoPDtF6ka8+4kZgTkJKLm4xeOp86KzXwX6A6nNXZKZx9hcC5lmluqkghOJBdsv1sDtXavbI/v5YGHez5TAiC9c4EOksduu8Fa8Lb0n/Sz0dbM9WFs96Z4Mhv6vwbgBU',
  zstd: 'KLUv/QBYbQcAdlw6DtC1AQAg7k2bNu3guEQMNgA1ADQAVDcnYiLRUACOqvBIC/mhc20BUIyd0XYye8VYWgANqtl9Xqu3S8kEMDGuuXU5St2dpwAYEoAE09b0sQMQBqunq/lNOHPsGcDFlc0iz3ojIUkMwKKILZdczN6qtwAeL+3FspIbITOz',
} as const;

describe('what is damaged is named, and nothing of it is stored', () => {
  const records = Array.from(
    { length: 5_000 },
    (_, n) => `{"n":${n},"s":"${(n * 2_654_435_761).toString(36)}"}\n`,
  ).join('');
  const fields = Array.from({ length: 5_000 }, (_, n) => `${n},${(n * 2_654_435_761).toString(36)}\n`).join('');
  const withoutCheck = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, -8), Buffer.alloc(8)]);
  const parquet = (): Buffer => readFileSync(datasetFile('flights-3m.parquet'));

  test.each<[string, string, () => string | Uint8Array, { readonly type: string }]>([
    ['CSV in gzip that is cut off', 'cut.csv.gz', () => gzipSync(fields).subarray(0, -5_000), csv],
    ['JSON in gzip without its last bytes', 'cut.json.gz', () => gzipSync(records).subarray(0, -8), json],
    ['JSON in gzip with a wrong checksum', 'sum.json.gz', () => withoutCheck(gzipSync(records)), json],
    ['TSV in gzip with a wrong checksum', 'sum.tsv.gz', () => withoutCheck(gzipSync(fields)), tsv],
    ['CSV in bzip2 that is cut off', 'cut.csv.bz2', () => Buffer.from(cut.bzip2, 'base64'), csv],
    ['CSV in xz that is cut off', 'cut.csv.xz', () => Buffer.from(cut.xz, 'base64'), csv],
    ['CSV in zstd that is cut off', 'cut.csv.zst', () => Buffer.from(cut.zstd, 'base64'), csv],
    ['CSV in UTF-16', 'wide.csv', () => Buffer.from('\uFEFF1,a\n', 'utf16le'), csv],
    ['JSON in UTF-16', 'wide.json', () => Buffer.from('\uFEFF{"n":1}\n', 'utf16le'), json],
    ['Parquet that is cut off', 'cut.parquet', () => parquet().subarray(0, 100_000), { type: 'parquet' }],
    ['Parquet of noise', 'noise.parquet', () => Buffer.alloc(5_000, 0x5a), { type: 'parquet' }],
    ['Avro that is damaged in the middle', 'noise.avro', () => Buffer.alloc(5_000, 0x5a), { type: 'avro_ocf' }],
    ['a JSON array that is cut off', 'array.json', () => '[{"n":1},{"n":2},{"n"', json],
  ])('%s', async (_name, name, content, format) => {
    const rows = extern(name, content(), format);
    const { state, report } = await suite.api.task(
      `INSERT INTO "damaged" SELECT "n", "s" FROM ${rows} PARTITIONED BY ALL`,
      { maxParseExceptions: -1 },
    );
    expect(state).toBe('FAILED');
    const { error } = report.status.errorReport;
    expect(error.errorCode).toBe('CannotParseExternalData');
    expect(error.errorMessage).toContain(path.join(suite.directory, name));
    expect(error.errorMessage).not.toContain('\n');
    expect((await suite.api.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM "damaged"' })).status).toBe(400);
  });

  test('Avro whose second block is damaged', async () => {
    const type = avro.Type.forSchema({ type: 'record', name: 'R', fields: [{ name: 'n', type: 'int' }] });
    const encoder = new avro.streams.BlockEncoder(type, { blockSize: 1_000, codec: 'null' });
    for (let n = 0; n < 5_000; n += 1) encoder.write({ n });
    encoder.end();
    const chunks: Buffer[] = [];
    for await (const chunk of encoder) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks).fill(0xff, 3_000, 3_100);
    const rows = extern('block.avro', bytes, { type: 'avro_ocf' });
    const { report } = await suite.api.task(`SELECT SUM("n") FROM ${rows}`, { maxParseExceptions: -1 });
    expect(report.status.errorReport.error).toMatchObject({ errorCode: 'CannotParseExternalData' });
    expect(report.status.errorReport.error.errorMessage).toContain('block.avro');
  });
});

describe('bad records of each format', () => {
  test.each<[string, string, string | Uint8Array, { readonly type: string }, RegExp, unknown[][]]>([
    [
      'json',
      'bad.json',
      '{"n":1,"s":"a"}\n{"n":\n{"n":3,"s":"c"}\n',
      json,
      /\[\{"n":\].*bad\.json, Line: 2/,
      [[1], [3]],
    ],
    [
      'json that is not UTF-8',
      'bad8.json',
      Buffer.from('{"n":1}\n{"s":"\xff"}\n', 'latin1'),
      json,
      /not UTF-8.*Line: 2/,
      [[1]],
    ],
    [
      'json with a null byte',
      'null.json',
      '{"n":1}\n{"s":"a\0"}\n',
      json,
      /control character.*null\.json, Line: 2/,
      [[1]],
    ],
    ['csv', 'bad.csv', '1,a\n2,"b\n3,c\n', csv, /\[2,"b\]: Un-terminated quoted field.*bad\.csv, Line: 2/, [[1], [3]]],
    ['csv with a header', 'badh.csv', 'n,s\n1,a\n2,"b\n', header, /Un-terminated.*badh\.csv, Line: 3/, [[1]]],
    ['regex', 'bad.txt', '1-a\nnothing\n3-c\n', regex, /\[nothing\]: Incorrect Regex.*bad\.txt, Line: 2/, [[1], [3]]],
  ])('%s: one is a warning with its place, or TooManyWarnings', async (_name, name, content, format, message, rows) => {
    const sql = `SELECT "n" FROM ${extern(name, content, format)}`;
    for (const maxParseExceptions of [1, -1]) {
      const { state, report } = await suite.api.task(sql, { maxParseExceptions });
      expect(state).toBe('SUCCESS');
      expect(report.results.results).toEqual(rows);
      expect(report.status.warnings).toHaveLength(1);
      expect(report.status.warnings[0].error.errorCode).toBe('CannotParseExternalData');
      expect(report.status.warnings[0].error.errorMessage).toMatch(message);
    }
    const { report } = await suite.api.task(sql);
    expect(report.status.errorReport.error.errorCode).toBe('CannotParseExternalData');
    expect(report.status.errorReport.error.errorMessage).toMatch(message);
  });
});
