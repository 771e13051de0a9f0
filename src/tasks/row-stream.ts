/** Batches of rows on their way from a process to a reader, who takes them one by one. */
export class RowStream<Row> implements AsyncIterable<readonly Row[]> {
  readonly #batches: (readonly Row[])[] = [];
  #state: 'open' | 'ended' | 'abandoned' = 'open';
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(
    /** Called for each batch that was taken: the source may send another. */
    readonly onTaken: () => void,
    /** Called when the reader stops before the end. */
    readonly onAbandoned: () => void,
  ) {}

  push(batch: readonly Row[]): void {
    if (this.#state === 'open') this.#batches.push(batch);
    this.#wake?.();
  }

  /** No more rows come; with an error, reading throws it after the rows that are there. */
  end(error?: Error): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Row[]> {
    try {
      for (;;) {
        const batch = this.#batches.shift();
        if (batch) {
          this.onTaken();
          yield batch;
        } else if (this.#state === 'open') {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        } else if (this.#error) {
          throw this.#error;
        } else {
          return;
        }
      }
    } finally {
      if (this.#state === 'open') {
        this.#state = 'abandoned';
        this.onAbandoned();
      }
    }
  }
}
