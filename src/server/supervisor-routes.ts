import type { FastifyInstance } from 'fastify';
import { DruidError } from './druid-error.js';
import { about } from './route-documents.js';

/** Supervisors run streaming ingestion, which there is none of: lists are empty, new ones are refused. */
export function addSupervisorRoutes(app: FastifyInstance): void {
  const base = '/druid/indexer/v1/supervisor';
  const refusal = (id: string) => ({ error: `[${id}] does not exist` });

  app.get(base, about('Supervisors, of which there are none'), () => []);
  app.get(`${base}/history`, about('Past supervisors, of which there are none'), () => ({}));
  app.post(base, about('Refused: there is no streaming ingestion'), () => {
    throw new DruidError('UNSUPPORTED', 'Supervisors are not supported: there is no streaming ingestion');
  });
  for (const action of ['suspendAll', 'resumeAll', 'terminateAll']) {
    app.post(`${base}/${action}`, about('Success: there is no supervisor'), () => ({ status: 'success' }));
  }
  app.get<{ Params: { id: string } }>(`${base}/:id`, about('404: there are no supervisors'), ({ params }, reply) =>
    reply.code(404).send(refusal(params.id)),
  );
  for (const part of ['status', 'stats', 'health', 'history']) {
    app.get<{ Params: { id: string } }>(
      `${base}/:id/${part}`,
      about('404: there are no supervisors'),
      ({ params }, reply) => reply.code(404).send(refusal(params.id)),
    );
  }
  for (const action of ['suspend', 'resume', 'terminate', 'reset', 'resetOffsets', 'shutdown', 'taskGroups/handoff']) {
    app.post<{ Params: { id: string } }>(
      `${base}/:id/${action}`,
      about('404: there are no supervisors'),
      ({ params }, reply) => reply.code(404).send(refusal(params.id)),
    );
  }
}
