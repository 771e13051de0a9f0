import { SparkSession } from '../../../engine/spark/index.js';
import type { RunningJob } from '../job.js';
import type { SparkServer } from '../protocol.js';

/** Sessions that wait for the next job, by server: opening one takes Spark longer than a small query. */
const idle = new Map<string, SparkSession[]>();
const MAX_IDLE = 4;
/** The server forgets sessions that nothing was asked of for an hour; one that waits here is let go of long before. */
const IDLE_MS = 5 * 60_000;

const keyOf = (server: SparkServer): string => JSON.stringify([server.remote, Object.entries(server.session).sort()]);

async function waitingSession(key: string): Promise<SparkSession | undefined> {
  const session = idle.get(key)?.pop();
  if (!session || (await session.isAlive())) return session;
  void session.close();
  return waitingSession(key);
}

/**
 * Does work in a session of its own, which a cancellation interrupts. The session waits for another job afterwards,
 * unless the work failed: whether a session is still good is not known then.
 */
export async function withSparkSession<T>(
  running: RunningJob,
  server: SparkServer,
  work: (session: SparkSession) => Promise<T>,
): Promise<T> {
  const key = keyOf(server);
  running.throwIfCanceled();
  const session = (await waitingSession(key)) ?? (await SparkSession.open(server));
  const leave = running.adopt(session);
  let isGood = false;
  try {
    const result = await work(session);
    isGood = !running.signal.aborted;
    return result;
  } finally {
    leave();
    const waiting = idle.get(key) ?? [];
    if (isGood && waiting.length < MAX_IDLE) {
      idle.set(key, [...waiting, session]);
      setTimeout(() => {
        const rest = (idle.get(key) ?? []).filter((each) => each !== session);
        if (rest.length === idle.get(key)?.length) return;
        idle.set(key, rest);
        void session.close();
      }, IDLE_MS).unref();
    } else void session.close();
  }
}
