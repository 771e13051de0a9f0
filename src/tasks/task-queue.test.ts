import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readContext } from '../msq/context.js';
import type { IngestStatement } from '../sql/plan/index.js';
import { DeepStorage, openLocalFileStore, openSqliteMetadataStore } from '../storage/index.js';
import type { MetadataStore } from '../storage/metadata-store.js';
import { SegmentAllocator } from './allocation.js';
import { AppendRegistry } from './append-registry.js';
import { TaskLocks } from './locks.js';
import { TaskQueue, type QueuedTask } from './task-queue.js';
import { Timeline } from './timeline.js';

const DAY = 86_400_000;
const day = { start: 0, end: DAY };

let directory: string;
let store: MetadataStore;
let locks: TaskLocks;
let queue: TaskQueue;
let waited: string[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'task-queue-'));
  store = await openSqliteMetadataStore({ file: path.join(directory, 'metadata.db') });
  locks = new TaskLocks(store);
  const allocator = new SegmentAllocator({
    store,
    deepStorage: new DeepStorage(
      openLocalFileStore(`${directory}/segments`),
      openLocalFileStore(`${directory}/results`),
    ),
    locks,
    appends: new AppendRegistry(),
    timeline: new Timeline(store),
    now: () => Date.parse('2026-01-01T00:00:00.000Z'),
  });
  waited = [];
  queue = new TaskQueue(allocator, (taskId) => waited.push(taskId));
});

afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

function task(id: string, kind: 'insert' | 'replace', priority = 50, dataSource = 'd'): QueuedTask {
  const statement: IngestStatement = {
    kind,
    dataSource,
    plan: { kind: 'values', rows: [], fields: [] },
    columns: [],
    partitionedBy: { kind: 'all' },
    clusteredBy: [],
    ...(kind === 'replace' && { overwrite: 'all' }),
  };
  return {
    statement,
    record: {
      id,
      groupId: id,
      type: 'query_controller',
      dataSource,
      createdTime: 0,
      queueInsertionTime: 0,
      state: 'RUNNING',
      duration: -1,
      payload: {},
    },
    compiled: {
      sql: '',
      statement,
      reads: [],
      rawContext: {},
      context: readContext({ priority }, { maxNumTasks: 2 }),
      engine: 'duckdb',
      emitted: { sql: '', relations: [] },
      hideSecrets: (value) => value,
      inferred: [],
    },
  };
}

/** A lock of a task that runs. */
const hold = (taskId: string, kind: 'shared' | 'exclusive', dataSource = 'd') =>
  store.acquireLock({ taskId, dataSource, interval: day, kind, priority: 50, version: '2025-01-01T00:00:00.000Z' });

const takeAll = async (): Promise<readonly string[]> => {
  const taken: string[] = [];
  for (let next = await queue.takeReady(); next; next = await queue.takeReady()) taken.push(next.record.id);
  return taken;
};

test('greater priorities come first, equal ones in their order', async () => {
  for (const [id, priority] of [
    ['a', 10],
    ['b', 50],
    ['c', 90],
    ['d', 50],
  ] as const) {
    queue.add(task(id, 'insert', priority));
  }
  expect(await takeAll()).toEqual(['c', 'b', 'd', 'a']);
});

test('a REPLACE that waits for INSERTs keeps later INSERTs of its datasource back, and nobody else', async () => {
  await hold('running', 'shared');
  queue.add(task('before', 'insert'));
  queue.add(task('replace', 'replace'));
  queue.add(task('after', 'insert'));
  queue.add(task('elsewhere', 'insert', 50, 'other'));
  expect(await takeAll()).toEqual(['before', 'elsewhere']);
  expect(waited).toEqual(['replace']);
  expect(['replace', 'after'].map((id) => queue.isWaitingForLocks(id))).toEqual([true, false]);
  await store.releaseLocks('running');
  expect(await takeAll()).toEqual(['replace', 'after']);
  expect((await store.locks('d')).map(({ taskId }) => taskId)).toEqual(['replace']);
});

test('a REPLACE that waits for another keeps no INSERT back', async () => {
  await hold('running', 'exclusive');
  queue.add(task('replace', 'replace'));
  queue.add(task('insert', 'insert'));
  expect(await takeAll()).toEqual(['insert']);
});

test('a task that is taken out while its locks are taken leaves none', async () => {
  queue.add(task('replace', 'replace'));
  const taken = queue.takeReady();
  expect(queue.remove('replace')?.record.id).toBe('replace');
  expect(await taken).toBeUndefined();
  expect(await store.locks('d')).toEqual([]);
});

test('the first in the queue ends those of lesser priority that hold its locks, the others do not', async () => {
  await hold('running', 'exclusive');
  const revoked: string[] = [];
  locks.watch('running', () => revoked.push('running'));
  queue.add(task('same', 'replace'));
  await queue.preemptForFirst();
  expect(revoked).toEqual([]);
  queue.add(task('greater', 'replace', 51));
  await queue.preemptForFirst();
  expect(revoked).toEqual(['running']);
  expect(await takeAll()).toEqual(['greater']);
});
