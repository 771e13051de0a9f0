import { isOfFiles } from './failures.js';

/** Files of which one statement tells the first lines. */
const FILES_AT_ONCE = 500;

/** Reads the first lines of many files at once. */
export class FirstLines {
  /** Files of which nothing was read yet. */
  readonly #unread = new Set<string>();
  readonly #read = new Map<string, Promise<ReadonlyMap<string, string>>>();

  /** @param read answers the first lines of files by their URIs; a file may be missing */
  constructor(readonly read: (uris: readonly string[]) => Promise<ReadonlyMap<string, string>>) {}

  /** Adds a file that a later call may ask for. */
  add(uri: string): void {
    this.#unread.add(uri);
  }

  /** The first line of a file that was added, read with those of others; undefined where it must be read alone. */
  async of(uri: string): Promise<string | undefined> {
    if (this.#unread.has(uri)) {
      const together = [...new Set([uri, ...this.#unread])].slice(0, FILES_AT_ONCE);
      const reading = this.read(together);
      for (const each of together) {
        this.#unread.delete(each);
        this.#read.set(each, reading);
      }
    }
    try {
      return (await this.#read.get(uri))?.get(uri);
    } catch (error) {
      // One of the files may be damaged, and which one is not known.
      if (isOfFiles(error)) return undefined;
      throw error;
    } finally {
      this.#read.delete(uri);
    }
  }
}
