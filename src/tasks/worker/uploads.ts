import type { UploadTarget } from '../../storage/file-store.js';
import { describeS3Error, openS3, s3Uri, uploadFile } from '../../transfer/index.js';

/** Files that a job uploads at the same time. */
const UPLOADS_AT_ONCE = 3;

/** Uploads the files of one job while it writes the next ones. */
export class Uploads {
  readonly #clients = new Map<string, ReturnType<typeof openS3>>();
  readonly #running = new Set<Promise<void>>();
  #failure: Error | undefined;

  constructor(readonly signal: AbortSignal) {}

  /**
   * Takes a file, and waits for a place when enough are on their way already.
   * @param onDone called when the file is there
   * @throws Error the failure of an earlier file
   */
  async add(file: string, target: UploadTarget, onDone: () => Promise<void> | void): Promise<void> {
    while (this.#running.size >= UPLOADS_AT_ONCE) await Promise.race(this.#running);
    if (this.#failure) throw this.#failure;
    const upload: Promise<void> = this.#upload(file, target, onDone)
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => this.#running.delete(upload));
    this.#running.add(upload);
  }

  /**
   * Waits until all files are there.
   * @throws Error the first failure
   */
  async finish(): Promise<void> {
    await Promise.all(this.#running);
    for (const client of this.#clients.values()) (await client).destroy();
    if (this.#failure) throw this.#failure;
  }

  async #upload(file: string, target: UploadTarget, onDone: () => Promise<void> | void): Promise<void> {
    const name = JSON.stringify(target.connection);
    const client = this.#clients.get(name) ?? openS3(target.connection);
    this.#clients.set(name, client);
    try {
      await uploadFile(await client, target, file, this.signal);
    } catch (error) {
      throw new Error(`Uploading to [${s3Uri(target)}] failed: ${describeS3Error(error)}`, {
        cause: error,
      });
    }
    await onDone();
  }
}
