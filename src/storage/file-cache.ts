import { existsSync, rmSync } from 'node:fs';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { OpenFiles, StoredFile } from './file-store.js';
import { filesUnder } from './local-file-store.js';

/** Files that are fetched at the same time. */
const FETCHES_AT_ONCE = 6;

/** Ends the name of a file that is on its way. */
const PARTIAL = '.part';

interface Entry {
  readonly size: number;
  /** How many readers need the file to stay. */
  pins: number;
}

/**
 * Copies of a store's files on this machine. All of them together take no more than a number of bytes, except for what is
 * being read; beyond it the ones that were read the longest time ago go. What is lost or damaged is fetched again.
 */
export class FileCache {
  /** By path; the one used last is the last. */
  readonly #entries = new Map<string, Entry>();
  readonly #fetches = new Map<string, Promise<void>>();
  #bytes = 0;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  private constructor(
    readonly directory: string,
    readonly maxBytes: number,
    readonly fetch: (path: string, file: string) => Promise<void>,
  ) {}

  /** Takes over what a directory holds from an earlier run. */
  static async open(
    directory: string,
    maxBytes: number,
    fetch: (path: string, file: string) => Promise<void>,
  ): Promise<FileCache> {
    const cache = new FileCache(directory, maxBytes, fetch);
    await mkdir(directory, { recursive: true });
    const found: { readonly path: string; readonly size: number; readonly used: number }[] = [];
    for (const relative of await filesUnder(directory)) {
      const file = cache.fileOf(relative);
      if (relative.endsWith(PARTIAL)) await rm(file, { force: true });
      else {
        const { size, mtimeMs } = await stat(file);
        found.push({ path: relative, size, used: mtimeMs });
      }
    }
    for (const { path: relative, size } of found.sort((a, b) => a.used - b.used)) cache.#add(relative, size);
    cache.#evict();
    return cache;
  }

  /** Where the copy of a file lies. */
  fileOf(relative: string): string {
    return path.join(this.directory, ...relative.split('/'));
  }

  /** Bytes of all copies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Has files lie here until they are released. */
  async open(files: readonly StoredFile[]): Promise<OpenFiles> {
    const pinned: Entry[] = [];
    const release = (): void => {
      for (const entry of pinned.splice(0)) entry.pins -= 1;
      this.#evict();
    };
    const results = await Promise.allSettled(
      files.map(async (file) => {
        const entry = this.#touch(file);
        entry.pins += 1;
        pinned.push(entry);
        await this.#ensure(file);
        return this.fileOf(file.path);
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      release();
      throw failed.reason;
    }
    this.#evict();
    return { paths: results.map((result) => (result.status === 'fulfilled' ? result.value : '')), release };
  }

  /** Takes in those of some files that were written to their places here. */
  adopt(files: readonly StoredFile[]): void {
    for (const file of files) if (existsSync(this.fileOf(file.path))) this.#touch(file);
    this.#evict();
  }

  remove(paths: readonly string[]): void {
    for (const relative of paths) {
      this.#drop(relative);
      rmSync(this.fileOf(relative), { force: true });
    }
  }

  #add(relative: string, size: number): Entry {
    this.#drop(relative);
    const entry = { size, pins: 0 };
    this.#entries.set(relative, entry);
    this.#bytes += size;
    return entry;
  }

  #drop(relative: string): void {
    const entry = this.#entries.get(relative);
    if (entry && this.#entries.delete(relative)) this.#bytes -= entry.size;
  }

  /** The entry of a file, now the one used last. */
  #touch({ path: relative, size }: StoredFile): Entry {
    const entry = this.#entries.get(relative);
    if (entry?.size !== size) return this.#add(relative, size);
    this.#entries.delete(relative);
    this.#entries.set(relative, entry);
    return entry;
  }

  /** Fetches a file unless it is here, once for all who want it. */
  async #ensure({ path: relative, size }: StoredFile): Promise<void> {
    const file = this.fileOf(relative);
    const here = await stat(file).catch(() => undefined);
    if (here?.size === size) {
      const now = new Date();
      // The order of use outlives the process in the times of the files.
      await utimes(file, now, now).catch(() => undefined);
      return;
    }
    const running = this.#fetches.get(relative) ?? this.#fetchFile(relative, size);
    this.#fetches.set(relative, running);
    try {
      await running;
    } finally {
      this.#fetches.delete(relative);
    }
  }

  async #fetchFile(relative: string, size: number): Promise<void> {
    const file = this.fileOf(relative);
    const partial = `${file}${PARTIAL}`;
    await this.#inTurn(async () => {
      try {
        await mkdir(path.dirname(file), { recursive: true });
        await this.fetch(relative, partial);
        const { size: fetched } = await stat(partial);
        if (fetched !== size) throw new Error(`The file ${relative} has ${fetched} bytes instead of ${size}`);
        await rename(partial, file);
      } catch (error) {
        await rm(partial, { force: true });
        this.#drop(relative);
        throw error;
      }
    });
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#running >= FETCHES_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      await work();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Deletes at once, in one step with forgetting: between the two somebody might take the file for being here. */
  #evict(): void {
    for (const [relative, { pins }] of this.#entries) {
      if (this.#bytes <= this.maxBytes) break;
      if (pins > 0) continue;
      this.#drop(relative);
      rmSync(this.fileOf(relative), { force: true });
    }
  }
}
