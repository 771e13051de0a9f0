import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { locksConflict, type MetadataStore, type TaskLock } from '../storage/metadata-store.js';

/** Both steps run while no other lock is taken or released and nothing is published. */
export interface LockAttempt<T> {
  /** Says which lock to take; undefined means to wait for the end of another task. Runs again at each attempt. */
  make(): Promise<TaskLock | undefined>;
  /** Does what must happen together with taking the lock. */
  taken(lock: TaskLock): Promise<T>;
}

/** A lock without the version that its segments get. */
export type LockRequest = Omit<TaskLock, 'version'>;

/** Locks that were taken, or those of other tasks that stood in the way. */
export type LockOutcome = { readonly locks: readonly TaskLock[] } | { readonly conflicts: readonly TaskLock[] };

/**
 * Waits in line for locks of the metadata store: whoever lets go of locks wakes those who wait. A task of greater priority
 * takes away the locks of lesser ones, which fail (Druid's TaskLockbox.revokeAllIncompatibleActiveLocksIfPossible).
 */
export class TaskLocks {
  #waiting: (() => void)[] = [];
  #last: Promise<unknown> = Promise.resolve();
  readonly #holders = new Map<string, () => void>();

  constructor(readonly store: MetadataStore) {}

  /** Calls `onRevoked` when another task takes the locks of this one away; answers what ends that. */
  watch(taskId: string, onRevoked: () => void): () => void {
    this.#holders.set(taskId, onRevoked);
    return () => this.#holders.delete(taskId);
  }

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
        if (lock && (await this.#take(lock)).length === 0) return { result: await attempt.taken(lock) };
        // Registered while nothing can be released: a release must not fall between the look and the wait.
        return { released: this.#nextRelease(signal) };
      });
      if ('result' in outcome) return outcome.result;
      onWait();
      await outcome.released;
    }
  }

  /**
   * Takes all locks of a task that has none yet, or none of them; does not wait.
   * @param make says which, while no other lock is taken or released and nothing is published
   */
  async tryAcquire(make: () => Promise<readonly TaskLock[]>): Promise<LockOutcome> {
    return this.exclusively(async () => {
      const locks = await make();
      const conflicts = await this.#conflictsOf(locks);
      if (conflicts.length > 0 && !(await this.#revoke(locks, conflicts))) return { conflicts };
      for (const lock of locks) await this.store.acquireLock(lock);
      return { locks };
    });
  }

  /** Takes away the locks that stand in the way of others if all of them are of lesser priority, and takes none itself. */
  async preempt(requests: readonly LockRequest[]): Promise<void> {
    await this.exclusively(async () => this.#revoke(requests, await this.#conflictsOf(requests)));
  }

  async #conflictsOf(requests: readonly LockRequest[]): Promise<readonly TaskLock[]> {
    const held = await Promise.all(
      [...new Set(requests.map((each) => each.dataSource))].map((name) => this.store.locks(name)),
    );
    return held.flat().filter((lock) => requests.some((request) => locksConflict(request, lock)));
  }

  /** Answers the locks that are in the way; none when it was taken. */
  async #take(lock: TaskLock): Promise<readonly TaskLock[]> {
    const { conflicts } = await this.store.acquireLock(lock);
    if (conflicts.length === 0 || !(await this.#revoke([lock], conflicts))) return conflicts;
    return (await this.store.acquireLock(lock)).conflicts;
  }

  /** Publishing excludes this, so a task that publishes keeps its locks until it has. */
  async #revoke(requests: readonly LockRequest[], conflicts: readonly TaskLock[]): Promise<boolean> {
    const isGreater = ({ priority }: TaskLock): boolean => requests.every((request) => request.priority > priority);
    if (!conflicts.every(isGreater)) return false;
    for (const taskId of new Set(conflicts.map((lock) => lock.taskId))) {
      await this.store.releaseLocks(taskId);
      this.#holders.get(taskId)?.();
    }
    return true;
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

/** Resolves when a signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else {
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    }
  });
}
