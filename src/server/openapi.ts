import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { about } from './route-documents.js';

/** Routes belong to the part of Druid's API that their path names. */
function tagOf(url: string): string {
  if (url.startsWith('/druid/v2/sql')) return 'SQL';
  if (url.startsWith('/druid/indexer/v1/task')) return 'Tasks';
  const [, , service, , family] = url.split('/');
  if (url.startsWith('/druid/')) return `${service ?? ''}: ${family ?? ''}`;
  return 'Server';
}

/** Collects what is said of routes that are added from now on, and serves it at /openapi.json. */
export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Millrace',
        version,
        description: "Druid's API of SQL-based ingestion: the same paths, bodies, answers and errors.",
      },
    },
    transform: ({ schema, url }) => ({ schema: { ...schema, tags: [tagOf(url)] }, url }),
  });
  app.get('/openapi.json', about('This document'), () => app.swagger());
}
