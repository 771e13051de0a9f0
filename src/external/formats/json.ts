import { quoteIdentifier, quoteText } from '../../engine/duckdb/index.js';
import { coerceJson, coerceJsonNumber, coerceJsonText, selectAs } from '../coercion.js';
import { readHead } from '../content.js';
import { type Column, placeColumns } from '../flatten.js';
import type { JsonFormat } from '../format-spec.js';
import type { InputFile } from '../input-file.js';
import { countRecords, detectLayout, type JsonLayout } from '../json-layout.js';
import { jsonPointer, type PathStep } from '../json-path.js';
import { mapConcurrently } from '../concurrency.js';
import { duckdbPath } from '../../sql/functions/json-path.js';
import { isNumeric } from '../../sql/types.js';
import type { PartPlan } from '../part-plan.js';
import { estimateSize, type PartSize } from '../part-size.js';
import type { ExternalRelation } from '../relation.js';
import { quickMembers, readerColumns, sampleRecords, sampleTexts } from './quick-json.js';
import { quickText } from './quick-text.js';
import { compressionOption, fileList, groupFiles, recordFilter, selectList } from './sql.js';

/** Bytes from which a file's layout is told. */
const HEAD_BYTES = 65_536;

/** Files whose beginnings are looked at for what their texts hold. */
const SAMPLED_FILES = 10;

const isObject = `starts_with(CAST(json AS VARCHAR), '{')`;
const notAnObject = 'A record is not a JSON object';

/**
 * The members that are taken out of a record in one pass over it, each as JSON. The others are looked up in the whole
 * record: the engine does not tell names apart that differ only in case.
 */
function chooseMembers(columns: readonly Column[]): ReadonlySet<string> {
  const spellings = new Map<string, string>();
  for (const { path } of columns) {
    const [root] = path;
    if (typeof root !== 'string' || root === '') continue;
    if (!spellings.has(root.toLowerCase())) spellings.set(root.toLowerCase(), root);
  }
  return new Set(spellings.values());
}

const isMember = ({ path: [root] }: Column, members: ReadonlySet<string>): boolean =>
  typeof root === 'string' && members.has(root);

function columnSql(column: Column, members: ReadonlySet<string>): string {
  const { type, path, member } = column;
  if (member) return `druid_json_value(${jsonSql(column, members)}, ${quoteText(duckdbPath(member))})`;
  if (path.length === 0 || path.length > 1 || !isMember(column, members))
    return coerceJson(jsonSql(column, members), type);
  const value = jsonSql(column, members);
  if (type.name === 'VARCHAR') return coerceJsonText(value);
  if (isNumeric(type)) return coerceJsonNumber(value, type);
  return type.name === 'COMPLEX' ? value : coerceJson(value, type);
}

/** The JSON value at a column's path. */
function jsonSql(column: Column, members: ReadonlySet<string>): string {
  const { path } = column;
  const [root, ...inner] = path;
  if (root === undefined) return 'json';
  if (!isMember(column, members)) return `json_extract(json, ${quoteText(jsonPointer(path))})`;
  const value = memberSql(root);
  return inner.length > 0 ? `json_extract(${value}, ${quoteText(jsonPointer(inner))})` : value;
}

const memberSql = (...names: readonly PathStep[]): string =>
  ['members', ...names.map((name) => quoteIdentifier(String(name)))].join('.');

function quickSql(
  column: Column,
  members: ReadonlySet<string>,
  quick: ReadonlyMap<string, string>,
  records: readonly Readonly<Record<string, unknown>>[],
): string {
  const root = String(column.path[0]);
  if (!quick.has(root)) return columnSql(column, members);
  const path = [root, ...(column.member ?? [])];
  return quickText(memberSql(...path), sampleTexts(records, path));
}

function planGroup(
  layout: JsonLayout,
  files: readonly [InputFile, ...InputFile[]],
  columns: readonly Column[],
  heads: readonly string[],
  size: PartSize,
  strict: boolean,
): PartPlan {
  const options = compressionOption(files[0]);
  const lenientLines = (more: string): string =>
    `read_ndjson_objects(${fileList(files)}, ${options}, ignore_errors = true${more})`;
  const reader = {
    lines: strict ? `read_ndjson_objects(${fileList(files)}, ${options})` : lenientLines(''),
    values: `read_json_objects(${fileList(files)}, ${options}, format = 'unstructured')`,
    array: `read_json_objects(${fileList(files)}, ${options}, format = 'array')`,
  }[layout];
  const members = chooseMembers(columns);
  const select = selectList(columns.map((column) => selectAs(columnSql(column, members), column.name)));
  const filter = recordFilter(isObject, strict || layout !== 'lines', notAnObject);
  const names = [...members];
  const transformed =
    names.length > 0
      ? `, json_transform(json, ${quoteText(JSON.stringify(Object.fromEntries(names.map((name) => [name, 'JSON']))))}) AS members`
      : '';
  // Without the record itself the engine need not keep it, which is a fifth faster; it takes no bad record, though.
  const isWholeRecordNeeded = names.length === 0 || !columns.every((column) => isMember(column, members));
  const readMembers = (selected: string, quick: ReadonlyMap<string, string>): string =>
    `SELECT ${selected} FROM read_json(${fileList(files)}, ${options}, format = 'newline_delimited', auto_detect = false, records = true, columns = {${readerColumns(names, quick)}}) AS members`;
  const isStrictLines = strict && layout === 'lines' && !isWholeRecordNeeded;
  const sql = isStrictLines
    ? readMembers(select, new Map())
    : `SELECT ${select} FROM (SELECT json${transformed} FROM ${reader} WHERE ${filter})`;
  if (layout !== 'lines') return { files, sql, size, strict: true };
  const badFilesSql = `SELECT filename, count(*) FROM ${lenientLines(', filename = true')} WHERE json IS NULL OR NOT ${isObject} GROUP BY filename`;
  const records = isStrictLines ? heads.flatMap(sampleRecords) : [];
  const quick = isStrictLines ? quickMembers(columns, members, records) : new Map<string, string>();
  const quickSelect = columns.map((column) => selectAs(quickSql(column, members, quick, records), column.name));
  return {
    files,
    sql,
    size,
    ...(quick.size > 0 && { quickSql: readMembers(selectList(quickSelect), quick) }),
    strict,
    badRecords: { sql: badFilesSql, check: checkJsonLine, skippedLines: 0 },
  };
}

/** Why a line is no record, if it is not. Blank lines are no records at all. */
function checkJsonLine(line: string): string | undefined {
  if (line.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : notAnObject;
  } catch (error) {
    return `Unable to parse JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Plans JSON files: groups of one layout and compression. */
export async function planJson(
  format: JsonFormat,
  relation: ExternalRelation,
  files: readonly InputFile[],
  strict: boolean,
): Promise<readonly PartPlan[]> {
  const columns = placeColumns(relation, format.flattenSpec);
  const entries = await mapConcurrently(files, 8, async (file) => {
    const { bytes, whole } = await readHead(file, HEAD_BYTES);
    const head = new TextDecoder().decode(bytes);
    return { file, head, layout: format.assumeNewlineDelimited ? ('lines' as const) : detectLayout(head, whole) };
  });
  const groups = groupFiles(entries, ({ file, layout }) => [file.compression, layout]);
  const plans = groups.map(async ([first, ...others]) => {
    const { layout } = first;
    const members = [first.file, ...others.map(({ file }) => file)] as const;
    const heads = [first, ...others].slice(0, SAMPLED_FILES).map(({ head }) => head);
    const size = await estimateSize(members, (text) => countRecords(text, layout));
    return planGroup(layout, members, columns, heads, size, strict);
  });
  return Promise.all(plans);
}
