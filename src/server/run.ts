import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { openTaskEngine, type TaskEngine } from '../tasks/index.js';
import { buildApp } from './app.js';
import { SettingsError, type ServerSettings } from './settings.js';

/** A server that listens. */
export interface RunningServer {
  /** Such as http://127.0.0.1:8888; with port 0 the one that was picked. */
  readonly url: string;
  /** Stops listening, cancels what runs and releases the data directory. */
  close(): Promise<void>;
}

/**
 * Starts a server: it listens first, so that /status/health answers at once, and resolves when the task engine is open.
 * @throws SettingsError when the address is taken; an error naming the other process when the data directory is in use
 */
export async function startServer(settings: ServerSettings, version: string): Promise<RunningServer> {
  const logger = pino({ name: 'millrace', level: settings.logLevel }, pino.destination(2));
  let opened: Promise<TaskEngine> | undefined;
  const engine = (): Promise<TaskEngine> => opened ?? Promise.reject(new Error('The task engine is not open'));
  const app = buildApp({ engine, logger, version, maxRequestSize: settings.maxRequestSize });
  try {
    await app.listen({ host: settings.host, port: settings.port });
  } catch (error) {
    throw new SettingsError(
      `Cannot listen on ${settings.host}:${settings.port} (settings host, port): ${(error as Error).message}`,
      { cause: error },
    );
  }
  const { port } = app.server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  try {
    opened = openTaskEngine(
      {
        dataDirectory: settings.dataDir,
        taskSlots: settings.taskSlots,
        workerMemoryBytes: settings.workerMemory,
        queryMemoryBytes: settings.queryMemory,
        cores: settings.cores,
        warmWorkers: settings.warmWorkers,
        host: settings.host,
        port,
        ...(settings.allowedDirectories && { allowedDirectories: settings.allowedDirectories }),
      },
      logger,
    );
    await opened;
  } catch (error) {
    await app.close();
    throw error;
  }
  return {
    url: `http://${host}:${port}`,
    async close() {
      await app.close();
      await (await engine()).close();
    },
  };
}

/** Starts a server and serves until SIGTERM or SIGINT, then ends cleanly. */
export async function runServer(settings: ServerSettings, version: string): Promise<void> {
  const stop = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const server = await startServer(settings, version);
  process.stdout.write(`Millrace ${version} listens on ${server.url}, data in ${settings.dataDir}\n`);
  await stop;
  await server.close();
}
