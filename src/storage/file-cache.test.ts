import { existsSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileCache } from './file-cache.js';

let directory: string;
let fetched: string[];

const open = (maxBytes = 30): Promise<FileCache> =>
  FileCache.open(directory, maxBytes, async (name, file) => {
    fetched.push(name);
    await writeFile(file, 'x'.repeat(10));
  });
const files = (...names: string[]): { path: string; size: number }[] => names.map((name) => ({ path: name, size: 10 }));

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'millrace-cache-'));
  fetched = [];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a cache of files', () => {
  test('fetches a file once, for all who ask at the same time', async () => {
    const cache = await open();
    const all = await Promise.all([
      cache.open(files('a/1', 'a/2')),
      cache.open(files('a/1')),
      cache.open(files('a/1')),
    ]);
    expect(fetched.sort()).toEqual(['a/1', 'a/2']);
    expect(all[0].paths).toEqual([path.join(directory, 'a/1'), path.join(directory, 'a/2')]);
  });

  test('lets the files go that were used the longest time ago, and never those in use', async () => {
    const cache = await open();
    for (const name of ['1', '2', '3']) (await cache.open(files(name))).release();
    (await cache.open(files('1'))).release();
    const inUse = await cache.open(files('4'));
    expect(['1', '2', '3', '4'].filter((name) => existsSync(path.join(directory, name)))).toEqual(['1', '3', '4']);
    const many = await cache.open(files('5', '6', '7'));
    expect(cache.bytes).toBe(40);
    expect(['4', '5', '6', '7'].every((name) => existsSync(path.join(directory, name)))).toBe(true);
    many.release();
    inUse.release();
    expect(cache.bytes).toBeLessThanOrEqual(30);
  });

  test('fetches again what was lost or cut', async () => {
    const cache = await open();
    (await cache.open(files('1', '2'))).release();
    await rm(path.join(directory, '1'));
    await writeFile(path.join(directory, '2'), 'x');
    (await cache.open(files('1', '2'))).release();
    expect(fetched.sort()).toEqual(['1', '1', '2', '2']);
  });

  test('a failed fetch leaves nothing and can be repeated', async () => {
    let fails = true;
    const cache = await FileCache.open(directory, 30, async (_name, file) => {
      await writeFile(file, 'x'.repeat(fails ? 5 : 10));
    });
    await expect(cache.open(files('1'))).rejects.toThrow('5 bytes instead of 10');
    expect(cache.bytes).toBe(0);
    fails = false;
    expect((await cache.open(files('1'))).paths).toHaveLength(1);
  });

  test('keeps what an earlier run left, the newest first, within the limit', async () => {
    for (const [index, name] of ['old', 'middle', 'new'].entries()) {
      await writeFile(path.join(directory, name), 'x'.repeat(10));
      await utimes(path.join(directory, name), index, index);
    }
    await writeFile(path.join(directory, 'half.part'), 'x');
    const cache = await open(20);
    expect(['old', 'middle', 'new', 'half.part'].filter((name) => existsSync(path.join(directory, name)))).toEqual([
      'middle',
      'new',
    ]);
    (await cache.open(files('new', 'middle'))).release();
    expect(fetched).toEqual([]);
  });
});
