import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { DataSegment } from '../segments/segment.js';
import {
  COMPACTION,
  COMPACTION_CLUSTER,
  compactionConfig,
  type CompactionPlan,
  type TaskEngine,
} from '../tasks/index.js';
import { DruidError } from './druid-error.js';
import { auditJson, historyQuery, readHistory, type HistoryQuery } from './history.js';
import { auditInfo, jsonBody } from './request.js';
import { about } from './route-documents.js';

const clusterBody = z
  .object({
    compactionTaskSlotRatio: z.number().min(0).max(1).nullish(),
    maxCompactionTaskSlots: z.int().min(0).nullish(),
  })
  .loose();

const clusterDefaults = {
  compactionTaskSlotRatio: 0.1,
  maxCompactionTaskSlots: 2_147_483_647,
  useSupervisors: false,
  engine: 'msq',
};

const bytes = (segments: readonly DataSegment[]): number => segments.reduce((sum, { size }) => sum + size, 0);
const intervals = (segments: readonly DataSegment[]): number =>
  new Set(segments.map(({ interval }) => `${interval.start}/${interval.end}`)).size;

/** Where compaction of a datasource stands (AutoCompactionSnapshot). */
function snapshotJson(dataSource: string, { awaiting, compacted, skipped }: CompactionPlan) {
  const waiting = awaiting.flatMap(({ segments }) => segments);
  return {
    dataSource,
    scheduleStatus: 'RUNNING',
    message: null,
    bytesAwaitingCompaction: bytes(waiting),
    bytesCompacted: bytes(compacted),
    bytesSkipped: bytes(skipped),
    segmentCountAwaitingCompaction: waiting.length,
    segmentCountCompacted: compacted.length,
    segmentCountSkipped: skipped.length,
    intervalCountAwaitingCompaction: intervals(waiting),
    intervalCountCompacted: intervals(compacted),
    intervalCountSkipped: intervals(skipped),
  };
}

type Named = { Params: { name: string } };

/** Automatic compaction: its configuration under the overlord's and the coordinator's paths, and where it stands. */
export function addCompactionRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const overlord = '/druid/indexer/v1/compaction';
  const coordinator = '/druid/coordinator/v1';

  const cluster = async () => ({
    ...clusterDefaults,
    ...((await (await engine()).configs.config(COMPACTION_CLUSTER)) as object | undefined),
  });
  const configOf = async (name: string) => {
    const config = (await (await engine()).coordinator.compactionConfigs()).get(name);
    if (!config) throw new DruidError('NOT_FOUND', `Compaction config for datasource[${name}] not found`);
    return config;
  };
  const snapshots = async () =>
    [...(await (await engine()).coordinator.compactionPlans())].map(([name, plan]) => snapshotJson(name, plan));
  const history = async (name: string, query: HistoryQuery) =>
    readHistory((await engine()).configs, { type: 'compaction', key: name }, query);

  app.get(`${overlord}/isSupervisorEnabled`, about('Whether supervisors compact, which they do not'), () => false);
  app.get(`${overlord}/config/cluster`, about('Slots of compaction tasks'), cluster);
  app.post(
    `${overlord}/config/cluster`,
    about('Sets the slots of compaction tasks', { body: clusterBody }),
    async (request) => {
      const payload = jsonBody(request, clusterBody);
      const audit = { key: COMPACTION_CLUSTER, type: 'compaction', info: auditInfo(request) };
      await (await engine()).configs.setConfigs([{ name: COMPACTION_CLUSTER, payload, audit }]);
      return { success: true };
    },
  );
  app.post<{ Querystring: { ratio?: string; max?: string } }>(
    `${coordinator}/config/compaction/taskslots`,
    about('Sets the slots of compaction tasks', {
      query: { ratio: 'compactionTaskSlotRatio, 0 to 1', max: 'maxCompactionTaskSlots' },
    }),
    async (request) => {
      const { ratio, max } = request.query;
      const given = clusterBody.safeParse({
        ...(ratio !== undefined && { compactionTaskSlotRatio: Number(ratio || NaN) }),
        ...(max !== undefined && { maxCompactionTaskSlots: Number(max || NaN) }),
      });
      if (!given.success) {
        throw new DruidError(
          'INVALID_INPUT',
          `Invalid ratio[${ratio ?? ''}] or max[${max ?? ''}]: ${given.error.issues[0]?.message ?? ''}`,
        );
      }
      const { configs } = await engine();
      const payload = { ...((await configs.config(COMPACTION_CLUSTER)) as object | undefined), ...given.data };
      const audit = { key: COMPACTION_CLUSTER, type: 'compaction', info: auditInfo(request) };
      await configs.setConfigs([{ name: COMPACTION_CLUSTER, payload, audit }]);
      return { success: true };
    },
  );
  app.get(`${overlord}/status/datasources`, about('Where automatic compaction stands'), async () => ({
    latestStatus: await snapshots(),
  }));
  app.get<Named>(
    `${overlord}/status/datasources/:name`,
    about('Where compaction of a datasource stands'),
    async ({ params }) => {
      const snapshot = (await snapshots()).find(({ dataSource }) => dataSource === params.name);
      if (!snapshot) throw new DruidError('NOT_FOUND', 'Unknown DataSource');
      return snapshot;
    },
  );
  app.get(`${coordinator}/compaction/status`, about('Where automatic compaction stands'), async () => ({
    latestStatus: await snapshots(),
  }));
  app.get<{ Querystring: { dataSource?: string } }>(
    `${coordinator}/compaction/progress`,
    about('Bytes that await compaction', { query: { dataSource: 'of this datasource' } }),
    async ({ query }) => {
      const snapshot = (await snapshots()).find(({ dataSource }) => dataSource === query.dataSource);
      if (!snapshot) throw new DruidError('NOT_FOUND', 'unknown dataSource');
      return { remainingSegmentSize: snapshot.bytesAwaitingCompaction };
    },
  );
  app.post(
    `${coordinator}/compaction/compact`,
    about('Looks for something to compact at once'),
    async (_request, reply) => {
      await (await engine()).coordinator.run();
      return reply.code(200).send();
    },
  );
  app.get(`${coordinator}/config/compaction`, about('Configurations of automatic compaction'), async () => ({
    compactionConfigs: [...(await (await engine()).coordinator.compactionConfigs()).values()],
    ...(await cluster()),
  }));
  app.get(`${overlord}/config/datasources`, about('Configurations of automatic compaction'), async () => ({
    compactionConfigs: [...(await (await engine()).coordinator.compactionConfigs()).values()],
  }));

  const set = async (request: Parameters<typeof auditInfo>[0], name?: string) => {
    const payload = jsonBody(request, compactionConfig);
    if (name !== undefined && payload.dataSource !== name) {
      throw new DruidError(
        'INVALID_INPUT',
        `DataSource in spec[${payload.dataSource}] does not match DataSource in path[${name}]`,
      );
    }
    const audit = { key: payload.dataSource, type: 'compaction', info: auditInfo(request) };
    await (await engine()).configs.setConfigs([{ name: `${COMPACTION}${payload.dataSource}`, payload, audit }]);
    return { success: true };
  };
  app.post(
    `${coordinator}/config/compaction`,
    about('Configures compaction of a datasource', { body: compactionConfig }),
    (request) => set(request),
  );
  app.post<Named>(
    `${overlord}/config/datasources/:name`,
    about('Configures compaction of a datasource', { body: compactionConfig }),
    (request) => set(request, request.params.name),
  );
  for (const base of [`${coordinator}/config/compaction`, `${overlord}/config/datasources`]) {
    app.get<Named>(`${base}/:name`, about('How a datasource is compacted'), ({ params }) => configOf(params.name));
    app.delete<Named>(`${base}/:name`, about('Ends automatic compaction of a datasource'), async (request) => {
      const { name } = request.params;
      await configOf(name);
      const audit = { key: name, type: 'compaction', info: auditInfo(request) };
      await (await engine()).configs.setConfigs([{ name: `${COMPACTION}${name}`, payload: undefined, audit }]);
      return { success: true };
    });
  }
  app.get<Named & { Querystring: HistoryQuery }>(
    `${coordinator}/config/compaction/:name/history`,
    about("Changes of a datasource's configuration", { query: historyQuery }),
    async ({ params, query }) => (await history(params.name, query)).map(auditJson),
  );
  app.get<Named & { Querystring: HistoryQuery }>(
    `${overlord}/config/datasources/:name/history`,
    about("Changes of a datasource's configuration", { query: historyQuery }),
    async ({ params, query }) => ({
      entries: (await history(params.name, query)).map(({ payload, auditInfo: info, auditTime }) => ({
        compactionConfig: payload,
        auditInfo: info,
        auditTime: new Date(auditTime).toISOString(),
      })),
    }),
  );
}
