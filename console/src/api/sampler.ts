import { postJson } from './http.js';

/** What the server's sampler read. */
export interface SamplerAnswer {
  /** Columns with Druid's native types, in the order in which they were found. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The first records of external data, as they are before a statement.
 * @throws ApiError when the data cannot be read
 */
export async function sampleData(
  inputSource: unknown,
  inputFormat: unknown,
  rows: number,
  signal?: AbortSignal,
): Promise<SamplerAnswer> {
  const answer = await postJson<{
    readonly data: readonly { readonly input: Readonly<Record<string, unknown>> }[];
    readonly logicalSegmentSchema: readonly { readonly name: string; readonly type: string }[];
  }>(
    '/druid/indexer/v1/sampler?for=console',
    {
      type: 'index_parallel',
      spec: {
        ioConfig: { type: 'index_parallel', inputSource, inputFormat },
        // The console finds the time itself, so that no column may be lost as the timestamp here.
        dataSchema: { timestampSpec: { column: '', missingValue: '1970-01-01' } },
      },
      samplerConfig: { numRows: rows },
    },
    signal,
  );
  const records = answer.data.map(({ input }) => input);
  // The sampler's own __time is not one of the data, which may have one too.
  const time = records.map((record) => record['__time']).find((value) => value !== undefined && value !== null);
  const own = time === undefined ? [] : [{ name: '__time', type: typeof time === 'number' ? 'LONG' : 'STRING' }];
  return { columns: [...own, ...answer.logicalSegmentSchema.slice(1)], records };
}
