import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { FileStore } from './file-store.js';

/** Paths of all files below a directory, relative to it, with `/`; none when there is no such directory. */
export async function filesUnder(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

/** A file store in a directory of this machine. */
export function openLocalFileStore(directory: string): FileStore {
  const absolute = (relative: string): string => path.join(directory, ...relative.split('/'));
  return {
    type: 'local',

    async place(relative) {
      const file = absolute(relative);
      await mkdir(path.dirname(file), { recursive: true });
      return { path: file };
    },

    async placeFolder(relative) {
      const folder = absolute(relative);
      await mkdir(folder, { recursive: true });
      return { kind: 'directory', directory: folder };
    },

    open: (files) => Promise.resolve({ paths: files.map((file) => absolute(file.path)), release: () => undefined }),

    settle: () => Promise.resolve(),

    async list(under = '') {
      return (await filesUnder(absolute(under))).map((relative) => under + relative);
    },

    async remove(paths) {
      await Promise.all(paths.map((relative) => rm(absolute(relative), { force: true })));
    },
  };
}
