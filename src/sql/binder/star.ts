/** `*` and the names of outputs. */
import type { SelectItem, Star } from '../ast.js';
import { validationError } from '../errors.js';
import type { Expression } from '../plan/index.js';
import { findRelation } from './names.js';
import type { Scope } from './scope.js';

/** The columns that `*` or `t.*` stands for; those merged by USING come first, once. */
export function expandStar(
  star: Star,
  scope: Scope,
): readonly { readonly name: string; readonly expression: Expression }[] {
  if (star.qualifier) {
    const relation = findRelation(star.qualifier.names, { ...scope });
    if (!relation) throw validationError(`Unknown identifier '${star.qualifier.names.join('.')}'`, star.span);
    return relation.columns;
  }
  if (scope.relations.length === 0) throw validationError('SELECT * requires a FROM clause', star.span);
  const covered = new Set(scope.merged.flatMap((column) => [...column.covers]));
  return [
    ...scope.merged,
    ...scope.relations.flatMap((relation) => relation.columns.filter((column) => !covered.has(column.id))),
  ];
}

/** A column's name among those that a list already has: a second `a` is `a0`, as SqlValidatorUtil.uniquify of Calcite. */
export function uniqueName(name: string, used: Set<string>): string {
  let unique = name;
  for (let attempt = 0; used.has(unique); attempt++) unique = `${name}${attempt}`;
  used.add(unique);
  return unique;
}

/** The name of an output: its alias, its column's name, or EXPR$n as Calcite counts. */
export function outputName(item: SelectItem, index: number): { readonly name: string; readonly named: boolean } {
  if (item.alias) return { name: item.alias.name, named: true };
  if (item.expr.kind === 'identifier') return { name: item.expr.names[item.expr.names.length - 1] ?? '', named: true };
  return { name: `EXPR$${index}`, named: false };
}
