/**
 * Multi-value strings, which engines hold as one text: chr(29) and a JSON array of the values. Nearly every text column
 * of external data may hold some, but few rows do: each rewriting here tests the marker first and leaves plain text on
 * the path that it would have taken anyway.
 */
import type { EngineSyntax } from './syntax.js';

/** A part of an expression whose value may be a multi-value string: the SQL of the part and the variable that stands for one value. */
export interface MultiValueSource {
  readonly sql: string;
  readonly variable: string;
}

const anyIsMulti = (syntax: EngineSyntax, sources: readonly MultiValueSource[]): string =>
  sources.map((source) => syntax.isMulti(source.sql)).join(' OR ');

/** A list with the expression's value for each combination of values. */
function listOver(syntax: EngineSyntax, sources: readonly MultiValueSource[], body: string): string {
  const [first, ...rest] = sources;
  if (!first) return syntax.list([body]);
  const inner = rest.length > 0 ? listOver(syntax, rest, body) : body;
  const list = syntax.transform(syntax.multiValues(first.sql), first.variable, inner);
  return rest.length > 0 ? syntax.flatten(list) : list;
}

function severalValues(
  syntax: EngineSyntax,
  sources: readonly MultiValueSource[],
  body: string,
  kind: 'text' | 'condition' | 'negated' | 'other',
): string {
  switch (kind) {
    case 'text':
      return syntax.multiText(listOver(syntax, sources, body));
    case 'condition':
      return syntax.multiAny(listOver(syntax, sources, body));
    case 'negated':
      return `NOT ${syntax.multiAny(listOver(syntax, sources, body))}`;
    case 'other':
      return syntax.fail(
        `'Cannot take several values as one: ' || concat(${sources.map((source) => `substr(${source.sql}, 2)`).join(', ')})`,
      );
  }
}

/**
 * Applies a scalar expression to every value. `plain` is the expression over the sources as they are, `body` the same over
 * their variables. `kind` says what becomes of several values: `text` is again a multi-value string; `condition` holds
 * when any value satisfies it; `negated` when none satisfies `body`; any other value cannot be told and is an error.
 */
export function mapMultiValue(
  syntax: EngineSyntax,
  sources: readonly MultiValueSource[],
  plain: string,
  body: string,
  kind: 'text' | 'condition' | 'negated' | 'other',
): string {
  if (sources.length === 0) return plain;
  const several = severalValues(syntax, sources, body, kind);
  return `CASE WHEN ${anyIsMulti(syntax, sources)} THEN ${several} ELSE ${plain} END`;
}

/**
 * A list of structs with one member for each column, one for each combination of the columns' values; a list of one null
 * for a row of plain texts.
 */
export function combinationsOf(syntax: EngineSyntax, columns: readonly string[], freshVariable: () => string): string {
  const sources = columns.map((sql) => ({ sql, variable: freshVariable() }));
  const members = sources.map(({ sql, variable }) => ({ name: sql, sql: variable }));
  return `CASE WHEN ${anyIsMulti(syntax, sources)} THEN ${listOver(syntax, sources, syntax.struct(members))} ELSE ${syntax.list(['NULL'])} END`;
}
