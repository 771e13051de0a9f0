import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DataSegment } from '../segments/segment.js';
import { DeepStorage } from './deep-storage.js';
import { openLocalFileStore } from './local-file-store.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'millrace-deep-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('a segment that is read is deleted when it no longer is', async () => {
  const storage = new DeepStorage(
    openLocalFileStore(path.join(directory, 'segments')),
    openLocalFileStore(path.join(directory, 'results')),
  );
  const place = {
    dataSource: 'd',
    interval: { start: 0, end: 86_400_000 },
    version: '2026-01-01T00:00:00.000Z',
    shardSpec: { type: 'numbered', partitionNum: 0, partitions: 1 },
  } as const;
  const { path: file, loadSpec } = await storage.allocate({ ...place, taskId: 't' });
  await writeFile(file, 'x');
  const segment: DataSegment = { ...place, loadSpec, columns: [], sortedBy: [], rows: 1, size: 1 };
  const readers = [await storage.open([segment]), await storage.open([segment])];
  expect(readers[0]?.segments).toEqual([{ segment, path: file }]);
  await storage.remove([loadSpec]);
  readers[0]?.release();
  expect(existsSync(file)).toBe(true);
  readers[1]?.release();
  await expect.poll(() => existsSync(file)).toBe(false);
});
