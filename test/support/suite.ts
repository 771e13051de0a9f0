import { afterAll, beforeAll } from 'vitest';
import { Api } from './api.js';
import { makeDirectory, removeDirectory, startServerProcess, type ServerProcess } from './server-process.js';

/** A server for one test file, with a scratch directory; both are gone afterwards. Use inside tests and hooks only. */
export interface Suite {
  readonly api: Api;
  readonly server: ServerProcess;
  readonly directory: string;
}

/** Starts a server before the tests of a file and ends it after them. */
export function useServer(flags: readonly string[] = []): Suite {
  let started: { directory: string; server: ServerProcess; api: Api } | undefined;
  beforeAll(async () => {
    const directory = await makeDirectory();
    const server = await startServerProcess(`${directory}/var`, flags);
    started = { directory, server, api: new Api(server.url) };
  });
  afterAll(async () => {
    await started?.server.stop();
    if (started) await removeDirectory(started.directory);
  });
  const running = (): NonNullable<typeof started> => {
    if (!started) throw new Error('The server of this suite starts before its tests');
    return started;
  };
  return {
    get api() {
      return running().api;
    },
    get server() {
      return running().server;
    },
    get directory() {
      return running().directory;
    },
  };
}
