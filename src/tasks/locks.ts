import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import type { MetadataStore, TaskLock } from '../storage/metadata-store.js';

/** Waits in line for locks of the metadata store: whoever lets go of locks wakes those who wait. */
export class TaskLocks {
  #waiting: (() => void)[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(readonly store: MetadataStore) {}

  /**
   * Takes a lock, waiting while another task holds a conflicting one. Take several in order of time, so that two tasks
   * never wait for each other. `make` runs before every attempt, as what it looks at may have changed meanwhile; it may
   * name a lock of another task to wait for instead.
   * @throws FaultError Canceled when the signal aborts
   */
  async acquire(
    make: () => Promise<TaskLock | undefined>,
    signal: AbortSignal,
    onWait?: () => void,
  ): Promise<TaskLock> {
    for (;;) {
      if (signal.aborted) throw canceled(signal);
      const attempt = await this.exclusively(async () => {
        const lock = await make();
        if (lock && (await this.store.acquireLock(lock)).acquired) return { lock };
        // Registered while nothing can be released: a release must not fall between the look and the wait.
        return { released: this.#nextRelease(signal) };
      });
      if ('lock' in attempt) return attempt.lock;
      onWait?.();
      await attempt.released;
    }
  }

  /**
   * Runs work while no lock is taken or released and nothing is published: what it reads of locks and segments stays true until it
   * ends.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Says that locks were released, by the store or by the end of a task. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  #nextRelease(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const resume = (): void => {
        signal.removeEventListener('abort', resume);
        resolve();
      };
      signal.addEventListener('abort', resume, { once: true });
      this.#waiting.push(resume);
    });
  }
}

/** The fault that a signal was aborted with; Canceled where it names none. */
export function canceled(signal: AbortSignal): FaultError {
  return signal.reason instanceof FaultError ? signal.reason : new FaultError(faults.Canceled('USER_REQUEST'));
}
