import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { TaskEngine } from '../tasks/index.js';
import { auditJson, historyQuery, readHistory, type HistoryQuery } from './history.js';
import { auditInfo, jsonBody } from './request.js';
import { about } from './route-documents.js';

const CONFIG = 'worker.config';

/** Druid's WorkerBehaviorConfig as it is before anybody sets one. */
const defaultConfig = {
  type: 'default',
  selectStrategy: { type: 'equalDistribution', affinityConfig: null, taskLimits: null },
  autoScaler: null,
};

const configBody = z.record(z.string(), z.unknown());

/** The task slots of this server, as Druid's overlord tells of its workers, and its leadership. */
export function addWorkerRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/indexer/v1';
  const address = async (): Promise<string> => {
    const { host, port } = (await engine()).overlord.settings.server;
    return `${host}:${port}`;
  };

  app.get(`${base}/leader`, about('URL of the leading overlord, this server'), async (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(`http://${await address()}`)),
  );
  app.get(`${base}/isLeader`, about('Whether this server leads, which it does'), () => ({ leader: true }));

  app.get(`${base}/workers`, about('Task slots and what runs in them'), async () => {
    const { overlord } = await engine();
    const { slots, running, enabled, lastEnded } = overlord.capacity;
    const host = await address();
    return [
      {
        worker: {
          scheme: 'http',
          host,
          ip: overlord.settings.server.host,
          capacity: slots,
          version: enabled ? '0' : '',
          category: '_default_worker_category',
        },
        currCapacityUsed: running.length,
        currParallelIndexCapacityUsed: 0,
        currCapacityUsedByTaskType: running.length > 0 ? { query_controller: running.length } : {},
        availabilityGroups: running,
        runningTasks: running,
        lastCompletedTaskTime: new Date(lastEnded).toISOString(),
        blacklistedUntil: null,
      },
    ];
  });

  app.get(`${base}/totalWorkerCapacity`, about('How many tasks can run, and how many do'), async () => {
    const { slots, running } = (await engine()).overlord.capacity;
    return { currentClusterCapacity: slots, maximumCapacityWithAutoScale: slots, usedClusterCapacity: running.length };
  });

  for (const [action, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    app.post<{ Params: { host: string } }>(
      `${base}/worker/:host/${action}`,
      about(enabled ? 'Lets waiting tasks start again' : 'Starts no more tasks; those that run go on'),
      async ({ params }, reply) => {
        if (params.host !== (await address())) {
          return reply.code(404).send({ error: `Worker on host ${params.host} does not exist` });
        }
        (await engine()).overlord.setEnabled(enabled);
        return { [params.host]: `${action}d` };
      },
    );
  }

  app.get(
    `${base}/worker`,
    about('How the overlord chooses workers; kept for clients, there is one worker'),
    async () => {
      return (await (await engine()).configs.config(CONFIG)) ?? defaultConfig;
    },
  );
  app.post(`${base}/worker`, about('Keeps a worker configuration', { body: configBody }), async (request, reply) => {
    const payload = jsonBody(request, configBody);
    const audit = { key: CONFIG, type: CONFIG, info: auditInfo(request) };
    await (await engine()).configs.setConfigs([{ name: CONFIG, payload, audit }]);
    return reply.code(200).send();
  });
  app.get<{ Querystring: HistoryQuery }>(
    `${base}/worker/history`,
    about('Changes of the worker configuration', { query: historyQuery }),
    async ({ query }) => {
      const { configs } = await engine();
      return (await readHistory(configs, { type: CONFIG }, query)).map(auditJson);
    },
  );
  app.get(`${base}/scaling`, about('Nothing: there is no autoscaler'), (_request, reply) => reply.code(200).send());
}
