import type { FastifyInstance } from 'fastify';
import type { TaskEngine } from '../tasks/index.js';
import { about } from './route-documents.js';
import { sendTaskLog } from './task-log.js';

/**
 * What the services of a Druid cluster answer of themselves: broker, historical and middle manager, which this process is all
 * of. Druid's BrokerResource, HistoricalResource and WorkerResource.
 */
export function addNodeRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  // Requests wait until the task engine is open, and with it the timeline that queries read.
  for (const [service, flag] of [
    ['broker', 'inventoryInitialized'],
    ['historical', 'cacheInitialized'],
  ] as const) {
    app.get(`/druid/${service}/v1/loadstatus`, about('Whether queries see every segment'), async () => {
      await engine();
      return { [flag]: true };
    });
    app.get(`/druid/${service}/v1/readiness`, about('200 when queries see every segment'), async (_request, reply) => {
      await engine();
      return reply.code(200).send();
    });
  }

  const base = '/druid/worker/v1';
  const address = async (): Promise<string> => {
    const { host, port } = (await engine()).overlord.settings.server;
    return `${host}:${port}`;
  };
  app.get(`${base}/enabled`, about('Whether the worker starts tasks'), async () => ({
    [await address()]: (await engine()).overlord.capacity.enabled,
  }));
  for (const [action, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    app.post(
      `${base}/${action}`,
      about(enabled ? 'Lets waiting tasks start again' : 'Starts no more tasks; those that run go on'),
      async () => {
        (await engine()).overlord.setEnabled(enabled);
        return { [await address()]: `${action}d` };
      },
    );
  }
  app.get(`${base}/tasks`, about('Ids of the tasks that run'), async () => (await engine()).overlord.capacity.running);
  app.get<{ Params: { id: string }; Querystring: { offset?: string } }>(
    `${base}/task/:id/log`,
    about("A task's log, one JSON a line", { query: { offset: 'bytes to skip; negative: bytes from the end' } }),
    async ({ params, query }, reply) => sendTaskLog(await engine(), params.id, query.offset, reply),
  );
  app.post<{ Params: { id: string } }>(
    `${base}/task/:id/shutdown`,
    about('Cancels a task that runs and waits for its end'),
    async ({ params }, reply) => {
      const { overlord } = await engine();
      if (!overlord.capacity.running.includes(params.id)) {
        return reply.code(404).send({ error: `Task [${params.id}] does not run here` });
      }
      await overlord.cancel(params.id);
      return { task: params.id };
    },
  );
}
