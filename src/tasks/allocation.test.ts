import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { ETERNITY, overlaps } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';
import { DeepStorage, openLocalFileStore, openSqliteMetadataStore } from '../storage/index.js';
import type { MetadataStore, TaskLock } from '../storage/metadata-store.js';
import { SegmentAllocator, type WritingTask } from './allocation.js';
import { AppendRegistry } from './append-registry.js';
import { chunkState, overlapFinder } from './chunk-state.js';
import { TaskLocks } from './locks.js';
import { Timeline } from './timeline.js';
import type { AllocatedSegment, ChunkRequest } from './worker/protocol.js';

const DAY = 86_400_000;
const day = (index: number): Interval => ({ start: index * DAY, end: (index + 1) * DAY });
const days = (from: number, to: number): Interval => ({ start: from * DAY, end: to * DAY });
const chunk = (interval: Interval, segments = 1): ChunkRequest => ({ interval, segments });

function segment(interval: Interval, version: string, part: Partial<DataSegment> = {}): DataSegment {
  return {
    dataSource: 'd',
    interval,
    version,
    shardSpec: { type: 'numbered', partitionNum: 0, partitions: 0 },
    loadSpec: { type: 'local', path: `d/${interval.start}/${version}` },
    columns: [],
    sortedBy: [],
    rows: 1,
    size: 1,
    ...part,
  };
}

const tombstone = (interval: Interval, version: string): DataSegment =>
  segment(interval, version, {
    shardSpec: { type: 'tombstone', partitionNum: 0, partitions: 1 },
    loadSpec: { type: 'tombstone' },
    rows: 0,
    size: 0,
  });

describe('chunkState', () => {
  test.each<[string, readonly DataSegment[], 'empty' | 'existing']>([
    ['nothing', [], 'empty'],
    ['a neighbour', [segment(day(1), 'v1')], 'empty'],
    ['the same chunk', [segment(day(0), 'v1')], 'existing'],
    ['a tombstone', [tombstone(day(0), 'v1')], 'empty'],
    ['a wider tombstone over data', [segment(days(0, 9), 'v1'), tombstone(days(0, 5), 'v2')], 'empty'],
    ['what another version hides', [segment(days(0, 9), 'v1', { visible: [days(1, 9)] })], 'empty'],
    ['the same chunk over a wider one', [segment(days(0, 9), 'v1'), segment(day(0), 'v2')], 'existing'],
  ])('%s', (_name, visible, kind) => {
    expect(chunkState('d', day(0), visible).kind).toBe(kind);
  });

  test.each<[string, readonly DataSegment[]]>([
    ['coarser', [segment(days(0, 9), 'v1')]],
    ['finer', [segment({ start: 0, end: DAY / 2 }, 'v1')]],
  ])('refuses a chunk of %s granularity', (_name, visible) => {
    expect(() => chunkState('d', day(0), visible)).toThrow(FaultError);
    expect(() => chunkState('d', day(0), visible)).toThrow('but got [');
  });
});

test('overlapFinder finds what overlaps, and nothing else', () => {
  const segments = [days(0, 30), day(3), day(5), days(28, 40), day(40)].map((interval) => segment(interval, 'v1'));
  const find = overlapFinder(segments);
  for (const interval of [day(0), day(3), day(4), days(4, 6), day(29), day(39), days(39, 41), day(60)]) {
    const expected = segments.filter((each) => overlaps(each.interval, interval));
    expect(find(interval)).toEqual(expected);
  }
});

describe('SegmentAllocator', () => {
  let directory: string;
  let store: MetadataStore;
  let locks: TaskLocks;
  let appends: AppendRegistry;
  let allocator: SegmentAllocator;
  const never = new AbortController().signal;
  const ignore = (): void => undefined;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'allocation-'));
    store = await openSqliteMetadataStore({ file: path.join(directory, 'metadata.db') });
    locks = new TaskLocks(store);
    appends = new AppendRegistry();
    allocator = new SegmentAllocator({
      store,
      deepStorage: new DeepStorage(
        openLocalFileStore(path.join(directory, 'segments')),
        openLocalFileStore(`${path.join(directory, 'segments')}-results`),
      ),
      locks,
      appends,
      timeline: new Timeline(store),
      now: () => Date.parse('2026-01-01T00:00:00.000Z'),
    });
  });

  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function task(id: string): Promise<WritingTask> {
    await store.insertTask({
      id,
      groupId: id,
      type: 'query_controller',
      dataSource: 'd',
      createdTime: 0,
      queueInsertionTime: 0,
      state: 'RUNNING',
      duration: -1,
      payload: {},
    });
    return { taskId: id, dataSource: 'd', priority: 50 };
  }

  const insert = (of: WritingTask, chunks: readonly ChunkRequest[], signal = never, onWait = ignore) =>
    allocator.allocateForInsert(of, chunks, signal, onWait);

  async function replaceLocksOf(of: WritingTask, intervals: readonly Interval[]): Promise<readonly TaskLock[]> {
    const outcome = await allocator.lockForReplace(of, intervals);
    if ('conflicts' in outcome) throw new Error(`In the way: ${JSON.stringify(outcome.conflicts)}`);
    return outcome.locks;
  }

  async function publish(of: WritingTask, places: readonly AllocatedSegment[], replaced: readonly Interval[] = []) {
    const { taskId, dataSource } = of;
    const segments = places.map(({ interval, version, shardSpec, loadSpec }) =>
      segment(interval, version, { shardSpec, loadSpec }),
    );
    const end = { id: taskId, state: 'SUCCESS', duration: 1, report: {} } as const;
    await locks.exclusively(async () => {
      expect(await store.publish({ taskId, dataSource, segments, replaced, end })).toBe(true);
      appends.release(taskId);
    });
    locks.wake();
  }

  const numbers = (places: readonly AllocatedSegment[]): readonly number[] =>
    places.map(({ shardSpec }) => shardSpec.partitionNum);

  test('answers in the order of the request', async () => {
    const places = await insert(await task('a'), [chunk(day(3)), chunk(day(1), 2)]);
    expect(places.map(({ interval }) => interval)).toEqual([day(3), day(1), day(1)]);
    expect(numbers(places)).toEqual([0, 0, 1]);
    expect(new Set(places.map(({ path: file }) => file)).size).toBe(3);
  });

  test('two INSERTs into one empty chunk share a version, not a number', async () => {
    const [a, b] = [await task('a'), await task('b')];
    const [first, second] = await Promise.all([insert(a, [chunk(day(0), 2)]), insert(b, [chunk(day(0))])]);
    const all = [...first, ...second];
    expect(new Set(all.map(({ version }) => version)).size).toBe(1);
    expect(numbers(all).toSorted()).toEqual([0, 1, 2]);
    await publish(b, second);
    await publish(a, first);
    expect((await store.usedSegments('d')).length).toBe(3);
  });

  test('a later INSERT appends to what is published', async () => {
    const a = await task('a');
    const first = await insert(a, [chunk(day(0), 2)]);
    await publish(a, first);
    const second = await insert(await task('b'), [chunk(day(0))]);
    expect(second[0]?.version).toBe(first[0]?.version);
    expect(numbers(second)).toEqual([2]);
  });

  test('an INSERT into other chunks waits for unpublished ones that overlap', async () => {
    const [a, b] = [await task('a'), await task('b')];
    const first = await insert(a, [chunk(day(0))]);
    const second = new Promise<readonly AllocatedSegment[]>((resolve, reject) => {
      void insert(b, [chunk(days(0, 7))], never, () => {
        void publish(a, first).catch(reject);
      }).then(resolve, reject);
    });
    await expect(second).rejects.toThrow('but got [');
  });

  test('a REPLACE waits for an INSERT, and its version is later', async () => {
    const [a, b] = [await task('a'), await task('b')];
    const inserted = await insert(a, [chunk(day(0))]);
    expect(await allocator.lockForReplace(b, [ETERNITY])).toMatchObject({
      conflicts: [{ taskId: 'a', kind: 'shared' }],
    });
    expect((await store.locks('d')).map(({ taskId }) => taskId)).toEqual(['a']);
    await publish(a, inserted);
    const replaceLocks = await replaceLocksOf(b, [ETERNITY]);
    const places = await allocator.allocateForReplace(b, replaceLocks, [chunk(day(0), 2)]);
    expect(places.every(({ version }) => version > (inserted[0]?.version ?? ''))).toBe(true);
    expect(places.map(({ shardSpec }) => shardSpec)).toEqual([
      { type: 'numbered', partitionNum: 0, partitions: 2 },
      { type: 'numbered', partitionNum: 1, partitions: 2 },
    ]);
  });

  test('an INSERT waits for a REPLACE', async () => {
    const [a, b] = [await task('a'), await task('b')];
    const replaceLocks = await replaceLocksOf(a, [days(0, 2)]);
    const replaced = await allocator.allocateForReplace(a, replaceLocks, [chunk(day(0))]);
    const places = await insert(b, [chunk(day(0))], never, () => {
      void publish(a, replaced, [days(0, 2)]);
    });
    expect(places[0]?.version).toBe(replaced[0]?.version);
    expect(places[0]?.shardSpec).toEqual({ type: 'numbered', partitionNum: 1, partitions: 1 });
  });

  test('REPLACEs of different times run side by side', async () => {
    const [a, b] = [await task('a'), await task('b')];
    expect(await replaceLocksOf(a, [day(0)])).toHaveLength(1);
    expect(await replaceLocksOf(b, [day(1)])).toHaveLength(1);
  });

  test('a REPLACE of several times takes the locks of all or of none', async () => {
    const [a, b] = [await task('a'), await task('b')];
    await replaceLocksOf(a, [day(5)]);
    expect(await allocator.lockForReplace(b, [day(0), day(5)])).toMatchObject({ conflicts: [{ taskId: 'a' }] });
    expect((await store.locks('d')).map(({ taskId }) => taskId)).toEqual(['a']);
    await store.releaseLocks('a');
    expect(await replaceLocksOf(b, [day(0), day(5)])).toHaveLength(2);
  });

  describe('a greater priority', () => {
    const watch = (...tasks: readonly WritingTask[]): readonly string[] => {
      const revoked: string[] = [];
      for (const { taskId } of tasks) locks.watch(taskId, () => revoked.push(taskId));
      return revoked;
    };

    test('of a REPLACE takes the locks of INSERTs and REPLACEs away, which publish nothing then', async () => {
      const [a, b, c] = [await task('a'), await task('b'), { ...(await task('c')), priority: 60 }];
      const inserted = await insert(a, [chunk(day(0))]);
      await replaceLocksOf(b, [day(1)]);
      const revoked = watch(a, b, c);
      expect(await replaceLocksOf(c, [days(0, 2)])).toHaveLength(1);
      expect(revoked).toEqual(['a', 'b']);
      const segments = inserted.map(({ interval, version, shardSpec, loadSpec }) =>
        segment(interval, version, { shardSpec, loadSpec }),
      );
      const end = (id: string) => ({ id, state: 'SUCCESS', duration: 1, report: {} }) as const;
      expect(await store.publish({ taskId: 'a', dataSource: 'd', segments, replaced: [], end: end('a') })).toBe(false);
      // Without rows of its own it would only have emptied its time.
      expect(
        await store.publish({ taskId: 'b', dataSource: 'd', segments: [], replaced: [day(1)], end: end('b') }),
      ).toBe(false);
    });

    test('of an INSERT takes the lock of a REPLACE away', async () => {
      const [a, b] = [await task('a'), { ...(await task('b')), priority: 60 }];
      await replaceLocksOf(a, [ETERNITY]);
      const revoked = watch(a);
      expect(await insert(b, [chunk(day(0))])).toHaveLength(1);
      expect(revoked).toEqual(['a']);
    });

    test('spares everybody when one lock is of an equal one', async () => {
      const [a, b, c] = [
        await task('a'),
        { ...(await task('b')), priority: 60 },
        { ...(await task('c')), priority: 60 },
      ];
      await replaceLocksOf(a, [day(0)]);
      await replaceLocksOf(b, [day(1)]);
      const revoked = watch(a, b);
      expect(await allocator.lockForReplace(c, [day(0), day(1)])).toMatchObject({
        conflicts: [{ taskId: 'a' }, { taskId: 'b' }],
      });
      expect(revoked).toEqual([]);
    });
  });

  test('waiting ends with the reason of a cancellation', async () => {
    const [a, b] = [await task('a'), await task('b')];
    await replaceLocksOf(a, [ETERNITY]);
    const abort = new AbortController();
    const waiting = insert(b, [chunk(day(0))], abort.signal, () => {
      abort.abort(new FaultError(faults.Canceled('USER_REQUEST')));
    });
    await expect(waiting).rejects.toThrow('[User request]');
    expect((await store.locks('d')).map(({ taskId }) => taskId)).toEqual(['a']);
  });

  test('neighbouring chunks share a lock, and appends beside them do not wait', async () => {
    const [a, b] = [await task('a'), await task('b')];
    await insert(a, [chunk(day(2)), chunk(day(0)), chunk(day(1)), chunk(day(5))]);
    expect((await store.locks('d')).map(({ interval }) => interval)).toEqual([days(0, 3), day(5)]);
    const waits: string[] = [];
    const places = await insert(b, [chunk(day(1)), chunk(day(3))], never, () => waits.push('b'));
    expect(waits).toEqual([]);
    expect(numbers(places)).toEqual([1, 0]);
  });

  test('range shard specs divide the values of a chunk', async () => {
    const a = await task('a');
    const replaceLocks = await replaceLocksOf(a, [ETERNITY]);
    const range = { dimensions: ['x'], cuts: [['f'], ['m']] };
    const places = await allocator.allocateForReplace(a, replaceLocks, [{ interval: day(0), segments: 3, range }]);
    expect(
      places.map(({ shardSpec }) => (shardSpec.type === 'range' ? [shardSpec.start, shardSpec.end] : null)),
    ).toEqual([
      [null, ['f']],
      [['f'], ['m']],
      [['m'], null],
    ]);
  });

  test('a chunk outside of the locks is out of bounds', async () => {
    const a = await task('a');
    const replaceLocks = await replaceLocksOf(a, [day(0)]);
    await expect(allocator.allocateForReplace(a, replaceLocks, [chunk(day(1))])).rejects.toMatchObject({
      fault: { errorCode: 'InsertTimeOutOfBounds' },
    });
  });

  test('too many segments are refused', async () => {
    await expect(insert(await task('a'), [chunk(day(0), 25_001)])).rejects.toMatchObject({
      fault: { errorCode: 'TooManyPartitions', maxPartitions: 25_000 },
    });
  });
});
