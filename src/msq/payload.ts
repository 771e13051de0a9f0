import type { ExportTarget, OutputColumn, Plan } from '../sql/plan/index.js';
import { nativeTypeName, sqlTypeName } from '../sql/types.js';
import type { QueryContext } from './context.js';
import { planJson } from './plan-json.js';

export interface TaskDescription {
  readonly taskId: string;
  readonly queryId: string;
  readonly sql: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly parameters: readonly (SqlParameter | null)[];
  readonly values: QueryContext;
  readonly plan: Plan;
  readonly columns: readonly OutputColumn[];
  /** Where an export goes. */
  readonly exportTo?: ExportTarget;
  /** Absent for SELECT and exports. Granularity and intervals as Druid's JSON has them. */
  readonly ingest?: {
    readonly dataSource: string;
    readonly segmentGranularity: unknown;
    readonly segmentSortOrder: readonly string[];
    readonly replaceTimeChunks: readonly string[] | null;
  };
}

/** A value for a `?` of the SQL. */
export interface SqlParameter {
  readonly type: string;
  readonly value: unknown;
}

function destinationJson({ ingest, exportTo, values }: TaskDescription): unknown {
  if (ingest) return { type: 'dataSource', ...ingest };
  if (exportTo) return { type: 'export', exportStorageProvider: exportTo, resultFormat: 'csv' };
  return { type: values.selectDestination };
}

/** The dataSource that Druid names for a SELECT task. */
export const selectDataSource = '__query_select';

/** Druid's task payload JSON (MSQControllerTask): what GET task/{id} answers. */
export function taskPayload(task: TaskDescription): unknown {
  const { taskId, values, ingest, columns } = task;
  const signature = columns.map(({ name, type }) => ({ name, type: nativeTypeName(type) }));
  return {
    type: 'query_controller',
    id: taskId,
    groupId: taskId,
    dataSource: ingest?.dataSource ?? selectDataSource,
    resource: { availabilityGroup: taskId, requiredCapacity: 1 },
    spec: {
      query: planJson(task.plan),
      columnMappings: columns.map(({ fieldId, name }) => ({ queryColumn: `c${fieldId}`, outputColumn: name })),
      destination: destinationJson(task),
      assignmentStrategy: values.taskAssignment,
      tuningConfig: {
        type: 'index_parallel',
        maxNumWorkers: values.maxNumTasks - 1,
        maxRowsInMemory: values.rowsInMemory,
        rowsPerSegment: values.rowsPerSegment,
        ...(values.maxNumSegments !== undefined && { maxNumSegments: values.maxNumSegments }),
        ...(values.indexSpec !== undefined && { indexSpec: values.indexSpec }),
      },
    },
    sqlQuery: task.sql,
    sqlQueryContext: {
      ...task.context,
      multiStageQuery: true,
      sqlQueryId: task.queryId,
      signature: JSON.stringify(signature),
      ...(ingest && { sqlInsertSegmentGranularity: JSON.stringify(ingest.segmentGranularity) }),
      ...(ingest?.replaceTimeChunks && { sqlReplaceTimeChunks: ingest.replaceTimeChunks.join(',') }),
    },
    sqlResultsContext: {
      timeZone: values.sqlTimeZone,
      serializeComplexValues: true,
      stringifyArrays: values.sqlStringifyArrays,
    },
    sqlTypeNames: columns.map(({ type }) => sqlTypeName(type)),
    nativeTypeNames: columns.map(({ type }) => nativeTypeName(type)),
    context: task.context,
    // Not Druid's, which keeps the query's plan: without them the SQL could not be run again.
    ...(task.parameters.length > 0 && { sqlParameters: task.parameters }),
  };
}

/** The request that a payload was made of. */
export function requestOf(payload: unknown): {
  readonly sql: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly parameters: readonly (SqlParameter | null)[];
} {
  const { sqlQuery, context, sqlParameters } = payload as {
    readonly sqlQuery: string;
    readonly context?: Readonly<Record<string, unknown>>;
    readonly sqlParameters?: readonly (SqlParameter | null)[];
  };
  return { sql: sqlQuery, context: context ?? {}, parameters: sqlParameters ?? [] };
}
