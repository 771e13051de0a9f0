import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pino, type Logger } from 'pino';

/** The log of one task: phases and numbers, never rows. */
export interface TaskLog {
  readonly logger: Logger;
  close(): void;
}

const logFile = (directory: string): string => path.join(directory, 'log');

/** Opens the log in a task's directory, which it makes. Lines are pino's JSON. */
export function openTaskLog(directory: string, taskId: string): TaskLog {
  mkdirSync(directory, { recursive: true });
  const destination = pino.destination({ dest: logFile(directory), sync: true });
  return {
    logger: pino({ base: { taskId }, timestamp: pino.stdTimeFunctions.isoTime }, destination),
    close() {
      destination.end();
    },
  };
}

/** A task's log in UTF-8; undefined when it has none. */
export async function readTaskLog(directory: string): Promise<Buffer | undefined> {
  try {
    return await readFile(logFile(directory));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
