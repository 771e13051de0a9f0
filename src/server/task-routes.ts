import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { TaskEngine } from '../tasks/index.js';
import { DruidError } from './druid-error.js';
import { jsonBody, readInterval } from './request.js';
import { about } from './route-documents.js';
import { sendTaskLog } from './task-log.js';

type TaskParams = { Params: { id: string } };

const noSuchTask = (id: string): { error: string } => ({ error: `Cannot find any task with id: [${id}]` });

const taskBody = z
  .object({
    type: z.string(),
    id: z.string().nullish(),
    dataSource: z.string().nullish(),
    interval: z.string().nullish(),
    versions: z.array(z.string()).nullish(),
    limit: z.number().int().positive().nullish(),
  })
  .loose();

/** @throws DruidError 400 for another type than kill, or what kill wants is missing */
async function submitTask(engine: TaskEngine, task: z.infer<typeof taskBody>): Promise<string> {
  if (task.type !== 'kill') {
    throw new DruidError(
      'INVALID_INPUT',
      `Task type [${task.type}] is not supported: ingestion is by POST /druid/v2/sql/task, and [kill] deletes unused segments`,
    );
  }
  const { id, dataSource, interval, versions, limit } = task;
  if (typeof dataSource !== 'string' || typeof interval !== 'string') {
    throw new DruidError('INVALID_INPUT', 'A kill task needs dataSource and interval');
  }
  return engine.overlord.kill({
    dataSource,
    interval: readInterval('interval', interval),
    ...(typeof id === 'string' && { id }),
    ...(versions && { versions }),
    ...(typeof limit === 'number' && { limit }),
  });
}

/** What concerns one task in Druid's overlord API, /druid/indexer/v1. */
export function addTaskRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/indexer/v1';

  app.post(
    `${base}/task`,
    about('Submits a task in JSON: only kill, which deletes unused segments for good', { body: taskBody }),
    async (request) => ({ task: await submitTask(await engine(), jsonBody(request, taskBody)) }),
  );

  app.get<TaskParams>(`${base}/task/:id`, about("A task's payload"), async (request, reply) => {
    const { id } = request.params;
    const payload = await (await engine()).overlord.task(id);
    return payload === undefined ? reply.code(404).send(noSuchTask(id)) : { task: id, payload };
  });

  app.get<TaskParams>(`${base}/task/:id/status`, about("A task's status"), async (request, reply) => {
    const { id } = request.params;
    const status = await (await engine()).overlord.status(id);
    return status === undefined ? reply.code(404).send(noSuchTask(id)) : { task: id, status };
  });

  // Druid 24's documentation says `report`, later ones `reports`.
  for (const path of ['reports', 'report']) {
    app.get<TaskParams>(`${base}/task/:id/${path}`, about("A task's live report"), async (request, reply) => {
      const report = await (await engine()).overlord.report(request.params.id);
      return (
        report ??
        reply.code(404).send({
          error: 'No task reports were found for this task. The task may not exist, or it may not have completed yet.',
        })
      );
    });
  }

  app.get<TaskParams & { Querystring: { offset?: string } }>(
    `${base}/task/:id/log`,
    about("A task's log, one JSON a line", { query: { offset: 'bytes to skip; negative: bytes from the end' } }),
    async ({ params, query }, reply) => sendTaskLog(await engine(), params.id, query.offset, reply),
  );

  app.get<TaskParams>(`${base}/task/:id/segments`, about('404, as in Druid'), (_request, reply) =>
    reply.code(404).send({ error: 'Segment IDs committed by a task action are not persisted anymore.' }),
  );

  app.post<TaskParams>(
    `${base}/task/:id/shutdown`,
    about('Cancels a task and waits for its end'),
    async (request, reply) => {
      const { id } = request.params;
      const { overlord } = await engine();
      if ((await overlord.status(id)) === undefined) return reply.code(404).send(noSuchTask(id));
      await overlord.cancel(id);
      return { task: id };
    },
  );
}
