import { mapConcurrently } from './concurrency.js';
import { readHead } from './content.js';
import { compilePattern, type FlattenSpec, type InputFormat, type JsonFormat, type TextFormat } from './format-spec.js';
import { splitCsvLine } from './formats/csv-line.js';
import { headerNames, textColumns, textHeader } from './formats/text.js';
import type { InputFile } from './input-file.js';
import { detectLayout, recordTexts } from './json-layout.js';
import { parseJsonPath, type PathStep } from './json-path.js';
import { type SampledColumn, type SampledRecord, typeOfTexts, typeOfValues } from './sampled-columns.js';

/** Files whose beginnings are read; of more, as many are taken at even distances. */
const MAX_FILES = 256;
/** Bytes of the beginnings of all files together, and of one. */
const ALL_BYTES = 16 * 1024 ** 2;
const MOST_BYTES = 1024 ** 2;
const LEAST_BYTES = 65_536;
/** Beginnings read at the same time. */
const AT_ONCE = 8;

/** What the beginnings of files tell of their columns. */
export interface Description {
  readonly columns: readonly SampledColumn[];
  /** Files and records that were looked at. */
  readonly files: number;
  readonly records: number;
}

type Discover = (head: string, whole: boolean) => readonly SampledRecord[];

/** A number such as 2.0 must not look like an integer once it is parsed. */
const keepFractions = (json: string): string => json.replace(/([:[,]\s*-?\d+\.0+)(?=\s*[,}\]])/g, '$11');

function parseRecord(text: string): SampledRecord | undefined {
  try {
    const value: unknown = JSON.parse(keepFractions(text));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as SampledRecord) : undefined;
  } catch {
    return undefined;
  }
}

const valueAt = (record: unknown, path: readonly PathStep[]): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<PathStep, unknown>)[step] : undefined,
    record,
  );

/** The fields of a flattenSpec, and what useFieldDiscovery finds beside them. */
function flattened(record: SampledRecord, flatten: FlattenSpec | null | undefined): SampledRecord {
  const fields = (flatten?.fields ?? []).map((field): readonly [string, unknown] => {
    const nodes = 'nodes' in field ? field.nodes : undefined;
    const path =
      field.type === 'path'
        ? (parseJsonPath(field.expr ?? '$') ?? [])
        : field.type === 'tree'
          ? (nodes ?? [])
          : [field.expr ?? field.name];
    return [field.name, valueAt(record, path)];
  });
  const discovered = flatten?.useFieldDiscovery === false ? {} : record;
  return { ...discovered, ...Object.fromEntries(fields) };
}

const discoverJson =
  ({ flattenSpec, assumeNewlineDelimited }: Pick<JsonFormat, 'flattenSpec' | 'assumeNewlineDelimited'>): Discover =>
  (head, whole) => {
    const layout = assumeNewlineDelimited ? 'lines' : detectLayout(head, whole);
    return [...recordTexts(head, layout, whole)].flatMap((text) => {
      const record = parseRecord(text);
      return record ? [flattened(record, flattenSpec)] : [];
    });
  };

function splitterOf(format: TextFormat): (line: string) => readonly (string | undefined)[] {
  switch (format.type) {
    case 'csv':
      return splitCsvLine;
    case 'tsv':
      return (line) => line.split(format.delimiter ?? '\t');
    case 'regex': {
      const pattern = compilePattern(format.pattern);
      return (line) => pattern?.exec(line)?.slice(1) ?? [];
    }
    case 'lines':
      return (line) => [line];
  }
}

function discoverText(format: TextFormat): Discover {
  const split = splitterOf(format);
  const { hasHeader, skippedLines } = textHeader(format);
  return (head, whole) => {
    const names = hasHeader ? headerNames(head, format) : textColumns(format);
    const end = whole ? head.length : head.lastIndexOf('\n') + 1;
    const lines = head.slice(0, end).split(/\r?\n/).slice(skippedLines);
    const named = Object.fromEntries(names.map((name) => [name, undefined]));
    const records = lines
      .filter((line) => line !== '')
      .map((line) => {
        const fields = split(line);
        return Object.fromEntries(names.map((name, index) => [name, fields[index]]));
      });
    // A file with nothing but a header has columns too.
    return [named, ...records];
  };
}

/** A type that takes all values of a column: that of the format's values. */
function typesOf(format: InputFormat, records: readonly SampledRecord[]): (name: string) => string {
  if (format.type === 'json' || format.type === 'avro_ocf') {
    return (name) => typeOfValues(records.map((record) => record[name]));
  }
  return (name) => typeOfTexts(records.map((record) => record[name] as string | undefined));
}

/**
 * Tells the columns of files from their beginnings: all names that occur, in the order in which they first do, and for each
 * the type that takes all of its values. Files of Parquet tell theirs by their footers instead.
 */
export async function describeFiles(format: InputFormat, files: readonly InputFile[]): Promise<Description> {
  const step = Math.ceil(files.length / MAX_FILES) || 1;
  const looked = files.filter((_, index) => index % step === 0);
  const bytes = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, Math.floor(ALL_BYTES / Math.max(1, looked.length))));
  const discover =
    format.type === 'json'
      ? discoverJson(format)
      : format.type === 'avro_ocf'
        ? discoverJson({ flattenSpec: format.flattenSpec, assumeNewlineDelimited: true })
        : discoverText(format as TextFormat);
  const found = await mapConcurrently(looked, AT_ONCE, async (file) => {
    const head = await readHead(file, bytes);
    return discover(new TextDecoder().decode(head.bytes).replace(/^\uFEFF/, ''), head.whole);
  });
  const records = found.flat();
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  names.delete('');
  const typeOf = typesOf(format, records);
  const isText = format.type !== 'json' && format.type !== 'avro_ocf';
  return {
    columns: [...names].map((name) => ({ name, type: typeOf(name) })),
    files: looked.length,
    records: isText ? records.length - looked.length : records.length,
  };
}
