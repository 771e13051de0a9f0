import type { FastifyInstance } from 'fastify';
import { DruidError } from './druid-error.js';
import { about } from './route-documents.js';

/** Lookups are not executed yet: there are none, and new ones are refused by name. */
export function addLookupRoutes(app: FastifyInstance): void {
  const base = '/druid/coordinator/v1/lookups';
  const refuse = (): never => {
    throw new DruidError(
      'UNSUPPORTED',
      'Lookups are not supported: queries could not use them. Join a datasource instead.',
    );
  };

  app.get<{ Querystring: { discover?: string } }>(`${base}/config`, about('Tiers of lookups'), ({ query }) =>
    query.discover === 'true' ? ['__default'] : [],
  );
  app.get(`${base}/config/all`, about('Lookups by tier, of which there are none'), () => ({}));
  app.get(`${base}/status`, about('Whether lookups are loaded; there are none'), () => ({}));
  app.get(`${base}/nodeStatus`, about('Lookups by server; there are none'), () => ({}));
  app.post(`${base}/config`, about('Refused: lookups are not supported'), (request, reply) =>
    // Clients send an empty object to begin with lookups, which changes nothing.
    request.body === '{}' ? reply.code(202).send({}) : refuse(),
  );
  app.post(`${base}/config/:tier/:lookup`, about('Refused: lookups are not supported'), refuse);
  for (const path of ['config/:tier', 'config/:tier/:lookup']) {
    app.get(`${base}/${path}`, about('404: there are no lookups'), (_request, reply) =>
      reply.code(404).send({ error: 'No lookups found' }),
    );
    app.delete(`${base}/${path}`, about('404: there are no lookups'), (_request, reply) => reply.code(404).send());
  }
}
