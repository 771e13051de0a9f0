import { quoteIdentifier, quoteText } from '../../engine/duckdb/index.js';
import { coerceJson, coerceJsonText, selectAs } from '../coercion.js';
import { readHead } from '../content.js';
import { type Column, placeColumns } from '../flatten.js';
import type { JsonFormat } from '../format-spec.js';
import type { InputFile } from '../input-file.js';
import { detectLayout, type JsonLayout } from '../json-layout.js';
import { jsonPointer } from '../json-path.js';
import { mapConcurrently } from '../concurrency.js';
import type { PartPlan } from '../part-plan.js';
import type { ExternalRelation } from '../relation.js';
import { compressionOption, fileList, groupFiles, recordFilter, selectList } from './sql.js';

/** Bytes from which a file's layout is told. */
const HEAD_BYTES = 65_536;

const isObject = `starts_with(CAST(json AS VARCHAR), '{')`;
const notAnObject = 'A record is not a JSON object';

/** The members of the records that one json_transform takes out: all columns in one pass over the document. */
function chooseLeaves(columns: readonly Column[]): ReadonlyMap<string, 'VARCHAR' | 'JSON'> {
  const leaves = new Map<string, 'VARCHAR' | 'JSON'>();
  const spellings = new Map<string, string>();
  for (const { type, path } of columns) {
    const [root] = path;
    // The fields of a struct have names, and those do not differ by case alone.
    if (typeof root !== 'string' || root === '') continue;
    const spelling = spellings.get(root.toLowerCase());
    if (spelling !== undefined && spelling !== root) continue;
    spellings.set(root.toLowerCase(), root);
    const isScalar = path.length === 1 && type.name !== 'ARRAY' && type.name !== 'COMPLEX';
    if (!isScalar || leaves.get(root) === undefined) {
      leaves.set(root, isScalar ? (leaves.get(root) ?? 'VARCHAR') : 'JSON');
    }
  }
  return leaves;
}

function columnSql(column: Column, leaves: ReadonlyMap<string, 'VARCHAR' | 'JSON'>): string {
  const { type, path } = column;
  const [root, ...inner] = path;
  if (root === undefined) return coerceJson('json', type);
  const leaf = typeof root === 'string' ? leaves.get(root) : undefined;
  if (leaf === undefined) return coerceJson(`json_extract(json, ${quoteText(jsonPointer(path))})`, type);
  const value = `members.${quoteIdentifier(String(root))}`;
  if (leaf === 'VARCHAR') return coerceJsonText(value, 'json', quoteText(jsonPointer(path)), type);
  if (inner.length > 0) return coerceJson(`json_extract(${value}, ${quoteText(jsonPointer(inner))})`, type);
  return type.name === 'COMPLEX' ? value : coerceJson(value, type);
}

function planGroup(
  layout: JsonLayout,
  files: readonly [InputFile, ...InputFile[]],
  columns: readonly Column[],
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
  const leaves = chooseLeaves(columns);
  const members =
    leaves.size > 0
      ? `, json_transform(json, ${quoteText(JSON.stringify(Object.fromEntries(leaves)))}) AS members`
      : '';
  const select = selectList(columns.map((column) => selectAs(columnSql(column, leaves), column.name)));
  const filter = recordFilter(isObject, strict || layout !== 'lines', notAnObject);
  const sql = `SELECT ${select} FROM (SELECT json${members} FROM ${reader} WHERE ${filter})`;
  if (layout !== 'lines') return { files, sql, strict: true };
  const badFilesSql = `SELECT filename, count(*) FROM ${lenientLines(', filename = true')} WHERE json IS NULL OR NOT ${isObject} GROUP BY filename`;
  return { files, sql, strict, badRecords: { sql: badFilesSql, check: checkJsonLine, skippedLines: 0 } };
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
    if (format.assumeNewlineDelimited) return { file, layout: 'lines' as const };
    const { bytes, whole } = await readHead(file, HEAD_BYTES);
    return { file, layout: detectLayout(new TextDecoder().decode(bytes), whole) };
  });
  const groups = groupFiles(entries, ({ file, layout }) => [file.compression, layout]);
  return groups.map(([first, ...others]) =>
    planGroup(first.layout, [first.file, ...others.map(({ file }) => file)], columns, strict),
  );
}
