import { createWriteStream, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import avro from 'avsc';
import { describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

const wholeLine = { type: 'regex', pattern: '([\\s\\S]*)', listDelimiter: '56616469-6de2-9da4', columns: ['raw'] };

const sample = (
  inputSource: object,
  inputFormat: object,
  dataSchema: object = {
    dataSource: 'sample',
    timestampSpec: { column: '__time', format: 'millis', missingValue: '1970-01-01T00:00:00Z' },
    dimensionsSpec: { useSchemaDiscovery: true },
    granularitySpec: { rollup: false },
  },
  numRows = 50,
) =>
  suite.api.request('POST', '/druid/indexer/v1/sampler?for=input-format-step', {
    type: 'index_parallel',
    spec: { type: 'index_parallel', ioConfig: { type: 'index_parallel', inputSource, inputFormat }, dataSchema },
    samplerConfig: { numRows, timeoutMs: 15_000 },
  });

const inline = (data: string): object => ({ type: 'inline', data });
const types = (schema: { name: string; type: string }[]): Record<string, string> =>
  Object.fromEntries(schema.map(({ name, type }) => [name, type]));

describe('the sampler', () => {
  test('shows lines as they are, before a format is chosen', async () => {
    const answer = await sample(inline('{"a":1}\nb,"c d"\n'), wholeLine);
    expect(answer.status).toBe(200);
    expect(answer.json.data.map(({ input }: { input: object }) => input)).toEqual([
      { raw: '{"a":1}' },
      { raw: 'b,"c d"' },
    ]);
  });

  test('tells the columns and types of JSON records', async () => {
    const records = [
      { n: 1, d: 1, s: 'x', mixed: 1, flag: true, list: [1, 2], texts: ['a'], nested: { a: 1 }, nothing: null },
      { n: 2, d: 1.5, s: null, mixed: 'y', list: [], texts: null, late: 1 },
    ];
    const file = `${suite.directory}/records.json`;
    writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'));
    const { json } = await sample({ type: 'local', files: [file] }, { type: 'json', keepNullColumns: true });
    expect(types(json.logicalSegmentSchema)).toEqual({
      __time: 'LONG',
      n: 'LONG',
      d: 'DOUBLE',
      s: 'STRING',
      mixed: 'STRING',
      flag: 'LONG',
      list: 'ARRAY<LONG>',
      texts: 'ARRAY<STRING>',
      nested: 'COMPLEX<json>',
      nothing: 'STRING',
      late: 'LONG',
    });
    expect(json).toMatchObject({ numRowsRead: 2, numRowsIndexed: 2, data: [{ input: records[0] }, {}] });
    expect(json.data[1].parsed).toMatchObject({ __time: 0, n: 2, mixed: 'y', late: 1 });
    expect(json.logicalDimensions).toContainEqual({ type: 'json', name: 'nested' });
  });

  test('takes the fields of a flattenSpec', async () => {
    const { json } = await sample(inline('{"a":{"b":[1,2]},"c":3}'), {
      type: 'json',
      flattenSpec: { useFieldDiscovery: false, fields: ['c', { type: 'path', name: 'second', expr: '$.a.b[1]' }] },
    });
    expect(json.data[0].input).toEqual({ c: 3, second: 2 });
  });

  test('finds the columns of text files in their header', async () => {
    const csv = 'a comment\nname,"full, name",n\nx,"a, b",1\ny,,2.5\n';
    const format = { type: 'csv', findColumnsFromHeader: true, skipHeaderRows: 1 };
    const texts = await sample(inline(csv), format);
    expect(types(texts.json.logicalSegmentSchema)).toMatchObject({
      name: 'STRING',
      'full, name': 'STRING',
      n: 'STRING',
    });
    expect(texts.json.data[0].input).toEqual({ name: 'x', 'full, name': 'a, b', n: '1' });
    const numbers = await sample(inline(csv), { ...format, tryParseNumbers: true });
    expect(types(numbers.json.logicalSegmentSchema)['n']).toBe('DOUBLE');
    const tsv = await sample(inline('1\t2\n'), { type: 'tsv', columns: ['a', 'b'], tryParseNumbers: true });
    expect(tsv.json.data[0].input).toEqual({ a: 1, b: 2 });
  });

  test('takes the columns of Parquet from its footer', async () => {
    const file = `${suite.directory}/typed.parquet`;
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    await connection.run(`COPY (SELECT 1 AS n, 1.0::DOUBLE AS d, 'x' AS s, true AS flag, [1, 2] AS list, ['a'] AS texts,
      {a: 1} AS nested, TIMESTAMP '2001-01-01' AS t, NULL::BIGINT AS nothing) TO '${file}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    const answer = await sample({ type: 'local', files: [file] }, { type: 'parquet' });
    expect(answer.status, answer.text).toBe(200);
    expect(types(answer.json.logicalSegmentSchema)).toEqual({
      __time: 'LONG',
      n: 'LONG',
      d: 'DOUBLE',
      s: 'STRING',
      flag: 'LONG',
      list: 'ARRAY<LONG>',
      texts: 'ARRAY<STRING>',
      nested: 'COMPLEX<json>',
      t: 'LONG',
      nothing: 'LONG',
    });
    expect(answer.json.data[0].input).toEqual({
      n: 1,
      d: 1,
      s: 'x',
      flag: 1,
      list: [1, 2],
      texts: ['a'],
      nested: { a: 1 },
      t: Date.parse('2001-01-01'),
      nothing: null,
    });
  });

  test('takes the records of Avro', async () => {
    const type = avro.Type.forSchema({
      type: 'record',
      name: 'Event',
      fields: [
        { name: 'n', type: 'long' },
        { name: 's', type: ['null', 'string'] },
        { name: 'inner', type: { type: 'record', name: 'Inner', fields: [{ name: 'x', type: 'int' }] } },
      ],
    });
    const file = `${suite.directory}/events.avro`;
    const encoder = new avro.streams.BlockEncoder(type, { codec: 'deflate' });
    encoder.end({ n: 1, s: 'a', inner: { x: 7 } });
    await pipeline(encoder, createWriteStream(file));
    const answer = await sample({ type: 'local', files: [file] }, { type: 'avro_ocf' });
    expect(answer.status, answer.text).toBe(200);
    expect(types(answer.json.logicalSegmentSchema)).toEqual({
      __time: 'LONG',
      n: 'LONG',
      s: 'STRING',
      inner: 'COMPLEX<json>',
    });
    expect(answer.json.data[0].input).toEqual({ n: 1, s: 'a', inner: { x: 7 } });
  });

  test('reads times, and says which cannot be read', async () => {
    const schema = { timestampSpec: { column: 't', format: 'iso' }, dimensionsSpec: { dimensions: ['x'] } };
    const { json } = await sample(inline('{"t":"2024-01-01","x":1}\n{"t":"soon","x":2}'), { type: 'json' }, schema);
    expect(json).toMatchObject({ numRowsRead: 2, numRowsIndexed: 1 });
    expect(json.data).toEqual([
      { input: expect.any(Object), parsed: { __time: Date.parse('2024-01-01'), x: 1 } },
      { input: expect.any(Object), unparseable: true, error: 'Timestamp[soon] is unparseable! Column[t]' },
    ]);
  });

  test('reads no more rows than were asked for', async () => {
    const lines = Array.from({ length: 100 }, (_, x) => JSON.stringify({ x })).join('\n');
    expect((await sample(inline(lines), { type: 'json' }, undefined, 7)).json.numRowsRead).toBe(7);
  });

  test.each([
    ['an unknown source', { type: 'pigeon' }, { type: 'json' }, 'pigeon'],
    ['an unknown format', inline('x'), { type: 'papyrus' }, 'papyrus'],
    ['no format', inline('x'), undefined, 'inputFormat'],
    ['a missing file', { type: 'local', files: ['/nowhere/at/all.json'] }, { type: 'json' }, '/nowhere/at/all.json'],
  ])('refuses %s', async (_name, source, format, named) => {
    const answer = await sample(source, format as object);
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain(named);
  });
});

describe('the preview of a statement', () => {
  const lines = ['{"t":"2024-01-01","n":"7"}', 'no record', '{"t":"2024-01-02","n":8}'].join('\n');
  const select = `SELECT TIME_PARSE("t") AS "__time", "n" * 2 AS "twice" FROM TABLE(EXTERN(
    '${JSON.stringify(inline(lines))}', '{"type":"json"}')) EXTEND ("t" VARCHAR, "n" BIGINT)`;
  const preview = (query: string, context: object = {}) =>
    suite.api.request('POST', '/millrace/v1/preview', { query, context });

  test('answers rows and the records that were left out, and leaves no task behind', async () => {
    const { status, json } = await preview(select, { maxParseExceptions: 1 });
    expect(status).toBe(200);
    expect(json.results).toEqual({
      signature: [
        { name: '__time', type: 'LONG' },
        { name: 'twice', type: 'LONG' },
      ],
      sqlTypeNames: ['TIMESTAMP', 'BIGINT'],
      results: [
        ['2024-01-01T00:00:00.000Z', 14],
        ['2024-01-02T00:00:00.000Z', 16],
      ],
      resultsTruncated: false,
    });
    expect(json.warnings).toEqual([
      { stageNumber: 0, error: expect.objectContaining({ errorCode: 'CannotParseExternalData' }) },
    ]);
    expect((await suite.api.get('/druid/indexer/v1/tasks')).json).toEqual([]);
  });

  test('answers the fault that a task would end with', async () => {
    const { status, json } = await preview(select);
    expect(status).toBe(200);
    expect(json.results).toBeUndefined();
    expect(json.errorReport.error.errorCode).toBe('CannotParseExternalData');
    expect(json.errorReport.error.errorMessage).toContain('Line: 2');
  });

  test('answers a thousand rows at most', async () => {
    const many = JSON.stringify(inline(Array.from({ length: 1_500 }, (_, n) => `{"n":${n}}`).join('\n')));
    const { json } = await preview(`SELECT "n" FROM TABLE(EXTERN('${many}', '{"type":"json"}')) EXTEND ("n" BIGINT)`);
    expect(json.results.results).toHaveLength(1_000);
    expect(json.results.resultsTruncated).toBe(true);
  });

  test.each([
    ['what writes', `INSERT INTO "x" ${select} PARTITIONED BY DAY`, 'Only a SELECT can be previewed'],
    ['a plan', `EXPLAIN PLAN FOR ${select}`, 'Only a SELECT can be previewed'],
    ['a column that is not there', select.replace('"n" *', '"m" *'), "Column 'm' not found"],
    ['a source that is not known', select.replace('"inline"', '"pigeon"'), 'pigeon'],
  ])('refuses %s', async (_name, query, message) => {
    const { status, json } = await preview(query);
    expect(status).toBe(400);
    expect(json.errorMessage).toContain(message);
  });
});
