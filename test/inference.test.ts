import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import avro from 'avsc';
import { beforeAll, describe, expect, test } from 'vitest';
import { datasetFile } from './support/flights.js';
import { useServer } from './support/suite.js';

const suite = useServer();

const write = (name: string, content: string | Uint8Array): string => {
  const file = path.join(suite.directory, name);
  writeFileSync(file, content);
  return file;
};

const extern = (source: unknown, format: unknown): string =>
  `TABLE(EXTERN('${JSON.stringify(source).replaceAll("'", "''")}', '${JSON.stringify(format).replaceAll("'", "''")}'))`;

const inline = (data: string) => ({ type: 'inline', data });
const local = (...files: readonly string[]) => ({ type: 'local', files });

interface Inferred {
  readonly signature: readonly { readonly name: string; readonly type: string }[];
  readonly files: number;
  readonly records: number;
}

/** Runs a SELECT; answers its rows and what the report says of signatures. */
async function read(sql: string): Promise<{ rows: unknown[][]; inferred: readonly Inferred[] }> {
  const { state, report } = await suite.api.task(sql);
  if (state !== 'SUCCESS') throw new Error(JSON.stringify(report.status.errorReport));
  return { rows: report.results.results as unknown[][], inferred: report.status.inferredSignatures };
}

const types = ({ signature }: Inferred): Record<string, string> =>
  Object.fromEntries(signature.map(({ name, type }) => [name, type]));

async function refusal(sql: string): Promise<string> {
  const { status, json } = await suite.api.request('POST', '/druid/v2/sql/task', { query: sql });
  expect(status).toBe(400);
  return json.errorMessage as string;
}

async function avroFile(): Promise<Buffer> {
  const type = avro.Type.forSchema({
    type: 'record',
    name: 'R',
    fields: [
      { name: 'id', type: 'int' },
      { name: 'ratio', type: 'double' },
      { name: 'name', type: ['null', 'string'] },
      { name: 'inner', type: { type: 'record', name: 'I', fields: [{ name: 'x', type: 'string' }] } },
    ],
  });
  const encoder = new avro.streams.BlockEncoder(type, { codec: 'deflate' });
  encoder.write({ id: 1, ratio: 0.5, name: null, inner: { x: 'y' } });
  encoder.end({ id: 2, ratio: 1.5, name: 'b', inner: { x: 'z' } });
  const chunks: Buffer[] = [];
  for await (const chunk of encoder) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('EXTERN without a signature', () => {
  test('of JSON: every kind of value, fractions, and fields that only later records have', async () => {
    const data = [
      { t: '2024-01-01', n: 1, f: 1, deep: { a: [1] }, list: ['a'], numbers: [1, 2], nothing: null },
      { n: 9_007_199_254_740_991, f: 2.5, yes: true, mixed: 1, list: 'b', numbers: [1.5] },
      { mixed: 'text' },
    ];
    const lines = [...data.map((row) => JSON.stringify(row)), '{"whole": 2.0, "vast": 1e30}'].join('\n');
    const { rows, inferred } = await read(
      `SELECT SUM("n"), MAX("f"), MAX("whole"), COUNT(*) FILTER (WHERE "mixed" = 'text') FROM ${extern(inline(lines), { type: 'json' })}`,
    );
    expect(rows).toEqual([['9007199254740992', 2.5, 2, 1]]);
    expect(inferred).toHaveLength(1);
    expect(inferred[0]).toMatchObject({ files: 1, records: 4 });
    expect(inferred.map(types)).toEqual([
      {
        t: 'STRING',
        n: 'LONG',
        f: 'DOUBLE',
        deep: 'COMPLEX<json>',
        list: 'ARRAY<STRING>',
        numbers: 'ARRAY<DOUBLE>',
        nothing: 'STRING',
        yes: 'LONG',
        mixed: 'STRING',
        whole: 'DOUBLE',
        vast: 'DOUBLE',
      },
    ]);
  });

  test('of several files with differing columns, packed or not', async () => {
    const files = [
      write('one.json', '{"a": 1, "b": "x"}\n'),
      write('two.json.gz', gzipSync('{"b": "y", "c": 0.5}\n{"a": 2.5}')),
      write('three.json', '[{"d": "z"},\n {"a": 3}]'),
    ];
    const { rows, inferred } = await read(
      `SELECT SUM("a"), COUNT("b"), SUM("c"), COUNT("d") FROM ${extern(local(...files), { type: 'json' })}`,
    );
    expect(rows).toEqual([[6.5, 2, 0.5, 1]]);
    expect(inferred[0]).toMatchObject({ files: 3, records: 5 });
    expect(inferred.map(types)).toEqual([{ a: 'DOUBLE', b: 'STRING', c: 'DOUBLE', d: 'STRING' }]);
  });

  test('of csv and tsv with headers, in an order of their own; codes stay texts', async () => {
    const files = [write('one.csv', 'id,zip,"a name"\n1,01234,"Doe, J"\n2,,\n'), write('two.csv', 'zip,id\n00001,3\n')];
    const csv = extern(local(...files), { type: 'csv', findColumnsFromHeader: true });
    const { rows, inferred } = await read(`SELECT "id", "zip", "a name" FROM ${csv} ORDER BY "id"`);
    expect(rows).toEqual([
      [1, '01234', 'Doe, J'],
      [2, null, null],
      [3, '00001', null],
    ]);
    expect(inferred[0]).toMatchObject({ files: 2, records: 3 });
    expect(inferred.map(types)).toEqual([{ id: 'LONG', zip: 'STRING', 'a name': 'STRING' }]);
    const tsv = extern(inline('a;b\n1.5;x\n2;y\n'), { type: 'tsv', delimiter: ';', findColumnsFromHeader: true });
    expect((await read(`SELECT "a", "b" FROM ${tsv}`)).rows).toEqual([
      [1.5, 'x'],
      [2, 'y'],
    ]);
  });

  test('of regex, lines and csv with columns', async () => {
    const regex = extern(inline('GET 200\nPUT 404'), { type: 'regex', pattern: String.raw`(\w+) (\d+)` });
    expect((await read(`SELECT "column_1", "column_2" FROM ${regex}`)).rows).toEqual([
      ['GET', 200],
      ['PUT', 404],
    ]);
    const lines = extern(inline('one\ntwo'), { type: 'lines' });
    expect((await read(`SELECT "line" FROM ${lines}`)).rows).toEqual([['one'], ['two']]);
    const csv = extern(inline('1,x\n2,y'), { type: 'csv', columns: ['n', 's'] });
    expect((await read(`SELECT SUM("n"), COUNT("s") FROM ${csv}`)).rows).toEqual([[3, 2]]);
  });

  test('of Parquet', async () => {
    const flights = extern(local(datasetFile('flights-3m.parquet')), { type: 'parquet' });
    const { rows, inferred } = await read(`SELECT COUNT("origin") FROM ${flights}`);
    expect(rows).toEqual([[3_000_000]]);
    expect(inferred[0]).toMatchObject({ files: 1, records: 0 });
    expect(inferred.map(types)).toEqual([expect.objectContaining({ origin: 'STRING', delay: 'LONG' })]);
  });

  test('of Avro', async () => {
    const file = write('events.avro', await avroFile());
    const { rows, inferred } = await read(
      `SELECT "id", "ratio", "name", JSON_VALUE("inner", '$.x') FROM ${extern(local(file), { type: 'avro_ocf' })}`,
    );
    expect(rows).toEqual([
      [1, 0.5, null, 'y'],
      [2, 1.5, 'b', 'z'],
    ]);
    expect(inferred.map(types)).toEqual([{ id: 'LONG', ratio: 'DOUBLE', name: 'STRING', inner: 'COMPLEX<json>' }]);
  });

  test('useFieldDiscovery decides whether fields beside those of the flattenSpec are columns', async () => {
    const source = inline('{"a": 1, "o": {"x": "deep", "l": [5, 6]}}');
    const fields = [
      { type: 'path', name: 'x', expr: '$.o.x' },
      { type: 'tree', name: 'l', nodes: ['o', 'l'] },
      { type: 'root', name: 'b', expr: 'a' },
    ];
    const select = (useFieldDiscovery: boolean): string =>
      `SELECT * FROM ${extern(source, { type: 'json', flattenSpec: { useFieldDiscovery, fields } })}`;
    const flattened = { x: 'STRING', l: 'ARRAY<LONG>', b: 'LONG' };
    expect((await read(select(false))).inferred.map(types)).toEqual([flattened]);
    expect((await read(select(true))).inferred.map(types)).toEqual([{ a: 'LONG', o: 'COMPLEX<json>', ...flattened }]);
    expect(
      await refusal(
        `SELECT "a" FROM ${extern(source, { type: 'json', flattenSpec: { useFieldDiscovery: false, fields } })}`,
      ),
    ).toContain("Column 'a' not found");
  });

  test('of a datasource, alone and among others', async () => {
    await suite.api.ingest(
      `INSERT INTO "known" SELECT TIMESTAMP '2024-01-01' AS "__time", 'x' AS "s", 7 AS "n" PARTITIONED BY DAY`,
    );
    const druid = { type: 'druid', dataSource: 'known', interval: '2024/2025' };
    const { rows } = await read(`SELECT "__time", "s", "n" FROM ${extern(druid, { type: 'json' })}`);
    expect(rows).toEqual([[Date.UTC(2024, 0, 1), 'x', 7]]);
    const both = { type: 'combining', delegates: [druid, inline('{"s": "y", "m": 1.5}')] };
    expect((await read(`SELECT COUNT("s"), SUM("n"), SUM("m") FROM ${extern(both, { type: 'json' })}`)).rows).toEqual([
      [2, 7, 1.5],
    ]);
  });

  test('goes into a datasource, and stands in the plan and the payload', async () => {
    const source = extern(inline('{"t": "2024-01-01", "who": "a", "n": 2}\n'), { type: 'json' });
    const sql = `REPLACE INTO "inferred" OVERWRITE ALL SELECT TIME_PARSE("t") AS "__time", * FROM ${source} PARTITIONED BY DAY`;
    const { id, report } = await suite.api.ingest(sql);
    expect(report.stages[0].definition.input[0].signature).toContainEqual({ name: 'n', type: 'LONG' });
    expect(report.status.inferredSignatures[0].signature).toContainEqual({ name: 'n', type: 'LONG' });
    expect((await suite.api.get(`/druid/indexer/v1/task/${id}/log`)).text).toContain('signature inferred');
    expect(await suite.api.rows('SELECT "who", "n" FROM "inferred"')).toEqual([['a', 2]]);
  });

  describe('is refused', () => {
    let missing: string;
    beforeAll(() => {
      missing = path.join(suite.directory, 'missing.json');
    });

    test('when there is no record', async () => {
      expect(await refusal(`SELECT * FROM ${extern(inline(''), { type: 'json' })}`)).toContain('cannot be inferred');
    });

    test('when a file cannot be read', async () => {
      expect(await refusal(`SELECT * FROM ${extern(local(missing), { type: 'json' })}`)).toContain(missing);
    });

    test('when the format is unknown, by its name', async () => {
      expect(await refusal(`SELECT * FROM ${extern(inline('x'), { type: 'papyrus' })}`)).toContain('papyrus');
    });
  });
});
