import type { Generated } from 'kysely';

/** Tables of the metadata store. JSON columns hold text; times are milliseconds since 1970. */
export interface MetadataTables {
  tasks: TasksTable;
  segments: SegmentsTable;
  locks: LocksTable;
  reservations: ReservationsTable;
  task_results: TaskResultsTable;
  configs: ConfigsTable;
  audit: AuditTable;
  installation: InstallationTable;
}

export interface TasksTable {
  id: string;
  group_id: string;
  type: string;
  datasource: string;
  created_time: number;
  queue_insertion_time: number;
  state: 'RUNNING' | 'SUCCESS' | 'FAILED';
  duration: number;
  error_message: string | null;
  payload: string;
  report: string | null;
  /** Times that it was started again, by this server or after the end of one. */
  relaunches: Generated<number>;
}

export interface SegmentsTable {
  /** Druid's segment id. */
  id: string;
  datasource: string;
  /** Druid's interval as ISO text, for people; the payload has the exact bounds. */
  interval: string;
  version: string;
  partition_num: number;
  /** 1 until a REPLACE hides it. */
  used: number;
  task_id: string;
  created_time: number;
  /** Path of the file as in the load spec; null for a tombstone. */
  path: string | null;
  /** The DataSegment as JSON. */
  payload: string;
}

export interface LocksTable {
  id: Generated<number>;
  task_id: string;
  datasource: string;
  kind: 'shared' | 'exclusive';
  /** The TaskLock as JSON. */
  payload: string;
}

export interface ReservationsTable {
  task_id: string;
  datasource: string;
  /** Interval and version of the chunk. */
  chunk: string;
  first: number;
  count: number;
}

export interface TaskResultsTable {
  task_id: string;
  created_time: number;
  /** 1 when pages are files. */
  has_files: number;
  /** The TaskResultsRecord as JSON. */
  payload: string;
}

export interface ConfigsTable {
  name: string;
  /** JSON. */
  payload: string;
}

export interface AuditTable {
  /** Counts from 1. */
  id: number;
  key: string;
  type: string;
  /** The AuditInfo as JSON. */
  info: string;
  payload: string;
  created_time: number;
}

/** What is so once: `id` names the metadata store, `owner` the server that has it. */
export interface InstallationTable {
  name: 'id' | 'owner';
  value: string;
}
