import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DataSegment } from '../segments/segment.js';
import { BIGINT, VARCHAR } from '../sql/types.js';
import { openSqliteMetadataStore } from '../storage/index.js';
import type { MetadataStore } from '../storage/metadata-store.js';
import { Timeline } from './timeline.js';

let directory: string;
let store: MetadataStore;
let timeline: Timeline;
let tasks = 0;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'timeline-'));
  store = await openSqliteMetadataStore({ file: path.join(directory, 'metadata.db') });
  timeline = new Timeline(store);
});

afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const interval = { start: 0, end: 10 };

async function publish(dataSource: string, type = VARCHAR): Promise<void> {
  const taskId = `t${(tasks += 1)}`;
  const version = `v${String(tasks).padStart(9, '0')}`;
  const times = { createdTime: 0, queueInsertionTime: 0, duration: -1 };
  await store.insertTask({
    ...times,
    id: taskId,
    groupId: taskId,
    type: 'query_controller',
    dataSource,
    state: 'RUNNING',
    payload: {},
  });
  await store.acquireLock({ taskId, dataSource, interval, kind: 'exclusive', priority: 50, version });
  const segment: DataSegment = {
    dataSource,
    interval,
    version,
    shardSpec: { type: 'numbered', partitionNum: 0, partitions: 1 },
    loadSpec: { type: 'local', path: taskId },
    columns: [{ name: 'a', type: { ...type } }],
    sortedBy: [],
    rows: 1,
    size: 1,
  };
  const end = { id: taskId, state: 'SUCCESS', duration: 1, report: {} } as const;
  expect(await store.publish({ taskId, dataSource, segments: [segment], replaced: [], end })).toBe(true);
}

const counts = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    [...(await timeline.current()).used].map(([dataSource, segments]) => [dataSource, segments.length]),
  );

describe('Timeline', () => {
  test('stays the same until something is published', async () => {
    await publish('a');
    const first = await timeline.current();
    expect(await timeline.current()).toBe(first);
    await publish('a');
    expect(await timeline.current()).not.toBe(first);
  });

  test.each([
    ['told of', true],
    ['not told of', false],
  ])('sees every publication, %s', async (_name, told) => {
    expect(await counts()).toEqual({});
    for (const dataSource of ['a', 'b', 'a']) {
      await publish(dataSource);
      if (told) timeline.notePublished(dataSource);
    }
    expect(await counts()).toEqual({ a: 2, b: 1 });
    await publish('b');
    expect(await counts()).toEqual({ a: 2, b: 2 });
  });

  test('a late word of one publication does not hide the next', async () => {
    await publish('a');
    expect(await counts()).toEqual({ a: 1 });
    timeline.notePublished('a');
    await publish('b');
    expect(await counts()).toEqual({ a: 1, b: 1 });
  });

  test('reads only what changed', async () => {
    await publish('a');
    await publish('b');
    const before = await timeline.current();
    await publish('b');
    timeline.notePublished('b');
    const after = await timeline.current();
    expect(after.visible.get('a')).toBe(before.visible.get('a'));
    expect(after.visible.get('b')).toHaveLength(1);
  });

  test('segments with the same columns share them', async () => {
    await publish('a');
    await publish('a');
    await publish('a', BIGINT);
    const used = (await timeline.current()).used.get('a') ?? [];
    expect(new Set(used.map(({ columns }) => columns)).size).toBe(2);
  });
});
