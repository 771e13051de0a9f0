import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { TIER } from './datasource-routes.js';
import { COORDINATOR_CONFIG, historicalName, type TaskEngine } from '../tasks/index.js';
import { auditJson, historyQuery, readHistory, type HistoryQuery } from './history.js';
import { auditInfo, isSet, jsonBody } from './request.js';
import { about } from './route-documents.js';
import { segmentJson } from './segment-json.js';

/** Druid's CoordinatorDynamicConfig with its defaults. */
const defaultConfig = {
  millisToWaitBeforeDeleting: 900_000,
  maxSegmentsToMove: 100,
  replicantLifetime: 15,
  replicationThrottleLimit: 500,
  balancerComputeThreads: 1,
  killDataSourceWhitelist: [],
  killTaskSlotRatio: 0.1,
  maxKillTaskSlots: 2_147_483_647,
  killPendingSegmentsSkipList: [],
  maxSegmentsInNodeLoadingQueue: 500,
  decommissioningNodes: [],
  pauseCoordination: false,
  replicateAfterLoadTimeout: false,
  useRoundRobinSegmentAssignment: true,
  smartSegmentLoading: true,
  debugDimensions: null,
  turboLoadingNodes: [],
  cloneServers: {},
};

const configBody = z.object({ pauseCoordination: z.boolean().nullish() }).loose();

interface Shape {
  readonly simple?: string;
  readonly full?: string;
}

const shapeQuery = { simple: 'answer numbers only', full: 'answer all that is known' } as const;

/** Leadership, dynamic configuration, load status and servers of the coordinator. */
export function addCoordinatorRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/coordinator/v1';
  const address = async (): Promise<string> => {
    const { host, port } = (await engine()).overlord.settings.server;
    return `${host}:${port}`;
  };

  app.get(`${base}/leader`, about('URL of the leading coordinator, this server'), async (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(`http://${await address()}`)),
  );
  app.get(`${base}/isLeader`, about('Whether this server leads, which it does'), () => ({ leader: true }));

  app.get(`${base}/config`, about('The dynamic configuration'), async () => {
    const stored = (await (await engine()).configs.config(COORDINATOR_CONFIG)) as object | undefined;
    return { ...defaultConfig, ...stored };
  });
  app.post(
    `${base}/config`,
    about('Changes the dynamic configuration', { body: configBody }),
    async (request, reply) => {
      const { configs } = await engine();
      const given = jsonBody(request, configBody);
      const stored = (await configs.config(COORDINATOR_CONFIG)) as object | undefined;
      const audit = { key: COORDINATOR_CONFIG, type: COORDINATOR_CONFIG, info: auditInfo(request) };
      await configs.setConfigs([{ name: COORDINATOR_CONFIG, payload: { ...stored, ...given }, audit }]);
      return reply.code(200).send();
    },
  );
  app.get<{ Querystring: HistoryQuery }>(
    `${base}/config/history`,
    about('Changes of the dynamic configuration', { query: historyQuery }),
    async ({ query }) => {
      const { configs } = await engine();
      return (await readHistory(configs, { type: COORDINATOR_CONFIG }, query)).map(auditJson);
    },
  );

  // The only broker is this process, which reads the configuration itself; no server is a clone of another.
  app.get(`${base}/config/syncedBrokers`, about('Brokers that know the dynamic configuration'), async () => {
    const { host, port } = (await engine()).overlord.settings.server;
    return { syncedBrokers: [{ host, port, syncTimeInMs: Date.now() }] };
  });
  app.get<{ Querystring: { targetServer?: string } }>(
    `${base}/config/cloneStatus`,
    about('Servers that copy others, of which there are none', { query: { targetServer: 'of this server' } }),
    ({ query }, reply) => (query.targetServer === undefined ? { cloneStatus: [] } : reply.code(404).send()),
  );

  // Published segments can be queried at once: nothing waits to be loaded.
  app.get<{ Querystring: Shape }>(
    `${base}/loadstatus`,
    about('How much of each datasource can be queried', { query: shapeQuery }),
    async ({ query }) => {
      const names = [...(await (await engine()).dataSources.visible()).keys()];
      const each = (value: number): object => Object.fromEntries(names.map((name) => [name, value]));
      if (isSet(query.simple)) return each(0);
      return isSet(query.full) ? { [TIER]: each(0) } : each(100);
    },
  );
  app.get<{ Querystring: Shape }>(
    `${base}/loadqueue`,
    about('What waits to be loaded, which is nothing', { query: shapeQuery }),
    async ({ query }) => ({
      [historicalName((await engine()).overlord.settings.server)]: isSet(query.simple)
        ? {
            segmentsToLoad: 0,
            segmentsToDrop: 0,
            segmentsToLoadSize: 0,
            segmentsToDropSize: 0,
            expectedLoadTimeMillis: 0,
          }
        : { segmentsToLoad: [], segmentsToDrop: [] },
    }),
  );

  const size = async (): Promise<number> =>
    [...(await (await engine()).dataSources.visible()).values()].flat().reduce((sum, segment) => sum + segment.size, 0);
  app.get<{ Querystring: Shape }>(
    `${base}/servers`,
    about('Servers that hold segments', { query: shapeQuery }),
    async ({ query }) => {
      const host = historicalName((await engine()).overlord.settings.server);
      const bytes = await size();
      const server = { host, tier: TIER, type: 'historical', priority: 0, currSize: bytes, maxSize: bytes };
      if (!isSet(query.full)) return isSet(query.simple) ? [server] : [host];
      const segments = [...(await (await engine()).dataSources.visible()).values()].flat();
      return [{ ...server, segments: segments.map(segmentJson) }];
    },
  );
  app.get<{ Querystring: Shape }>(
    `${base}/tiers`,
    about('Tiers of servers', { query: shapeQuery }),
    async ({ query }) => {
      if (!isSet(query.simple)) return [TIER];
      const bytes = await size();
      return { [TIER]: { currSize: bytes, maxSize: bytes } };
    },
  );
  app.get(`${base}/cluster`, about('Servers by role'), async () => {
    const { host, port } = (await engine()).overlord.settings.server;
    const roles = ['coordinator', 'overlord', 'broker', 'router', 'historical'];
    return Object.fromEntries(
      roles.map((role) => [role, [{ host, service: `druid/${role}`, plaintextPort: port, tlsPort: -1 }]]),
    );
  });
}
