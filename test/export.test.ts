import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api } from './support/api.js';
import { makeDirectory, removeDirectory, startServerProcess, type ServerProcess } from './support/server-process.js';

let directory: string;
let allowed: string;
let server: ServerProcess;
let api: Api;

beforeAll(async () => {
  directory = await makeDirectory();
  allowed = `${directory}/exports`;
  server = await startServerProcess(`${directory}/var`, ['--allowed-export-paths', `${allowed},s3://millrace/exports`]);
  api = new Api(server.url);
});

afterAll(async () => {
  await server.stop();
  await removeDirectory(directory);
});

const rows = `SELECT "n", TIMESTAMP '2026-01-01' + "n" * INTERVAL '1' HOUR AS "t", "x" AS "a ""quoted"" name", NULL AS "nothing"
  FROM (VALUES (1, 'plain'), (2, 'with, comma'), (3, 'with "quotes"'), (4, 'two
lines'), (5, 'ü')) AS v("n", "x")`;

const exportTo = (path: string, query = rows): string =>
  `INSERT INTO EXTERN(local(exportPath => '${path}')) AS CSV ${query}`;

const header = 'n,t,"a ""quoted"" name",nothing\n';
const lines = [
  '1,2026-01-01T01:00:00.000Z,plain,\n',
  '2,2026-01-01T02:00:00.000Z,"with, comma",\n',
  '3,2026-01-01T03:00:00.000Z,"with ""quotes""",\n',
  '4,2026-01-01T04:00:00.000Z,"two\nlines",\n',
  '5,2026-01-01T05:00:00.000Z,ü,\n',
];

describe('INSERT INTO EXTERN(local(…)) AS CSV', () => {
  test('writes files of rowsPerPage rows and the manifest that names them', async () => {
    const path = `${allowed}/pages`;
    const { id, report } = await api.ingest(exportTo(path), { rowsPerPage: 2 });
    const names = [0, 1, 2].map((page) => `${id}-worker0-partition${page}.csv`);
    expect(readdirSync(path).sort()).toEqual(['_symlink_format_manifest', ...names]);
    expect(names.map((name) => readFileSync(`${path}/${name}`, 'utf8'))).toEqual([
      header + lines.slice(0, 2).join(''),
      header + lines.slice(2, 4).join(''),
      header + lines.slice(4).join(''),
    ]);
    expect(readFileSync(`${path}/_symlink_format_manifest/manifest`, 'utf8')).toBe(
      names.map((name) => `file:${path}/${name}\n`).join(''),
    );
    expect(readFileSync(`${path}/_symlink_format_manifest/druid_export_meta`, 'utf8')).toBe('version: 1\n');
    expect(
      report.stages.map((stage: { definition: { processor: { type: string } } }) => stage.definition.processor.type)[1],
    ).toBe('exportResults');
    expect(report.results).toBeUndefined();
    const { json } = await api.get(`/druid/indexer/v1/task/${id}`);
    expect(json.payload.spec.destination).toEqual({
      type: 'export',
      exportStorageProvider: { type: 'local', exportPath: path },
      resultFormat: 'csv',
    });
  });

  test('writes the names where there are no rows', async () => {
    const path = `${allowed}/none`;
    const { id } = await api.ingest(exportTo(path, `${rows} WHERE "n" > 5`));
    expect(readFileSync(`${path}/${id}-worker0-partition0.csv`, 'utf8')).toBe(header);
  });

  test('leaves a destination alone that is not empty', async () => {
    const path = `${allowed}/full`;
    mkdirSync(path, { recursive: true });
    writeFileSync(`${path}/mine`, 'x');
    const { state, status } = await api.task(exportTo(path));
    expect(state).toBe('FAILED');
    expect(status.errorMsg).toContain(`Found files at provided export destination[${path}]`);
    expect(readdirSync(path)).toEqual(['mine']);
  });

  test('a failed export leaves no files', async () => {
    const path = `${allowed}/failed`;
    const { state } = await api.task(
      exportTo(
        path,
        `SELECT * FROM TABLE(EXTERN('{"type":"local","files":["/none"]}','{"type":"json"}')) EXTEND ("x" VARCHAR)`,
      ),
    );
    expect(state).toBe('FAILED');
    expect(readdirSync(path)).toEqual([]);
  });

  test.each([
    ['a path outside', () => exportTo(`${directory}/elsewhere`), 'must be within a directory of the setting'],
    [
      'a path that leads outside',
      () => exportTo(`${allowed}/../elsewhere`),
      'must be within a directory of the setting',
    ],
    [
      'a link that leads outside',
      () => {
        symlinkSync(directory, `${allowed}/link`);
        return exportTo(`${allowed}/link/elsewhere`);
      },
      'must be within a directory of the setting',
    ],
    ['a relative path', () => exportTo('exports/x'), 'must be within a directory of the setting'],
    [
      'another bucket',
      () => exportTo('').replace(`local(exportPath => '')`, `s3(bucket => 'other', prefix => 'exports')`),
      'None of the allowed prefixes matched the input path [s3://other/exports]',
    ],
    ['another format', () => exportTo('/x').replace('CSV', 'JSON'), 'Export format [JSON] is not supported'],
    ['no format', () => exportTo('/x').replace('AS CSV', ''), 'requires an AS clause to specify the format'],
    [
      'REPLACE',
      () => exportTo('/x').replace('INSERT', 'REPLACE'),
      'REPLACE operations do no support EXTERN destinations',
    ],
    [
      'partitions',
      () => `${exportTo('/x')} PARTITIONED BY DAY`,
      'do not support a PARTITIONED BY or CLUSTERED BY clause',
    ],
    ['another store', () => exportTo('/x').replace('local', 'google'), 'Export destination [google] is not supported'],
    ['a missing argument', () => exportTo(''), "requires the argument 'exportPath'"],
  ])('refuses %s', async (_name, statement, message) => {
    mkdirSync(allowed, { recursive: true });
    const { status, json } = await api.request('POST', '/druid/v2/sql/task', { query: statement() });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(502);
    expect(JSON.stringify(json)).toContain(message);
  });

  test('is refused by the interactive engine', async () => {
    const { status, json } = await api.request('POST', '/druid/v2/sql', { query: exportTo(`${allowed}/x`) });
    expect(status).toBe(400);
    expect(JSON.stringify(json)).toContain(
      'Writing to external sources are not supported by requested SQL engine [native]',
    );
  });
});
