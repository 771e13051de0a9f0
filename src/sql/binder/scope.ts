/** Scopes: the relations of a FROM clause, with the columns that a query may name. */
import type { Expression, Field } from '../plan/index.js';
import { columnOf } from './build.js';

export interface ScopeColumn {
  readonly name: string;
  readonly expression: Expression;
  /** Id of the field behind it. */
  readonly id: number;
}

export interface Relation {
  /** The alias, or the table's own name; absent for an unnamed derived table. */
  readonly alias: string | undefined;
  /** Schema and table as the catalog names them, for `druid.t.c`; absent once an alias was given. */
  readonly schema: string | undefined;
  readonly columns: readonly ScopeColumn[];
}

/** A column that USING or NATURAL made of two. */
export interface MergedColumn {
  readonly name: string;
  readonly expression: Expression;
  /** Ids of the columns that it stands for. */
  readonly covers: ReadonlySet<number>;
}

export interface Scope {
  readonly relations: readonly Relation[];
  readonly merged: readonly MergedColumn[];
  /** The query around, for correlated references. */
  readonly outer?: Scope;
}

export const EMPTY_SCOPE: Scope = { relations: [], merged: [] };

/** A relation over fields, each under its own name. */
export function relationOf(
  fields: readonly Field[],
  alias: string | undefined,
  schema?: string,
  names?: readonly string[],
): Relation {
  return {
    alias,
    schema,
    columns: fields.map((field, index) => ({
      name: names?.[index] ?? field.name,
      expression: columnOf(field),
      id: field.id,
    })),
  };
}

/** Ids of every field that the scope's own relations offer. */
export function scopeIds(scope: Scope): Set<number> {
  return new Set(scope.relations.flatMap((relation) => relation.columns.map((column) => column.id)));
}
