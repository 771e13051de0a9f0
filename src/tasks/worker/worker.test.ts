import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { jobOver, segmentsDestination, WorkerProcess } from '../../../test/support/worker-process.js';
import type { DataSegment } from '../../segments/segment.js';
import { arrayOf, BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR, type SqlType } from '../../sql/types.js';
import type { Job, JobRelation } from './protocol.js';

let directory: string;
let worker: WorkerProcess;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'millrace-worker-'));
  worker = await WorkerProcess.start(directory);
});

afterAll(async () => {
  await worker.exit();
  rmSync(directory, { recursive: true, force: true });
});

const inline = (lines: readonly string[], columns: Readonly<Record<string, SqlType>>): JobRelation => ({
  kind: 'external',
  name: 'source',
  external: {
    inputSource: { type: 'inline', data: lines.join('\n') },
    inputFormat: { type: 'json' },
    signature: Object.entries(columns).map(([name, type]) => ({ name, type })),
    columns: Object.keys(columns),
  },
});

const jsonFiles = (files: readonly string[], columns: Readonly<Record<string, SqlType>>): JobRelation => ({
  kind: 'external',
  name: 'source',
  external: {
    inputSource: { type: 'local', files },
    inputFormat: { type: 'json' },
    signature: Object.entries(columns).map(([name, type]) => ({ name, type })),
    columns: Object.keys(columns),
  },
});

/** Rows of written segments, read with DuckDB alone. */
async function rowsOf(segments: readonly DataSegment[], sql = 'SELECT * FROM rows'): Promise<readonly unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const files = segments.map(({ loadSpec }) =>
      loadSpec.type === 'local' ? `'${path.join(directory, loadSpec.path)}'` : '',
    );
    await connection.run(`CREATE VIEW rows AS SELECT * FROM read_parquet([${files.join(', ')}])`);
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function ingested(
  job: Job,
  by = worker,
): Promise<{ segments: readonly DataSegment[]; end: Awaited<ReturnType<WorkerProcess['run']>> }> {
  const end = await by.run(job);
  if (end.end.type !== 'done') throw new Error(JSON.stringify(end.end.fault));
  return { segments: end.end.summary.segments ?? [], end };
}

async function faultOf(job: Job, by = worker): Promise<{ readonly code: string; readonly message: string }> {
  const { end } = await by.run(job);
  if (end.type !== 'failed') throw new Error('The job did not fail');
  return { code: end.fault.errorCode, message: end.fault.errorMessage };
}

const HOUR = 3_600_000;
const start = Date.UTC(2024, 0, 1);
/** Rows generated inside of the engine: `i` from 0 on. */
const generated = (rows: number): string => `FROM range(${rows}) g(i)`;
const timeOf = (hours: string): string => `make_timestamp((${start} + (${hours}) * ${HOUR}) * 1000)`;

describe('a job that answers rows', () => {
  test('reads external data and counts what it read', async () => {
    const lines = ['{"a":1,"b":"x"}', '{"a":2,"b":"y"}', '{"a":3}'];
    const { rows, end } = await worker.run(
      jobOver(directory, inline(lines, { a: BIGINT, b: VARCHAR }), [
        ['a', BIGINT, '"a"'],
        ['b', VARCHAR, '"b"'],
        ['t', TIMESTAMP, `TIMESTAMP '2024-01-01 10:00:00'`],
        ['list', arrayOf(BIGINT), '["a", NULL]'],
      ]),
    );
    expect(end).toMatchObject({ type: 'done', summary: { rows: 3 } });
    expect(rows).toEqual([
      [1n, 'x', '2024-01-01T10:00:00.000Z', [1n, null]],
      [2n, 'y', '2024-01-01T10:00:00.000Z', [2n, null]],
      [3n, null, '2024-01-01T10:00:00.000Z', [3n, null]],
    ]);
    const [stage] = end.type === 'done' ? end.summary.stages : [];
    expect(stage).toMatchObject({ stage: 0, phase: 'FINISHED', inputs: [{ rows: 3 }], output: { rows: 3 } });
  });

  test('counts rows below a filter and an aggregation', async () => {
    const lines = Array.from({ length: 1_000 }, (_, a) => JSON.stringify({ a }));
    const { rows, end } = await worker.run(
      jobOver(directory, inline(lines, { a: BIGINT }), [['n', BIGINT, 'count(*)']], {
        tail: 'FROM "source" WHERE "a" % 2 = 0',
      }),
    );
    expect(rows).toEqual([[500n]]);
    expect(end.type === 'done' && end.summary.stages[0]).toMatchObject({
      inputs: [{ rows: 1_000 }],
      output: { rows: 1 },
    });
  });

  test('reads rows of a system table', async () => {
    const relation: JobRelation = {
      kind: 'rows',
      name: 'source',
      columns: [
        { name: 'id', type: VARCHAR },
        { name: 'size', type: BIGINT },
        { name: 'at', type: TIMESTAMP },
        { name: 'live', type: BOOLEAN },
      ],
      rows: [
        ["it's", 5n, start, true],
        [null, 2 ** 40, null, false],
      ],
    };
    const { rows } = await worker.run(
      jobOver(directory, relation, [
        ['id', VARCHAR, '"id"'],
        ['size', BIGINT, '"size"'],
        ['at', TIMESTAMP, '"at"'],
        ['live', BOOLEAN, '"live"'],
      ]),
    );
    expect(rows).toEqual([
      ["it's", 5n, '2024-01-01T00:00:00.000Z', true],
      [null, 2n ** 40n, null, false],
    ]);
  });

  test.each([
    [10, true],
    [5_000, true],
    [20_000, false],
    [30_000, false],
  ])('stops after %i rows', async (maxRows, truncated) => {
    const { rows, end } = await worker.run(
      jobOver(directory, undefined, [['i', BIGINT, 'i']], {
        tail: generated(20_000),
        destination: { kind: 'results', stringifyArrays: false, maxRows },
      }),
    );
    expect(rows).toHaveLength(Math.min(maxRows, 20_000));
    expect(end.type === 'done' && end.summary.truncated === true).toBe(truncated);
  });

  test('waits until its rows are taken', async () => {
    const job = jobOver(directory, undefined, [['i', BIGINT, 'i']], { tail: generated(1_000_000) });
    worker.messages.length = 0;
    worker.send({ type: 'run', job });
    await worker.next('rows');
    const other = jobOver(directory, undefined, [['one', BIGINT, '1']]);
    worker.send({ type: 'run', job: other });
    await worker.next('done', ({ jobId }) => jobId === other.id);
    const batches = worker.messages.filter((message) => message.type === 'rows' && message.jobId === job.id).length;
    expect(batches).toBeLessThanOrEqual(4);
    worker.send({ type: 'cancel', jobId: job.id });
    expect((await worker.next('failed', ({ jobId }) => jobId === job.id)).fault.errorCode).toBe('Canceled');
  });

  test('fails with the text of the engine', async () => {
    const fault = await faultOf(jobOver(directory, undefined, [['x', BIGINT, "CAST('abc' AS BIGINT)"]]));
    expect(fault.code).toBe('QueryRuntimeError');
    expect(fault.message).toContain('abc');
  });
});

describe('a job that writes segments', () => {
  test('puts the rows of external data into files by time', async () => {
    const lines = ['2024-01-02T05:00:00Z', '2024-01-01T07:00:00Z', '2024-01-01T03:00:00Z'].map((t, n) =>
      JSON.stringify({ t, n }),
    );
    const { segments, end } = await ingested(
      jobOver(
        directory,
        inline(lines, { t: VARCHAR, n: BIGINT }),
        [
          ['__time', TIMESTAMP, 'CAST("t" AS TIMESTAMP)'],
          ['n', BIGINT, '"n"'],
        ],
        { destination: segmentsDestination() },
      ),
    );
    expect(segments).toMatchObject([
      { interval: { start, end: start + 24 * HOUR }, rows: 2, sortedBy: ['__time'] },
      { interval: { start: start + 24 * HOUR, end: start + 48 * HOUR }, rows: 1 },
    ]);
    expect(segments[0]?.timeRange).toEqual({ min: start + 3 * HOUR, max: start + 7 * HOUR });
    for (const { loadSpec, size } of segments) {
      expect(loadSpec.type === 'local' && statSync(path.join(directory, loadSpec.path)).size).toBe(size);
    }
    expect((await rowsOf(segments, 'SELECT n FROM rows')).flat().map(Number)).toEqual([2, 1, 0]);
    expect(end.end.type === 'done' && end.end.summary.stages).toMatchObject([
      { stage: 0, phase: 'FINISHED', inputs: [{ rows: 3 }], output: { rows: 3 } },
      { stage: 1, phase: 'FINISHED', segments: { rowsProcessed: 3, rowsPushed: 3, segmentsPushed: 2 } },
    ]);
  });

  test('stores booleans and timestamps as LONG', async () => {
    const { segments } = await ingested(
      jobOver(
        directory,
        undefined,
        [
          ['__time', TIMESTAMP, "TIMESTAMP '2024-01-01'"],
          ['flag', BOOLEAN, 'true'],
          ['at', TIMESTAMP, "TIMESTAMP '2024-01-02 00:00:00.5'"],
          ['days', arrayOf(TIMESTAMP), "[TIMESTAMP '1970-01-02']"],
          ['price', { name: 'DECIMAL', nullable: false, precision: 3, scale: 1 }, '1.5::DOUBLE'],
          ['same', VARCHAR, "'lower'"],
          ['SAME', VARCHAR, "'upper'"],
        ],
        { destination: segmentsDestination() },
      ),
    );
    expect(segments[0]?.columns.map(({ name, type }) => [name, type.name, type.element?.name])).toEqual([
      ['__time', 'TIMESTAMP', undefined],
      ['flag', 'BIGINT', undefined],
      ['at', 'BIGINT', undefined],
      ['days', 'ARRAY', 'BIGINT'],
      ['price', 'DOUBLE', undefined],
      ['same', 'VARCHAR', undefined],
      ['SAME', 'VARCHAR', undefined],
    ]);
    const columns = segments[0]?.columns ?? [];
    const relation: JobRelation = {
      kind: 'segments',
      name: 'source',
      columns,
      segments: segments.map((segment) => ({
        segment,
        path: path.join(directory, segment.loadSpec.type === 'local' ? segment.loadSpec.path : ''),
      })),
    };
    const { rows, end } = await worker.run(
      jobOver(
        directory,
        relation,
        columns.filter(({ name }) => name.toLowerCase() !== 'same').map(({ name, type }) => [name, type, `"${name}"`]),
      ),
    );
    expect(rows).toEqual([['2024-01-01T00:00:00.000Z', 1n, BigInt(start + 24 * HOUR + 500), [86_400_000n], 1.5]]);
    expect(end.type === 'done' && end.summary.stages[0]?.inputs).toEqual([
      { rows: 1, bytes: segments[0]?.size, files: 1, totalFiles: 1 },
    ]);
  });

  test('without a time all rows are of 1970', async () => {
    const { segments } = await ingested(
      jobOver(directory, undefined, [['x', DOUBLE, 'i::DOUBLE']], {
        tail: generated(10),
        destination: segmentsDestination({ granularity: { kind: 'all' } }),
      }),
    );
    expect(segments).toMatchObject([{ rows: 10, timeRange: { min: 0, max: 0 } }]);
  });

  test.each([
    ['many chunks in order', 'i // 50', 200],
    ['many chunks that are mixed', 'i % 200', 200],
  ])('writes %s', async (_name, hours, chunks) => {
    const { segments } = await ingested(
      jobOver(
        directory,
        undefined,
        [
          ['__time', TIMESTAMP, timeOf(hours)],
          ['i', BIGINT, 'i'],
        ],
        {
          tail: generated(10_000),
          destination: segmentsDestination({ granularity: { kind: 'period', period: 'PT1H' } }),
        },
      ),
    );
    expect(segments).toHaveLength(chunks);
    expect(segments.map(({ rows }) => rows)).toEqual(segments.map(() => 50));
    expect((await rowsOf(segments, 'SELECT count(*), count(DISTINCT i) FROM rows'))[0]?.map(Number)).toEqual([
      10_000, 10_000,
    ]);
  });

  test('rowsPerSegment divides a chunk in order of time', async () => {
    const { segments, end } = await ingested(
      jobOver(
        directory,
        undefined,
        [
          ['__time', TIMESTAMP, timeOf('(hash(i) % 1000)::BIGINT')],
          ['i', BIGINT, 'i'],
        ],
        {
          tail: generated(10_000),
          destination: segmentsDestination({ granularity: { kind: 'all' }, rowsPerSegment: 3_000 }),
        },
      ),
    );
    expect(end.chunks).toMatchObject([{ segments: 4 }]);
    expect(segments.map(({ rows }) => rows)).toEqual([2_500, 2_500, 2_500, 2_500]);
    const ends = segments.map(({ timeRange }) => timeRange?.max ?? NaN);
    const starts = segments.map(({ timeRange }) => timeRange?.min ?? NaN);
    for (const [index, max] of ends.slice(0, -1).entries()) expect(max).toBeLessThanOrEqual(starts[index + 1] ?? NaN);
    expect((await rowsOf(segments, 'SELECT count(DISTINCT i) FROM rows'))[0]?.map(Number)).toEqual([10_000]);
  });

  test('a replace divides clustered rows between keys', async () => {
    const { segments, end } = await ingested(
      jobOver(
        directory,
        undefined,
        [
          ['__time', TIMESTAMP, timeOf('i % 10')],
          ['city', VARCHAR, "CASE WHEN i % 3 = 0 THEN 'big' WHEN i % 100 = 1 THEN NULL ELSE 'c' || i % 7 END"],
          ['n', BIGINT, 'i'],
        ],
        {
          tail: generated(9_000),
          destination: segmentsDestination({
            granularity: { kind: 'all' },
            rowsPerSegment: 1_000,
            clusteredBy: [
              { column: 'city', descending: false },
              { column: 'n', descending: false },
            ],
            replaceIntervals: [{ start: -8e18, end: 8e18 }],
          }),
        },
      ),
    );
    const [chunk] = end.chunks;
    expect(chunk?.range?.dimensions).toEqual(['city']);
    expect(chunk?.range?.cuts).toHaveLength(segments.length - 1);
    expect(segments.length).toBeGreaterThan(4);
    expect(segments.every(({ sortedBy }) => sortedBy.join() === '__time,city,n')).toBe(true);
    const cities = await Promise.all(
      segments.map(async (segment) => (await rowsOf([segment], 'SELECT DISTINCT city FROM rows')).flat()),
    );
    expect(new Set(cities.flat()).size).toBe(cities.flat().length);
    for (const [index, segment] of segments.entries()) {
      const spec = segment.shardSpec;
      if (spec.type !== 'range') throw new Error(spec.type);
      const [low] = spec.start ?? [null];
      const [high] = spec.end ?? ['\u{10ffff}'];
      for (const city of cities[index] ?? []) {
        expect(low == null || (city !== null && String(city) >= low)).toBe(true);
        expect(city === null || String(city) < (high ?? '')).toBe(true);
      }
    }
    expect(segments.reduce((total, { rows }) => total + rows, 0)).toBe(9_000);
  });

  test('an insert that clusters gets numbered segments', async () => {
    const { segments, end } = await ingested(
      jobOver(
        directory,
        undefined,
        [
          ['__time', TIMESTAMP, timeOf('i % 10')],
          ['city', VARCHAR, "'c' || i % 7"],
        ],
        {
          tail: generated(1_000),
          destination: segmentsDestination({
            granularity: { kind: 'all' },
            rowsPerSegment: 500,
            clusteredBy: [{ column: 'city', descending: true }],
          }),
        },
      ),
    );
    expect(end.chunks.every((chunk) => chunk.range === undefined)).toBe(true);
    expect(segments.map(({ rows, shardSpec }) => [rows, shardSpec.type])).toEqual([
      [500, 'numbered'],
      [500, 'numbered'],
    ]);
    const [first, second] = await Promise.all(
      segments.map(async (segment) => (await rowsOf([segment], 'SELECT min(city), max(city) FROM rows'))[0]),
    );
    expect(String(first?.[0]) >= String(second?.[1])).toBe(true);
  });

  test('an empty query writes nothing', async () => {
    const { segments, end } = await ingested(
      jobOver(directory, undefined, [['__time', TIMESTAMP, timeOf('i')]], {
        tail: generated(0),
        destination: segmentsDestination(),
      }),
    );
    expect(segments).toEqual([]);
    expect(end.chunks).toEqual([]);
  });

  test.each<[string, Partial<Parameters<typeof segmentsDestination>[0]>, string, string]>([
    ['InsertTimeNull', {}, 'NULL::TIMESTAMP', 'Null timestamp'],
    ['InsertCannotBeEmpty', { failOnEmptyInsert: true }, 'empty', 'events'],
    [
      'InsertTimeOutOfBounds',
      { replaceIntervals: [{ start: 0, end: HOUR }] },
      timeOf('i'),
      '2024-01-01T00:00:00.000Z/2024-01-02T00:00:00.000Z',
    ],
    ['TooManyBuckets', { granularity: { kind: 'period', period: 'PT1H' } }, timeOf('i'), '5,000'],
    ['TooManySegmentsInTimeChunk', { rowsPerSegment: 10, maxNumSegments: 2 }, timeOf('i % 10'), 'granularity[DAY]'],
  ])('%s', async (code, destination, time, text) => {
    const fault = await faultOf(
      jobOver(directory, undefined, [['__time', TIMESTAMP, time === 'empty' ? timeOf('i') : time]], {
        tail: generated(time === 'empty' ? 0 : 6_000),
        destination: segmentsDestination(destination),
      }),
    );
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(text);
  });

  test('a small one is quick', async () => {
    const lines = Array.from({ length: 1_000 }, (_, n) => JSON.stringify({ t: '2024-01-01T00:00:00Z', n }));
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const { end } = await ingested(
        jobOver(
          directory,
          inline(lines, { t: VARCHAR, n: BIGINT }),
          [
            ['__time', TIMESTAMP, 'CAST("t" AS TIMESTAMP)'],
            ['n', BIGINT, '"n"'],
          ],
          { destination: segmentsDestination() },
        ),
      );
      times.push(end.milliseconds);
    }
    // Well above what it takes, for a machine that does other work meanwhile.
    expect(Math.min(...times)).toBeLessThan(150);
  });
});

describe('external data that cannot be parsed', () => {
  const lines = ['{"a":1}', '{"a":', '{"a":3}', 'nonsense'];
  const columns = [['a', BIGINT, '"a"']] as const;

  test('fails the job', async () => {
    const fault = await faultOf(jobOver(directory, inline(lines, { a: BIGINT }), columns));
    expect(fault).toMatchObject({ code: 'CannotParseExternalData' });
  });

  test('is left out with a warning when that is allowed', async () => {
    const { end, rows, warnings } = await worker.run(
      jobOver(directory, inline(lines, { a: BIGINT }), columns, { maxParseExceptions: -1 }),
    );
    expect(rows).toEqual([[1n], [3n]]);
    expect(warnings).toHaveLength(2);
    expect(end.type === 'done' && end.summary.stages[0]?.warnings).toBe(2);
  });

  test('fails the job when there is more than is allowed', async () => {
    const fault = await faultOf(jobOver(directory, inline(lines, { a: BIGINT }), columns, { maxParseExceptions: 1 }));
    expect(fault.code).toBe('TooManyWarnings');
  });

  test('names the file', async () => {
    const good = path.join(directory, 'good.json');
    const bad = path.join(directory, 'bad.json');
    writeFileSync(good, '{"a":1}\n');
    writeFileSync(bad, '{"a":1}\n{"a"\n');
    const fault = await faultOf(jobOver(directory, jsonFiles([good, bad], { a: BIGINT }), columns));
    expect(fault).toMatchObject({ code: 'CannotParseExternalData' });
    expect(fault.message).toContain(bad);
  });
});

describe('cancellation', () => {
  const endless = (more: Partial<Job> = {}): Job =>
    jobOver(directory, undefined, [['n', BIGINT, 'count(*)']], {
      tail: 'FROM range(10000000) a, range(1000000) b WHERE hash(a.range + b.range) % 7 = 3',
      ...more,
    });

  test.each<[string, Partial<Job>]>([
    ['a query', {}],
    ['an ingestion', { destination: segmentsDestination({ granularity: { kind: 'all' } }) }],
  ])('ends %s that runs', async (_name, more) => {
    const job = endless(more);
    worker.messages.length = 0;
    worker.send({ type: 'run', job });
    await worker.next('progress');
    const started = performance.now();
    worker.send({ type: 'cancel', jobId: job.id });
    const { fault } = await worker.next('failed');
    expect(fault.errorCode).toBe('Canceled');
    expect(performance.now() - started).toBeLessThan(5_000);
    expect((await worker.run(jobOver(directory, undefined, [['one', BIGINT, '1']]))).rows).toEqual([[1n]]);
  });
});

describe('the process', () => {
  const started: WorkerProcess[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((other) => other.exit()));
  });

  async function startAnother(memoryBytes = 1 << 30): Promise<WorkerProcess> {
    const own = mkdtempSync(path.join(directory, 'own-'));
    const other = await WorkerProcess.start(own, { memoryBytes });
    started.push(other);
    return other;
  }

  test('ingests several times the memory that it may use', async () => {
    const other = await startAnother(200 * 1024 ** 2);
    const { end } = await other.run(
      jobOver(
        directory,
        undefined,
        [
          ['__time', TIMESTAMP, timeOf('(hash(i) % 24)::BIGINT')],
          ...Array.from({ length: 6 }, (_, n): [string, SqlType, string] => [
            `s${n}`,
            VARCHAR,
            `md5((i * ${n + 1})::VARCHAR) || md5(i::VARCHAR)`,
          ]),
        ],
        { tail: generated(1_500_000), destination: segmentsDestination({ rowsPerSegment: 400_000 }) },
      ),
    );
    expect(end.type === 'failed' ? end.fault : end.summary.rows).toBe(1_500_000);
  });

  test('ends with its parent, even while it works', async () => {
    const other = await startAnother();
    other.send({
      type: 'run',
      job: jobOver(directory, undefined, [['n', BIGINT, 'count(*)']], {
        tail: 'FROM range(10000000) a, range(1000000) b WHERE hash(a.range + b.range) % 7 = 3',
      }),
    });
    await other.next('progress');
    await other.disconnect();
    expect(other.exited).toBe(true);
  });

  test('ends when its parent is killed', async () => {
    const parent = path.join(directory, 'parent.mjs');
    const entry = new URL('./main.ts', import.meta.url).pathname;
    writeFileSync(
      parent,
      `import { fork } from 'node:child_process';
       const child = fork(${JSON.stringify(entry)}, { execArgv: ['--import', 'tsx'], serialization: 'advanced' });
       child.on('message', () => process.send(child.pid));
       child.send({ type: 'configure', settings: { threads: 1, memoryBytes: 2 ** 28, spillDirectory: ${JSON.stringify(directory)} } });`,
    );
    const child = fork(parent, { cwd: process.cwd() });
    const [pid] = (await once(child, 'message')) as [number];
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    child.kill('SIGKILL');
    const deadline = Date.now() + 5_000;
    while (existsSync(`/proc/${pid}`) && Date.now() < deadline) await new Promise(setImmediate);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test('leaves no spilled files behind', async () => {
    const other = await startAnother();
    await other.exit();
    expect(readdirSync(directory).filter((name) => name.endsWith('.profile.json'))).toEqual([]);
  });
});
