import { overlaps } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';
import type { ConfigStore } from './config-store.js';
import type { SqlType } from '../sql/types.js';
import type { ReferencedFiles } from './deep-storage.js';

export type TaskState = 'RUNNING' | 'SUCCESS' | 'FAILED';

/** A task as the metadata store keeps it. Times are milliseconds since 1970. */
export interface TaskRecord {
  readonly id: string;
  readonly groupId: string;
  readonly type: string;
  readonly dataSource: string;
  readonly createdTime: number;
  readonly queueInsertionTime: number;
  readonly state: TaskState;
  /** Milliseconds; -1 until it ended. */
  readonly duration: number;
  readonly errorMessage?: string;
  /** Druid's task payload JSON (GET task/{id}). */
  readonly payload: unknown;
}

export interface TaskFilter {
  readonly state?: TaskState;
  readonly dataSource?: string;
  readonly type?: string;
  readonly createdInterval?: Interval;
  /** Newest first; at most this many. */
  readonly max?: number;
}

/** What a task ends with; stored in one transaction, and only if the task is still RUNNING. */
export interface TaskEnd {
  readonly id: string;
  readonly state: 'SUCCESS' | 'FAILED';
  readonly duration: number;
  readonly errorMessage?: string;
  /** Druid's report JSON. */
  readonly report: unknown;
  /** Of a SELECT. */
  readonly results?: TaskResultsRecord;
}

/** One page of a SELECT's results. */
export interface ResultPage {
  readonly rows: number;
  readonly bytes: number;
  /** Path of the page's file among the results of deep storage; absent when the rows are in the task's report. */
  readonly path?: string;
}

/** What is known of the results of a SELECT task that succeeded. */
export interface TaskResultsRecord {
  readonly destination: 'taskReport' | 'durableStorage';
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
  /** Arrays are shown as JSON text. */
  readonly stringifyArrays: boolean;
  /** The zone whose clock times are told by; UTC when absent. */
  readonly timeZone?: string;
  readonly pages: readonly ResultPage[];
}

export type LockKind = 'shared' | 'exclusive';

export interface TaskLock {
  readonly taskId: string;
  readonly dataSource: string;
  readonly interval: Interval;
  readonly kind: LockKind;
  readonly priority: number;
  /** The version that new segments of this lock get, ISO time. */
  readonly version: string;
}

/** Whether two locks exclude each other: an exclusive one excludes whatever overlaps of other tasks. */
export const locksConflict = (one: Omit<TaskLock, 'version'>, other: Omit<TaskLock, 'version'>): boolean =>
  one.taskId !== other.taskId &&
  one.dataSource === other.dataSource &&
  overlaps(one.interval, other.interval) &&
  (one.kind === 'exclusive' || other.kind === 'exclusive');

/** Segments to be made visible at once, with the end of their task. */
export interface Publication {
  readonly taskId: string;
  readonly dataSource: string;
  readonly segments: readonly DataSegment[];
  /** Intervals whose older segments (lower version) become unused: REPLACE's. Empty for INSERT. */
  readonly replaced: readonly Interval[];
  readonly end: TaskEnd;
}

/** A segment with what the store knows beside it. */
export interface StoredSegment {
  /** Druid's segment id. */
  readonly id: string;
  readonly used: boolean;
  /** Milliseconds since 1970. */
  readonly createdTime: number;
  readonly segment: DataSegment;
}

/** Chooses ids among the segments of a datasource. */
export type SegmentChoice = (segments: readonly StoredSegment[]) => readonly string[];

/**
 * Everything that must outlive the server process. All methods throw on a failing database; none of them leaves half a
 * change behind. SQLite and PostgreSQL answer alike.
 */
export interface MetadataStore {
  insertTask(task: TaskRecord): Promise<void>;
  task(id: string): Promise<TaskRecord | undefined>;
  tasks(filter: TaskFilter): Promise<readonly TaskRecord[]>;
  report(taskId: string): Promise<unknown>;
  /** Counts that a task is started again; answers how often it has been by now. */
  countRelaunch(taskId: string): Promise<number>;
  /** Results of a SELECT task that succeeded, until they are forgotten. */
  results(taskId: string): Promise<TaskResultsRecord | undefined>;
  /** Ids of tasks whose results lie in files and that were created before a time. */
  tasksWithResultFiles(createdBefore: number): Promise<readonly string[]>;
  /** Forgets results; their files are then nobody's. */
  deleteResults(taskIds: readonly string[]): Promise<void>;
  /** Ends a task that publishes nothing; answers false when it had already ended. */
  endTask(end: TaskEnd): Promise<boolean>;
  /**
   * Publishes: one transaction that checks that the task is RUNNING and still holds its locks, inserts the segments,
   * marks what they replace as unused, ends the task and releases its locks. Answers false (and changes nothing) when
   * the task has ended or a lock is gone.
   */
  publish(publication: Publication): Promise<boolean>;
  /**
   * Takes a lock if no lock of another task conflicts (exclusive with anything that overlaps, shared with exclusive);
   * otherwise answers the conflicting locks and takes nothing. A task may hold several.
   */
  acquireLock(lock: TaskLock): Promise<{ readonly acquired: boolean; readonly conflicts: readonly TaskLock[] }>;
  locks(dataSource?: string): Promise<readonly TaskLock[]>;
  releaseLocks(taskId: string): Promise<void>;
  /**
   * Reserves partition numbers for segments of an append, so that two tasks never share one: answers the first free
   * number of the interval and version and reserves `count` from there until the task ends.
   */
  reservePartitions(request: {
    readonly taskId: string;
    readonly dataSource: string;
    readonly interval: Interval;
    readonly version: string;
    readonly count: number;
  }): Promise<number>;
  /** Used segments of a datasource, or of all; not only the visible ones. */
  usedSegments(dataSource?: string): Promise<readonly DataSegment[]>;
  /** Segments of a datasource, used or not. */
  storedSegments(dataSource: string): Promise<readonly StoredSegment[]>;
  /** Datasources that have used segments, or any, in alphabetical order. */
  dataSources(includeUnused: boolean): Promise<readonly string[]>;
  /** Marks chosen segments of a datasource used or unused, in one transaction; answers how many changed. */
  markSegments(dataSource: string, used: boolean, choose: SegmentChoice): Promise<number>;
  /**
   * Ends a kill task: forgets the chosen unused segments in the same transaction and answers them, so that their files can
   * be deleted. Answers undefined (and changes nothing) when the task has ended.
   */
  killSegments(
    taskId: string,
    dataSource: string,
    choose: SegmentChoice,
    end: (killed: readonly DataSegment[]) => TaskEnd,
  ): Promise<readonly DataSegment[] | undefined>;
  /** What operators configure at run time. */
  readonly configs: ConfigStore;
  /** Counts every publication and every change of what is used; a reader caches what it derived from segments until this changes. */
  segmentsRevision(): number;
  /** Paths of all files that a row names, segments used or not: what a sweep must keep. */
  referencedFiles(): Promise<ReferencedFiles>;
  /** A name of this store that no other has. */
  identity(): Promise<string>;
  close(): Promise<void>;
}
