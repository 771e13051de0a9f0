/** Values of records on their way into columns, as SQL of Spark with Druid's coercions. */
import { castSql, jsonText } from '../../engine/spark/casts.js';
import { multiText } from '../../engine/spark/multi-value.js';
import { quoteText } from '../../engine/spark/quoting.js';
import { unsupportedError } from '../../sql/errors.js';
import { isNumeric, type SqlType, VARCHAR } from '../../sql/types.js';

const numberText = (text: string): string => `replace(trim(${text}), ',', '')`;

export const numberOf = (text: string, type: SqlType): string =>
  `transform(array(${numberText(text)}), en -> ${castSql('en', VARCHAR, type)})[0]`;

/** A value of a JSON document: its text, and as a list of texts when it is a JSON array. */
export interface JsonValue {
  readonly text: string;
  readonly list: string;
}

/** A value of a JSON text, which stands in a column. */
export const valueOfJson = (json: string): JsonValue => ({
  text: `CASE WHEN startswith(${json}, '"') THEN from_json(concat('[', ${json}, ']'), 'array<string>')[0] ELSE ${json} END`,
  list: `CASE WHEN startswith(${json}, '[') THEN from_json(${json}, 'array<string>') END`,
});

const refuseType = (type: SqlType): Error =>
  unsupportedError(`External columns of type ${type.name} are not supported by the spark engine`);

export function coerceJson({ text, list }: JsonValue, type: SqlType): string {
  switch (type.name) {
    case 'VARCHAR':
      return `CASE WHEN ${list} IS NOT NULL THEN ${multiText(list)} ELSE ${text} END`;
    case 'ARRAY': {
      const element = type.element ?? VARCHAR;
      if (element.name === 'ARRAY' || element.name === 'COMPLEX') throw refuseType(type);
      const convert = (value: string): string => (element.name === 'VARCHAR' ? value : numberOf(value, element));
      return `CASE WHEN ${list} IS NOT NULL THEN transform(${list}, ee -> ${convert('ee')}) WHEN ${text} IS NOT NULL THEN array(${convert(text)}) END`;
    }
    default:
      if (!isNumeric(type)) throw refuseType(type);
      return numberOf(`CASE WHEN ${list} IS NULL THEN ${text} WHEN array_size(${list}) = 1 THEN ${list}[0] END`, type);
  }
}

const NUMBER = String.raw`^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?\z`;

/** A field of a text file, with Druid's list delimiter and its tryParseNumbers. */
export function coerceText(value: string, type: SqlType, delimiter: string, parseNumbers: boolean): string {
  const parsed = (text: string): string =>
    parseNumbers
      ? `CASE WHEN ${text} RLIKE '^-?[0-9]{1,18}\\\\z' THEN CAST(CAST(${text} AS BIGINT) AS STRING)` +
        ` WHEN ${text} RLIKE ${quoteText(NUMBER)} THEN CAST(CAST(${text} AS DOUBLE) AS STRING) ELSE ${text} END`
      : text;
  const split = `split(${value}, ${quoteText(`\\Q${delimiter}\\E`)}, -1)`;
  const list = parseNumbers ? `transform(${split}, te -> ${parsed('te')})` : split;
  const isList = `contains(${value}, ${quoteText(delimiter)})`;
  switch (type.name) {
    case 'VARCHAR':
      return `CASE WHEN ${isList} THEN ${multiText(list)} ELSE ${parsed(value)} END`;
    case 'ARRAY': {
      const element = type.element ?? VARCHAR;
      if (element.name === 'VARCHAR') return list;
      if (!isNumeric(element)) throw refuseType(type);
      return `transform(${split}, te -> ${numberOf('te', element)})`;
    }
    case 'COMPLEX':
      return `CASE WHEN ${isList} THEN to_json(${list}) ELSE ${jsonText(value, VARCHAR)} END`;
    default:
      if (!isNumeric(type)) throw refuseType(type);
      return numberOf(value, type);
  }
}
