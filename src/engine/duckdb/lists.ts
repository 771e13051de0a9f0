import type { SqlType } from '../../sql/types.js';
import type { ListSyntax } from '../emission/lists.js';

/** Macros that the order of arrays needs. */
export const listMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO ordered_list(list) AS
    list_transform(list, lambda v: {'present': v IS NOT NULL, 'value': v})`,
];

/** A value so that DuckDB orders it as Druid does: within an array nulls come before everything, in DuckDB after it. */
export const orderedSql = (sql: string, type: SqlType): string =>
  type.name === 'ARRAY' ? `ordered_list(${sql})` : sql;

/** DuckDB's lists count from 1. */
export const listSyntax: ListSyntax = {
  list: (elements) => `[${elements.join(', ')}]`,
  size: (list) => `len(${list})`,
  first: (list) => `${list}[1]`,
  transform: (list, variable, body) => `list_transform(${list}, lambda ${variable}: ${body})`,
};
