import { mkdtemp, rm, symlink, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database, type DuckdbSession } from '../engine/duckdb/index.js';
import type { EngineValue } from '../engine/session.js';
import { arrayOf, BIGINT, DOUBLE, JSON_TYPE, MULTI_VALUE_VARCHAR, type SqlType } from '../sql/types.js';
import { prepareExternal, type ParseProblem, type PreparedRelation } from './index.js';

const STRING = MULTI_VALUE_VARCHAR;
const LIST = '\u001d';
let root = '';
let directory = '';
let database: Database;
let session: DuckdbSession;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'external-'));
  database = await openDatabase({ threads: 2, memoryBytes: 1e9, spillDirectory: path.join(root, 'spill') });
  session = await database.connect();
});

afterAll(async () => {
  await session.close();
  database.close();
  await rm(root, { recursive: true, force: true });
});

beforeEach(async () => {
  directory = await mkdtemp(path.join(root, 'case-'));
});

interface Request {
  readonly source?: object;
  readonly data?: string;
  readonly format?: object;
  readonly columns: Readonly<Record<string, SqlType>>;
  readonly used?: readonly string[];
  readonly maxParseExceptions?: number;
  readonly allowedDirectories?: readonly string[];
}

function prepare(request: Request): Promise<PreparedRelation> {
  const { columns, data = '' } = request;
  return prepareExternal(
    {
      inputSource: request.source ?? { type: 'inline', data },
      inputFormat: request.format ?? { type: 'json' },
      signature: Object.entries(columns).map(([name, type]) => ({ name, type })),
      columns: request.used ?? Object.keys(columns),
    },
    {
      session,
      spoolDirectory: path.join(directory, 'spool'),
      maxParseExceptions: request.maxParseExceptions ?? 0,
      signal: new AbortController().signal,
      ...(request.allowedDirectories && { allowedDirectories: request.allowedDirectories }),
    },
  );
}

async function rowsOf({ parts }: PreparedRelation): Promise<readonly (readonly EngineValue[])[]> {
  const rows = [];
  for (const { sql } of parts) rows.push(...(await session.rows(sql)));
  return rows.sort((one, other) => (String(one) < String(other) ? -1 : 1));
}

const read = async (request: Request) => rowsOf(await prepare(request));

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(directory, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

async function firstProblem(prepared: PreparedRelation): Promise<ParseProblem | undefined> {
  for (const part of prepared.parts) {
    try {
      await session.rows(part.sql);
    } catch (error) {
      return part.explain(error);
    }
  }
  return undefined;
}

describe('coercion of JSON', () => {
  const document = '{"a":1}';
  test.each<[name: string, value: string, type: SqlType, expected: EngineValue]>([
    ['text', '"x"', STRING, 'x'],
    ['text with escapes', String.raw`"a\"b\\c\nd\u00e9"`, STRING, 'a"b\\c\ndé'],
    ['whole number as text', '16', STRING, '16'],
    ['fraction as text', '1.5', STRING, '1.5'],
    ['large double as Java prints it', '1e10', STRING, '1.0E10'],
    ['text that looks like a double', '"10000000000.0"', STRING, '10000000000.0'],
    ['number beyond 64 bits as text', '12345678901234567890', STRING, '1.2345678901234567E19'],
    ['small double as Java prints it', '0.0001', STRING, '1.0E-4'],
    ['boolean as text', 'true', STRING, 'true'],
    ['null as text', 'null', STRING, null],
    ['empty text', '""', STRING, ''],
    ['array as text', '["a","b"]', STRING, `${LIST}["a","b"]`],
    ['array with null and numbers as text', '["a",null,1,1e10]', STRING, `${LIST}["a",null,"1","1.0E10"]`],
    ['array of one', '["a"]', STRING, 'a'],
    ['empty array', '[]', STRING, `${LIST}[]`],
    ['text that looks like an array', '"[1,2]"', STRING, '[1,2]'],
    ['escaped text that looks like an array', String.raw`"\u005b1,2]"`, STRING, '[1,2]'],
    ['object as text', '{"b":[1]}', STRING, '{"b":[1]}'],
    ['number', '16', BIGINT, 16n],
    ['fraction as long', '-1.9', BIGINT, -1n],
    ['large double as long', '1e30', BIGINT, 9223372036854775807n],
    ['text as long', '" +1,600 "', BIGINT, 1600n],
    ['text that is no long', '"x16"', BIGINT, null],
    ['boolean as long', 'true', BIGINT, 1n],
    ['array of one as long', '[5]', BIGINT, 5n],
    ['array as long', '[5,6]', BIGINT, null],
    ['object as long', document, BIGINT, null],
    ['text as double', '"1.25"', DOUBLE, 1.25],
    ['number as double', '3', DOUBLE, 3],
    ['strings', '["a",1,null]', arrayOf(STRING), ['a', '1', null]],
    ['longs', '[1,"2",null,"x"]', arrayOf(BIGINT), [1n, 2n, null, null]],
    ['a value as an array', '7', arrayOf(BIGINT), [7n]],
    ['null as an array', 'null', arrayOf(BIGINT), null],
    ['arrays of arrays', '[[1],[2,3],null]', arrayOf(arrayOf(BIGINT)), [[1n], [2n, 3n], null]],
    ['object', '{"x":{"y":[1,2.5]}}', JSON_TYPE, '{"x":{"y":[1,2.5]}}'],
    ['text as JSON', '"x"', JSON_TYPE, '"x"'],
    ['null as JSON', 'null', JSON_TYPE, null],
  ])('%s', async (_name, value, type, expected) => {
    const rows = await read({ data: `{"z":0,"v":${value}}\n`, columns: { z: BIGINT, v: type } });
    expect(rows).toEqual([[0n, expected]]);
  });

  test('a field changes its type from line to line', async () => {
    const data = '{"l":"en","o":{"k":"x"}}\n{"l":["es","es-419"],"o":{"k":["y"]}}\n{"l":3}\n{}\n';
    expect(await read({ data, columns: { l: STRING, o: JSON_TYPE } })).toEqual(
      expect.arrayContaining([
        ['en', '{"k":"x"}'],
        [`${LIST}["es","es-419"]`, '{"k":["y"]}'],
        ['3', null],
        [null, null],
      ]),
    );
  });

  test('columns that differ by case, odd names, and no column', async () => {
    const data = String.raw`{"Name":"x","name":"y","a.b":1,"c/d~e":[2],"it's":"q"}`;
    const columns = { Name: STRING, 'a.b': BIGINT, 'c/d~e': JSON_TYPE, "it's": STRING };
    expect(await read({ data, columns })).toEqual([['x', 1n, '[2]', 'q']]);
    expect(await read({ data, columns: { name: STRING, Name: STRING }, used: ['name'] })).toEqual([['y']]);
    expect(await read({ data, columns, used: [] })).toHaveLength(1);
  });

  test('flattenSpec', async () => {
    const fields = [
      'plain',
      { type: 'root', name: 'r', expr: 'other' },
      { type: 'path', name: 'p', expr: "$.n.list[1]['k']" },
      { type: 'path', name: 'l', expr: '$.n.list' },
      { type: 'tree', name: 't', nodes: ['n', 'deep', 'x'] },
    ];
    const data = '{"plain":"a","other":2,"n":{"list":[{"k":"zero"},{"k":"one"}],"deep":{"x":7}}}';
    const columns = { plain: STRING, r: BIGINT, p: STRING, l: JSON_TYPE, t: BIGINT, n: JSON_TYPE };
    const format = { type: 'json', flattenSpec: { useFieldDiscovery: true, fields } };
    expect(await read({ data, columns, format, used: ['plain', 'r', 'p', 'l', 't'] })).toEqual([
      ['a', 2n, 'one', '[{"k":"zero"},{"k":"one"}]', 7n],
    ]);
  });
});

describe('layouts of JSON', () => {
  const big = JSON.stringify({ a: 1, text: 'x'.repeat(100_000) }, null, 1);
  test.each<[name: string, data: string, expected: readonly bigint[]]>([
    ['lines', '{"a":1}\n{"a":2}\n', [1n, 2n]],
    ['lines with CRLF, blank lines and no end', '\r\n{"a":1}\r\n\r\n{"a":2}', [1n, 2n]],
    ['byte order mark', '\uFEFF{"a":1}\n{"a":2}\n', [1n, 2n]],
    ['one after the other', '{"a":1}{"a":2} {"a":3}', [1n, 2n, 3n]],
    ['pretty printed', '{\n  "a": 1\n}\n{\n  "a": 2\n}\n', [1n, 2n]],
    ['pretty printed and large', `${big}\n${big}`, [1n, 1n]],
    ['array', '[{"a":1},\n {"a":2}]\n', [1n, 2n]],
    ['empty array', '[]', []],
    ['nothing', '', []],
  ])('%s', async (_name, data, expected) => {
    expect(await read({ data, columns: { a: BIGINT } })).toEqual(expected.map((value) => [value]));
  });
});

describe('compression', () => {
  const base64 = (text: string): Buffer => Buffer.from(text, 'base64');
  const two = '{"a":1}\n{"a":2}\n';
  const packed: readonly (readonly [name: string, content: Buffer, rows: number])[] = [
    ['gzip', gzipSync(two), 2],
    ['gzip members', Buffer.concat([gzipSync(two), gzipSync('{"a":3}\n')]), 3],
    [
      'bzip2 streams',
      base64(
        'QlpoOTFBWSZTWSKd4ukAAAZZgAAQEAAwECAAAAogADEMCBKAeonCJoaL4u5IpwoSBFO8XSBCWmg5MUFZJlNZuXcU1QAAA1mAABAQAAgQIAAACiAAIgNlCGARSh8XckU4UJC5dxTV',
      ),
      3,
    ],
    [
      'xz',
      base64('/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAPeyJhIjoxfQp7ImEiOjJ9CgAUXxECefcNzAABKBDlC2xgH7bzfQEAAAAABFla'),
      2,
    ],
    [
      'xz streams',
      base64(
        '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAPeyJhIjoxfQp7ImEiOjJ9CgAUXxECefcNzAABKBDlC2xgH7bzfQEAAAAABFla/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAHeyJhIjozfQoAKJJFYcDG+PsAASAIuxnZux+2830BAAAAAARZWg==',
      ),
      3,
    ],
    ['zstd frames', base64('KLUv/SQQgQAAeyJhIjoxfQp7ImEiOjJ9Cu7trPIotS/9BFhBAAB7ImEiOjN9ChNbt88='), 3],
    [
      'zip',
      base64(
        'UEsDBBQAAAAIABEJeF1mwFoZDwAAABAAAAAGABwAcy5qc29uVVQJAAOR4wRrkeMEa3V4CwABBAAAAAAEAAAAAKtWSlSyMqzlqgbRRrVcAFBLAQIeAxQAAAAIABEJeF1mwFoZDwAAABAAAAAGABgAAAAAAAEAAACkgQAAAABzLmpzb25VVAUAA5HjBGt1eAsAAQQAAAAABAAAAABQSwUGAAAAAAEAAQBMAAAATwAAAAAA',
      ),
      2,
    ],
  ];

  test.each(packed)('%s, whatever the name says', async (_name, content, rows) => {
    const files = [await put('data.txt', content)];
    const expected = [[1n], [2n], [3n]].slice(0, rows);
    expect(await read({ source: { type: 'local', files }, columns: { a: BIGINT } })).toEqual(expected);
  });

  test('a mixture, in a few parts for many files', async () => {
    for (const [name, content] of packed) await put(`in/${name}.gz`, content);
    for (let index = 0; index < 20; index++) await put(`in/plain-${index}.gz`, two);
    const prepared = await prepare({
      source: { type: 'local', baseDir: path.join(directory, 'in'), filter: '*.gz' },
      columns: { a: BIGINT },
    });
    expect(prepared.totalFiles).toBe(packed.length + 20);
    expect(prepared.parts.length).toBeLessThanOrEqual(3);
    expect(prepared.parts.reduce((sum, { files }) => sum + files, 0)).toBe(prepared.totalFiles);
    expect(prepared.parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(prepared.totalBytes);
    expect(await rowsOf(prepared)).toHaveLength(packed.reduce((sum, [, , rows]) => sum + rows, 40));
  });

  test('a damaged file is named', async () => {
    const file = await put('data.bz2', Buffer.concat([Buffer.from('BZh9'), Buffer.alloc(100)]));
    await expect(prepare({ source: { type: 'local', files: [file] }, columns: { a: BIGINT } })).rejects.toThrow(file);
  });
});

describe('bad records', () => {
  const bad = '{"a":1}\n{bad\n\n12\n{"a":2}\n[1]\n';

  test('are left out, counted and found by line', async () => {
    const files = [await put('one.json', bad), await put('two.json.gz', gzipSync('{"a":3}\n{"a":4\n'))];
    const source = { type: 'local', files };
    const prepared = await prepare({ source, columns: { a: BIGINT }, maxParseExceptions: -1 });
    expect(await rowsOf(prepared)).toEqual([[1n], [2n], [3n]]);
    const found = await Promise.all(prepared.parts.map((part) => part.problems(2)));
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    expect(
      found.flatMap(({ first }) => first).map((problem) => [problem.source, problem.line, problem.record]),
    ).toEqual([
      [files[0], 2, '{bad'],
      [files[0], 4, '12'],
      [files[1], 2, '{"a":4'],
    ]);
  });

  test.each<[name: string, data: string, format: object, line: number | undefined, reason: RegExp]>([
    ['broken JSON', '{"a":1}\n{bad\n', { type: 'json' }, 2, /JSON/],
    ['no object', '{"a":1}\n\n12\n', { type: 'json' }, 3, /not a JSON object/],
    ['broken pretty JSON', '{\n"a":1\n}\n{\n"a" 2}', { type: 'json' }, undefined, /Malformed JSON in file "inline"/],
    ['open quote', 'a\n1\n"2\n3\n', { type: 'csv', findColumnsFromHeader: true }, 3, /Un-terminated quoted field/],
    ['no match', 'a1\nb\n', { type: 'regex', pattern: '([a-z])([0-9])', columns: ['a'] }, 2, /No match found/],
  ])('%s fails the statement when none is allowed', async (_name, data, format, line, reason) => {
    const problem = await firstProblem(await prepare({ data, format, columns: { a: STRING } }));
    expect(problem?.line).toBe(line);
    expect(problem?.reason).toMatch(reason);
  });

  test('nothing is wrong with good data', async () => {
    const prepared = await prepare({ data: '{"a":1}\n\n{"a":2}', columns: { a: BIGINT }, maxParseExceptions: -1 });
    expect(await prepared.parts[0]?.problems(5)).toEqual({ count: 0, first: [] });
  });
});

describe('local files', () => {
  test('filter, subdirectories, names with wildcards and duplicates', async () => {
    await put('in/a.json', '{"a":1}');
    await put('in/deep/er/b[1]*.json', '{"a":2}');
    await put('in/c.txt', '{"a":3}');
    await put('in/empty.json', '');
    const baseDir = path.join(directory, 'in');
    const source = { type: 'local', baseDir, filter: '?*.json', files: [path.join(baseDir, 'a.json')] };
    const prepared = await prepare({ source, columns: { a: BIGINT } });
    expect(prepared.totalFiles).toBe(2);
    expect(await rowsOf(prepared)).toEqual([[1n], [2n]]);
  });

  test('stay in the allowed directories', async () => {
    const inside = await put('allowed/in.json', '{"a":1}');
    const outside = await put('other/out.json', '{"a":2}');
    await symlink(outside, path.join(directory, 'allowed/link.json'));
    const allowedDirectories = [path.join(directory, 'allowed')];
    const columns = { a: BIGINT };
    const attempt = (source: object) => read({ source: { type: 'local', ...source }, columns, allowedDirectories });
    expect(await attempt({ files: [inside] })).toEqual([[1n]]);
    for (const source of [
      { files: [outside] },
      { files: [path.join(directory, 'allowed/link.json')] },
      { files: [path.join(directory, 'allowed/../other/out.json')] },
      { files: [path.join(directory, 'nowhere.json')] },
      { baseDir: path.join(directory, 'other'), filter: '*' },
      { baseDir: path.join(directory, 'allowed'), filter: '*' },
      { baseDir: directory, filter: 'in.json' },
    ]) {
      await expect(attempt(source)).rejects.toThrow(/is outside of the allowed directories/);
    }
    await expect(attempt({ files: [path.join(directory, 'allowed/none.json')] })).rejects.toThrow(/does not exist/);
  });

  test('combined with inline data', async () => {
    const files = [await put('a.json', '{"a":1}')];
    const delegates = [
      { type: 'local', files },
      { type: 'inline', data: '{"a":2}' },
    ];
    expect(await read({ source: { type: 'combining', delegates }, columns: { a: BIGINT } })).toEqual([[1n], [2n]]);
  });
});
