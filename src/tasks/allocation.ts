import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { limits } from '../msq/limits.js';
import { contains, formatInterval } from '../segments/index.js';
import type { Interval, ShardSpec } from '../segments/segment.js';
import type { DeepStorage } from '../storage/deep-storage.js';
import type { MetadataStore, TaskLock } from '../storage/metadata-store.js';
import type { AppendRegistry } from './append-registry.js';
import { chunkState, overlapFinder } from './chunk-state.js';
import type { LockOutcome, LockRequest, TaskLocks } from './locks.js';
import type { Timeline } from './timeline.js';
import { versionAfter } from './versions.js';
import type { AllocatedSegment, ChunkRequest } from './worker/protocol.js';

/** The task for which segments are allocated. */
export interface WritingTask {
  readonly taskId: string;
  readonly dataSource: string;
  readonly priority: number;
}

export interface AllocationSources {
  readonly store: MetadataStore;
  readonly deepStorage: DeepStorage;
  readonly locks: TaskLocks;
  readonly appends: AppendRegistry;
  readonly timeline: Timeline;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Core partitions of a chunk: those that must be there together. */
function corePartitions(spec: ShardSpec): number {
  return spec.type === 'range' ? spec.numCorePartitions : spec.partitions;
}

/** How a chunk is appended to. */
interface AppendPlan {
  readonly chunk: ChunkRequest;
  readonly version: string;
  /** The first partition number that no published segment has. */
  readonly least: number;
  readonly corePartitions: number;
}

/** Chunks in order of time, in runs without gaps: one lock is enough for a run. */
function runsOf(chunks: readonly ChunkRequest[]): readonly (readonly ChunkRequest[])[] {
  const runs: ChunkRequest[][] = [];
  for (const chunk of [...chunks].sort((a, b) => a.interval.start - b.interval.start)) {
    const run = runs.at(-1);
    if (run?.at(-1)?.interval.end === chunk.interval.start) run.push(chunk);
    else runs.push([chunk]);
  }
  return runs;
}

const spanOf = (run: readonly ChunkRequest[]): Interval => ({
  start: run[0]?.interval.start ?? 0,
  end: run.at(-1)?.interval.end ?? 0,
});

const replaceRequests = (task: WritingTask, intervals: readonly Interval[]): readonly LockRequest[] =>
  intervals.map((interval) => ({ ...task, interval, kind: 'exclusive' }));

/** Gives new segments their versions, numbers and places, under the locks that they need. */
export class SegmentAllocator {
  constructor(readonly sources: AllocationSources) {}

  /**
   * Takes a REPLACE's exclusive locks, all or none, or answers the locks that stand in the way. Locks of tasks of lesser
   * priority are taken away from these.
   */
  lockForReplace(task: WritingTask, intervals: readonly Interval[]): Promise<LockOutcome> {
    return this.sources.locks.tryAcquire(async () => {
      const version = await this.#newVersion(task.dataSource);
      return replaceRequests(task, intervals).map((request): TaskLock => ({ ...request, version }));
    });
  }

  /** Ends the tasks whose locks stand in a REPLACE's way, if all are of lesser priority. */
  preemptForReplace(task: WritingTask, intervals: readonly Interval[]): Promise<void> {
    return this.sources.locks.preempt(replaceRequests(task, intervals));
  }

  async releaseLocks(taskId: string): Promise<void> {
    const { locks, store } = this.sources;
    await locks.exclusively(() => store.releaseLocks(taskId));
    locks.wake();
  }

  /**
   * Segments of a REPLACE: all of the version of the lock that covers them.
   * @throws FaultError InsertTimeOutOfBounds, TooManyPartitions
   */
  async allocateForReplace(
    task: WritingTask,
    locks: readonly TaskLock[],
    chunks: readonly ChunkRequest[],
  ): Promise<readonly AllocatedSegment[]> {
    checkPartitions(chunks);
    const places: AllocatedSegment[] = [];
    for (const chunk of chunks) {
      const lock = locks.find((each) => contains(each.interval, chunk.interval));
      if (!lock) {
        const bounds = locks.map((each) => formatInterval(each.interval));
        throw new FaultError(faults.InsertTimeOutOfBounds(formatInterval(chunk.interval), bounds));
      }
      for (let partition = 0; partition < chunk.segments; partition++) {
        places.push(await this.#place(task, chunk.interval, lock.version, replaceShardSpec(chunk, partition)));
      }
    }
    return places;
  }

  /**
   * Segments of an INSERT: next to those that a chunk has, or a new version where it is empty. Takes shared locks on the
   * chunks, in order of time.
   * @throws FaultError InsertCannotAllocateSegment, TooManyPartitions, Canceled when the signal aborts
   */
  async allocateForInsert(
    task: WritingTask,
    chunks: readonly ChunkRequest[],
    signal: AbortSignal,
    onWait: () => void,
  ): Promise<readonly AllocatedSegment[]> {
    checkPartitions(chunks);
    const placesOf = new Map<ChunkRequest, readonly AllocatedSegment[]>();
    for (const run of runsOf(chunks)) {
      const firsts = await this.#lockRun(task, run, signal, onWait);
      for (const [plan, first] of firsts) placesOf.set(plan.chunk, await this.#placeAppend(task, plan, first));
    }
    return chunks.flatMap((chunk) => placesOf.get(chunk) ?? []);
  }

  /** Locks a run of chunks, and answers what is appended to each of them from which partition number on. */
  async #lockRun(
    task: WritingTask,
    run: readonly ChunkRequest[],
    signal: AbortSignal,
    onWait: () => void,
  ): Promise<ReadonlyMap<AppendPlan, number>> {
    const { locks, appends } = this.sources;
    const { taskId, dataSource } = task;
    const intervals = run.map(({ interval }) => interval);
    return locks.acquire(
      {
        make: async () =>
          appends.isCutOtherwise(taskId, dataSource, intervals)
            ? undefined
            : { ...task, interval: spanOf(run), kind: 'shared', version: await this.#newVersion(dataSource) },
        taken: async ({ version }) => {
          const plans = await this.#planAppends(dataSource, run, version);
          return new Map(
            plans.map((plan) => {
              const append = { interval: plan.chunk.interval, version: plan.version };
              return [plan, appends.reserve(taskId, dataSource, append, plan.least, plan.chunk.segments)];
            }),
          );
        },
      },
      signal,
      onWait,
    );
  }

  /**
   * Tasks that fill the same empty chunk at once must agree on a version, or the later one would hide the rows of the
   * other.
   */
  async #planAppends(
    dataSource: string,
    run: readonly ChunkRequest[],
    newVersion: string,
  ): Promise<readonly AppendPlan[]> {
    const { visible } = await this.sources.timeline.current();
    const find = overlapFinder(visible.get(dataSource) ?? []);
    return run.map((chunk): AppendPlan => {
      const state = chunkState(dataSource, chunk.interval, find(chunk.interval));
      if (state.kind === 'empty') {
        const version = this.sources.appends.version(dataSource, chunk.interval) ?? newVersion;
        return { chunk, version, least: 0, corePartitions: 0 };
      }
      const { version, segments } = state;
      return {
        chunk,
        version,
        least: Math.max(...segments.map(({ shardSpec }) => shardSpec.partitionNum)) + 1,
        corePartitions: Math.max(...segments.map(({ shardSpec }) => corePartitions(shardSpec))),
      };
    });
  }

  async #placeAppend(
    task: WritingTask,
    { chunk, version, corePartitions: partitions }: AppendPlan,
    first: number,
  ): Promise<readonly AllocatedSegment[]> {
    const places: AllocatedSegment[] = [];
    for (let partitionNum = first; partitionNum < first + chunk.segments; partitionNum++) {
      places.push(await this.#place(task, chunk.interval, version, { type: 'numbered', partitionNum, partitions }));
    }
    return places;
  }

  async #newVersion(dataSource: string): Promise<string> {
    const { used } = await this.sources.timeline.current();
    const locks = await this.sources.store.locks(dataSource);
    const versions = [...(used.get(dataSource) ?? []), ...locks];
    return versionAfter(
      versions.map(({ version }) => version),
      this.sources.now(),
    );
  }

  async #place(
    task: WritingTask,
    interval: Interval,
    version: string,
    shardSpec: ShardSpec,
  ): Promise<AllocatedSegment> {
    const { dataSource, taskId } = task;
    const location = await this.sources.deepStorage.allocate({ dataSource, interval, version, shardSpec, taskId });
    return { interval, version, shardSpec, ...location };
  }
}

function checkPartitions(chunks: readonly ChunkRequest[]): void {
  const count = chunks.reduce((total, chunk) => total + chunk.segments, 0);
  if (count > limits.partitions) throw new FaultError(faults.TooManyPartitions(limits.partitions));
}

function replaceShardSpec({ segments, range }: ChunkRequest, partition: number): ShardSpec {
  if (!range) return { type: 'numbered', partitionNum: partition, partitions: segments };
  return {
    type: 'range',
    dimensions: range.dimensions,
    start: range.cuts[partition - 1] ?? null,
    end: range.cuts[partition] ?? null,
    partitionNum: partition,
    numCorePartitions: segments,
  };
}
