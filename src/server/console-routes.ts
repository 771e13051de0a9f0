import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where `npm run build` puts the console: from the sources and from the bundle it is the same way. */
const consoleDirectory = path.resolve(import.meta.dirname, '../../dist/console');
const builtConsole = existsSync(path.join(consoleDirectory, 'index.html')) ? consoleDirectory : undefined;

/** Paths of the API: a GET that finds nothing there is an error, never the console's page. */
const apiPath = /^\/(?:druid|druid-ext|status|proxy|millrace|metrics|openapi)(?:[/?.]|$)/;

/** Vite puts a hash of the content into the names of these files, so they never change. */
const isHashed = (file: string): boolean => file.includes(`${path.sep}assets${path.sep}`);

const headers: Readonly<Record<string, string>> = {
  // Nothing is loaded from elsewhere; styles are also set on elements by the component library.
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/**
 * Serves the console at `/` from the build, compressed beforehand.
 * @returns what answers the console's own addresses (deep links); undefined for requests that are not a page's
 */
export function addConsoleRoutes(
  app: FastifyInstance,
): (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined {
  if (builtConsole === undefined) return () => undefined;
  void app.register(fastifyStatic, {
    root: builtConsole,
    wildcard: false,
    preCompressed: true,
    index: 'index.html',
    cacheControl: false,
    setHeaders(response, file) {
      for (const [name, value] of Object.entries(headers)) void response.setHeader(name, value);
      void response.setHeader(
        'cache-control',
        isHashed(file) ? 'public, max-age=31536000, immutable' : 'public, no-cache',
      );
    },
  });
  return (request, reply) => {
    const isPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (!isPage || apiPath.test(request.url)) return undefined;
    return reply.sendFile('index.html');
  };
}
