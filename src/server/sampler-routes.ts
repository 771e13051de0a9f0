import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { FaultError } from '../msq/fault.js';
import { parseInterval } from '../segments/index.js';
import type { Sample, SampledRecord, TaskEngine } from '../tasks/index.js';
import { DruidError } from './druid-error.js';
import { jsonBody } from './request.js';
import { about } from './route-documents.js';
import { abandonment } from './send-answer.js';

/** Druid's SamplerConfig: as many rows unless told, and never more. */
const DEFAULT_ROWS = 200;
const MOST_ROWS = 5_000;

const timestampSpec = z
  .object({
    column: z.string().nullish(),
    format: z.enum(['auto', 'iso', 'millis', 'posix'], { error: 'must be auto, iso, millis or posix' }).nullish(),
    missingValue: z.string().nullish(),
  })
  .loose();

const dimension = z.union([z.string(), z.object({ name: z.string(), type: z.string().nullish() }).loose()]);

const samplerBody = z.object({
  type: z.string().nullish(),
  spec: z.object({
    ioConfig: z.object({ inputSource: z.record(z.string(), z.unknown()), inputFormat: z.unknown() }).loose(),
    dataSchema: z
      .object({
        timestampSpec: timestampSpec.nullish(),
        dimensionsSpec: z
          .object({
            dimensions: z.array(dimension).nullish(),
            dimensionExclusions: z.array(z.string()).nullish(),
            useSchemaDiscovery: z.boolean().nullish(),
          })
          .loose()
          .nullish(),
        transformSpec: z
          .object({
            filter: z.null({ error: 'is not supported by the sampler' }).optional(),
            transforms: z.array(z.unknown()).max(0, 'are not supported by the sampler').nullish(),
          })
          .nullish(),
      })
      .loose()
      .nullish(),
  }),
  samplerConfig: z.object({ numRows: z.int().positive().nullish() }).loose().nullish(),
});

type Schema = NonNullable<z.infer<typeof samplerBody>['spec']['dataSchema']>;

/** Milliseconds of a record's time; undefined where there is none that can be read (TimestampSpec.extractTimestamp). */
function timeOf(record: SampledRecord, { column, format, missingValue }: z.infer<typeof timestampSpec>) {
  const given = record[column ?? 'timestamp'] ?? missingValue;
  if (typeof given === 'number') return format === 'posix' ? given * 1_000 : given;
  if (typeof given !== 'string') return undefined;
  if (/^-?\d+$/.test(given) && format !== 'iso') return format === 'posix' ? Number(given) * 1_000 : Number(given);
  return parseInterval(`${given.trim().replace(' ', 'T')}/PT0S`)?.start;
}

/** The columns that the dimensionsSpec wants, with the types that it gives. */
function wantedColumns(sampled: Sample['columns'], schema: Schema) {
  const { dimensions, dimensionExclusions } = schema.dimensionsSpec ?? {};
  const excluded = new Set([...(dimensionExclusions ?? []), '__time', schema.timestampSpec?.column ?? 'timestamp']);
  const found = sampled.filter(({ name }) => !excluded.has(name));
  const declared = (dimensions ?? []).map((each) => (typeof each === 'string' ? { name: each, type: 'string' } : each));
  if (declared.length === 0) return found;
  const types = new Map(found.map(({ name, type }) => [name, type]));
  const typed = declared.map(({ name, type }) => ({
    name,
    type:
      !type || type === 'auto' ? (types.get(name) ?? 'STRING') : type === 'json' ? 'COMPLEX<json>' : type.toUpperCase(),
  }));
  const isDeclared = new Set(typed.map(({ name }) => name));
  const more = schema.dimensionsSpec?.useSchemaDiscovery ? found.filter(({ name }) => !isDeclared.has(name)) : [];
  return [...typed, ...more];
}

const dimensionType = (type: string): string =>
  ({ LONG: 'long', DOUBLE: 'double', FLOAT: 'float', STRING: 'string', 'COMPLEX<json>': 'json' })[type] ?? 'auto';

/** Druid's SamplerResponse: each record as it came and as it would be stored, and the columns. */
function samplerResponse({ records, columns: sampled }: Sample, schema: Schema): object {
  const columns = wantedColumns(sampled, schema);
  const data = records.map((input) => {
    const time = timeOf(input, schema.timestampSpec ?? {});
    if (time === undefined) {
      const column = schema.timestampSpec?.column ?? 'timestamp';
      const error = `Timestamp[${String(input[column] ?? null)}] is unparseable! Column[${column}]`;
      return { input, unparseable: true, error };
    }
    return {
      input,
      parsed: { __time: time, ...Object.fromEntries(columns.map(({ name }) => [name, input[name] ?? null])) },
    };
  });
  return {
    numRowsRead: data.length,
    numRowsIndexed: data.filter((row) => 'parsed' in row).length,
    logicalDimensions: columns.map(({ name, type }) => ({ type: dimensionType(type), name })),
    physicalDimensions: columns.map(({ name, type }) => ({ type: dimensionType(type), name })),
    logicalSegmentSchema: [{ name: '__time', type: 'LONG' }, ...columns],
    data,
  };
}

/** Whatever keeps data from being read is for the one to mend who named the data, as in Druid's SamplerException. */
function samplerError(error: unknown): unknown {
  if (!(error instanceof FaultError) || error.fault.errorCode === 'WorkerFailed') return error;
  return new DruidError('INVALID_INPUT', `Failed to sample data: ${error.message}`);
}

/** POST sampler: the first records of external data, as the console's "connect external data" previews them. */
export function addSamplerRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  app.post<{ Querystring: { for?: string } }>(
    '/druid/indexer/v1/sampler',
    about('Previews external data and tells its columns', {
      body: samplerBody,
      query: { for: 'what the sample is for; not looked at' },
    }),
    async (request, reply) => {
      const { spec, samplerConfig } = jsonBody(request, samplerBody);
      const { inputSource, inputFormat } = spec.ioConfig;
      if (inputFormat === undefined || inputFormat === null) {
        throw new DruidError('INVALID_INPUT', 'Cannot read property [inputFormat]: it must be given');
      }
      const rows = Math.min(samplerConfig?.numRows ?? DEFAULT_ROWS, MOST_ROWS);
      const { sampling } = await engine();
      const signal = abandonment(reply);
      const sample = await sampling.sample({ inputSource, inputFormat, rows, signal }).catch((error: unknown) => {
        throw samplerError(error);
      });
      return samplerResponse(sample, spec.dataSchema ?? {});
    },
  );
}
