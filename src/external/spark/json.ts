/** Lines of JSON as Spark reads them: text, out of which the columns' members are parsed. */
import { quoteIdentifier, quoteText } from '../../engine/spark/quoting.js';
import { jsonAtPath } from '../../engine/spark/functions/json.js';
import { unsupportedError } from '../../sql/errors.js';
import { type Column, placeColumns } from '../flatten.js';
import type { JsonFormat } from '../format-spec.js';
import type { ExternalRelation } from '../relation.js';
import { guarded, linesSql, type Reading, selectAs } from './reading.js';
import { coerceJson, valueOfJson } from './values.js';

/** A column whose value is a member of the record and no JSON: it is parsed with all the others like it. */
const rootOf = ({ type, path }: Column): string | undefined =>
  path.length === 1 && type.name !== 'COMPLEX' ? String(path[0]) : undefined;

/** The JSON at a column's path in a JSON text. */
export function jsonAt(json: string, path: Column['path']): string {
  if (path.some((step) => typeof step === 'string' && step.includes("'"))) {
    throw unsupportedError('A quote in the path of a JSON column is not supported by the spark engine');
  }
  const places = path.map((step) => (typeof step === 'number' ? `[${step}]` : `['${step}']`));
  return jsonAtPath(json, quoteText(`$${places.join('')}`));
}

/** `record` is a struct: the roots of the columns' paths as texts and lists, and the JSON of all other columns. */
function columnSql(column: Column, index: number): string {
  const { name, type } = column;
  const root = rootOf(column);
  if (root === undefined) {
    const json = `record.j${index}`;
    return selectAs(type.name === 'COMPLEX' ? json : coerceJson(valueOfJson(json), type), name);
  }
  const field = quoteIdentifier(root);
  return selectAs(coerceJson({ text: `record.texts.${field}`, list: `record.lists.${field}` }, type), name);
}

export function readJson(format: JsonFormat, relation: ExternalRelation, source: string, strict: boolean): Reading {
  const columns = placeColumns(relation, format.flattenSpec);
  const roots = [...new Set(columns.flatMap((column) => rootOf(column) ?? []))];
  const struct = (type: string): string =>
    `from_json(value, ${quoteText(roots.map((root) => `${quoteIdentifier(root)} ${type}`).join(', '))})`;
  const parts = [
    ...(roots.length > 0
      ? [
          `'texts', ${struct('STRING')}`,
          // What no line looks like need not be parsed for once more.
          `'lists', CASE WHEN value RLIKE ${quoteText(':\\s*\\[')} THEN ${struct('ARRAY<STRING>')} END`,
        ]
      : []),
    ...columns.flatMap((column, index) =>
      rootOf(column) === undefined ? [`'j${index}', ${jsonAt('value', column.path)}`] : [],
    ),
  ];
  const record = parts.length > 0 ? parts.join(', ') : `'none', 1`;
  const good = `(startswith(ltrim(value), '{') AND coalesce(json_array_length(concat('[', value, ']')) = 1, FALSE))`;
  const { where, bad } = guarded(good, 'Unable to parse JSON', source, strict);
  const list = columns.map(columnSql).join(', ') || '1';
  return {
    // The record passes through a generator, past which the optimizer does not copy the parsing to each use.
    sql: `SELECT ${list} FROM (SELECT explode(array(named_struct(${record}))) AS record FROM ${source} WHERE ${where})`,
    badRecordsSql: bad,
    rowsSql: linesSql(source),
  };
}
