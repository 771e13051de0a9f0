import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TaskEngine } from '../tasks/index.js';
import { bodyText } from './request.js';
import { about } from './route-documents.js';
import { abandonment, sendAnswer } from './send-answer.js';
import { readSqlRequest, sqlBody, type SqlRequest } from './sql-request.js';

const readRequest = (request: FastifyRequest): SqlRequest =>
  readSqlRequest(request.headers['content-type'], bodyText(request));

async function answerQuery(engine: TaskEngine, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const sqlRequest = readRequest(request);
  const given = sqlRequest.context['sqlQueryId'] ?? sqlRequest.context['queryId'];
  const queryId = typeof given === 'string' && given !== '' ? given : randomUUID();
  void reply.header('X-Druid-SQL-Query-Id', queryId);
  const answer = await engine.queries.run({
    sql: sqlRequest.query,
    context: sqlRequest.context,
    parameters: sqlRequest.parameters,
    queryId,
    signal: abandonment(reply),
  });
  return sendAnswer(answer, sqlRequest, reply);
}

/** POST /druid/v2/sql, its cancel, and the task form of it. */
export function addSqlRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  app.post('/druid/v2/sql', about('Runs a query and answers its rows', { body: sqlBody }), async (request, reply) =>
    answerQuery(await engine(), request, reply),
  );

  app.delete<{ Params: { id: string } }>('/druid/v2/sql/:id', about('Cancels a query'), async (request, reply) => {
    const { queries } = await engine();
    return reply.code(queries.cancel(request.params.id) ? 202 : 404).send();
  });

  app.post('/druid/v2/sql/task', about('Runs a statement as a task', { body: sqlBody }), async (request, reply) => {
    const sqlRequest = readRequest(request);
    const { query, context, parameters } = sqlRequest;
    const { overlord } = await engine();
    const submitted = await overlord.submit({ sql: query, context, parameters });
    return 'taskId' in submitted ? reply.code(202).send(submitted) : sendAnswer(submitted, sqlRequest, reply);
  });
  // Druid says `enabled`, its documentation `success`.
  app.get('/druid/v2/sql/task/enabled', about('Whether statements run as tasks'), () => ({
    enabled: true,
    success: true,
  }));
  app.get('/druid/v2/sql/engines', about('Engines that run SQL'), () => ({
    engines: [{ name: 'native' }, { name: 'msq-task' }],
  }));
  // As in Druid: only engines that list their queries are told of, and native and msq-task are none of them.
  app.get('/druid/v2/sql/queries', about('Queries of engines that list theirs, of which there is none'), () => ({
    queries: [],
  }));
}
