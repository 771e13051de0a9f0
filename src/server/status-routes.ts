import type { FastifyInstance } from 'fastify';
import { about } from './route-documents.js';

/** GET /status and its siblings: what clients ask to find out whether a server lives, and how it was started. */
export function addStatusRoutes(
  app: FastifyInstance,
  version: string,
  properties: () => Readonly<Record<string, string>>,
): void {
  app.get('/status', about('Version and memory'), () => {
    const { heapTotal, heapUsed, rss } = process.memoryUsage();
    return {
      version,
      modules: [],
      memory: {
        maxMemory: rss,
        totalMemory: heapTotal,
        freeMemory: heapTotal - heapUsed,
        usedMemory: heapUsed,
        directMemory: 0,
      },
    };
  });
  app.get('/status/health', about('true, as soon as the server listens'), () => true);
  // Druid's console looks for the first before it trusts the router with the coordinator's and the overlord's paths.
  app.get('/status/properties', about('Settings by name; nothing secret'), () => ({
    'druid.router.managementProxy.enabled': 'true',
    ...properties(),
  }));
  app.get('/status/selfDiscovered/status', about('Whether the server knows itself'), () => ({ selfDiscovered: true }));
  app.get('/status/selfDiscovered', about('200 when the server knows itself'), (_request, reply) =>
    reply.code(200).send(),
  );
  // One process is router, coordinator and overlord: what is under /proxy/… is served by itself (see app.ts).
  app.get('/proxy/enabled', about('Whether /proxy/coordinator and /proxy/overlord are served'), () => ({
    enabled: true,
  }));
}
