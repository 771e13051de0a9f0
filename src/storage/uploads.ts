import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file that a client handed in. */
export interface Upload {
  readonly id: string;
  /** The client's name of the file, made safe for a path. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** The uploads would take more space than they may. */
export class UploadSpaceError extends Error {
  override readonly name = 'UploadSpaceError';
}

/** Uploads are for loading, not for keeping. */
const keptForMs = 24 * 3_600_000;

/** What may stand in the name of a file on any system; the rest becomes an underscore. */
function safeName(name: string): string {
  const base = name.replace(/^.*[/\\]/, '').replace(/[^\p{L}\p{N}._ -]/gu, '_');
  const trimmed = base.replace(/^[. ]+/, '').slice(-150);
  return trimmed === '' ? 'upload' : trimmed;
}

/**
 * Files that clients hand in to load them, below one directory of the data directory. Together they take no more than
 * `maxBytes`; those older than a day are removed when the server starts and when another comes.
 */
export class Uploads {
  /** Bytes that are being written now, by upload. */
  readonly #arriving = new Map<string, number>();

  constructor(
    readonly directory: string,
    readonly maxBytes: number,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Takes a file in.
   * @throws UploadSpaceError when there is no room for it; then, and when the stream breaks, nothing of it stays
   */
  async add(name: string, content: Readable): Promise<Upload> {
    await this.sweep();
    const id = randomUUID();
    const directory = path.join(this.directory, id);
    const file = path.join(directory, safeName(name));
    this.#arriving.set(id, 0);
    try {
      const taken = await this.#size();
      await mkdir(directory, { recursive: true });
      let size = 0;
      const count = new Transform({
        transform: (chunk: Buffer, _encoding, done) => {
          size += chunk.length;
          this.#arriving.set(id, size);
          const arriving = [...this.#arriving.values()].reduce((total, bytes) => total + bytes, 0);
          if (taken + arriving <= this.maxBytes) done(null, chunk);
          else done(new UploadSpaceError(`Uploads may take ${this.maxBytes} bytes together (setting uploadSpace)`));
        },
      });
      await pipeline(content, count, createWriteStream(file, { flags: 'wx' }));
      return { id, name: path.basename(file), path: file, size };
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    } finally {
      this.#arriving.delete(id);
    }
  }

  /** Removes an upload; answers whether there was one. */
  async remove(id: string): Promise<boolean> {
    if (!/^[0-9a-f-]{36}$/.test(id)) return false;
    const directory = path.join(this.directory, id);
    const exists = await stat(directory).then(
      () => true,
      () => false,
    );
    await rm(directory, { recursive: true, force: true });
    return exists;
  }

  /** Removes what is older than a day. */
  async sweep(): Promise<void> {
    for (const id of await this.#ids()) {
      if (this.#arriving.has(id)) continue;
      const directory = path.join(this.directory, id);
      const modified = await stat(directory).then(
        ({ mtimeMs }) => mtimeMs,
        () => Number.POSITIVE_INFINITY,
      );
      if (this.now() - modified > keptForMs) await rm(directory, { recursive: true, force: true });
    }
  }

  async #ids(): Promise<readonly string[]> {
    return readdir(this.directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
  }

  /** Bytes of the uploads that are complete. */
  async #size(): Promise<number> {
    let total = 0;
    for (const id of await this.#ids()) {
      if (this.#arriving.has(id)) continue;
      const directory = path.join(this.directory, id);
      for (const name of await readdir(directory).catch(() => [])) {
        total += await stat(path.join(directory, name)).then(
          ({ size }) => size,
          () => 0,
        );
      }
    }
    return total;
  }
}
