import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { retentionRule, RULES, type TaskEngine } from '../tasks/index.js';
import { auditJson, historyQuery, readHistory, type HistoryQuery } from './history.js';
import { auditInfo, isSet, jsonBody } from './request.js';
import { about } from './route-documents.js';

const rulesBody = z.array(retentionRule);

type Named = { Params: { name: string } };

/** Retention rules of datasources; a change is applied before it is answered. Druid's RulesResource. */
export function addRulesRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/coordinator/v1/rules';

  app.get(base, about('Retention rules by datasource'), async () =>
    Object.fromEntries(await (await engine()).coordinator.rules()),
  );
  app.get<{ Querystring: HistoryQuery }>(
    `${base}/history`,
    about('Changes of all rules', { query: historyQuery }),
    async ({ query }) => (await readHistory((await engine()).configs, { type: 'rules' }, query)).map(auditJson),
  );
  app.get<Named & { Querystring: { full?: string } }>(
    `${base}/:name`,
    about('Rules of a datasource', { query: { full: 'with the default rules behind them' } }),
    async ({ params, query }) => {
      const rules = await (await engine()).coordinator.rules();
      return [...(rules.get(params.name) ?? []), ...(isSet(query.full) ? (rules.get('_default') ?? []) : [])];
    },
  );
  app.post<Named>(
    `${base}/:name`,
    about('Sets the rules of a datasource, and applies them', { body: rulesBody }),
    async (request, reply) => {
      const { configs, coordinator } = await engine();
      const { name } = request.params;
      const payload = jsonBody(request, rulesBody);
      const audit = { key: name, type: 'rules', info: auditInfo(request) };
      await configs.setConfigs([{ name: `${RULES}${name}`, payload, audit }]);
      await coordinator.run();
      return reply.code(200).send();
    },
  );
  app.get<Named & { Querystring: HistoryQuery }>(
    `${base}/:name/history`,
    about("Changes of a datasource's rules", { query: historyQuery }),
    async ({ params, query }) =>
      (await readHistory((await engine()).configs, { type: 'rules', key: params.name }, query)).map(auditJson),
  );
}
