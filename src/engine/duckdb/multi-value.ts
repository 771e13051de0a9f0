/**
 * Multi-value strings, which DuckDB holds as one text: chr(29) and a JSON array of the values. Nearly every text column
 * of external data may hold some, but few rows do: each rewriting here tests the marker first and leaves plain text on
 * the path that it would have taken anyway.
 */

/** Macros that the rewritten expressions call. */
export const multiValueMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO is_multi(x) AS starts_with(x, chr(29))`,
  // An empty list counts as one null value, as Druid reads an empty row of a multi-value dimension.
  `CREATE OR REPLACE TEMP MACRO multi_values(x) AS CASE
    WHEN NOT starts_with(x, chr(29)) OR x IS NULL THEN [x]
    WHEN x = chr(29) || '[]' THEN [NULL::VARCHAR]
    ELSE from_json(substr(x, 2), '["VARCHAR"]')
  END`,
  `CREATE OR REPLACE TEMP MACRO multi_text(list) AS CASE
    WHEN len(list) = 1 THEN list[1]
    WHEN list IS NOT NULL THEN chr(29) || CAST(to_json(list) AS VARCHAR)
  END`,
  // OR over the values in three-valued logic.
  `CREATE OR REPLACE TEMP MACRO multi_any(list) AS
    coalesce(list_bool_or(list), FALSE) OR (CASE WHEN list_count(list) = len(list) THEN FALSE END)`,
];

/** A part of an expression whose value may be a multi-value string: the SQL of the part and the variable that stands for one value. */
export interface MultiValueSource {
  readonly sql: string;
  readonly variable: string;
}

const anyIsMulti = (sources: readonly MultiValueSource[]): string =>
  sources.map((source) => `is_multi(${source.sql})`).join(' OR ');

/** A list with the expression's value for each combination of values. */
function listOver(sources: readonly MultiValueSource[], body: string): string {
  const [first, ...rest] = sources;
  if (!first) return `[${body}]`;
  const list = `list_transform(multi_values(${first.sql}), lambda ${first.variable}: ${rest.length > 0 ? listOver(rest, body) : body})`;
  return rest.length > 0 ? `flatten(${list})` : list;
}

function severalValues(
  sources: readonly MultiValueSource[],
  body: string,
  kind: 'text' | 'condition' | 'negated' | 'other',
): string {
  switch (kind) {
    case 'text':
      return `multi_text(${listOver(sources, body)})`;
    case 'condition':
      return `multi_any(${listOver(sources, body)})`;
    case 'negated':
      return `NOT multi_any(${listOver(sources, body)})`;
    case 'other':
      return `error('Cannot take several values as one: ' || concat(${sources.map((source) => `substr(${source.sql}, 2)`).join(', ')}))`;
  }
}

/**
 * Applies a scalar expression to every value. `plain` is the expression over the sources as they are, `body` the same over
 * their variables. `kind` says what becomes of several values: `text` is again a multi-value string; `condition` holds
 * when any value satisfies it; `negated` when none satisfies `body`; any other value cannot be told and is an error.
 */
export function mapMultiValue(
  sources: readonly MultiValueSource[],
  plain: string,
  body: string,
  kind: 'text' | 'condition' | 'negated' | 'other',
): string {
  if (sources.length === 0) return plain;
  const several = severalValues(sources, body, kind);
  return `CASE WHEN ${anyIsMulti(sources)} THEN ${several} ELSE ${plain} END`;
}

/** The values of a multi-value string as a list to unnest: one value for plain text and null. */
export const valuesOf = (sql: string): string => `multi_values(${sql})`;

/**
 * A list of structs with one member for each column, one for each combination of the columns' values; a list of one null
 * for a row of plain texts.
 */
export function combinationsOf(columns: readonly string[], freshVariable: () => string): string {
  const sources = columns.map((sql) => ({ sql, variable: freshVariable() }));
  const members = sources.map(({ sql, variable }) => `${sql}: ${variable}`).join(', ');
  return `CASE WHEN ${anyIsMulti(sources)} THEN ${listOver(sources, `{${members}}`)} ELSE [NULL] END`;
}
