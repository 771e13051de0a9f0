import { sampleData } from '../api/sampler.js';
import { messageOf } from '../shared/Notice.js';
import { discoverColumns, type DiscoveredColumn } from './columns.js';
import { guessFormat, type InputFormat, type SampleRecord } from './format.js';

/** Records that a format makes of the start of a source, and their columns. */
export interface FormatSample {
  readonly records: readonly SampleRecord[];
  readonly columns: readonly DiscoveredColumn[];
  /** Why there are none. */
  readonly problem?: string;
}

/** What a first look at a source tells. */
export interface FirstLook extends FormatSample {
  /** The first lines as they are; none of a format that is not text. */
  readonly lines: readonly string[];
  readonly inputFormat: InputFormat;
}

/** Lines and records that are looked at, and characters of a line. */
const sampleRows = 300;
const longestLine = 200_000;

const textFormats = new Set(['csv', 'tsv', 'lines', 'regex']);

/** Whether each line is an object by itself, so that lines can be taken out of their file. */
const isByLine = (lines: readonly string[]): boolean => lines.every((line) => /^\s*(?:\{|$)/.test(line));

/** The sample as an input source of its own, so that nothing is read again; undefined where lines do not carry it. */
function inlineSource(lines: readonly string[], format: InputFormat, most: number): unknown {
  if (lines.length === 0) return undefined;
  const isWhole = lines.length < sampleRows && lines.length <= most;
  if (textFormats.has(format.type) || (format.type === 'json' && (isWhole || isByLine(lines)))) {
    return { type: 'inline', data: lines.slice(0, most).join('\n') };
  }
  return undefined;
}

/** What a preview reads instead of the source, which may be large and far away; undefined where it has to read that. */
export function previewInput(
  lines: readonly string[],
  format: InputFormat,
  records: readonly SampleRecord[],
): { readonly inputSource: unknown; readonly inputFormat: InputFormat } | undefined {
  const most = 101;
  const inputSource = inlineSource(lines, format, most);
  if (inputSource !== undefined) return { inputSource, inputFormat: format };
  if (records.length === 0) return undefined;
  // What is no text, or cannot be cut by lines, is written again as objects: the declared types read them alike.
  const data = records
    .slice(0, most)
    .map((record) => JSON.stringify(record))
    .join('\n');
  return { inputSource: { type: 'inline', data }, inputFormat: { type: 'json' } };
}

/** Reads the sample by another format. */
export async function sampleFormat(
  inputSource: unknown,
  lines: readonly string[],
  inputFormat: InputFormat,
  signal?: AbortSignal,
): Promise<FormatSample> {
  const source = inlineSource(lines, inputFormat, sampleRows) ?? inputSource;
  try {
    const answer = await sampleData(source, inputFormat, sampleRows, signal);
    return { records: answer.records, columns: discoverColumns(answer, textFormats.has(inputFormat.type)) };
  } catch (error) {
    signal?.throwIfAborted();
    return { records: [], columns: [], problem: messageOf(error) };
  }
}

/** The format whose files begin like this, whatever their name; undefined for text. */
function binaryFormat(start: unknown): string | undefined {
  if (typeof start !== 'string') return undefined;
  if (start.startsWith('PAR1')) return 'parquet';
  return start.startsWith('Obj\u0001') ? 'avro_ocf' : undefined;
}

/**
 * Looks at a source: its lines, the format that they are likely in, and the records of that.
 * @throws ApiError when the source cannot be read
 */
export async function firstLook(
  source: { readonly inputSource: unknown; readonly path: string },
  signal: AbortSignal,
): Promise<FirstLook> {
  // Other formats are no text: there are no lines to look at.
  const suffix = /\.(parquet|avro)(?:[?#]|$)/i.exec(source.path)?.[1]?.toLowerCase();
  const { inputSource } = source;
  const binary = async (type: string): Promise<FirstLook> => {
    const inputFormat = { type };
    return { lines: [], inputFormat, ...(await sampleFormat(inputSource, [], inputFormat, signal)) };
  };
  if (suffix !== undefined) return binary(suffix === 'avro' ? 'avro_ocf' : suffix);
  let records: readonly SampleRecord[];
  try {
    ({ records } = await sampleData(inputSource, { type: 'lines' }, sampleRows, signal));
  } catch (error) {
    signal.throwIfAborted();
    // What cannot be read by lines may be Parquet under another name.
    const parquet = await binary('parquet');
    if (parquet.problem === undefined) return parquet;
    throw error;
  }
  const hidden = binaryFormat(records[0]?.line);
  if (hidden !== undefined) return binary(hidden);
  const lines = records.map(({ line }) => (typeof line === 'string' ? line.slice(0, longestLine) : ''));
  const inputFormat = guessFormat(lines);
  return { lines, inputFormat, ...(await sampleFormat(inputSource, lines, inputFormat, signal)) };
}
