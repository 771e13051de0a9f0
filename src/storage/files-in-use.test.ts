import { expect, test } from 'vitest';
import { FilesInUse } from './files-in-use.js';

test('files that are read are deleted when the last reader lets go, others at once', async () => {
  const removed: string[] = [];
  const files = new FilesInUse((paths) => {
    removed.push(...paths);
    return Promise.resolve();
  });
  const one = files.hold(['a', 'b']);
  const other = files.hold(['a']);
  await files.remove(['a', 'b', 'c']);
  expect(removed).toEqual(['c']);
  one();
  one();
  expect(removed).toEqual(['c', 'b']);
  other();
  expect(removed).toEqual(['c', 'b', 'a']);
  files.hold(['a'])();
  expect(removed).toHaveLength(3);
});
