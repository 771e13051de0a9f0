import { randomUUID } from 'node:crypto';
import {
  type SampledColumn,
  sampledColumns,
  type SampledRecord,
  splitCsvLine,
  validateExternal,
  type ExternalRelation,
} from '../external/index.js';
import { fromNativeTypeName, JSON_TYPE, VARCHAR } from '../sql/types.js';
import { InvalidInputError } from './identifiers.js';
import type { QueryService } from './query-service.js';

/** External data of which a few records are wanted. */
export interface SampleRequest {
  readonly inputSource: unknown;
  readonly inputFormat: unknown;
  readonly rows: number;
  readonly signal: AbortSignal;
}

/** Records, and the columns that they have or their files name. */
export interface Sample {
  readonly records: readonly SampledRecord[];
  readonly columns: readonly SampledColumn[];
}

interface TextFormat {
  readonly type: string;
  readonly columns?: readonly string[] | null;
  readonly delimiter?: string | null;
  readonly pattern?: string;
  readonly findColumnsFromHeader?: boolean | null;
  readonly hasHeaderRow?: boolean | null;
  readonly skipHeaderRows?: number | null;
  readonly tryParseNumbers?: boolean | null;
  readonly flattenSpec?: {
    readonly useFieldDiscovery?: boolean | null;
    readonly fields?: readonly unknown[] | null;
  } | null;
}

type Relation = Pick<ExternalRelation, 'signature' | 'describes'> & { readonly inputFormat: unknown };

/** Columns of a Parquet file that are told; Druid takes no more in a statement (TooManyColumns). */
const MOST_COLUMNS = 2_000;

const found = (records: readonly SampledRecord[]): Sample => ({ records, columns: sampledColumns(records) });

/** Reads the first records of external data in the query process, whatever columns they have. */
export class Sampling {
  constructor(readonly queries: QueryService) {}

  /**
   * Answers records with the values that their format has: JSON values, or texts.
   * @throws ExternalSpecError, InvalidInputError; FaultError when the data cannot be read
   */
  async sample(request: SampleRequest): Promise<Sample> {
    const { inputSource, inputFormat } = request;
    validateExternal({ inputSource, inputFormat, signature: [] }, this.queries.sources.spark ? 'spark' : 'duckdb');
    const format = inputFormat as TextFormat;
    switch (format.type) {
      case 'parquet':
        return this.#sampleParquet(request);
      case 'json':
      case 'avro_ocf':
        return found(await this.#sampleJson(request, format));
      case 'csv':
      case 'tsv':
      case 'regex':
      case 'lines':
        return found(await this.#sampleText(request, format));
      default:
        throw new InvalidInputError(
          `Data of input format [${format.type}] cannot be sampled; give its columns by name`,
        );
    }
  }

  /** The record as a whole tells its columns, those of a flattenSpec come beside it. */
  async #sampleJson(request: SampleRequest, format: TextFormat): Promise<readonly SampledRecord[]> {
    const whole = `record ${randomUUID()}`;
    const fields = (format.flattenSpec?.fields ?? []).map((field) =>
      typeof field === 'string' ? { type: 'root', name: field, expr: field } : (field as { name: string }),
    );
    const rows = await this.#read(request, {
      inputFormat: {
        ...format,
        flattenSpec: { ...format.flattenSpec, fields: [...fields, { type: 'path', name: whole, expr: '$' }] },
      },
      signature: [whole, ...fields.map(({ name }) => name)].map((name) => ({ name, type: JSON_TYPE })),
    });
    const parse = (value: unknown): unknown => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value);
    const discovers = format.flattenSpec?.useFieldDiscovery !== false;
    return rows.map(([record, ...values]) => ({
      ...(discovers && (parse(record) as SampledRecord)),
      ...Object.fromEntries(fields.map(({ name }, index) => [name, parse(values[index])])),
    }));
  }

  /** The footers tell the columns, of which a sample may have none but NULL. */
  async #sampleParquet(request: SampleRequest): Promise<Sample> {
    const { inputFormat } = request;
    const described = await this.#read(
      { ...request, rows: MOST_COLUMNS },
      { inputFormat, signature: ['name', 'type'].map((name) => ({ name, type: VARCHAR })), describes: true },
    );
    const columns = described.map(([name, type]) => ({ name: String(name), type: String(type) }));
    const signature = columns.map(({ name, type }) => ({ name, type: fromNativeTypeName(type) ?? VARCHAR }));
    const rows = await this.#read(request, { inputFormat, signature });
    const parse = (value: unknown, index: number): unknown => {
      if (typeof value === 'bigint') return jsonInteger(value);
      return typeof value === 'string' && columns[index]?.type.includes('<') ? (JSON.parse(value) as unknown) : value;
    };
    const records = rows.map((row) =>
      Object.fromEntries(columns.map(({ name }, index) => [name, parse(row[index], index)])),
    );
    return { records, columns };
  }

  async #sampleText(request: SampleRequest, format: TextFormat): Promise<readonly SampledRecord[]> {
    const names = await this.#textColumns(request, format);
    const rows = await this.#read(request, {
      inputFormat: format,
      signature: names.map((name) => ({ name, type: VARCHAR })),
    });
    const parse = format.tryParseNumbers === true ? parseNumber : (value: unknown): unknown => value;
    return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, parse(row[index])])));
  }

  async #textColumns(request: SampleRequest, format: TextFormat): Promise<readonly string[]> {
    if (format.columns?.length) return format.columns;
    if (format.type === 'lines') return ['line'];
    if (format.type === 'regex') {
      const groups = (new RegExp(`${format.pattern ?? ''}|`).exec('')?.length ?? 1) - 1;
      return Array.from({ length: groups }, (_, index) => `column_${index + 1}`);
    }
    const line = format.skipHeaderRows ?? 0;
    const lines = await this.#read(
      { ...request, rows: line + 1 },
      { inputFormat: { type: 'lines' }, signature: [{ name: 'line', type: VARCHAR }] },
    );
    const header = String(lines[line]?.[0] ?? '')
      .replace(/^\uFEFF/, '')
      .replace(/\r$/, '');
    return format.type === 'csv' ? splitCsvLine(header) : header.split(format.delimiter ?? '\t');
  }

  async #read(
    { inputSource, rows, signal }: SampleRequest,
    relation: Relation,
  ): Promise<readonly (readonly unknown[])[]> {
    const columns = relation.signature.map(({ name }) => name);
    const read: (readonly unknown[])[] = [];
    for await (const batch of this.queries.readExternal({ inputSource, columns, ...relation }, rows, signal)) {
      read.push(...batch);
    }
    return read;
  }
}

/** JSON has no whole numbers beyond 2^53 that every reader keeps: they are told by their digits. */
const jsonInteger = (value: bigint): number | string =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value);

/** Druid's tryParseNumbers: what reads as a number is one. */
function parseNumber(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return value;
  const number = Number(value);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? value : number;
}
