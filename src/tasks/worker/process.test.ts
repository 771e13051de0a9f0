import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { useWorker, generated, timeOf } from '../../../test/support/worker-suite.js';
import { jobOver, segmentsDestination, WorkerProcess } from '../../../test/support/worker-process.js';
import { BIGINT, TIMESTAMP, VARCHAR, type SqlType } from '../../sql/types.js';
import { workerEntry } from '../worker-entry.js';
import type { Job } from './protocol.js';

const suite = useWorker();

describe('cancellation', () => {
  const endless = (more: Partial<Job> = {}): Job =>
    jobOver(suite.directory, undefined, [['n', BIGINT, 'count(*)']], {
      tail: 'FROM range(10000000) a, range(1000000) b WHERE hash(a.range + b.range) % 7 = 3',
      ...more,
    });

  test.each<[string, Partial<Job>]>([
    ['a query', {}],
    ['an ingestion', { destination: segmentsDestination({ granularity: { kind: 'all' } }) }],
  ])('ends %s that runs', async (_name, more) => {
    const job = endless(more);
    suite.worker.messages.length = 0;
    suite.worker.send({ type: 'run', job });
    await suite.worker.next('progress');
    const started = performance.now();
    suite.worker.send({ type: 'cancel', jobId: job.id });
    const { fault } = await suite.worker.next('failed');
    expect(fault.errorCode).toBe('Canceled');
    expect(performance.now() - started).toBeLessThan(5_000);
    expect((await suite.worker.run(jobOver(suite.directory, undefined, [['one', BIGINT, '1']]))).rows).toEqual([[1n]]);
  });
});

describe('the process', () => {
  const started: WorkerProcess[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((other) => other.exit()));
  });

  async function startAnother(memoryBytes = 1 << 30): Promise<WorkerProcess> {
    const own = mkdtempSync(path.join(suite.directory, 'own-'));
    const other = await WorkerProcess.start(own, { memoryBytes });
    started.push(other);
    return other;
  }

  test('ingests several times the memory that it may use', async () => {
    const other = await startAnother(100 * 1024 ** 2);
    const { end } = await other.run(
      jobOver(
        suite.directory,
        undefined,
        [
          ['__time', TIMESTAMP, timeOf('(hash(i) % 24)::BIGINT')],
          ...Array.from({ length: 4 }, (_, n): [string, SqlType, string] => [
            `s${n}`,
            VARCHAR,
            `md5((i * ${n + 1})::VARCHAR) || rpad('', 60, 'x')`,
          ]),
        ],
        { tail: generated(700_000), destination: segmentsDestination({ rowsPerSegment: 200_000 }) },
      ),
    );
    expect(end.type === 'failed' ? end.fault : end.summary.rows).toBe(700_000);
    await other.exit();
    expect(readdirSync(other.spillDirectory)).toEqual([]);
    // Spilling takes its time on a slow disk.
  }, 180_000);

  test('ends with its parent, even while it works', async () => {
    const other = await startAnother();
    other.send({
      type: 'run',
      job: jobOver(suite.directory, undefined, [['n', BIGINT, 'count(*)']], {
        tail: 'FROM range(10000000) a, range(1000000) b WHERE hash(a.range + b.range) % 7 = 3',
      }),
    });
    await other.next('progress');
    await other.disconnect();
    expect(other.exited).toBe(true);
  });

  test('ends when its parent is killed', async () => {
    const parent = path.join(suite.directory, 'parent.mjs');
    const { file, execArgv } = workerEntry();
    const options = JSON.stringify({ execArgv, serialization: 'advanced' });
    writeFileSync(
      parent,
      `import { fork } from 'node:child_process';
       const child = fork(${JSON.stringify(file)}, ${options});
       child.on('message', () => process.send(child.pid));
       child.send({ type: 'configure', settings: { threads: 1, memoryBytes: 2 ** 28, spillDirectory: ${JSON.stringify(suite.directory)} } });`,
    );
    const child = fork(parent, { cwd: process.cwd() });
    const [pid] = (await once(child, 'message')) as [number];
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    child.kill('SIGKILL');
    const deadline = Date.now() + 5_000;
    while (existsSync(`/proc/${pid}`) && Date.now() < deadline) await new Promise(setImmediate);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});
