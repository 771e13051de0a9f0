import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { claimDataDirectory, openDeepStorage, openMetadataStore } from '../storage/index.js';
import { AppendRegistry } from './append-registry.js';
import type { ConfigStore } from '../storage/config-store.js';
import type { MetadataStore } from '../storage/metadata-store.js';
import { Coordinator } from './coordinator.js';
import { DataSources } from './data-sources.js';
import { TaskLocks } from './locks.js';
import { Lookups } from './lookups.js';
import { Metadata } from './metadata.js';
import { Overlord } from './overlord.js';
import { Previews } from './previews.js';
import { QueryService } from './query-service.js';
import { recover } from './recovery.js';
import { Sampling } from './sampling.js';
import { ResultsCleaner } from './results-cleaner.js';
import { defaultMaxNumTasks, type TaskEngineSettings } from './settings.js';
import { TaskResults } from './task-results.js';
import { TaskWatchers } from './task-watchers.js';
import { Timeline } from './timeline.js';
import { WorkerPool } from './worker-pool.js';

export type { StatementRequest } from './compile.js';
export { InvalidInputError } from './identifiers.js';
export { compactionConfig, type CompactionPlan } from './compaction-plan.js';
export { COMPACTION, COMPACTION_CLUSTER, COORDINATOR_CONFIG, RULES, type Coordinator } from './coordinator.js';
export {
  DEFAULT_TIER,
  LookupError,
  lookupSpec,
  lookupTiers,
  valuesOf,
  type LookupSpec,
  type LookupTiers,
} from './lookups.js';
export type { SampledRecord } from '../external/index.js';
export type { Sample } from './sampling.js';
export { historicalName } from './system-tables/index.js';
export { retentionRule } from './retention.js';
export type { DataSources, SegmentSelection } from './data-sources.js';
export type { Overlord } from './overlord.js';
export type { QueryAnswer, QueryRequest, QueryService } from './query-service.js';
export type { TaskEngineSettings } from './settings.js';
export type { StoredResults, TaskResults } from './task-results.js';
export type { TaskEvent } from './task-events.js';
export type { RunnerStatus, TaskLocation, TaskStatus } from './task-status.js';

/** Between two rounds of retention and compaction; Druid's druid.coordinator.period. */
const COORDINATOR_PERIOD_MS = 60_000;

/** Runs query tasks and interactive queries over one data directory. */
export interface TaskEngine {
  readonly overlord: Overlord;
  readonly queries: QueryService;
  /** The stored rows of SELECT tasks. */
  readonly results: TaskResults;
  readonly dataSources: DataSources;
  readonly coordinator: Coordinator;
  readonly sampling: Sampling;
  readonly previews: Previews;
  readonly configs: ConfigStore;
  readonly lookups: Lookups;
  /** Cancels what runs, ends the processes and releases the data directory. */
  close(): Promise<void>;
}

/**
 * Opens the task engine: claims the data directory, puts it in order, and starts the waiting processes.
 * @throws Error naming the other process when the data directory or the metadata database is in use
 */
export async function openTaskEngine(settings: TaskEngineSettings, logger: Logger): Promise<TaskEngine> {
  const dataDirectory = path.resolve(settings.dataDirectory);
  const claim = await claimDataDirectory(dataDirectory);
  try {
    const place = settings.metadata ?? { kind: 'sqlite', file: path.join(dataDirectory, 'metadata.db') };
    const store = await openMetadataStore(place, logger);
    const engine = await startEngine({ ...settings, dataDirectory }, store, logger).catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
    return {
      ...engine,
      async close() {
        await engine.close();
        await store.close();
        await claim.release();
      },
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

/** Bytes of the file system that a directory is on. */
async function capacityOf(directory: string): Promise<number> {
  const { blocks, bsize } = await statfs(directory);
  return blocks * bsize;
}

async function startEngine(settings: TaskEngineSettings, store: MetadataStore, logger: Logger): Promise<TaskEngine> {
  const { dataDirectory, host, port, cores } = settings;
  const within = (name: string): string => path.join(dataDirectory, name);
  const directories = { tasks: within('tasks'), workers: within('workers') };
  const deepStorage = await openDeepStorage(
    settings.deepStorage ?? { kind: 'local', directory: dataDirectory },
    await store.identity(),
  );
  const address = `${host}:${port}`;
  const now = (): number => Date.now();
  const left = await recover({
    store,
    deepStorage,
    tasksDirectory: directories.tasks,
    scratchDirectories: [directories.workers],
    host: address,
    logger,
    now,
  });
  const pool = new WorkerPool(
    {
      directory: directories.workers,
      spares: settings.warmWorkers,
      threads: cores,
      memoryBytes: settings.workerMemoryBytes,
      refillAfterMs: 3_000,
    },
    logger,
  );
  const timeline = new Timeline(store);
  const lookups = await Lookups.open(store.configs);
  const metadata = new Metadata(
    timeline,
    lookups,
    { host, port, startTime: now(), version: settings.version, capacity: await capacityOf(dataDirectory) },
    () => overlord.list(),
  );
  const maxNumTasks = defaultMaxNumTasks(settings);
  const queries = new QueryService({
    metadata,
    deepStorage,
    maxNumTasks,
    logger,
    now,
    ...(settings.spark && { spark: settings.spark }),
    s3: settings.s3 ?? {},
    ...(settings.allowedDirectories && { allowedDirectories: settings.allowedDirectories }),
    process: {
      threads: cores,
      memoryBytes: settings.queryMemoryBytes,
      spillDirectory: path.join(directories.workers, 'query'),
    },
  });
  const locks = new TaskLocks(store);
  const overlord: Overlord = new Overlord(
    {
      taskSlots: settings.taskSlots,
      maxNumTasks,
      engine: settings.engine,
      directory: directories.tasks,
      server: { host, port },
    },
    {
      store,
      deepStorage,
      timeline,
      metadata,
      queries,
      pool,
      watchers: new TaskWatchers(),
      locks,
      appends: new AppendRegistry(),
      cores,
      ...(settings.workerStartTimeoutMs !== undefined && { workerStartTimeoutMs: settings.workerStartTimeoutMs }),
      host: address,
      logger,
      now,
      ...(settings.spark && { spark: settings.spark }),
      s3: settings.s3 ?? {},
      allowedExportPaths: settings.allowedExportPaths ?? [],
      ...(settings.allowedDirectories && { allowedDirectories: settings.allowedDirectories }),
    },
  );
  queries.start();
  const cleaner = new ResultsCleaner({
    store,
    deepStorage,
    retentionMs: settings.resultRetentionMs ?? Infinity,
    logger,
    now,
  });
  cleaner.start();
  pool.refill();
  await overlord.resume(left);
  const dataSources = new DataSources({ store, timeline, locks });
  const coordinator = new Coordinator({
    configs: store.configs,
    dataSources,
    overlord,
    taskSlots: settings.taskSlots,
    period: COORDINATOR_PERIOD_MS,
    logger,
    now,
  });
  coordinator.start();
  return {
    overlord,
    queries,
    dataSources,
    coordinator,
    sampling: new Sampling(queries),
    previews: new Previews(queries),
    configs: store.configs,
    lookups,
    results: new TaskResults({ store, deepStorage, queries }),
    async close() {
      await coordinator.close();
      cleaner.stop();
      await Promise.all([overlord.close(), queries.close()]);
      await pool.close();
    },
  };
}
