import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { formatSegmentId, formatTime, overlaps } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';
import type { TaskEngine } from '../tasks/index.js';
import { isSet, jsonBody, readCount, readInterval } from './request.js';
import { about } from './route-documents.js';
import { dataSourceJson, segmentJson } from './segment-json.js';

type Named = { Params: { name: string } };

const noSuchDataSource = (name: string) => ({ error: `DataSource [${name}] does not exist` });

/** A parameter that may be given several times. */
const asList = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/** What the metadata store knows of segments, whether queries see them or not: Druid's MetadataResource. */
export function addMetadataRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/coordinator/v1/metadata';

  app.get<{ Querystring: { full?: string; includeUnused?: string; includeDisabled?: string } }>(
    `${base}/datasources`,
    about('Names of the datasources that have segments', {
      query: { full: 'answer segments, too', includeUnused: 'also datasources without used segments' },
    }),
    async ({ query }) => {
      const { dataSources } = await engine();
      if (!isSet(query.full)) return dataSources.names(isSet(query.includeUnused) || isSet(query.includeDisabled));
      return [...(await dataSources.used())].map(([name, segments]) => dataSourceJson(name, segments));
    },
  );

  app.get<Named>(
    `${base}/datasources/:name`,
    about('A datasource with its used segments'),
    async ({ params }, reply) => {
      const segments = (await (await engine()).dataSources.used()).get(params.name);
      return segments?.length
        ? dataSourceJson(params.name, segments)
        : reply.code(404).send(noSuchDataSource(params.name));
    },
  );

  app.get<{
    Querystring: { datasources?: string | string[]; includeOvershadowedStatus?: string };
  }>(
    `${base}/segments`,
    about('Used segments of all datasources', {
      query: { datasources: 'only these; may be repeated', includeOvershadowedStatus: 'also hidden ones, marked so' },
    }),
    async ({ query }) => {
      const { dataSources } = await engine();
      const names = asList(query.datasources);
      const visible = await dataSources.visible();
      const chosen = [...(await dataSources.used())].filter(([name]) => names.length === 0 || names.includes(name));
      return chosen.flatMap(([name, segments]) => {
        const seen = new Set((visible.get(name) ?? []).map(formatSegmentId));
        const isHidden = (segment: DataSegment): boolean => !seen.has(formatSegmentId(segment));
        return isSet(query.includeOvershadowedStatus)
          ? segments.map((segment) => ({
              ...segmentJson(segment),
              overshadowed: isHidden(segment),
              replicationFactor: 1,
              numRows: segment.rows,
            }))
          : segments.filter((segment) => !isHidden(segment)).map(segmentJson);
      });
    },
  );

  app.post(
    `${base}/bootstrapSegments`,
    about('Segments that servers load before all others, of which there are none'),
    () => [],
  );

  const list = async (name: string, full: boolean, intervals?: readonly Interval[]): Promise<unknown[]> => {
    const segments = (await (await engine()).dataSources.used()).get(name) ?? [];
    return segments
      .filter(({ interval }) => !intervals || intervals.some((each) => overlaps(each, interval)))
      .map<unknown>(full ? segmentJson : formatSegmentId);
  };
  app.get<Named & { Querystring: { full?: string } }>(
    `${base}/datasources/:name/segments`,
    about('Ids of the used segments of a datasource', { query: { full: 'answer the segments themselves' } }),
    ({ params, query }) => list(params.name, isSet(query.full)),
  );
  const intervalsBody = z.array(z.string());
  app.post<Named & { Querystring: { full?: string } }>(
    `${base}/datasources/:name/segments`,
    about('Ids of the used segments that overlap intervals', { body: intervalsBody }),
    async (request) => {
      const intervals = jsonBody(request, intervalsBody).map((text) => readInterval('interval', text));
      return list(request.params.name, isSet(request.query.full), intervals);
    },
  );

  app.get<{ Params: { name: string; id: string }; Querystring: { includeUnused?: string } }>(
    `${base}/datasources/:name/segments/:id`,
    about('A used segment', { query: { includeUnused: 'true: also one that is not used' } }),
    async ({ params, query }, reply) => {
      const { dataSources } = await engine();
      const used = (await dataSources.used()).get(params.name) ?? [];
      const unused =
        query.includeUnused === 'true' ? (await dataSources.unused(params.name)).map((stored) => stored.segment) : [];
      const segment = [...used, ...unused].find((each) => formatSegmentId(each) === params.id);
      return segment
        ? segmentJson(segment)
        : reply.code(404).send({ error: `Segment [${params.id}] of datasource [${params.name}] does not exist` });
    },
  );

  app.get<Named & { Querystring: { interval?: string; limit?: string } }>(
    `${base}/datasources/:name/unusedSegments`,
    about('Segments that are no longer used but not deleted', {
      query: { interval: 'ISO 8601 interval that they overlap', limit: 'at most this many' },
    }),
    async ({ params, query }) => {
      const interval = query.interval === undefined ? undefined : readInterval('interval', query.interval);
      const limit = readCount('limit', query.limit);
      const unused = await (await engine()).dataSources.unused(params.name, interval);
      return unused.slice(0, limit).map(({ segment, createdTime }) => ({
        dataSegment: segmentJson(segment),
        createdDate: formatTime(createdTime),
        used: false,
        numRows: segment.rows,
      }));
    },
  );
}
