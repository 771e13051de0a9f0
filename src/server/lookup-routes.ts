import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  DEFAULT_TIER,
  LookupError,
  lookupSpec,
  lookupTiers,
  valuesOf,
  type LookupSpec,
  type LookupTiers,
  type TaskEngine,
} from '../tasks/index.js';
import { DruidError } from './druid-error.js';
import { auditInfo, isSet, jsonBody } from './request.js';
import { about } from './route-documents.js';

interface Place {
  Params: { tier: string; lookup: string };
}
interface Detailed {
  Querystring: { detailed?: string };
}

const base = '/druid/coordinator/v1/lookups';
const introspect = '/druid/v1/lookups/introspect/:lookup';

const plain = (tiers: LookupTiers): Record<string, Record<string, LookupSpec>> =>
  Object.fromEntries([...tiers].map(([tier, lookups]) => [tier, Object.fromEntries(lookups)]));

/** A lookup is loaded as soon as it is stored: there is one server. */
const statusJson = (detailed: string | undefined): object => ({
  loaded: true,
  ...(isSet(detailed) && { pendingNodes: [] }),
});

/** Lookups as Druid's coordinator has them (LookupCoordinatorResource), with the lists that a server gives of its own. */
export function addLookupRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const tiers = async (): Promise<LookupTiers> => (await engine()).lookups.tiers;
  const tierOf = async (tier: string): Promise<ReadonlyMap<string, LookupSpec>> => {
    const found = (await tiers()).get(tier);
    if (!found) throw new DruidError('NOT_FOUND', `Tier [${tier}] not found`);
    return found;
  };
  const lookupOf = async (tier: string, lookup: string): Promise<LookupSpec> => {
    const found = (await tiers()).get(tier)?.get(lookup);
    if (!found) throw new DruidError('NOT_FOUND', `lookup [${lookup}] not found`);
    return found;
  };
  const update = async (request: FastifyRequest, given: z.infer<typeof lookupTiers>): Promise<void> => {
    try {
      await (await engine()).lookups.update(given, auditInfo(request));
    } catch (error) {
      if (error instanceof LookupError) throw new DruidError('INVALID_INPUT', error.message);
      throw error;
    }
  };
  const remove = async (request: FastifyRequest, tier: string, lookup?: string): Promise<void> => {
    const removed = await (await engine()).lookups.remove(tier, lookup, auditInfo(request));
    if (!removed) throw new DruidError('NOT_FOUND', `lookup [${lookup ?? ''}] of tier [${tier}] not found`);
  };

  app.get<{ Querystring: { discover?: string } }>(
    `${base}/config`,
    about('Tiers of lookups', { query: { discover: '`true`: with the tier of this server' } }),
    async ({ query }) => {
      const names = [...(await tiers()).keys()];
      return query.discover === 'true' && !names.includes(DEFAULT_TIER) ? [DEFAULT_TIER, ...names] : names;
    },
  );
  app.get(`${base}/config/all`, about('Lookups by tier'), async () => plain(await tiers()));
  app.post(
    `${base}/config`,
    about('Adds lookups of several tiers, or replaces them by greater versions', { body: lookupTiers }),
    async (request, reply) => {
      const given = jsonBody(request, lookupTiers);
      await update(request, given);
      return reply.code(202).send(given);
    },
  );
  app.post<Place>(
    `${base}/config/:tier/:lookup`,
    about('Adds a lookup, or replaces it by a greater version', { body: lookupSpec }),
    async (request, reply) => {
      const { tier, lookup } = request.params;
      await update(request, { [tier]: { [lookup]: jsonBody(request, lookupSpec) } });
      return reply.code(202).send();
    },
  );
  app.get<Place & Detailed>(
    `${base}/config/:tier`,
    about('Lookups of a tier', { query: { detailed: 'whole, not by name' } }),
    async ({ params, query }) => {
      const lookups = await tierOf(params.tier);
      return isSet(query.detailed) ? Object.fromEntries(lookups) : [...lookups.keys()];
    },
  );
  app.get<Place>(`${base}/config/:tier/:lookup`, about('A lookup'), ({ params }) =>
    lookupOf(params.tier, params.lookup),
  );
  app.delete<Place>(`${base}/config/:tier`, about('Removes the lookups of a tier'), async (request, reply) => {
    await remove(request, request.params.tier);
    return reply.code(202).send();
  });
  app.delete<Place>(`${base}/config/:tier/:lookup`, about('Removes a lookup'), async (request, reply) => {
    await remove(request, request.params.tier, request.params.lookup);
    return reply.code(202).send();
  });

  addStatusRoutes(app, engine, { tiers, tierOf, lookupOf });
  addListingRoutes(app, lookupOf, tiers);
}

interface Found {
  tiers(): Promise<LookupTiers>;
  tierOf(tier: string): Promise<ReadonlyMap<string, LookupSpec>>;
  lookupOf(tier: string, lookup: string): Promise<LookupSpec>;
}

function addStatusRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>, found: Found): void {
  const detailed = { query: { detailed: 'with the servers that are to load it' } };
  const statuses = (lookups: ReadonlyMap<string, LookupSpec>, how: string | undefined): object =>
    Object.fromEntries([...lookups.keys()].map((name) => [name, statusJson(how)]));
  app.get<Detailed>(`${base}/status`, about('Which lookups are loaded', detailed), async ({ query }) =>
    Object.fromEntries([...(await found.tiers())].map(([tier, lookups]) => [tier, statuses(lookups, query.detailed)])),
  );
  app.get<Place & Detailed>(
    `${base}/status/:tier`,
    about('Which lookups of a tier are loaded', detailed),
    async ({ params, query }) => statuses(await found.tierOf(params.tier), query.detailed),
  );
  app.get<Place & Detailed>(
    `${base}/status/:tier/:lookup`,
    about('Whether a lookup is loaded', detailed),
    async ({ params, query }) => {
      await found.lookupOf(params.tier, params.lookup);
      return statusJson(query.detailed);
    },
  );

  const stateOf = (lookups: ReadonlyMap<string, LookupSpec>): object => ({
    current: Object.fromEntries(lookups),
    toLoad: {},
    toDrop: [],
  });
  const host = async (): Promise<string> => {
    const { host: name, port } = (await engine()).overlord.settings.server;
    return `${name}:${port}`;
  };
  app.get(`${base}/nodeStatus`, about('Lookups by tier and server'), async () => {
    const address = await host();
    return Object.fromEntries(
      [...(await found.tiers())].map(([tier, lookups]) => [tier, { [address]: stateOf(lookups) }]),
    );
  });
  app.get<Place>(`${base}/nodeStatus/:tier`, about('Lookups of a tier by server'), async ({ params }) => ({
    [await host()]: stateOf(await found.tierOf(params.tier)),
  }));
  app.get<{ Params: { tier: string; host: string } }>(
    `${base}/nodeStatus/:tier/:host`,
    about('Lookups of a tier on a server'),
    async ({ params }) => {
      if (params.host !== (await host())) {
        throw new DruidError('NOT_FOUND', `Node [${params.host}] status is unknown.`);
      }
      return stateOf(await found.tierOf(params.tier));
    },
  );
}

function addListingRoutes(app: FastifyInstance, lookupOf: Found['lookupOf'], tiers: Found['tiers']): void {
  app.get('/druid/listen/v1/lookups', about('Lookups that queries see'), async () =>
    Object.fromEntries((await tiers()).get(DEFAULT_TIER) ?? []),
  );
  app.get<Place>('/druid/listen/v1/lookups/:lookup', about('A lookup that queries see'), ({ params }) =>
    lookupOf(DEFAULT_TIER, params.lookup),
  );
  app.get<Place>(introspect, about('Keys and values of a lookup'), async ({ params }) =>
    valuesOf(await lookupOf(DEFAULT_TIER, params.lookup)),
  );
  app.get<Place>(`${introspect}/keys`, about('Keys of a lookup'), async ({ params }) =>
    Object.keys(valuesOf(await lookupOf(DEFAULT_TIER, params.lookup))),
  );
  app.get<Place>(`${introspect}/values`, about('Values of a lookup'), async ({ params }) =>
    Object.values(valuesOf(await lookupOf(DEFAULT_TIER, params.lookup))),
  );
}
