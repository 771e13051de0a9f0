import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { addConsoleRoutes } from './console-routes.js';
import { DruidError, toErrorAnswer } from './druid-error.js';
import { addRoutes, type RouteSources } from './routes.js';

export interface AppOptions extends RouteSources {
  readonly logger: Logger;
  /** Bytes. */
  readonly maxRequestSize: number;
}

/** Fastify's own refusals (body too large, bad URL …) carry a status; everything else is looked at by druid-error. */
function fastifyRefusal(error: unknown): DruidError | undefined {
  const { statusCode, message } = error as { statusCode?: unknown; message?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  return new DruidError('INVALID_INPUT', String(message), {}, statusCode);
}

/** The HTTP application with every route, not yet listening. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { logger, maxRequestSize } = options;
  const app = Fastify({
    bodyLimit: maxRequestSize,
    // Requests are logged by the hook below, without bodies, which hold SQL and may hold credentials.
    logger: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_000 },
    forceCloseConnections: true,
    // Druid's router passes these on to the coordinator and the overlord, which are this process too.
    rewriteUrl: ({ url = '/' }) => url.replace(/^\/proxy\/(?:coordinator|overlord)(?=\/)/, ''),
  });
  // What routes declare is for the OpenAPI document; they check requests themselves.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (body) => JSON.stringify(body));
  // Bodies are parsed by the routes that know what they expect, so that every refusal is in Druid's words.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook('onResponse', (request, reply, done) => {
    logger.debug(
      { method: request.method, path: request.url.split('?', 1)[0], status: reply.statusCode, ms: reply.elapsedTime },
      'request',
    );
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = toErrorAnswer(fastifyRefusal(error) ?? error);
    // Whoever cancels a query, or leaves before its answer, is no failure of the server.
    if (status >= 500 && body['category'] !== 'CANCELED')
      logger.error({ err: error, method: request.method, path: request.url }, 'request failed');
    return reply.code(status).type('application/json').send(body);
  });
  const answerPage = addConsoleRoutes(app);
  app.setNotFoundHandler(
    (request, reply) =>
      answerPage(request, reply) ??
      reply.code(404).send({ error: `No resource at ${request.method} ${request.url.split('?', 1)[0] ?? ''}` }),
  );
  void app.register((api) => addRoutes(api, options));
  return app;
}
