import { formatSegmentId, formatTime } from '../../segments/index.js';
import { dimensionsOf, type DataSegment, type ShardSpec } from '../../segments/segment.js';
import { historicalName, roleName, serverName, systemTable, type SystemRow, type SystemSource } from './table.js';

/** Druid's JSON of a shard spec; `range` carries its class's field names already. */
function shardSpecJson(spec: ShardSpec): string {
  return JSON.stringify(spec);
}

function segmentRow(segment: DataSegment, visible: ReadonlyMap<string, DataSegment>): SystemRow {
  const id = formatSegmentId(segment);
  const isVisible = visible.has(id);
  return {
    segment_id: id,
    datasource: segment.dataSource,
    start: formatTime(segment.interval.start),
    end: formatTime(segment.interval.end),
    size: segment.size,
    version: segment.version,
    partition_num: segment.shardSpec.partitionNum,
    num_replicas: isVisible ? 1 : 0,
    num_rows: segment.rows,
    is_active: isVisible ? 1 : 0,
    is_published: 1,
    is_available: isVisible ? 1 : 0,
    is_realtime: 0,
    is_overshadowed: isVisible ? 0 : 1,
    shard_spec: shardSpecJson(segment.shardSpec),
    dimensions: JSON.stringify(dimensionsOf(segment).map(({ name }) => name)),
    metrics: JSON.stringify(segment.metrics ?? []),
    ...(segment.lastCompactionState !== undefined && {
      last_compaction_state: JSON.stringify(segment.lastCompactionState),
    }),
    replication_factor: 1,
  };
}

/** Visible segments by id: those that others hide in part are not the stored objects themselves. */
const visibleById = ({ snapshot }: SystemSource): ReadonlyMap<string, DataSegment> =>
  new Map([...snapshot.visible.values()].flat().map((segment) => [formatSegmentId(segment), segment]));

const segments = systemTable(
  'sys',
  'segments',
  [
    'segment_id',
    'datasource',
    'start',
    'end',
    'size:long',
    'version',
    'partition_num:long',
    'num_replicas:long',
    'num_rows:long',
    'is_active:long',
    'is_published:long',
    'is_available:long',
    'is_realtime:long',
    'is_overshadowed:long',
    'shard_spec',
    'dimensions',
    'metrics',
    'projections',
    'last_compaction_state',
    'replication_factor:long',
  ],
  (source) => {
    const visible = visibleById(source);
    return [...source.snapshot.used.values()].flat().map((segment) => segmentRow(segment, visible));
  },
);

/** Druid's roles of the server beside those of a historical and a middle manager. */
const serverRoles = ['coordinator', 'overlord', 'broker', 'router'] as const;

/** Roles of which one server of a cluster leads. */
const ledRoles: ReadonlySet<string> = new Set(['coordinator', 'overlord']);

const servers = systemTable(
  'sys',
  'servers',
  [
    'server',
    'host',
    'plaintext_port:long',
    'tls_port:long',
    'server_type',
    'tier',
    'curr_size:long',
    'max_size:long',
    'is_leader:long',
    'start_time',
    'version',
    'labels',
  ],
  (source) => {
    const { server } = source;
    const common = {
      host: server.host,
      plaintext_port: server.port,
      tls_port: -1,
      start_time: formatTime(server.startTime),
      version: server.version,
    };
    const size = [...visibleById(source).values()].reduce((total, segment) => total + segment.size, 0);
    return [
      ...serverRoles.map((role): SystemRow => ({
        ...common,
        server: roleName(server, role),
        server_type: role,
        curr_size: 0,
        max_size: 0,
        is_leader: ledRoles.has(role) ? 1 : null,
      })),
      {
        ...common,
        server: historicalName(server),
        server_type: 'historical',
        tier: '_default_tier',
        curr_size: size,
        max_size: server.capacity,
      },
      // Druid's console finds what GET workers says of a middle manager by this name.
      { ...common, server: serverName(server), server_type: 'middle_manager', curr_size: 0, max_size: 0 },
    ];
  },
);

const serverSegments = systemTable('sys', 'server_segments', ['server', 'segment_id'], (source) =>
  [...visibleById(source).keys()].map((id) => ({ server: historicalName(source.server), segment_id: id })),
);

const tasks = systemTable(
  'sys',
  'tasks',
  [
    'task_id',
    'group_id',
    'type',
    'datasource',
    'created_time',
    'queue_insertion_time',
    'status',
    'runner_status',
    'duration:long',
    'location',
    'host',
    'plaintext_port:long',
    'tls_port:long',
    'error_msg',
  ],
  async (source) =>
    (await source.tasks()).map((task) => ({
      task_id: task.id,
      group_id: task.groupId,
      type: task.type,
      datasource: task.dataSource,
      created_time: task.createdTime,
      queue_insertion_time: task.queueInsertionTime,
      status: task.statusCode,
      runner_status: task.runnerStatusCode,
      duration: task.duration,
      location: task.location.host === null ? null : `${task.location.host}:${task.location.port}`,
      host: task.location.host,
      plaintext_port: task.location.port,
      tls_port: task.location.tlsPort,
      error_msg: task.errorMsg,
    })),
);

/** There are no supervisors: ingestion is by tasks alone. */
const supervisors = systemTable(
  'sys',
  'supervisors',
  [
    'supervisor_id',
    'datasource',
    'state',
    'detailed_state',
    'healthy:long',
    'type',
    'source',
    'suspended:long',
    'spec',
  ],
  () => [],
);

const serverProperties = systemTable(
  'sys',
  'server_properties',
  ['server', 'service_name', 'node_roles', 'property', 'value'],
  ({ server }) =>
    Object.entries({ 'druid.host': server.host, 'druid.plaintextPort': String(server.port) }).map(
      ([property, value]): SystemRow => ({
        server: serverName(server),
        service_name: 'millrace',
        node_roles: `[${[...serverRoles, 'historical', 'middleManager'].join(',')}]`,
        property,
        value,
      }),
    ),
);

export const sysTables = [segments, servers, serverSegments, tasks, supervisors, serverProperties] as const;
