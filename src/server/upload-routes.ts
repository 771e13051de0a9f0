import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { UploadSpaceError, type Uploads } from '../storage/uploads.js';
import type { TaskEngine } from '../tasks/index.js';
import { DruidError } from './druid-error.js';
import { about } from './route-documents.js';

/**
 * Files that a browser hands in to be loaded: Druid has no such call. The answer holds the input source that reads the
 * file. The content type must be application/octet-stream, which no page of another site may send unasked.
 */
export function addUploadRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>, uploads: Uploads): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // The file is written as it comes, so its size is not that of a request body.
    scope.addContentTypeParser('application/octet-stream', (_request, payload, parsed) => {
      parsed(null, payload);
    });

    scope.post<{ Querystring: { name?: string } }>(
      '/millrace/v1/uploads',
      about('Keeps a file for a statement to read; answers its input source', { query: { name: 'name of the file' } }),
      async (request, reply) => {
        const { name } = request.query;
        if (name === undefined || name === '') throw new DruidError('INVALID_INPUT', 'The parameter [name] is missing');
        if (!request.body) throw new DruidError('INVALID_INPUT', 'The file is empty');
        // Only the server that owns the data directory writes into it.
        await engine();
        try {
          const upload = await uploads.add(name, request.body as IncomingMessage);
          return await reply.code(201).send({
            id: upload.id,
            name: upload.name,
            size: upload.size,
            inputSource: { type: 'local', files: [upload.path] },
          });
        } catch (error) {
          // What is left of the body is not read.
          void reply.header('connection', 'close');
          if (error instanceof UploadSpaceError) throw new DruidError('CAPACITY_EXCEEDED', error.message, {}, 413);
          throw error;
        }
      },
    );

    scope.delete<{ Params: { id: string } }>(
      '/millrace/v1/uploads/:id',
      about('Removes an uploaded file'),
      async (request, reply) => {
        if (await uploads.remove(request.params.id)) return reply.code(204).send();
        return reply.code(404).send({ error: `Cannot find any upload with id: [${request.params.id}]` });
      },
    );
    done();
  });
}
