import { z } from 'zod';
import { granularityJson } from '../msq/granularity-name.js';
import { addPeriod, bucketOf, formatInterval, formatSegmentId, formatTime, overlaps } from '../segments/index.js';
import type { DataSegment, Interval } from '../segments/segment.js';
import type { Granularity } from '../sql/plan/index.js';

/** Periods that segments are cut by, short ones first. */
const periods = [
  'PT1S',
  'PT1M',
  'PT5M',
  'PT10M',
  'PT15M',
  'PT30M',
  'PT1H',
  'PT6H',
  'PT8H',
  'P1D',
  'P1W',
  'P1M',
  'P3M',
  'P1Y',
];

const all: Granularity = { kind: 'all' };
const periodic = (period: string): Granularity => ({ kind: 'period', period }) as Granularity;

/** A granularity of its JSON: a standard name, or an object with a period. */
function readGranularity(json: unknown): Granularity | undefined {
  const named =
    typeof json === 'object' && json !== null ? (json as { type?: unknown; period?: unknown }) : { type: json };
  if (typeof named.period === 'string') return periods.includes(named.period) ? periodic(named.period) : undefined;
  const name = String(named.type).toUpperCase();
  if (name === 'ALL') return all;
  const period = periods.find((each) => granularityJson(periodic(each)) === name);
  return period === undefined ? undefined : periodic(period);
}

const unsupported = (what: string) => z.null({ error: `is not supported: compaction does not ${what}` }).optional();

/** How a datasource is compacted, in Druid's JSON (DataSourceCompactionConfig); what is not done is refused by name. */
export const compactionConfig = z
  .object({
    dataSource: z.string().min(1),
    taskPriority: z.int().nullish(),
    inputSegmentSizeBytes: z.number().nullish(),
    maxRowsPerSegment: z.int().positive().nullish(),
    skipOffsetFromLatest: z
      .string()
      .refine((text) => addPeriod(0, text) !== undefined, { error: 'is no ISO 8601 period' })
      .nullish(),
    tuningConfig: z
      .object({
        maxNumConcurrentSubTasks: z.int().positive().nullish(),
        partitionsSpec: z
          .object({
            type: z.enum(['dynamic', 'range'], { error: 'must be dynamic or range' }),
            maxRowsPerSegment: z.int().positive().nullish(),
            targetRowsPerSegment: z.int().positive().nullish(),
            partitionDimensions: z.array(z.string()).nullish(),
          })
          .loose()
          .nullish(),
      })
      .loose()
      .nullish(),
    granularitySpec: z
      .object({
        segmentGranularity: z
          .unknown()
          .refine((json) => json === undefined || json === null || readGranularity(json) !== undefined, {
            error: 'is no granularity that segments are cut by',
          }),
        queryGranularity: unsupported('change times'),
        rollup: z.literal(false, { error: 'is not supported: compaction does not roll up' }).nullish(),
      })
      .nullish(),
    dimensionsSpec: unsupported('change columns'),
    metricsSpec: unsupported('roll up'),
    transformSpec: unsupported('filter rows'),
    projections: unsupported('write projections'),
    taskContext: z.record(z.string(), z.unknown()).nullish(),
  })
  .loose();

export type CompactionConfig = z.infer<typeof compactionConfig>;

/** Some time chunks that one REPLACE is to write anew. */
export interface CompactionCandidate {
  readonly interval: Interval;
  readonly granularity: Granularity;
  readonly segments: readonly DataSegment[];
  /** Tells the same segments under the same configuration again. */
  readonly fingerprint: string;
}

export interface CompactionPlan {
  readonly awaiting: readonly CompactionCandidate[];
  readonly compacted: readonly DataSegment[];
  /** Too new, or cut in a way that has no name. */
  readonly skipped: readonly DataSegment[];
}

const rowsPerSegment = ({ tuningConfig, maxRowsPerSegment }: CompactionConfig): number =>
  tuningConfig?.partitionsSpec?.targetRowsPerSegment ??
  tuningConfig?.partitionsSpec?.maxRowsPerSegment ??
  maxRowsPerSegment ??
  5_000_000;

/** How an interval is cut, told by its bounds. */
function granularityOf(interval: Interval): Granularity | undefined {
  const isBucket = (granularity: Granularity): boolean => {
    const bucket = bucketOf(granularity, interval.start);
    return bucket.start === interval.start && bucket.end === interval.end;
  };
  const period = periods.find((each) => isBucket(periodic(each)));
  if (period !== undefined) return periodic(period);
  return isBucket(all) ? all : undefined;
}

/** The chunk of the configured granularity that a segment falls into, or its own; undefined when neither has a name. */
function chunkOf(segment: DataSegment, config: CompactionConfig) {
  const wanted = config.granularitySpec?.segmentGranularity;
  const granularity = readGranularity(wanted) ?? granularityOf(segment.interval);
  if (!granularity) return undefined;
  const first = bucketOf(granularity, segment.interval.start);
  const last = bucketOf(granularity, segment.interval.end - 1);
  return { granularity, interval: { start: first.start, end: last.end } };
}

const clusteredBy = ({ tuningConfig }: CompactionConfig, [segment]: readonly DataSegment[]): readonly string[] =>
  tuningConfig?.partitionsSpec?.partitionDimensions ?? (segment?.sortedBy ?? []).filter((name) => name !== '__time');

function needsCompaction(config: CompactionConfig, { interval, granularity, segments }: CompactionCandidate): boolean {
  const rows = segments.reduce((sum, segment) => sum + segment.rows, 0);
  if (segments.length > Math.max(1, Math.ceil(rows / rowsPerSegment(config)))) return true;
  return segments.some((segment) => {
    const bucket = bucketOf(granularity, interval.start);
    return segment.interval.end - segment.interval.start !== bucket.end - bucket.start;
  });
}

/**
 * Decides which chunks of a datasource to compact: several segments where fewer would do, or another granularity than the
 * configured one; `done` has the fingerprints of those that were compacted already.
 */
export function planCompaction(
  config: CompactionConfig,
  segments: readonly DataSegment[],
  done: ReadonlySet<string>,
): CompactionPlan {
  const latest = segments.reduce((most, { interval }) => Math.max(most, interval.end), -Infinity);
  const newest = { start: addPeriod(latest, config.skipOffsetFromLatest ?? 'P1D', -1) ?? latest, end: latest };
  const chunks = new Map<string, CompactionCandidate>();
  const skipped: DataSegment[] = [];
  for (const segment of segments) {
    const chunk = chunkOf(segment, config);
    if (!chunk || (newest.start < newest.end && overlaps(chunk.interval, newest))) {
      skipped.push(segment);
      continue;
    }
    const key = formatInterval(chunk.interval);
    const known = chunks.get(key)?.segments ?? [];
    chunks.set(key, { ...chunk, segments: [...known, segment], fingerprint: '' });
  }
  const settings = JSON.stringify([config.granularitySpec, config.tuningConfig, config.maxRowsPerSegment]);
  const awaiting: CompactionCandidate[] = [];
  const compacted: DataSegment[] = [];
  for (const chunk of chunks.values()) {
    const ids = chunk.segments.map(formatSegmentId).sort();
    const candidate = { ...chunk, fingerprint: JSON.stringify([settings, ids]) };
    if (needsCompaction(config, candidate) && !done.has(candidate.fingerprint)) awaiting.push(candidate);
    else compacted.push(...chunk.segments);
  }
  // The newest first, as Druid's newestSegmentFirst policy has it.
  awaiting.sort((a, b) => b.interval.start - a.interval.start);
  return { awaiting, compacted, skipped };
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const timestamp = (time: number): string => `TIMESTAMP '${formatTime(time).replace('T', ' ').replace('Z', '')}'`;

/** The statement that compacts a chunk, and the context that it runs with. */
export function compactionStatement(config: CompactionConfig, candidate: CompactionCandidate) {
  const { interval, granularity, segments } = candidate;
  const table = identifier(config.dataSource);
  const within = `"__time" >= ${timestamp(interval.start)} AND "__time" < ${timestamp(interval.end)}`;
  const isAll = granularity.kind === 'all';
  const columns = clusteredBy(config, segments);
  return {
    sql: [
      `REPLACE INTO ${table} OVERWRITE ${isAll ? 'ALL' : `WHERE ${within}`}`,
      `SELECT * FROM ${table}${isAll ? '' : ` WHERE ${within}`}`,
      `PARTITIONED BY ${isAll ? 'ALL' : `'${granularity.period}'`}`,
      ...(columns.length > 0 ? [`CLUSTERED BY ${columns.map(identifier).join(', ')}`] : []),
    ].join('\n'),
    context: {
      priority: config.taskPriority ?? 25,
      rowsPerSegment: rowsPerSegment(config),
      maxNumTasks: (config.tuningConfig?.maxNumConcurrentSubTasks ?? 1) + 1,
      ...config.taskContext,
    },
  };
}
