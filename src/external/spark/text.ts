/** Lines of csv, tsv, regex and lines as Spark reads them. */
import { quoteText } from '../../engine/spark/quoting.js';
import { placeColumns } from '../flatten.js';
import type { TextFormat } from '../format-spec.js';
import type { ExternalRelation } from '../relation.js';
import { guarded, linesSql, nullColumn, type Reading, selectAs } from './reading.js';
import { coerceText } from './values.js';

/** Druid's Parsers.DEFAULT_LIST_DELIMITER. */
const DEFAULT_LIST_DELIMITER = '\u0001';

/** How a line is taken apart. */
interface LineSql {
  readonly fields: string;
  readonly field: (index: number) => string;
  readonly good?: string;
}

function lineSql(format: TextFormat): LineSql {
  switch (format.type) {
    case 'csv':
      return {
        fields: `CASE WHEN contains(value, '"') THEN regexp_extract_all(concat(',', value), ${quoteText(',([^",]*+(?:"[^"]*+"[^",]*+)*+)')}, 1) ELSE split(value, ',', -1) END`,
        field: (index) => {
          const field = `fields[${index}]`;
          const inner = `substr(${field}, 2, CASE WHEN endswith(${field}, '"') THEN length(${field}) - 2 ELSE length(${field}) - 1 END)`;
          return `CASE WHEN startswith(${field}, '"') THEN replace(${inner}, '""', '"') WHEN ${field} <> '' THEN ${field} END`;
        },
        good: `(length(value) - length(replace(value, '"', ''))) % 2 = 0`,
      };
    case 'tsv':
      return {
        fields: `split(value, ${quoteText(`\\Q${format.delimiter ?? '\t'}\\E`)}, -1)`,
        field: (index) => `nullif(fields[${index}], '')`,
      };
    case 'regex': {
      const pattern = quoteText(`^(?:${format.pattern})\\z`);
      const groups = (new RegExp(`${format.pattern}|`).exec('')?.length ?? 1) - 1;
      return {
        fields: 'value',
        field: (index) =>
          index < groups ? `regexp_extract(fields, ${pattern}, ${index + 1})` : 'CAST(NULL AS STRING)',
        good: `value RLIKE ${pattern}`,
      };
    }
    case 'lines':
      return { fields: 'value', field: () => 'fields' };
  }
}

/** @param names of the fields of a line, in their order */
export function readText(
  format: TextFormat,
  relation: ExternalRelation,
  names: readonly string[],
  source: string,
  strict: boolean,
): Reading {
  const { fields, field, good } = lineSql(format);
  const parseNumbers = 'tryParseNumbers' in format && format.tryParseNumbers === true;
  const delimiter = ('listDelimiter' in format ? format.listDelimiter : undefined) ?? DEFAULT_LIST_DELIMITER;
  const columns = placeColumns(relation, undefined);
  const positions = columns.map(({ name }) => names.lastIndexOf(name));
  const inner = [...new Set(positions)].filter((index) => index >= 0).map((index) => `${field(index)} AS f${index}`);
  const outer = columns.map((column, at) => {
    const index = positions[at] ?? -1;
    if (index < 0) return nullColumn(column);
    const isLine = format.type === 'lines' && column.type.name === 'VARCHAR';
    return selectAs(isLine ? `f${index}` : coerceText(`f${index}`, column.type, delimiter, parseNumbers), column.name);
  });
  const { where, bad } = guarded(good ?? 'TRUE', 'the line does not fit the format', source, strict);
  const taken = `SELECT ${fields} AS fields FROM ${source} WHERE ${where}`;
  return {
    sql: `SELECT ${outer.join(', ') || '1'} FROM (SELECT ${inner.join(', ') || '1'} FROM (${taken}))`,
    ...(good !== undefined && { badRecordsSql: bad }),
    rowsSql: linesSql(source),
  };
}
