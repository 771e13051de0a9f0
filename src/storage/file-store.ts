import type { S3Connection, S3Object } from '../transfer/index.js';

/** A file of a store: its path within the store (parts joined by `/`) and its bytes. */
export interface StoredFile {
  readonly path: string;
  readonly size: number;
}

/** An object and how it is reached. Plain data, sent to a worker. */
export interface RemoteObject extends S3Object {
  readonly connection: S3Connection;
}

/** An object to be uploaded, or the bucket and the prefix of several. */
export type UploadTarget = RemoteObject;

/** A file that is not in its store, though the metadata name it. */
export class MissingFileError extends Error {
  override readonly name = 'MissingFileError';
  constructor(
    /** Within the store. */
    readonly path: string,
    /** For people. */
    readonly place: string,
    options?: ErrorOptions,
  ) {
    super(`There is no file [${place}]`, options);
  }
}

/** Where a new file is written, an absolute path; with `upload`, where the writer then uploads it. */
export interface FilePlace {
  readonly path: string;
  readonly upload?: UploadTarget;
}

/** Where several new files go: a directory of the store's own, or a key prefix (ending in `/`) to upload to. */
export type FolderPlace =
  | { readonly kind: 'directory'; readonly directory: string }
  | { readonly kind: 'upload'; readonly target: UploadTarget };

/** Files that lie on this machine, and stay there, until they are released. */
export interface OpenFiles {
  /** Absolute, in the order of the request. */
  readonly paths: readonly string[];
  release(): void;
}

/** A tree of files that nobody changes once they are written. */
export interface FileStore {
  readonly type: 'local' | 's3';
  /** The place of a new file; the directory exists when this resolves. */
  place(path: string): Promise<FilePlace>;
  /** The place of new files below a path that has none yet. */
  placeFolder(path: string): Promise<FolderPlace>;
  /**
   * Brings files to this machine.
   * @throws MissingFileError
   */
  open(files: readonly StoredFile[]): Promise<OpenFiles>;
  /** Where a file lies, in a store that other machines reach as well. */
  readonly objectOf?: (path: string) => RemoteObject;
  /** Takes note of files that were written to their places and published. */
  settle(files: readonly StoredFile[]): Promise<void>;
  /** Paths of all files, or of those below a path that ends in `/`. */
  list(under?: string): Promise<readonly string[]>;
  /** Deletes files; those that are not there count as deleted. */
  remove(paths: readonly string[]): Promise<void>;
}
