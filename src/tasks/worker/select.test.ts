import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { useWorker, inlineJson, jsonFiles, generated, START } from '../../../test/support/worker-suite.js';
import { jobOver } from '../../../test/support/worker-process.js';
import { arrayOf, BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR } from '../../sql/types.js';
import type { JobRelation } from './protocol.js';

const suite = useWorker();

describe('a job that answers rows', () => {
  test('reads external data and counts what it read', async () => {
    const lines = ['{"a":1,"b":"x"}', '{"a":2,"b":"y"}', '{"a":3}'];
    const { rows, end } = await suite.worker.run(
      jobOver(suite.directory, inlineJson(lines, { a: BIGINT, b: VARCHAR }), [
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
    const { rows, end } = await suite.worker.run(
      jobOver(suite.directory, inlineJson(lines, { a: BIGINT }), [['n', BIGINT, 'count(*)']], {
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
        ["it's", 5n, START, true],
        [null, 2 ** 40, null, false],
      ],
    };
    const { rows } = await suite.worker.run(
      jobOver(suite.directory, relation, [
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

  test('reads thousands of rows of a system table', async () => {
    const relation: JobRelation = {
      kind: 'rows',
      name: 'a "name"',
      columns: [
        { name: 'n', type: BIGINT },
        { name: 'half "d"', type: DOUBLE },
      ],
      rows: Array.from({ length: 5_000 }, (_, n) => [n, n % 2 === 0 ? n / 2 : null]),
    };
    const { rows } = await suite.worker.run(
      jobOver(
        suite.directory,
        relation,
        [
          ['n', BIGINT, 'sum("n")'],
          ['d', DOUBLE, 'max("half ""d""")'],
          ['c', BIGINT, 'count("half ""d""")'],
        ],
        { tail: 'FROM "a ""name"""' },
      ),
    );
    expect(rows).toEqual([[12_497_500n, 2_499, 2_500n]]);
  });

  test('counts rows of which it needs no column', async () => {
    const relation: JobRelation = { kind: 'rows', name: 'source', columns: [], rows: [[], [], []] };
    const { rows } = await suite.worker.run(jobOver(suite.directory, relation, [['n', BIGINT, 'count(*)']]));
    expect(rows).toEqual([[3n]]);
  });

  test('counts the files that it read', async () => {
    const files = ['a', 'b', 'c'].map((name) => path.join(suite.directory, `${name}.json`));
    for (const file of files) writeFileSync(file, '{"a":1}\n{"a":2}\n');
    const { end } = await suite.worker.run(
      jobOver(suite.directory, jsonFiles(files, { a: BIGINT }), [['a', BIGINT, '"a"']]),
    );
    expect(end.type === 'done' && end.summary.stages[0]?.inputs).toEqual([
      { rows: 6, bytes: 48, files: 3, totalFiles: 3 },
    ]);
  });

  test.each([
    [10, true],
    [5_000, true],
    [20_000, false],
    [30_000, false],
  ])('stops after %i rows', async (maxRows, truncated) => {
    const { rows, end } = await suite.worker.run(
      jobOver(suite.directory, undefined, [['i', BIGINT, 'i']], {
        tail: generated(20_000),
        destination: { kind: 'results', stringifyArrays: false, maxRows },
      }),
    );
    expect(rows).toHaveLength(Math.min(maxRows, 20_000));
    expect(end.type === 'done' && end.summary.truncated === true).toBe(truncated);
  });

  test('waits until its rows are taken', async () => {
    const job = jobOver(suite.directory, undefined, [['i', BIGINT, 'i']], { tail: generated(1_000_000) });
    suite.worker.messages.length = 0;
    suite.worker.send({ type: 'run', job });
    await suite.worker.next('rows');
    const other = jobOver(suite.directory, undefined, [['one', BIGINT, '1']]);
    suite.worker.send({ type: 'run', job: other });
    await suite.worker.next('done', ({ jobId }) => jobId === other.id);
    const batches = suite.worker.messages.filter(
      (message) => message.type === 'rows' && message.jobId === job.id,
    ).length;
    expect(batches).toBeLessThanOrEqual(4);
    suite.worker.send({ type: 'cancel', jobId: job.id });
    expect((await suite.worker.next('failed', ({ jobId }) => jobId === job.id)).fault.errorCode).toBe('Canceled');
  });

  test('fails with the text of the engine', async () => {
    const fault = await suite.faultOf(jobOver(suite.directory, undefined, [['x', BIGINT, "CAST('abc' AS BIGINT)"]]));
    expect(fault.code).toBe('QueryRuntimeError');
    expect(fault.message).toContain('abc');
  });
});

describe('external data that cannot be parsed', () => {
  const lines = ['{"a":1}', '{"a":', '{"a":3}', 'nonsense'];
  const columns = [['a', BIGINT, '"a"']] as const;

  test('fails the job', async () => {
    const fault = await suite.faultOf(jobOver(suite.directory, inlineJson(lines, { a: BIGINT }), columns));
    expect(fault).toMatchObject({ code: 'CannotParseExternalData' });
  });

  test('is left out with a warning when that is allowed', async () => {
    const { end, rows, warnings } = await suite.worker.run(
      jobOver(suite.directory, inlineJson(lines, { a: BIGINT }), columns, { maxParseExceptions: -1 }),
    );
    expect(rows).toEqual([[1n], [3n]]);
    expect(warnings).toHaveLength(2);
    expect(end.type === 'done' && end.summary.stages[0]?.warnings).toBe(2);
  });

  test('fails the job when there is more than is allowed', async () => {
    const fault = await suite.faultOf(
      jobOver(suite.directory, inlineJson(lines, { a: BIGINT }), columns, { maxParseExceptions: 1 }),
    );
    expect(fault.code).toBe('TooManyWarnings');
  });

  test('names the file', async () => {
    const good = path.join(suite.directory, 'good.json');
    const bad = path.join(suite.directory, 'bad.json');
    writeFileSync(good, '{"a":1}\n');
    writeFileSync(bad, '{"a":1}\n{"a"\n');
    const fault = await suite.faultOf(jobOver(suite.directory, jsonFiles([good, bad], { a: BIGINT }), columns));
    expect(fault).toMatchObject({ code: 'CannotParseExternalData' });
    expect(fault.message).toContain(bad);
  });
});
