import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import type { MetadataStore, TaskLock } from '../storage/metadata-store.js';

/** Both steps run while no other lock is taken or released and nothing is published. */
export interface LockAttempt<T> {
  /** Says which lock to take; undefined means to wait for the end of another task. Runs again at each attempt. */
  make(): Promise<TaskLock | undefined>;
  /** Does what must happen together with taking the lock. */
  taken(lock: TaskLock): Promise<T>;
}

/** Waits in line for locks of the metadata store: whoever lets go of locks wakes those who wait. */
export class TaskLocks {
  #waiting: (() => void)[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(readonly store: MetadataStore) {}

  /**
   * Takes a lock, waiting while another task holds a conflicting one. Take several in order of time, so that two tasks
   * never wait for each other.
   * @throws FaultError the reason of the signal when it aborts; what the attempt throws
   */
  async acquire<T>(attempt: LockAttempt<T>, signal: AbortSignal, onWait: () => void): Promise<T> {
    for (;;) {
      if (signal.aborted) throw canceled(signal);
      const outcome = await this.exclusively(async () => {
        const lock = await attempt.make();
        if (lock && (await this.store.acquireLock(lock)).acquired) return { result: await attempt.taken(lock) };
        // Registered while nothing can be released: a release must not fall between the look and the wait.
        return { released: this.#nextRelease(signal) };
      });
      if ('result' in outcome) return outcome.result;
      onWait();
      await outcome.released;
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
