import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** How often a download may fail without a byte in between before it is given up. */
const MAX_ATTEMPTS = 5;
/** Milliseconds before the second attempt; doubles with each. */
const FIRST_DELAY = 100;

/** How to go on after a failure on the way. */
export type Recovery = 'giveUp' | 'startAnew' | 'resume';

export interface ResumedDownload {
  /** The file that grows. */
  readonly file: string;
  readonly signal: AbortSignal;
  /**
   * Receives from a position on, which is beyond 0 only with a validator: what the earlier bytes belong to. Tells the
   * validator of what it receives, as soon as that is known.
   */
  receive(from: number, validator: string | undefined, onValidator: (found: string | undefined) => void): Promise<void>;
  recovery(error: unknown): Recovery;
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

/**
 * Receives a file. Failures on the way are repeated with growing pauses, from where the last attempt broke when it is
 * known to be the same content still.
 * @throws the last failure
 */
export async function downloadResuming({ file, signal, receive, recovery }: ResumedDownload): Promise<void> {
  let validator: string | undefined;
  let failures = 0;
  let best = 0;
  for (;;) {
    const from = validator === undefined ? 0 : await sizeOf(file);
    try {
      await receive(from, from > 0 ? validator : undefined, (found) => {
        validator = found;
      });
      return;
    } catch (error) {
      const way = signal.aborted ? 'giveUp' : recovery(error);
      if (way === 'giveUp') throw error;
      const size = await sizeOf(file);
      failures = size > best ? 1 : failures + 1;
      best = Math.max(best, size);
      if (way === 'startAnew') validator = undefined;
      if (failures >= MAX_ATTEMPTS) throw error;
      await delay(FIRST_DELAY * 2 ** (failures - 1), undefined, { signal });
    }
  }
}
