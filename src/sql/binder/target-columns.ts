/** `INSERT INTO t (a, b, c)`, which Druid refuses: the listed names are those of the query's columns, in their order. */
import type { Expr, Identifier, Insert, OrderItem, Replace } from '../ast.js';
import { validationError } from '../errors.js';
import type { BoundQuery } from './binding.js';

const nameOf = ({ names }: Identifier): string => names[names.length - 1] ?? '';

/**
 * The query's outputs under the listed names.
 * @throws SqlError when their number is not that of the outputs
 */
export function withTargetNames(query: BoundQuery, columns: readonly Identifier[] | undefined): BoundQuery {
  if (!columns) return query;
  if (columns.length !== query.outputs.length) {
    throw validationError(
      `Number of INSERT target columns (${columns.length}) does not equal number of source items (${query.outputs.length})`,
      columns[0]?.span,
    );
  }
  const outputs = query.outputs.map((output, index) => {
    const column = columns[index];
    return column ? { ...output, name: nameOf(column), named: true, span: column.span } : output;
  });
  return { ...query, outputs };
}

/** CLUSTERED BY with listed names as ordinals, since the query itself has names of its own. */
export function clusteringByTarget({ clusteredBy, columns }: Insert | Replace): readonly OrderItem[] | undefined {
  if (!columns) return clusteredBy;
  const ordinalOf = (expr: Expr): Expr => {
    const place = expr.kind === 'identifier' ? columns.findIndex((column) => nameOf(column) === nameOf(expr)) : -1;
    return place < 0 ? expr : { kind: 'literal', value: { type: 'decimal', text: String(place + 1) }, span: expr.span };
  };
  return clusteredBy?.map((item) => ({ ...item, expr: ordinalOf(item.expr) }));
}
