import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WorkerPool } from './worker-pool.js';
import type { Job } from './worker/protocol.js';

let directory: string;
let pool: WorkerPool;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'worker-pool-'));
  const settings = { directory, spares: 1, threads: 2, memoryBytes: 128 * 1024 ** 2, refillAfterMs: 3_600_000 };
  pool = new WorkerPool(settings, pino({ level: 'silent' }));
});

afterEach(async () => {
  await pool.close();
  await rm(directory, { recursive: true, force: true });
});

const job = (sql: string): Job => ({
  id: 'j',
  sql,
  ordered: false,
  columns: [{ sqlName: 'c1', name: 'one', type: { name: 'BIGINT', nullable: true } }],
  relations: [],
  destination: { kind: 'results', stringifyArrays: false },
  directory,
  maxParseExceptions: 0,
});

describe('WorkerPool', () => {
  test('a spare is handed out, and works', async () => {
    pool.refill();
    const worker = pool.lease(2);
    const rows: unknown[] = [];
    const summary = await worker.process.run(job('SELECT 1::BIGINT AS c1'), { rows: (batch) => rows.push(...batch) });
    expect(summary.rows).toBe(1);
    expect(rows).toHaveLength(1);
  });

  test('a process that may be used again is the next one', async () => {
    const first = pool.lease(2);
    await first.process.ready;
    await first.release(true);
    expect(pool.lease(2).process).toBe(first.process);
  });

  test.each([
    ['after a failure', 2, false],
    ['with other threads', 1, true],
  ])('a process ends %s', async (_name, threads, reusable) => {
    const worker = pool.lease(threads);
    await worker.process.ready;
    const [spilled] = await readdir(directory);
    await worker.release(reusable);
    expect(worker.process.alive).toBe(false);
    expect(await readdir(directory)).not.toContain(spilled);
  });

  test('a process ends when enough are ready', async () => {
    const [first, second] = [pool.lease(2), pool.lease(2)];
    await Promise.all([first.process.ready, second.process.ready]);
    await first.release(true);
    await second.release(true);
    expect([first.process.alive, second.process.alive]).toEqual([true, false]);
  });

  test('a process that is ready takes the place of one that is not', async () => {
    const worker = pool.lease(2);
    await worker.process.ready;
    pool.refill();
    await worker.release(true);
    expect(pool.lease(2).process).toBe(worker.process);
  });

  test('a spare that died is not handed out', async () => {
    pool.refill();
    const spare = pool.lease(2);
    await spare.process.ready;
    await spare.release(true);
    process.kill(spare.process.pid ?? 0, 'SIGKILL');
    await spare.process.exited;
    expect(pool.lease(2).process.alive).toBe(true);
  });

  test('a process that dies fails its job with what it knows', async () => {
    const worker = pool.lease(2);
    await worker.process.ready;
    const running = worker.process.run(job('SELECT count(*) AS c1 FROM range(100000000000) a'), {});
    process.kill(worker.process.pid ?? 0, 'SIGKILL');
    await expect(running).rejects.toMatchObject({ fault: { errorCode: 'WorkerFailed' } });
    await expect(worker.process.run(job('SELECT 1 AS c1'), {})).rejects.toThrow('SIGKILL');
  });

  test('closing ends all', async () => {
    pool.refill();
    const leased = pool.lease(1);
    await pool.close();
    expect(leased.process.alive).toBe(false);
    expect(await readdir(directory)).toEqual([]);
    expect(() => pool.lease(2)).toThrow('closed');
  });
});
