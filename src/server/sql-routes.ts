import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { QueryAnswer, TaskEngine } from '../tasks/index.js';
import { resultWriter } from './result-format.js';
import { bodyText } from './request.js';
import { about } from './route-documents.js';
import { readSqlRequest, sqlBody, type SqlRequest } from './sql-request.js';

const readRequest = (request: FastifyRequest): SqlRequest =>
  readSqlRequest(request.headers['content-type'], bodyText(request));

/** The text of an answer, batch by batch; a failure midway breaks the connection, as no status can be sent any more. */
async function* answerText(
  answer: QueryAnswer,
  request: SqlRequest,
  first: IteratorResult<readonly (readonly unknown[])[]>,
  rows: AsyncIterator<readonly (readonly unknown[])[]>,
): AsyncGenerator<string> {
  const writer = resultWriter(request.resultFormat, answer.columns, request);
  yield writer.start();
  for (let batch = first; !batch.done; batch = await rows.next()) yield writer.rows(batch.value);
  yield writer.end();
}

/** Sends an answer's rows in the format that the request asks for. */
async function sendAnswer(answer: QueryAnswer, request: SqlRequest, reply: FastifyReply): Promise<FastifyReply> {
  // The first batch is awaited before the head is sent, so that most failures still get a status.
  const rows = answer.rows[Symbol.asyncIterator]();
  const first = await rows.next();
  const { contentType } = resultWriter(request.resultFormat, answer.columns, request);
  if (request.header) void reply.header('X-Druid-SQL-Header-Included', 'yes');
  return reply
    .header('content-type', contentType)
    .send(Readable.from(answerText(answer, request, first, rows), { objectMode: false }));
}

async function answerQuery(engine: TaskEngine, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const sqlRequest = readRequest(request);
  const given = sqlRequest.context['sqlQueryId'] ?? sqlRequest.context['queryId'];
  const queryId = typeof given === 'string' && given !== '' ? given : randomUUID();
  void reply.header('X-Druid-SQL-Query-Id', queryId);
  const abort = new AbortController();
  // A client that went away needs no answer: the query process stops computing it.
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) abort.abort();
  });
  const answer = await engine.queries.run({
    sql: sqlRequest.query,
    context: sqlRequest.context,
    parameters: sqlRequest.parameters,
    queryId,
    signal: abort.signal,
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
}
