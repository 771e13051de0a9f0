/** Files of a store that are being read: those that are to be deleted meanwhile go when nobody reads them any more. */
export class FilesInUse {
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(readonly removeFiles: (paths: readonly string[]) => Promise<void>) {}

  /** Keeps files until the answered function is called, once. */
  hold(paths: readonly string[]): () => void {
    for (const path of paths) this.#readers.set(path, (this.#readers.get(path) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#letGo(paths);
    };
  }

  /** Deletes files that nobody reads, at once, and marks the others. */
  async remove(paths: readonly string[]): Promise<void> {
    const free = paths.filter((path) => !this.#readers.has(path));
    for (const path of paths) if (this.#readers.has(path)) this.#doomed.add(path);
    if (free.length > 0) await this.removeFiles(free);
  }

  #letGo(paths: readonly string[]): void {
    const gone: string[] = [];
    for (const path of paths) {
      const left = (this.#readers.get(path) ?? 0) - 1;
      if (left > 0) this.#readers.set(path, left);
      else {
        this.#readers.delete(path);
        if (this.#doomed.delete(path)) gone.push(path);
      }
    }
    // What cannot be deleted stays behind as nobody's file, and is swept at the next start.
    if (gone.length > 0) this.removeFiles(gone).catch(() => undefined);
  }
}
