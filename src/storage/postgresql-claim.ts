import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** Where storage tells what an operator should know. */
export interface StorageLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** A database that belongs to this process until it is released. */
export interface DatabaseClaim {
  /** What the row `owner` of the table `installation` holds while the database is this process's. */
  readonly owner: string;
  /** Writes that row; the tables are there by now. */
  writeOwner(): Promise<void>;
  release(): Promise<void>;
}

/** Names the advisory lock, together with the schema. */
const LOCK = 'millrace metadata';

const lockSql = `SELECT pg_try_advisory_lock(hashtextextended($1 || ' ' || current_schema(), 0)) AS locked`;

/** Milliseconds between attempts to hold a lost claim again. */
const RETRY_MS = 1_000;

/** How often, and after how many milliseconds, a start asks for a lock that another server has. */
const FIRST_ATTEMPTS = 5;
const FIRST_RETRY_MS = 200;

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(lockSql, [LOCK]);
  return rows[0]?.locked === true;
}

async function currentOwner(client: pg.Client): Promise<string | undefined> {
  const exists = await client.query<{ found: string | null }>(`SELECT to_regclass('installation') AS found`);
  if (exists.rows[0]?.found == null) return undefined;
  const { rows } = await client.query<{ value: string }>(`SELECT value FROM installation WHERE name = 'owner'`);
  return rows[0]?.value;
}

function ownerName(owner: string | undefined): string {
  try {
    const { host, pid } = JSON.parse(owner ?? '') as { host?: string; pid?: number };
    return `process ${pid ?? '?'} on ${host ?? '?'}`;
  } catch {
    return 'which is just starting';
  }
}

async function connected(connection: pg.ClientConfig, place: string): Promise<pg.Client> {
  const client = new pg.Client(connection);
  try {
    await client.connect();
  } catch (error) {
    throw new Error(`The metadata database ${place} cannot be reached: ${(error as Error).message}`, { cause: error });
  }
  return client;
}

/**
 * Claims a database by an advisory lock, which ends with its connection, so that a crashed server leaves none behind. When
 * the connection breaks the claim is renewed, unless another server was quicker.
 * @throws an error that names the server which has it
 */
export async function claimDatabase(
  connection: pg.ClientConfig,
  place: string,
  self: { readonly host: string; readonly pid: number },
  log: StorageLog,
): Promise<DatabaseClaim> {
  const owner = JSON.stringify({ ...self, run: randomUUID() });
  let client: pg.Client | undefined;
  let released = false;
  const isReleased = (): boolean => released;

  const hold = (held: pg.Client): void => {
    client = held;
    held.once('error', (error) => {
      log.warn({ err: error }, 'the connection that claims the metadata database broke');
    });
    held.once('end', () => {
      if (!released) void renew();
    });
  };

  const renew = async (): Promise<void> => {
    while (!isReleased()) {
      await delay(RETRY_MS, undefined, { ref: false });
      const next = await connected(connection, place).catch(() => undefined);
      if (!next) continue;
      // A connection without this listener would end the process when it breaks.
      next.on('error', () => undefined);
      const mine = await currentOwner(next)
        .then(async (found) => found === owner && (await tryLock(next)))
        .catch(() => undefined);
      // The claim may have been released meanwhile, and an open connection would keep the process.
      if (mine === true && !isReleased()) {
        hold(next);
        return;
      }
      await next.end().catch(() => undefined);
      if (mine === false) {
        log.error({}, 'another server has taken over the metadata database; this one must be ended');
        return;
      }
    }
  };

  const first = await connected(connection, place);
  first.on('error', () => undefined);
  // The lock of a server that was killed goes with its connection, which may take a moment.
  let locked = await tryLock(first);
  for (let attempt = 1; !locked && attempt < FIRST_ATTEMPTS; attempt += 1) {
    await delay(FIRST_RETRY_MS);
    locked = await tryLock(first);
  }
  if (!locked) {
    const name = ownerName(await currentOwner(first));
    await first.end();
    throw new Error(
      `The metadata database ${place} is in use by another Millrace server (${name}). ` +
        'Stop that one, or give this one another database.',
    );
  }
  hold(first);
  return {
    owner,
    async writeOwner() {
      await client?.query(
        `INSERT INTO installation (name, value) VALUES ('owner', $1) ON CONFLICT (name) DO UPDATE SET value = $1`,
        [owner],
      );
    },
    async release() {
      released = true;
      await client?.end().catch(() => undefined);
    },
  };
}
