import type { FastifyInstance } from 'fastify';
import { contains, formatInterval } from '../segments/index.js';
import type { DataSegment } from '../segments/segment.js';
import type { TaskEngine } from '../tasks/index.js';
import { isSet, readInterval } from './request.js';
import { about } from './route-documents.js';

interface Sum {
  size: number;
  count: number;
}

/** The segments that queries see, with the datasource of each, newest interval first. */
async function visibleSegments(engine: TaskEngine): Promise<readonly DataSegment[]> {
  return [...(await engine.dataSources.visible()).values()]
    .flat()
    .sort((a, b) => b.interval.start - a.interval.start || b.interval.end - a.interval.end);
}

function add(sums: Map<string, Sum>, key: string, { size }: DataSegment): void {
  const sum = sums.get(key);
  if (sum) {
    sum.size += size;
    sum.count += 1;
  } else {
    sums.set(key, { size, count: 1 });
  }
}

function sumsBy(
  segments: readonly DataSegment[],
  key: (segment: DataSegment) => string,
): Readonly<Record<string, Sum>> {
  const sums = new Map<string, Sum>();
  for (const segment of segments) add(sums, key(segment), segment);
  return Object.fromEntries(sums);
}

/** Sizes by interval, and in each by datasource. */
function byIntervalAndName(segments: readonly DataSegment[]): object {
  const groups = new Map<string, DataSegment[]>();
  for (const segment of segments) {
    const key = formatInterval(segment.interval);
    groups.set(key, [...(groups.get(key) ?? []), segment]);
  }
  return Object.fromEntries(
    [...groups].map(([interval, members]) => [interval, sumsBy(members, ({ dataSource }) => dataSource)]),
  );
}

/** What lies in which interval, over all datasources: Druid's IntervalsResource. */
export function addIntervalRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/coordinator/v1/intervals';
  app.get(base, about('Sizes and counts of segments by interval and datasource'), async () =>
    byIntervalAndName(await visibleSegments(await engine())),
  );
  app.get<{ Params: { interval: string }; Querystring: { full?: string; simple?: string } }>(
    `${base}/:interval`,
    about('Size and count of the segments within an interval', {
      query: { full: 'by interval and datasource', simple: 'by interval' },
    }),
    async ({ params, query }) => {
      const interval = readInterval('interval', params.interval);
      const within = (await visibleSegments(await engine())).filter((segment) => contains(interval, segment.interval));
      if (isSet(query.full)) return byIntervalAndName(within);
      if (isSet(query.simple)) return sumsBy(within, (segment) => formatInterval(segment.interval));
      return within.length === 0 ? {} : { size: within.reduce((sum, { size }) => sum + size, 0), count: within.length };
    },
  );
}
