import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino, type Logger } from 'pino';
import type { TaskEngine, TaskEngineSettings } from '../tasks/index.js';
import { Uploads } from '../storage/uploads.js';
import { buildApp } from './app.js';
import { SettingsError, shownSettings, type ServerSettings } from './settings.js';

/** A server that listens. */
export interface RunningServer {
  /** Such as http://127.0.0.1:8888; with port 0 the one that was picked. */
  readonly url: string;
  /** Stops listening, cancels what runs and releases the data directory. */
  close(): Promise<void>;
}

const uploadsDirectory = ({ dataDir }: ServerSettings): string => path.join(dataDir, 'uploads');

async function listen(app: FastifyInstance, { host, port }: ServerSettings): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new SettingsError(`Cannot listen on ${host}:${port} (settings host, port): ${(error as Error).message}`, {
      cause: error,
    });
  }
  return (app.server.address() as AddressInfo).port;
}

/** Where metadata and deep storage are. */
function storageSettings(
  settings: ServerSettings,
): Pick<TaskEngineSettings, 'metadata' | 'deepStorage' | 's3' | 'allowedExportPaths' | 'resultRetentionMs'> {
  const { metadataUrl, deepStorage, dataDir, segmentCacheSize, s3Endpoint, s3Region, s3PathStyle } = settings;
  const connection = {
    ...(s3Endpoint !== undefined && { endpoint: s3Endpoint }),
    ...(s3Region !== undefined && { region: s3Region }),
    ...(s3PathStyle !== undefined && { pathStyle: s3PathStyle }),
  };
  return {
    s3: connection,
    resultRetentionMs: settings.resultRetention * 60 * 60 * 1000,
    allowedExportPaths: settings.allowedExportPaths,
    ...(metadataUrl !== undefined && { metadata: { kind: 'postgresql', url: metadataUrl } }),
    deepStorage:
      deepStorage.kind === 'local'
        ? deepStorage
        : {
            kind: 's3',
            location: { connection, bucket: deepStorage.bucket, prefix: deepStorage.prefix },
            cacheDirectory: path.join(dataDir, 'cache'),
            cacheBytes: segmentCacheSize,
          },
  };
}

/** The task engine and what it is made of are loaded when the server listens already. */
async function openEngine(
  settings: ServerSettings,
  port: number,
  version: string,
  logger: Logger,
): Promise<TaskEngine> {
  const { openTaskEngine } = await import('../tasks/index.js');
  return openTaskEngine(
    {
      dataDirectory: settings.dataDir,
      ...storageSettings(settings),
      taskSlots: settings.taskSlots,
      workerMemoryBytes: settings.workerMemory,
      queryMemoryBytes: settings.queryMemory,
      cores: settings.cores,
      warmWorkers: settings.warmWorkers,
      workerStartTimeoutMs: settings.workerStartTimeout * 1_000,
      host: settings.host,
      port,
      version,
      engine: settings.engine,
      ...(settings.sparkRemote !== undefined && {
        spark: { remote: settings.sparkRemote, session: settings.sparkSettings },
      }),
      ...(settings.allowedDirectories && {
        // What clients may hand in they may also load.
        allowedDirectories: [...settings.allowedDirectories, uploadsDirectory(settings)],
      }),
    },
    logger,
  );
}

/**
 * Starts a server: it listens first, so that /status/health answers at once, and resolves when the task engine is open.
 * Requests that need the engine wait for it.
 * @throws SettingsError when the address is taken; an error naming the other process when the data directory is in use
 */
export async function startServer(settings: ServerSettings, version: string): Promise<RunningServer> {
  const logger = pino({ name: 'millrace', level: settings.logLevel }, pino.destination(2));
  const uploads = new Uploads(uploadsDirectory(settings), settings.uploadSpace);
  const app = buildApp({
    engine: () => opened,
    logger,
    version,
    maxRequestSize: settings.maxRequestSize,
    uploads,
    properties: () => shownSettings(settings),
  });
  const listening = listen(app, settings);
  const opened = listening.then((port) => openEngine(settings, port, version, logger));
  try {
    await opened;
    await uploads.sweep();
  } catch (error) {
    await app.close();
    throw error;
  }
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    url: `http://${host}:${await listening}`,
    async close() {
      await app.close();
      await (await opened).close();
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
