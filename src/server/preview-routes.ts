import type { FastifyInstance } from 'fastify';
import type { TaskEngine } from '../tasks/index.js';
import { bodyText } from './request.js';
import { about } from './route-documents.js';
import { abandonment } from './send-answer.js';
import { readSqlRequest, sqlBody } from './sql-request.js';

/** POST preview: what a SELECT makes of external data, for the console's load wizard. Druid has no such call. */
export function addPreviewRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  app.post(
    '/millrace/v1/preview',
    about('Answers the first rows of a SELECT over external data, or its fault, without a task', { body: sqlBody }),
    async (request, reply) => {
      const { query, context, parameters } = readSqlRequest(request.headers['content-type'], bodyText(request));
      const { previews } = await engine();
      return previews.preview({ sql: query, context, parameters }, abandonment(reply));
    },
  );
}
