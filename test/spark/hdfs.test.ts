import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TaskEnd } from '../support/api.js';
import type { Service } from '../support/services.js';
import { useServer } from '../support/suite.js';
import { type Hdfs, hdfsPrograms, startHdfs } from './hdfs.js';
import { sparkRemote } from './server.js';
import { finish, runTask } from './tasks.js';

const programs = hdfsPrograms();

const json = { type: 'json' };
const header = { type: 'csv', findColumnsFromHeader: true };

/** Files as they lie both on HDFS and on this machine, by their directories. */
const files: Readonly<Record<string, string | Uint8Array>> = {
  'clicks/a.json': '{"t": "2026-01-01T01:00:00Z", "n": 1, "s": "x"}\n{"t": "2026-01-02T01:00:00Z", "n": 2}\n',
  'clicks/b.json.gz': gzipSync('{"t": "2026-01-02T02:00:00Z", "n": 3, "s": "ü"}\n'),
  'clicks/part [1]/day=3/c{d}%20 e.json': '\uFEFF{"t": "2026-01-03T01:00:00Z", "n": 4, "s": null}\r\n',
  'clicks/_SUCCESS': 'of those who wrote',
  'clicks/empty.json': '',
  'mixed/begun.json': '{"n":\n{"n": 1}\n',
  'mixed/blank.json': '\n \n{"n": 2, "o": {"n": 3}}\n',
  'mixed/large.json': `${JSON.stringify({ n: 4, s: 'x'.repeat(1_100_000) })}\n{"n": 5}\n`,
  'tables/1.csv': 'a,b\n1,x\n2,"y, z"\n',
  'tables/2.csv': 'b,a\r\nw,3\r\n',
  'odd/list.json': '[{"n": 1},\n {"n": 2}]',
  'odd/printed.json': '{\n  "n": 1\n}\n',
  'odd/packed.zip': 'a\n1\n',
  'odd/no-gzip.csv.gz': 'a\n1\n',
};

describe.skipIf(programs === undefined)('input from HDFS', () => {
  const suite = useServer(['--engine', 'spark', '--spark-remote', sparkRemote]);
  let hdfs: Service<Hdfs>;
  let local: string;

  beforeAll(async () => {
    if (programs === undefined) return;
    local = path.join(suite.directory, 'files');
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(local, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    await mkdir(path.join(local, 'rows'));
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    await connection.run(
      `COPY (SELECT range AS n, [range, 1] AS l, {'a': 'x'} AS o, 1.5::DOUBLE AS d FROM range(3))
      TO '${local}/rows/n.parquet' (FORMAT parquet)`,
    );
    connection.closeSync();
    hdfs = await startHdfs(programs);
    await hdfs.at.put(...['clicks', 'mixed', 'tables', 'odd', 'rows'].map((name) => path.join(local, name)));
  });

  afterAll(() => hdfs?.stop());

  const at = (name: string): string => `${hdfs.at.url}/${name}`;
  const extern = (source: object, format: object, columns = ''): string =>
    `TABLE(EXTERN('${JSON.stringify(source)}', '${JSON.stringify(format)}')) ${columns}`;
  const onHdfs = (paths: unknown): object => ({ type: 'hdfs', paths });

  async function rowsOf(query: string, context: Record<string, unknown> = {}): Promise<readonly unknown[]> {
    const { state, report } = await runTask(suite.api, query, context);
    expect(state, JSON.stringify(report?.status?.errorReport)).toBe('SUCCESS');
    return report.results.results as unknown[];
  }

  async function messageOf(query: string): Promise<string> {
    const { state, report } = await runTask(suite.api, query);
    expect(state).toBe('FAILED');
    return report.status.errorReport.error.errorMessage as string;
  }

  test('an INSERT of a directory, with all that lies below, makes the datasource that DuckDB makes of local files', async () => {
    const columns = 'EXTEND ("t" VARCHAR, "n" BIGINT, "s" VARCHAR)';
    const insert = (name: string, source: object): string =>
      `INSERT INTO "${name}" SELECT TIME_PARSE("t") AS "__time", "n", "s" FROM ${extern(source, json, columns)} PARTITIONED BY DAY`;
    const ingest = async (name: string, source: object, engine: string): Promise<TaskEnd> => {
      const end = await runTask(suite.api, insert(name, source), { engine });
      expect(end.state, JSON.stringify(end.report?.status?.errorReport)).toBe('SUCCESS');
      return end;
    };
    const { report } = await ingest('from_hdfs', onHdfs(at('clicks')), 'spark');
    const names = ['a.json', 'b.json.gz', 'part [1]/day=3/c{d}%20 e.json'].map((name) => `${local}/clicks/${name}`);
    await ingest('from_disk', { type: 'local', files: names }, 'duckdb');
    const [found, expected] = await Promise.all(
      ['from_hdfs', 'from_disk'].map((name) => suite.api.rows(`SELECT * FROM "${name}" ORDER BY "n"`)),
    );
    expect(expected).toHaveLength(4);
    expect(found).toEqual(expected);
    expect(report.counters['0']['0'].input0).toMatchObject({ rows: [4], files: [3], totalFiles: [3] });
  });

  test.each([
    ['paths of a text, one of them a pattern', (): string => `${at('{tables,none}/1.csv')}, ${at('tables/2.csv')}`],
    ['a list of paths, which overlap', (): readonly string[] => [at('tables'), at('tables/*.csv')]],
  ])('%s; the columns are told by the files', async (_, paths) => {
    const rows = await rowsOf(`SELECT * FROM ${extern(onHdfs(paths()), header)} ORDER BY "a"`);
    expect(rows).toEqual(
      [
        ['1', 'x'],
        ['2', 'y, z'],
        ['3', 'w'],
      ].map(([a, b]) => [a, b]),
    );
  });

  test('Parquet, whose footers tell the columns', async () => {
    const rows = await rowsOf(`SELECT * FROM ${extern(onHdfs(at('rows/*')), { type: 'parquet' })} ORDER BY "n"`);
    expect(rows).toEqual([0, 1, 2].map((n) => [n, JSON.stringify([n, 1]), '{"a":"x"}', 1.5]));
  });

  test('together with data from elsewhere', async () => {
    const delegates = [onHdfs(at('tables/1.csv')), { type: 'inline', data: 'a,b\n7,seven' }];
    const source = extern({ type: 'combining', delegates }, header, 'EXTEND ("a" BIGINT)');
    expect(await rowsOf(`SELECT "a" FROM ${source} ORDER BY "a"`)).toEqual([[1], [2], [7]]);
  });

  test('a pattern that fits nothing has no rows', async () => {
    expect(await rowsOf(`SELECT COUNT(*) FROM ${extern(onHdfs(at('none*')), json, 'EXTEND ("n" BIGINT)')}`)).toEqual([
      [0],
    ]);
  });

  test('files of which the beginning does not tell that their records stand on lines', async () => {
    const source = extern(onHdfs(at('mixed')), json, 'EXTEND ("n" BIGINT)');
    const query = `SELECT "n" FROM ${source} ORDER BY "n"`;
    expect(await rowsOf(query, { maxParseExceptions: 1 })).toEqual([[1], [2], [4], [5]]);
    expect(await messageOf(query)).toContain(`Unable to parse row [{"n":]`);
  });

  test('records that do not fit are named with their file', async () => {
    const rows = `SELECT "n" FROM ${extern(onHdfs(at('tables/1.csv')), json, 'EXTEND ("n" BIGINT)')}`;
    expect(await messageOf(rows)).toBe(`Unable to parse row [a,b]: Unable to parse JSON (Path: ${at('tables/1.csv')})`);
  });

  test.each([
    ['a missing path', 'none', json, /^Path \[hdfs:\S+\/none\] does not exist$/],
    [
      'a list of JSON',
      'odd/list.json',
      json,
      /^Cannot read \[hdfs:\S+\/list.json\]: JSON on HDFS must have one object a line/,
    ],
    ['JSON over several lines', 'odd/printed.json', json, /^Cannot read \[hdfs:\S+\/printed.json\]: JSON on HDFS/],
    ['a zip', 'odd/packed.zip', header, /^Cannot read \[hdfs:\S+\/packed.zip\]: the cluster does not unpack/],
    [
      'a packed file that is none',
      'odd/no-gzip.csv.gz',
      header,
      /^Reading \[hdfs:\S+\/no-gzip.csv.gz\] failed: .*gzip/,
    ],
    ['lines to skip', 'tables', { ...header, skipHeaderRows: 2 }, /^Cannot read \[hdfs:\S+\/1.csv\]: lines before/],
    ['Avro', 'tables', { type: 'avro_ocf' }, /^Cannot read \[hdfs:\S+\/1.csv\]: Avro is not read from HDFS/],
  ])('%s is refused by name', async (_, name, format, message) => {
    const source = extern(onHdfs(at(name)), format, 'EXTEND ("n" BIGINT)');
    expect(await messageOf(`SELECT "n" FROM ${source}`)).toMatch(message);
  });

  test('a namenode that is not there is named', async () => {
    const read = (url: string): Promise<string> =>
      messageOf(`SELECT "n" FROM ${extern(onHdfs(url), json, 'EXTEND ("n" BIGINT)')}`);
    expect(await read('hdfs://127.0.0.1:1/x')).toMatch(/^Listing \[hdfs:\/\/127.0.0.1:1\/x\] failed: .*refused/);
    expect(await read('/x')).toMatch(/^Listing \[hdfs:\/\/\/x\] failed: .*no host/);
  });

  test('a task that waits for a namenode can be canceled', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const asked = once(silent, 'connection');
    try {
      const url = `hdfs://127.0.0.1:${(silent.address() as AddressInfo).port}/x`;
      const id = await suite.api.submit(`SELECT "n" FROM ${extern(onHdfs(url), json, 'EXTEND ("n" BIGINT)')}`);
      await asked;
      await suite.api.request('POST', `/druid/indexer/v1/task/${id}/shutdown`, {});
      const { state, report } = await finish(suite.api, id);
      expect(state).toBe('FAILED');
      expect(report.status.errorReport.error.errorCode).toBe('Canceled');
    } finally {
      // The connection must end for Hadoop to give up.
      const [socket] = (await asked) as [{ destroy(): void }];
      socket.destroy();
      silent.close();
    }
  });

  test('records are sampled', async () => {
    const ioConfig = { type: 'index_parallel', inputSource: onHdfs(at('clicks/a.json')), inputFormat: json };
    const dataSchema = { dataSource: 'x', timestampSpec: { column: 't' }, dimensionsSpec: {} };
    const answer = await suite.api.request('POST', '/druid/indexer/v1/sampler', {
      type: 'index_parallel',
      spec: { type: 'index_parallel', ioConfig, dataSchema },
    });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.data.map(({ input }: { input: { n: number } }) => input.n)).toEqual([1, 2]);
  });

  test('a statement of the spark engine is previewed', async () => {
    const query = `SELECT "a" FROM ${extern(onHdfs(at('tables')), header, 'EXTEND ("a" BIGINT)')} ORDER BY "a"`;
    const answer = await suite.api.request('POST', '/millrace/v1/preview', { query, context: { engine: 'spark' } });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.results.results).toEqual([[1], [2], [3]]);
  });
});
