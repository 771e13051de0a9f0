import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { contains, formatInterval, formatSegmentId, formatTime, overlaps } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';
import { historicalName, type SegmentSelection, type TaskEngine } from '../tasks/index.js';
import { DruidError } from './druid-error.js';
import { isSet, jsonBody, readInterval } from './request.js';
import { about } from './route-documents.js';
import { dataSourceJson, segmentJson } from './segment-json.js';

/** Millrace is one historical server of Druid's default tier. */
export const TIER = '_default_tier';

interface Shape {
  readonly full?: string;
  readonly simple?: string;
}

type Named = { Params: { name: string } };
type NamedShape = Named & { Querystring: Shape };

const shapeQuery = { full: 'answer all that is known', simple: 'answer sizes and counts' } as const;

const selectionBody = z.object({
  interval: z.string().nullish(),
  segmentIds: z.array(z.string()).nullish(),
  versions: z.array(z.string()).nullish(),
});

/** SegmentsToUpdateFilter: an interval with or without versions, or segment ids. */
function toSelection({ interval, segmentIds, versions }: z.infer<typeof selectionBody>): SegmentSelection {
  const hasInterval = interval !== null && interval !== undefined;
  const hasIds = (segmentIds ?? []).length > 0;
  if (hasInterval === hasIds || (hasIds && versions)) {
    throw new DruidError(
      'INVALID_INPUT',
      'Invalid request payload. Specify either [interval] or [segmentIds] but not both. [versions] may be optionally specified only when [interval] is provided.',
    );
  }
  if (!hasInterval) return { kind: 'ids', ids: segmentIds ?? [] };
  return { kind: 'interval', interval: readInterval('interval', interval), ...(versions && { versions }) };
}

const total = (segments: readonly DataSegment[], of: (segment: DataSegment) => number): number =>
  segments.reduce((sum, segment) => sum + of(segment), 0);

/** What the coordinator's lists say of a datasource (DataSourcesResource.makeSimpleDatasource). */
function simpleJson(name: string, segments: readonly DataSegment[]): object {
  const starts = segments.map(({ interval }) => interval.start);
  const ends = segments.map(({ interval }) => interval.end);
  const size = total(segments, (segment) => segment.size);
  return {
    name,
    properties: {
      tiers: { [TIER]: { size, replicatedSize: size, segmentCount: segments.length } },
      segments: {
        count: segments.length,
        size,
        replicatedSize: size,
        // Spreading the lists could be too much for a call.
        minTime: formatTime(starts.reduce((least, time) => Math.min(least, time), Infinity)),
        maxTime: formatTime(ends.reduce((most, time) => Math.max(most, time), -Infinity)),
      },
    },
  };
}

/** Segments by their intervals, newest first. */
function byInterval(segments: readonly DataSegment[]): readonly (readonly [Interval, readonly DataSegment[]])[] {
  const groups = new Map<string, { readonly interval: Interval; readonly segments: DataSegment[] }>();
  for (const segment of segments) {
    const key = formatInterval(segment.interval);
    const group = groups.get(key) ?? { interval: segment.interval, segments: [] };
    groups.set(key, group);
    group.segments.push(segment);
  }
  return [...groups.values()]
    .sort((a, b) => b.interval.start - a.interval.start || b.interval.end - a.interval.end)
    .map((group) => [group.interval, group.segments]);
}

function intervalsJson(segments: readonly DataSegment[], { full, simple }: Shape, server: string): unknown {
  const groups = byInterval(segments);
  if (isSet(full)) {
    return Object.fromEntries(
      groups.map(([interval, members]) => [
        formatInterval(interval),
        Object.fromEntries(
          members.map((segment) => [formatSegmentId(segment), { metadata: segmentJson(segment), servers: [server] }]),
        ),
      ]),
    );
  }
  if (isSet(simple)) {
    return Object.fromEntries(
      groups.map(([interval, members]) => [
        formatInterval(interval),
        { size: total(members, (segment) => segment.size), count: members.length },
      ]),
    );
  }
  return undefined;
}

/** The segments of a datasource that queries see; without any, 204 is the answer, as Druid has it. */
async function withSegments(
  engine: TaskEngine,
  name: string,
  reply: FastifyReply,
  answer: (segments: readonly DataSegment[]) => unknown,
): Promise<unknown> {
  const segments = (await engine.dataSources.visible()).get(name);
  return segments ? answer(segments) : reply.code(204).send();
}

const serverName = ({ overlord }: TaskEngine): string => historicalName(overlord.settings.server);

function addReading(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/coordinator/v1/datasources';

  app.get<{ Querystring: Shape }>(
    base,
    about('Names of the datasources that can be queried', { query: shapeQuery }),
    async ({ query }) => {
      const visible = [...(await (await engine()).dataSources.visible())];
      if (isSet(query.full)) return visible.map(([name, segments]) => dataSourceJson(name, segments));
      if (isSet(query.simple)) return visible.map(([name, segments]) => simpleJson(name, segments));
      return visible.map(([name]) => name);
    },
  );

  app.get<NamedShape>(
    `${base}/:name`,
    about('Sizes and bounds of a datasource', { query: shapeQuery }),
    async ({ params, query }, reply) =>
      withSegments(await engine(), params.name, reply, (segments) =>
        isSet(query.full) ? dataSourceJson(params.name, segments) : simpleJson(params.name, segments),
      ),
  );

  app.get<NamedShape>(
    `${base}/:name/intervals`,
    about('Intervals of a datasource that have segments', { query: shapeQuery }),
    async ({ params, query }, reply) => {
      const ready = await engine();
      return withSegments(
        ready,
        params.name,
        reply,
        (segments) =>
          intervalsJson(segments, query, serverName(ready)) ??
          byInterval(segments).map(([interval]) => formatInterval(interval)),
      );
    },
  );

  app.get<{ Params: { name: string; interval: string }; Querystring: Shape }>(
    `${base}/:name/intervals/:interval`,
    about('Segments within an interval', { query: shapeQuery }),
    async ({ params, query }, reply) => {
      const interval = readInterval('interval', params.interval);
      const ready = await engine();
      return withSegments(ready, params.name, reply, (segments) => {
        const within = segments.filter((segment) => contains(interval, segment.interval));
        return intervalsJson(within, query, serverName(ready)) ?? within.map(formatSegmentId);
      });
    },
  );

  app.get<{ Params: { name: string; interval: string } }>(
    `${base}/:name/intervals/:interval/serverview`,
    about('Segments that overlap an interval, with the servers that have them'),
    async ({ params }) => {
      const interval = readInterval('interval', params.interval);
      const ready = await engine();
      const { host, port } = ready.overlord.settings.server;
      const name = serverName(ready);
      const server = {
        name,
        host: `${host}:${port}`,
        hostAndTlsPort: null,
        maxSize: 0,
        type: 'historical',
        tier: TIER,
        priority: 0,
      };
      return ((await ready.dataSources.visible()).get(params.name) ?? [])
        .filter((segment) => overlaps(interval, segment.interval))
        .map((segment) => ({ segment: segmentJson(segment), servers: [server] }));
    },
  );

  app.get<NamedShape>(
    `${base}/:name/segments`,
    about('Ids of the segments that queries see', { query: { full: shapeQuery.full } }),
    async ({ params, query }, reply) =>
      withSegments(await engine(), params.name, reply, (segments) =>
        segments.map<unknown>(isSet(query.full) ? segmentJson : formatSegmentId),
      ),
  );

  app.get<{ Params: { name: string; id: string } }>(
    `${base}/:name/segments/:id`,
    about('A segment and the servers that have it'),
    async ({ params }, reply) => {
      const ready = await engine();
      return withSegments(ready, params.name, reply, (segments) => {
        const segment = segments.find((each) => formatSegmentId(each) === params.id);
        return segment ? { metadata: segmentJson(segment), servers: [serverName(ready)] } : reply.code(204).send();
      });
    },
  );

  app.get<NamedShape>(`${base}/:name/tiers`, about('Tiers that hold a datasource'), async ({ params }, reply) =>
    withSegments(await engine(), params.name, reply, () => [TIER]),
  );

  app.get<Named & { Querystring: Shape & { interval?: string; forceMetadataRefresh?: string } }>(
    `${base}/:name/loadstatus`,
    about('How much of a datasource can be queried', {
      query: { ...shapeQuery, interval: 'ISO 8601 interval', forceMetadataRefresh: 'true or false; required' },
    }),
    async ({ params, query }, reply) => {
      if (query.forceMetadataRefresh === undefined) {
        throw new DruidError('INVALID_INPUT', 'Invalid request. forceMetadataRefresh must be specified');
      }
      const interval = query.interval === undefined ? undefined : readInterval('interval', query.interval);
      return withSegments(await engine(), params.name, reply, (segments) => {
        const within = segments.filter((segment) => !interval || overlaps(interval, segment.interval));
        if (within.length === 0) return reply.code(204).send();
        // Published segments can be queried at once: none is ever waited for.
        if (isSet(query.full)) return { [TIER]: { [params.name]: 0 } };
        return { [params.name]: isSet(query.simple) ? 0 : 100 };
      });
    },
  );
}

/** Changes of what is used: under the overlord's path, and under the coordinator's, where older clients look. */
function addMarking(app: FastifyInstance, engine: () => Promise<TaskEngine>, base: string): void {
  const mark = async (name: string, used: boolean, selection: SegmentSelection): Promise<object> => {
    const { dataSources } = await engine();
    const changed = await (used ? dataSources.markUsed(name, selection) : dataSources.markUnused(name, selection));
    return { numChangedSegments: changed, segmentStateChanged: changed > 0 };
  };

  app.post<Named>(`${base}/:name`, about('Marks all segments that no others hide as used'), ({ params }) =>
    mark(params.name, true, { kind: 'all' }),
  );
  for (const [path, used] of [
    ['markUsed', true],
    ['markUnused', false],
  ] as const) {
    app.post<Named>(
      `${base}/:name/${path}`,
      about(`Marks segments of an interval, or by id, as ${used ? 'used' : 'unused'}`, { body: selectionBody }),
      async (request) => mark(request.params.name, used, toSelection(jsonBody(request, selectionBody))),
    );
  }
  for (const [method, used] of [
    ['POST', true],
    ['DELETE', false],
  ] as const) {
    app.route<{ Params: { name: string; id: string } }>({
      method,
      url: `${base}/:name/segments/:id`,
      ...about(`Marks a segment as ${used ? 'used' : 'unused'}`),
      handler: ({ params }) => mark(params.name, used, { kind: 'ids', ids: [params.id] }),
    });
  }
}

/** Datasources and their segments: Druid's DataSourcesResource and OverlordDataSourcesResource. */
export function addDataSourceRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const coordinator = '/druid/coordinator/v1/datasources';
  const overlord = '/druid/indexer/v1/datasources';
  addReading(app, engine);
  addMarking(app, engine, coordinator);
  addMarking(app, engine, overlord);

  app.delete<Named & { Querystring: { kill?: string; interval?: string } }>(
    `${coordinator}/:name`,
    about('Marks all segments as unused; with kill, deletes unused ones of an interval for good', {
      query: { kill: 'true deletes for good', interval: 'ISO 8601 interval, for kill' },
    }),
    async ({ params, query }, reply) => {
      const { dataSources, overlord: tasks } = await engine();
      if (query.kill !== 'true') {
        const changed = await dataSources.markUnused(params.name, { kind: 'all' });
        return { numChangedSegments: changed, segmentStateChanged: changed > 0 };
      }
      if (query.interval === undefined) throw new DruidError('INVALID_INPUT', 'kill needs an interval');
      await tasks.kill({ dataSource: params.name, interval: readInterval('interval', query.interval) });
      return reply.code(200).send();
    },
  );
  app.delete<Named & { Querystring: { interval?: string } }>(
    '/druid/indexer/v1/pendingSegments/:name',
    about('Success: segments are allocated and published by one task, none is pending', {
      query: { interval: 'ISO 8601 interval of their creation; required' },
    }),
    ({ query }) => {
      readInterval('interval', query.interval ?? '');
      return { numDeleted: 0 };
    },
  );
  app.delete<Named>(`${overlord}/:name`, about('Marks all segments as unused'), async ({ params }) => {
    const changed = await (await engine()).dataSources.markUnused(params.name, { kind: 'all' });
    return { numChangedSegments: changed, segmentStateChanged: changed > 0 };
  });
  app.delete<{ Params: { name: string; interval: string } }>(
    `${coordinator}/:name/intervals/:interval`,
    about('Deletes unused segments of an interval for good, as a task'),
    async ({ params }, reply) => {
      const interval = readInterval('interval', params.interval);
      await (await engine()).overlord.kill({ dataSource: params.name, interval });
      return reply.code(200).send();
    },
  );
}
