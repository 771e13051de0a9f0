import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { formatTime } from '../segments/index.js';
import type { DataSegment } from '../segments/segment.js';
import type { DeepStorage, SegmentLocation } from './deep-storage.js';

/** A name that is safe on every file system: whatever else is written as %XX, as in URLs. */
function safeName(name: string): string {
  const safe = encodeURIComponent(name).replace(
    /[*'()!~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return /^\.+$/.test(safe) ? safe.replaceAll('.', '%2E') : safe.slice(0, 200);
}

const timeName = (time: number): string => formatTime(time).replaceAll(':', '').replace('.000Z', 'Z');

async function filesUnder(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** Deep storage in a directory: `<datasource>/<start>_<end>/<version>/<partition>_<task>.parquet`. */
export function openLocalDeepStorage(directory: string): DeepStorage {
  const absolute = (relative: string): string => path.join(directory, ...relative.split('/'));
  const removeFile = async (relative: string): Promise<void> => {
    await rm(absolute(relative), { force: true });
  };

  return {
    async allocate({ dataSource, interval, version, shardSpec, taskId }): Promise<SegmentLocation> {
      const relative = [
        safeName(dataSource),
        `${timeName(interval.start)}_${timeName(interval.end)}`,
        safeName(version),
        `${shardSpec.partitionNum}_${safeName(taskId)}.parquet`,
      ].join('/');
      const file = absolute(relative);
      await mkdir(path.dirname(file), { recursive: true });
      return { loadSpec: { type: 'local', path: relative }, path: file };
    },

    path({ loadSpec }: DataSegment): string | undefined {
      switch (loadSpec.type) {
        case 'local':
          return absolute(loadSpec.path);
        case 'tombstone':
          return undefined;
        case 's3':
          throw new Error(`The segment file ${loadSpec.path} is on S3, which this deep storage does not read`);
      }
    },

    async sweep(referenced: ReadonlySet<string>): Promise<number> {
      let removed = 0;
      for (const file of await filesUnder(directory)) {
        const relative = path.relative(directory, file).split(path.sep).join('/');
        if (referenced.has(relative)) continue;
        await rm(file, { force: true });
        removed += 1;
      }
      return removed;
    },

    async remove(loadSpecs): Promise<void> {
      await Promise.all(loadSpecs.map(async (spec) => (spec.type === 'local' ? removeFile(spec.path) : undefined)));
    },
  };
}
