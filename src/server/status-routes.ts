import type { FastifyInstance } from 'fastify';

/** GET /status and its siblings: what clients ask to find out whether a server lives. */
export function addStatusRoutes(app: FastifyInstance, version: string): void {
  app.get('/status', () => {
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
  app.get('/status/health', () => true);
}
