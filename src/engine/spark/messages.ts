/**
 * The messages of Spark Connect that this client sends and reads, by the field numbers that Spark publishes
 * (spark/connect/base.proto, commands.proto, relations.proto). Fields that nobody here reads are left out, which the wire
 * format allows.
 */
import protobuf from 'protobufjs';

const definitions = `
syntax = "proto3";
package spark.connect;

message UserContext { string user_id = 1; string user_name = 2; }
message Plan { oneof op_type { Relation root = 1; Command command = 2; } }
message Relation { oneof rel_type { Read read = 2; SQL sql = 10; } }
message Read { oneof read_type { DataSource data_source = 2; }
  message DataSource { optional string format = 1; optional string schema = 2; map<string, string> options = 3; repeated string paths = 4; }
}
message SQL { string query = 1; }
message Command { oneof command_type { WriteOperation write_operation = 2; CreateDataFrameViewCommand create_dataframe_view = 3; SqlCommand sql_command = 5; } }
message CreateDataFrameViewCommand { Relation input = 1; string name = 2; bool is_global = 3; bool replace = 4; }
message SqlCommand { string sql = 1; Relation input = 6; }
message WriteOperation {
  Relation input = 1;
  optional string source = 2;
  oneof save_type { string path = 3; }
  SaveMode mode = 5;
  repeated string partitioning_columns = 7;
  map<string, string> options = 9;
  enum SaveMode { UNSPECIFIED = 0; APPEND = 1; OVERWRITE = 2; ERROR_IF_EXISTS = 3; IGNORE = 4; }
}

message ExecutePlanRequest {
  string session_id = 1;
  optional string client_observed_server_side_session_id = 8;
  UserContext user_context = 2;
  Plan plan = 3;
  optional string client_type = 4;
  repeated RequestOption request_options = 5;
  optional string operation_id = 6;
  message RequestOption { oneof request_option { ReattachOptions reattach_options = 1; } }
}
message ReattachOptions { bool reattachable = 1; }
message ExecutePlanResponse {
  string operation_id = 12;
  string response_id = 13;
  oneof response_type {
    ArrowBatch arrow_batch = 2;
    ResultComplete result_complete = 14;
    ExecutionProgress execution_progress = 18;
  }
  Metrics metrics = 4;
  message ArrowBatch { int64 row_count = 1; bytes data = 2; }
  message ResultComplete {}
  message ExecutionProgress {
    repeated StageInfo stages = 1;
    int64 num_inflight_tasks = 2;
    message StageInfo {
      int64 stage_id = 1;
      int64 num_tasks = 2;
      int64 num_completed_tasks = 3;
      int64 input_bytes_read = 4;
      bool done = 5;
    }
  }
  message Metrics {
    repeated MetricObject metrics = 1;
    message MetricObject {
      string name = 1;
      int64 plan_id = 2;
      int64 parent = 3;
      map<string, MetricValue> execution_metrics = 4;
    }
    message MetricValue { string name = 1; int64 value = 2; string metric_type = 3; }
  }
}
message ReattachExecuteRequest {
  string session_id = 1;
  optional string client_observed_server_side_session_id = 6;
  UserContext user_context = 2;
  string operation_id = 3;
  optional string client_type = 4;
  optional string last_response_id = 5;
}
message ReleaseExecuteRequest {
  string session_id = 1;
  optional string client_observed_server_side_session_id = 7;
  UserContext user_context = 2;
  string operation_id = 3;
  optional string client_type = 4;
  oneof release { ReleaseAll release_all = 5; ReleaseUntil release_until = 6; }
  message ReleaseAll {}
  message ReleaseUntil { string response_id = 1; }
}
message ReleaseExecuteResponse { optional string operation_id = 2; }

message AnalyzePlanRequest {
  string session_id = 1;
  optional string client_observed_server_side_session_id = 17;
  UserContext user_context = 2;
  optional string client_type = 3;
  oneof analyze { Explain explain = 5; SparkVersion spark_version = 10; }
  message Explain { Plan plan = 1; int32 explain_mode = 2; }
  message SparkVersion {}
}
message AnalyzePlanResponse {
  oneof result { Explain explain = 3; SparkVersion spark_version = 8; }
  message Explain { string explain_string = 1; }
  message SparkVersion { string version = 1; }
}

message KeyValue { string key = 1; optional string value = 2; }
message ConfigRequest {
  string session_id = 1;
  optional string client_observed_server_side_session_id = 8;
  UserContext user_context = 2;
  Operation operation = 3;
  optional string client_type = 4;
  message Operation { oneof op_type { Set set = 1; Get get = 2; } }
  message Set { repeated KeyValue pairs = 1; }
  message Get { repeated string keys = 1; }
}
message ConfigResponse { string server_side_session_id = 4; repeated KeyValue pairs = 2; repeated string warnings = 3; }

message InterruptRequest {
  string session_id = 1;
  optional string client_observed_server_side_session_id = 7;
  UserContext user_context = 2;
  optional string client_type = 3;
  InterruptType interrupt_type = 4;
  oneof interrupt { string operation_tag = 5; string operation_id = 6; }
  enum InterruptType { UNSPECIFIED = 0; ALL = 1; TAG = 2; OPERATION_ID = 3; }
}
message InterruptResponse { repeated string interrupted_ids = 2; }

message ReleaseSessionRequest { string session_id = 1; UserContext user_context = 2; optional string client_type = 3; }
message ReleaseSessionResponse { string session_id = 1; }
`;

const root = protobuf.parse(definitions, { keepCase: false }).root;

/** One stage of a running plan, as the server reports it. */
export interface StageInfo {
  readonly stageId?: number;
  readonly numTasks?: number;
  readonly numCompletedTasks?: number;
  readonly inputBytesRead?: number;
  readonly done?: boolean;
}

/** A metric of one operator of an executed plan. */
export interface MetricObject {
  readonly name?: string;
  readonly executionMetrics?: Readonly<Record<string, { readonly name?: string; readonly value?: number }>>;
}

/** A part of the answer to a plan. Absent numbers are zero, absent flags false. */
export interface ExecutePlanResponse {
  readonly responseId?: string;
  readonly arrowBatch?: { readonly rowCount?: number; readonly data?: Uint8Array };
  readonly resultComplete?: object;
  readonly executionProgress?: { readonly stages?: readonly StageInfo[]; readonly numInflightTasks?: number };
  readonly metrics?: { readonly metrics?: readonly MetricObject[] };
}

/** What to execute. */
export type SparkPlan =
  | { readonly root: { readonly sql: { readonly query: string } } }
  | { readonly command: { readonly sqlCommand: { readonly sql: string; readonly input: object } } }
  | { readonly command: { readonly writeOperation: object } }
  | { readonly command: { readonly createDataframeView: object } };

/** The calls of SparkConnectService that are used, and whether they answer by a stream. */
export const methods = {
  ExecutePlan: ['ExecutePlanRequest', 'ExecutePlanResponse'],
  ReattachExecute: ['ReattachExecuteRequest', 'ExecutePlanResponse'],
  ReleaseExecute: ['ReleaseExecuteRequest', 'ReleaseExecuteResponse'],
  AnalyzePlan: ['AnalyzePlanRequest', 'AnalyzePlanResponse'],
  Config: ['ConfigRequest', 'ConfigResponse'],
  Interrupt: ['InterruptRequest', 'InterruptResponse'],
  ReleaseSession: ['ReleaseSessionRequest', 'ReleaseSessionResponse'],
} as const;

export type MethodName = keyof typeof methods;

/** The bytes of a message. Throws for a field of a wrong type. */
export function encode(type: string, message: object): Buffer {
  const schema = root.lookupType(`spark.connect.${type}`);
  return Buffer.from(schema.encode(schema.fromObject(message)).finish());
}

/** A message from its bytes; 64-bit integers become numbers. */
export function decode(type: string, bytes: Uint8Array): object {
  const schema = root.lookupType(`spark.connect.${type}`);
  return schema.toObject(schema.decode(bytes), { longs: Number, enums: String });
}
