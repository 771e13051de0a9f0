/** Resolution of column names: `c`, `t.c`, `druid.t.c`, outer queries included. Names match by exact case. */
import type { Identifier } from '../ast.js';
import { validationError } from '../errors.js';
import type { Expression } from '../plan/index.js';
import type { Relation, Scope, ScopeColumn } from './scope.js';

const sameIgnoringCase = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function findUnqualified(name: string, scope: Scope, node: Identifier): Expression | undefined {
  const merged = scope.merged.filter((column) => column.name === name);
  const covered = new Set(merged.flatMap((column) => [...column.covers]));
  const found: Expression[] = merged.map((column) => column.expression);
  for (const relation of scope.relations) {
    for (const column of relation.columns) {
      if (column.name === name && !covered.has(column.id)) found.push(column.expression);
    }
  }
  if (found.length > 1) throw validationError(`Column '${name}' is ambiguous`, node.span);
  return found[0];
}

function isNamed(relation: Relation, qualifier: readonly string[]): boolean {
  const [last] = qualifier.slice(-1);
  if (relation.alias === undefined || relation.alias !== last) return false;
  return qualifier.length === 1 || (qualifier.length === 2 && relation.schema === qualifier[0]);
}

/** The relation that a qualifier names, here or in a query around; undefined when there is none. */
export function findRelation(qualifier: readonly string[], scope: Scope): Relation | undefined {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const relation = at.relations.find((candidate) => isNamed(candidate, qualifier));
    if (relation) return relation;
  }
  return undefined;
}

function columnOfRelation(relation: Relation, name: string, node: Identifier): ScopeColumn {
  const found = relation.columns.filter((column) => column.name === name);
  if (found.length > 1) throw validationError(`Column '${name}' is ambiguous`, node.span);
  if (found[0]) return found[0];
  const near = relation.columns.find((column) => sameIgnoringCase(column.name, name));
  const hint = near ? `; did you mean '${near.name}'?` : '';
  throw validationError(`Column '${name}' not found in table '${relation.alias ?? ''}'${hint}`, node.span);
}

/** The unqualified column, or undefined when no scope has it. */
export function findColumn(name: string, scope: Scope, node: Identifier): Expression | undefined {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const found = findUnqualified(name, at, node);
    if (found) return found;
  }
  return undefined;
}

/** Resolves a column reference; refuses unknown and ambiguous names in Calcite's words. */
export function resolveColumn(node: Identifier, scope: Scope): Expression {
  const name = node.names[node.names.length - 1] ?? '';
  const qualifier = node.names.slice(0, -1);
  if (qualifier.length > 0) {
    const relation = findRelation(qualifier, scope);
    if (!relation) throw validationError(`Table '${qualifier.join('.')}' not found`, node.span);
    return columnOfRelation(relation, name, node).expression;
  }
  const found = findColumn(name, scope, node);
  if (found) return found;
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const near = at.relations.flatMap((relation) => relation.columns).find((c) => sameIgnoringCase(c.name, name));
    if (near) throw validationError(`Column '${name}' not found in any table; did you mean '${near.name}'?`, node.span);
  }
  throw validationError(`Column '${name}' not found in any table`, node.span);
}
