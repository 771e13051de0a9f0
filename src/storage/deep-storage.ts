import { formatSegmentId, formatTime } from '../segments/index.js';
import type { DataSegment, Interval, ShardSpec } from '../segments/segment.js';
import {
  type FilePlace,
  type FileStore,
  type FolderPlace,
  MissingFileError,
  type OpenFiles,
  type RemoteObject,
  type StoredFile,
} from './file-store.js';
import { FilesInUse } from './files-in-use.js';

/** Where a worker writes a segment's file, and how the metadata name it. */
export interface SegmentLocation extends FilePlace {
  readonly loadSpec: DataSegment['loadSpec'];
}

/** Files of segments on this machine, until they are released; tombstones have none. */
export interface OpenSegments {
  readonly segments: readonly { readonly segment: DataSegment; readonly path: string }[];
  release(): void;
}

/** Files of segments where they lie in deep storage, until they are released; tombstones have none. */
export interface RemoteSegments {
  readonly segments: readonly { readonly segment: DataSegment; readonly object: RemoteObject }[];
  release(): void;
}

/** What is said of a segment whose file is not where the metadata say. */
export const missingSegmentText = (segment: DataSegment, place: string): string =>
  `Segment [${formatSegmentId(segment)}] cannot be read: there is no file [${place}] in deep storage`;

/** A segment whose file is not in deep storage. */
export class MissingSegmentError extends Error {
  override readonly name = 'MissingSegmentError';
}

/** What the metadata name: paths of segments and of results. */
export interface ReferencedFiles {
  readonly segments: ReadonlySet<string>;
  readonly results: ReadonlySet<string>;
}

/** A name that is safe on every file system: whatever else is written as %XX, as in URLs. */
export function safeName(name: string): string {
  const safe = encodeURIComponent(name).replace(
    /[*'()!~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return /^\.+$/.test(safe) ? safe.replaceAll('.', '%2E') : safe.slice(0, 200);
}

const timeName = (time: number): string => formatTime(time).replaceAll(':', '').replace('.000Z', 'Z');

const filesOf = (loadSpecs: readonly DataSegment['loadSpec'][]): readonly string[] =>
  loadSpecs.flatMap((spec) => (spec.type === 'tombstone' ? [] : [spec.path]));

async function removeUnreferenced(store: FileStore, referenced: ReadonlySet<string>): Promise<number> {
  const left = (await store.list()).filter((path) => !referenced.has(path));
  await store.remove(left);
  return left.length;
}

interface StoredSegment {
  readonly segment: DataSegment;
  readonly file: StoredFile;
}

/** Where segment files and the results of SELECT tasks live. */
export class DeepStorage {
  readonly #inUse = new FilesInUse((paths) => this.segments.remove(paths));

  constructor(
    /** `<datasource>/<start>_<end>/<version>/<partition>_<task>.parquet`. */
    readonly segments: FileStore,
    /** `<task>/<file>`. */
    readonly results: FileStore,
  ) {}

  /** The place of a segment to be written. The name is unique for each task. */
  async allocate(segment: {
    readonly dataSource: string;
    readonly interval: Interval;
    readonly version: string;
    readonly shardSpec: ShardSpec;
    readonly taskId: string;
  }): Promise<SegmentLocation> {
    const { dataSource, interval, version, shardSpec, taskId } = segment;
    const path = [
      safeName(dataSource),
      `${timeName(interval.start)}_${timeName(interval.end)}`,
      safeName(version),
      `${shardSpec.partitionNum}_${safeName(taskId)}.parquet`,
    ].join('/');
    return { loadSpec: { type: this.segments.type, path }, ...(await this.segments.place(path)) };
  }

  #stored(segments: readonly DataSegment[]): readonly StoredSegment[] {
    const stored: StoredSegment[] = [];
    for (const segment of segments) {
      const { loadSpec, size } = segment;
      if (loadSpec.type === 'tombstone') continue;
      if (loadSpec.type !== this.segments.type) {
        throw new Error(
          `The segment file ${loadSpec.path} is on deep storage of type ${loadSpec.type}; this server has ${this.segments.type}`,
        );
      }
      stored.push({ segment, file: { path: loadSpec.path, size } });
    }
    return stored;
  }

  /**
   * Brings segments' files to this machine. They are not deleted until they are released.
   * @throws MissingSegmentError
   */
  async open(segments: readonly DataSegment[]): Promise<OpenSegments> {
    const stored = this.#stored(segments);
    const files = stored.map(({ file }) => file);
    const letGo = this.#inUse.hold(files.map(({ path }) => path));
    try {
      const { paths, release } = await this.segments.open(files);
      return {
        segments: stored.map(({ segment }, index) => ({ segment, path: paths[index] ?? '' })),
        release() {
          release();
          letGo();
        },
      };
    } catch (error) {
      letGo();
      const missing =
        error instanceof MissingFileError ? stored.find(({ file }) => file.path === error.path) : undefined;
      if (!missing) throw error;
      const { place } = error as MissingFileError;
      throw new MissingSegmentError(missingSegmentText(missing.segment, place), { cause: error });
    }
  }

  /**
   * Where segments' files lie, for whoever reads them there; undefined where other machines do not reach deep storage.
   * They are not deleted until they are released.
   */
  locate(segments: readonly DataSegment[]): RemoteSegments | undefined {
    const { objectOf } = this.segments;
    if (!objectOf) return undefined;
    const stored = this.#stored(segments);
    return {
      segments: stored.map(({ segment, file }) => ({ segment, object: objectOf(file.path) })),
      release: this.#inUse.hold(stored.map(({ file }) => file.path)),
    };
  }

  /** Takes note of segments that were published. */
  async settle(segments: readonly DataSegment[]): Promise<void> {
    await this.segments.settle(
      segments.flatMap(({ loadSpec, size }) => (loadSpec.type === 'tombstone' ? [] : [{ path: loadSpec.path, size }])),
    );
  }

  /** Deletes segments' files; those that are being read, when they no longer are. */
  async remove(loadSpecs: readonly DataSegment['loadSpec'][]): Promise<void> {
    await this.#inUse.remove(filesOf(loadSpecs));
  }

  /** Where a task writes its results; `path` + the name of a file is that file's path among the results. */
  async placeResults(taskId: string): Promise<{ readonly folder: FolderPlace; readonly path: string }> {
    const path = `${safeName(taskId)}/`;
    return { folder: await this.results.placeFolder(path), path };
  }

  /** Brings files of results to this machine. */
  openResults(files: readonly StoredFile[]): Promise<OpenFiles> {
    return this.results.open(files);
  }

  /** Deletes what no metadata name; answers the number of files. Called while no task runs. */
  async sweep(referenced: ReferencedFiles): Promise<number> {
    return (
      (await removeUnreferenced(this.segments, referenced.segments)) +
      (await removeUnreferenced(this.results, referenced.results))
    );
  }

  /** Deletes the files that a task left among the results without storing results. */
  async removeResults(taskId: string): Promise<void> {
    await this.results.remove(await this.results.list(`${safeName(taskId)}/`));
  }
}
