import type { FastifyInstance } from 'fastify';
import { formatInterval, overlaps } from '../segments/index.js';
import { dimensionsOf, type DataSegment, type Interval } from '../segments/segment.js';
import type { TaskEngine } from '../tasks/index.js';
import { DruidError } from './druid-error.js';
import { readInterval } from './request.js';
import { about } from './route-documents.js';

type Asked = { Params: { name: string }; Querystring: { interval?: string } };

const intervalQuery = { query: { interval: 'ISO 8601 interval of the segments; all unless given' } };

const names = (
  segments: readonly DataSegment[],
  of: (segment: DataSegment) => readonly string[],
): readonly string[] => [...new Set(segments.flatMap(of))];
const dimensions = (segments: readonly DataSegment[]): readonly string[] =>
  names(segments, (segment) => dimensionsOf(segment).map(({ name }) => name));
const metrics = (segments: readonly DataSegment[]): readonly string[] =>
  names(segments, (segment) => segment.metrics ?? []);

/** What is not executed here and is refused by its name, so that a client need not guess from a missing path. */
const refusals = [
  ['POST', '/druid/v2', 501, 'Native queries are not supported; SQL goes to /druid/v2/sql'],
  ['POST', '/druid/v2/candidates', 501, 'Native queries are not supported; SQL goes to /druid/v2/sql'],
  ['POST', '/druid/v2/sql/avatica', 404, 'JDBC (Avatica) is not supported; SQL goes to /druid/v2/sql'],
  ['POST', '/druid/v2/sql/avatica-protobuf', 404, 'JDBC (Avatica) is not supported; SQL goes to /druid/v2/sql'],
] as const;

/** What a broker tells of the datasources that it can query, Druid's ClientInfoResource, and what it does not run. */
export function addBrokerRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/v2/datasources';
  const segmentsOf = async (name: string, text: string | undefined): Promise<readonly DataSegment[]> => {
    const interval: Interval | undefined = text ? readInterval('interval', text) : undefined;
    const segments = (await (await engine()).dataSources.visible()).get(name) ?? [];
    return segments.filter((segment) => !interval || overlaps(interval, segment.interval));
  };

  app.get(base, about('Names of the datasources that can be queried'), async () => [
    ...(await (await engine()).dataSources.visible()).keys(),
  ]);
  app.get<Asked & { Querystring: { full?: string } }>(
    `${base}/:name`,
    about('Dimensions and metrics of a datasource', {
      query: { ...intervalQuery.query, full: 'by interval of the segments' },
    }),
    async ({ params, query }) => {
      const segments = await segmentsOf(params.name, query.interval);
      if (query.full === undefined) return { dimensions: dimensions(segments), metrics: metrics(segments) };
      const intervals = [...new Set(segments.map(({ interval }) => formatInterval(interval)))].sort();
      return Object.fromEntries(
        intervals.map((interval) => {
          const within = segments.filter((segment) => formatInterval(segment.interval) === interval);
          return [interval, { dimensions: dimensions(within), metrics: metrics(within) }];
        }),
      );
    },
  );
  app.get<Asked>(`${base}/:name/dimensions`, about('Dimensions of a datasource', intervalQuery), async (request) =>
    dimensions(await segmentsOf(request.params.name, request.query.interval)),
  );
  app.get<Asked>(`${base}/:name/metrics`, about('Metrics of a datasource', intervalQuery), async (request) =>
    metrics(await segmentsOf(request.params.name, request.query.interval)),
  );

  for (const [method, url, status, message] of refusals) {
    app.route({
      method,
      url,
      ...about(`Refused: ${message}`),
      handler: () => {
        throw new DruidError(status === 501 ? 'UNSUPPORTED' : 'NOT_FOUND', message);
      },
    });
  }
}
