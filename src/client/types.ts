/** A context as Druid takes it beside a statement: parameters by name. */
export type QueryContext = Readonly<Record<string, unknown>>;

/** A value for a `?` of a statement; `type` is a SQL type name such as VARCHAR. */
export interface SqlParameter {
  readonly type: string;
  readonly value: unknown;
}

/** A statement with what goes along with it. */
export interface SqlStatement {
  readonly query: string;
  readonly context?: QueryContext;
  readonly parameters?: readonly SqlParameter[];
}

export interface AnswerColumn {
  readonly name: string;
  /** Druid's native type, such as LONG. */
  readonly type: string;
  /** The SQL type, such as BIGINT. */
  readonly sqlType: string;
}

/** Rows at once, by column name; whole numbers beyond 2^53 are bigint. */
export interface QueryAnswer<Row = Readonly<Record<string, unknown>>> {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly Row[];
}

/** The same with rows as arrays, in the order of the columns; names may repeat. */
export type ArrayAnswer = QueryAnswer<readonly unknown[]>;

/** A task's status (Druid's TaskStatusPlus). Times are ISO texts, `duration` milliseconds and -1 until the end. */
export interface TaskStatus {
  readonly id: string;
  readonly groupId: string;
  readonly type: string;
  readonly createdTime: string;
  readonly queueInsertionTime: string;
  readonly statusCode: 'RUNNING' | 'SUCCESS' | 'FAILED';
  readonly runnerStatusCode: 'NONE' | 'PENDING' | 'WAITING' | 'RUNNING';
  readonly duration: number;
  readonly location: { readonly host: string | null; readonly port: number; readonly tlsPort: number };
  readonly dataSource: string;
  readonly errorMsg: string | null;
}

/** A fault: a code, a message, and fields of its own. */
export interface TaskFault {
  readonly errorCode: string;
  readonly errorMessage?: string;
  readonly [field: string]: unknown;
}

export interface TaskErrorReport {
  readonly taskId?: string;
  readonly host?: string;
  readonly stageNumber?: number;
  readonly error: TaskFault;
}

/** One counter of a worker in a stage; the arrays are by partition. */
export interface Counter {
  readonly type: string;
  readonly rows?: readonly number[];
  readonly bytes?: readonly number[];
  readonly files?: readonly number[];
  readonly totalFiles?: readonly number[];
  readonly rowsProcessed?: number;
  readonly rowsPushed?: number;
}

/** A stage of a task; Druid's JSON has more than is named here. */
export interface TaskStage {
  readonly stageNumber: number;
  readonly definition: { readonly processor: { readonly type: string }; readonly [field: string]: unknown };
  readonly phase?: string;
  readonly workerCount?: number;
  readonly partitionCount?: number;
  readonly startTime?: string;
  /** Milliseconds. */
  readonly duration?: number;
  readonly sort?: boolean;
}

/** Rows of a SELECT that ran as a task. */
export interface TaskResults {
  readonly signature: readonly { readonly name: string; readonly type: string }[];
  readonly sqlTypeNames: readonly string[];
  readonly results: readonly (readonly unknown[])[];
  readonly resultsTruncated?: boolean;
}

/** The live report of a query task (the payload of `multiStageQuery`). */
export interface TaskReport {
  readonly status: {
    readonly status: 'RUNNING' | 'SUCCESS' | 'FAILED';
    readonly errorReport?: TaskErrorReport;
    readonly warnings?: readonly TaskErrorReport[];
    readonly startTime?: string;
    readonly durationMs: number;
    readonly pendingTasks?: number;
    readonly runningTasks?: number;
  };
  readonly stages: readonly TaskStage[];
  /** By stage, worker and name. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Counter>>>>>>;
  readonly results?: TaskResults;
}

/** What is known of a task at one moment; the report comes once the task has started. */
export interface TaskState {
  readonly status: TaskStatus;
  readonly report?: TaskReport;
}

/** Which tasks to list, newest first. */
export interface TaskFilter {
  readonly state?: 'pending' | 'waiting' | 'running' | 'complete';
  readonly datasource?: string;
  /** ISO interval `start/end`. */
  readonly createdTimeInterval?: string;
  /** Bounds the ended tasks. */
  readonly max?: number;
  readonly type?: string;
}
