import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { limits } from '../msq/limits.js';
import { contains, formatInterval, overlaps } from '../segments/index.js';
import type { DataSegment, Interval, ShardSpec } from '../segments/segment.js';
import type { DeepStorage } from '../storage/deep-storage.js';
import type { MetadataStore, TaskLock } from '../storage/metadata-store.js';
import type { TaskLocks } from './locks.js';
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
  readonly timeline: Timeline;
  /** Milliseconds since 1970. */
  now(): number;
}

const isTombstone = (segment: DataSegment): boolean => segment.shardSpec.type === 'tombstone';

const sameInterval = (a: Interval, b: Interval): boolean => a.start === b.start && a.end === b.end;

const inOrder = (chunks: readonly ChunkRequest[]): readonly ChunkRequest[] =>
  [...chunks].sort((a, b) => a.interval.start - b.interval.start);

/** Core partitions of a segment's chunk: those that must be there together. */
function corePartitions(spec: ShardSpec): number {
  return spec.type === 'range' ? spec.numCorePartitions : spec.partitions;
}

/** What an INSERT finds in a time chunk: segments to append to, or nothing. */
type ChunkState = { readonly kind: 'empty' } | { readonly kind: 'existing'; readonly segment: DataSegment };

/**
 * Looks at the visible segments that overlap a chunk. As in Druid, an append needs chunks of just its granularity.
 * @throws FaultError InsertCannotAllocateSegment
 */
export function chunkState(dataSource: string, interval: Interval, visible: readonly DataSegment[]): ChunkState {
  const overlapping = visible
    .filter((segment) => (segment.visible ?? [segment.interval]).some((part) => overlaps(part, interval)))
    .sort((a, b) => (a.version < b.version ? 1 : a.version > b.version ? -1 : 0));
  const [newest] = overlapping;
  if (!newest) return { kind: 'empty' };
  if (isTombstone(newest) && contains(newest.interval, interval)) return { kind: 'empty' };
  if (!isTombstone(newest) && sameInterval(newest.interval, interval)) return { kind: 'existing', segment: newest };
  const other = overlapping.find((segment) => !isTombstone(segment));
  if (!other) return { kind: 'empty' };
  throw new FaultError(
    faults.InsertCannotAllocateSegment(dataSource, formatInterval(interval), formatInterval(other.interval)),
  );
}

/** Gives new segments their versions, numbers and places, under the locks that they need. */
export class SegmentAllocator {
  constructor(readonly sources: AllocationSources) {}

  /**
   * Takes a REPLACE's exclusive locks, in order of time, waiting for tasks that hold conflicting ones.
   * @throws FaultError Canceled when the signal aborts
   */
  async lockForReplace(
    task: WritingTask,
    intervals: readonly Interval[],
    signal: AbortSignal,
    onWait: () => void,
  ): Promise<readonly TaskLock[]> {
    const locks: TaskLock[] = [];
    for (const interval of [...intervals].sort((a, b) => a.start - b.start)) {
      const make = async (): Promise<TaskLock> => ({
        ...task,
        interval,
        kind: 'exclusive',
        version: await this.#newVersion(task.dataSource),
      });
      locks.push(await this.sources.locks.acquire(make, signal, onWait));
    }
    return locks;
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
   * Segments of an INSERT: next to those that a chunk has, or a new version where it is empty. Takes a shared lock on
   * every chunk.
   * @throws FaultError InsertCannotAllocateSegment, TooManyPartitions, Canceled when the signal aborts
   */
  async allocateForInsert(
    task: WritingTask,
    chunks: readonly ChunkRequest[],
    signal: AbortSignal,
    onWait: () => void,
  ): Promise<readonly AllocatedSegment[]> {
    checkPartitions(chunks);
    const placesOf = new Map<ChunkRequest, AllocatedSegment[]>();
    for (const chunk of inOrder(chunks)) placesOf.set(chunk, await this.#append(task, chunk, signal, onWait));
    return chunks.flatMap((chunk) => placesOf.get(chunk) ?? []);
  }

  async #append(
    task: WritingTask,
    { interval, segments }: ChunkRequest,
    signal: AbortSignal,
    onWait: () => void,
  ): Promise<AllocatedSegment[]> {
    let partitions = 0;
    const lock = await this.sources.locks.acquire(
      async () => {
        const { visible } = await this.sources.timeline.current();
        const state = chunkState(task.dataSource, interval, visible.get(task.dataSource) ?? []);
        partitions = state.kind === 'existing' ? corePartitions(state.segment.shardSpec) : 0;
        const version = await this.#appendVersion(task, interval, state);
        return version === undefined ? undefined : { ...task, interval, kind: 'shared', version };
      },
      signal,
      onWait,
    );
    const { version } = lock;
    const first = await this.sources.store.reservePartitions({
      taskId: task.taskId,
      dataSource: task.dataSource,
      interval,
      version,
      count: segments,
    });
    const places: AllocatedSegment[] = [];
    for (let index = 0; index < segments; index++) {
      places.push(
        await this.#place(task, interval, version, { type: 'numbered', partitionNum: first + index, partitions }),
      );
    }
    return places;
  }

  /**
   * The version of an append. Tasks that fill the same empty chunk at once must agree on one, or the later version
   * would hide the rows of the other; undefined means to wait for a task whose chunks are cut otherwise.
   */
  async #appendVersion(task: WritingTask, interval: Interval, state: ChunkState): Promise<string | undefined> {
    const others = (await this.sources.store.locks(task.dataSource)).filter(
      (lock) => lock.taskId !== task.taskId && lock.kind === 'shared' && overlaps(lock.interval, interval),
    );
    if (others.some((lock) => !sameInterval(lock.interval, interval))) return undefined;
    if (state.kind === 'existing') return state.segment.version;
    return others[0]?.version ?? (await this.#newVersion(task.dataSource));
  }

  async #newVersion(dataSource: string): Promise<string> {
    const { used } = await this.sources.timeline.current();
    const locks = await this.sources.store.locks(dataSource);
    const versions = [...used.filter((segment) => segment.dataSource === dataSource), ...locks];
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
