import type { EngineSyntax } from '../emission/syntax.js';
import { unsupportedError } from '../../sql/errors.js';
import { operand } from '../emission/names.js';
import { castSql } from './casts.js';
import { listSyntax, orderedSql } from './lists.js';
import { bareInteger, literalSql } from './literals.js';
import { quoteIdentifier, quoteText } from './quoting.js';

/** DuckDB's SQL. It calls macros of the connection that `openDatabase` opens. */
export const duckdbSyntax: EngineSyntax = {
  name: 'duckdb',
  emitter: (declaration) => declaration.emit.duckdb,
  quoteIdentifier,
  quoteText,
  literal: literalSql,
  bareInteger,
  cast: castSql,
  toBigint: (sql) => `${operand(sql)}::BIGINT`,
  ordered: orderedSql,
  overflow: {
    attempt: (sql, otherwise) => `coalesce(TRY(${sql}), ${otherwise})`,
    wide: (sql) => `${sql}::HUGEINT`,
    wrap: (sql) =>
      `((((${sql}) + 9223372036854775808::HUGEINT) & 18446744073709551615::HUGEINT) - 9223372036854775808::HUGEINT)::BIGINT`,
  },

  hash: (values) => `hash(${values.join(', ')})`,
  ...listSyntax,
  struct: (members) => `{${members.map(({ name, sql }) => `${name}: ${sql}`).join(', ')}}`,
  numbered: (list) => `list_transform(${list}, lambda v, i: {v: v, i: i})`,
  flatten: (list) => `flatten(${list})`,
  bind: (variable, value, body) => `list_transform([${value}], lambda ${variable}: ${body})[1]`,
  unnest: (list) => `unnest(${list})`,

  isMulti: (text) => `is_multi(${text})`,
  multiValues: (text) => `multi_values(${text})`,
  multiText: (list) => `multi_text(${list})`,
  multiAny: (list) => `multi_any(${list})`,
  fail: (message) => `error(${message})`,

  quantified: (needle, { operator, quantifier }, query) => `${needle} ${operator} ${quantifier} (${query})`,
  grouping: (columns) => `GROUPING(${columns.join(', ')})`,
  groupingSetsKnowAliases: true,
  copiesOperands: false,
  filtersWindows: true,
  window: (call) => {
    if (call.ignoreNulls) {
      throw unsupportedError(`IGNORE NULLS of '${call.function}' is not supported by the duckdb engine`);
    }
    return call;
  },
};
