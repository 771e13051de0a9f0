import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A data directory that belongs to this process until it is released. */
export interface DataDirectoryClaim {
  release(): Promise<void>;
}

/** The name of the file that tells who owns the directory: one line of JSON. */
const OWNER_FILE = 'server.lock';

interface Owner {
  readonly pid: number;
  /** What the system says of when the process started, so that a reused process id is not taken for it. */
  readonly started: string;
}

/** The start of a process in clock ticks since boot, where /proc tells it. */
async function processStart(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the command in parentheses, which may hold blanks.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readOwner(file: string): Promise<Owner | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  try {
    const owner = JSON.parse(text) as Partial<Owner>;
    return typeof owner.pid === 'number' ? { pid: owner.pid, started: String(owner.started) } : undefined;
  } catch {
    return undefined;
  }
}

/** Puts the file there with its text in it, unless there is one; answers whether it did. */
async function createExclusively(file: string, text: string): Promise<boolean> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Makes the directory if need be and claims it for this process.
 * @throws an error that names the directory and the process that owns it
 */
export async function claimDataDirectory(directory: string): Promise<DataDirectoryClaim> {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, OWNER_FILE);
  const own: Owner = { pid: process.pid, started: await processStart(process.pid) };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await createExclusively(file, JSON.stringify(own))) return { release: () => rm(file, { force: true }) };
    const owner = await readOwner(file);
    if (owner && isAlive(owner.pid) && (await processStart(owner.pid)) === owner.started) {
      throw new Error(
        `The data directory ${directory} is in use by another Millrace server (process ${owner.pid}). ` +
          'Stop that one, or start this one with another --data-dir.',
      );
    }
    // Moved away first: of two servers that find the same stale file only one succeeds.
    const stale = `${file}.${process.pid}.stale`;
    await rename(file, stale).catch(() => undefined);
    await rm(stale, { force: true });
  }
  throw new Error(`The data directory ${directory} could not be claimed: several servers are starting in it`);
}
