import type { Insertable, Selectable } from 'kysely';
import { formatInterval, formatSegmentId } from '../segments/index.js';
import type { DataSegment } from '../segments/segment.js';
import type { TaskLock, TaskRecord, TaskResultsRecord } from './metadata-store.js';
import type { SegmentsTable, TasksTable } from './schema.js';

export function taskRow(task: TaskRecord): Insertable<TasksTable> {
  return {
    id: task.id,
    group_id: task.groupId,
    type: task.type,
    datasource: task.dataSource,
    created_time: task.createdTime,
    queue_insertion_time: task.queueInsertionTime,
    state: task.state,
    duration: task.duration,
    error_message: task.errorMessage ?? null,
    payload: JSON.stringify(task.payload),
    report: null,
  };
}

/** The columns that make a TaskRecord; the report, which may be large, is read by itself. */
export const taskColumns = [
  'id',
  'group_id',
  'type',
  'datasource',
  'created_time',
  'queue_insertion_time',
  'state',
  'duration',
  'error_message',
  'payload',
] as const;

export function taskRecord(row: Pick<Selectable<TasksTable>, (typeof taskColumns)[number]>): TaskRecord {
  return {
    id: row.id,
    groupId: row.group_id,
    type: row.type,
    dataSource: row.datasource,
    createdTime: Number(row.created_time),
    queueInsertionTime: Number(row.queue_insertion_time),
    state: row.state,
    duration: Number(row.duration),
    ...(row.error_message !== null && { errorMessage: row.error_message }),
    payload: JSON.parse(row.payload) as unknown,
  };
}

export function segmentRow(segment: DataSegment, taskId: string, now: number): Insertable<SegmentsTable> {
  const { visible: _, ...stored } = segment;
  return {
    id: formatSegmentId(segment),
    datasource: segment.dataSource,
    interval: formatInterval(segment.interval),
    version: segment.version,
    partition_num: segment.shardSpec.partitionNum,
    used: 1,
    task_id: taskId,
    created_time: now,
    path: segment.loadSpec.type === 'tombstone' ? null : segment.loadSpec.path,
    payload: JSON.stringify(stored),
  };
}

export const segmentRecord = (payload: string): DataSegment => JSON.parse(payload) as DataSegment;

export const lockRecord = (payload: string): TaskLock => JSON.parse(payload) as TaskLock;

export const resultsRecord = (payload: string): TaskResultsRecord => JSON.parse(payload) as TaskResultsRecord;
