import { type SqlType, VARCHAR } from '../sql/types.js';
import type { FlattenSpec } from './format-spec.js';
import { parseJsonPath, type PathStep } from './json-path.js';
import type { ExternalRelation } from './relation.js';

/** A column that a statement uses, and where its value lies in a record. */
export interface Column {
  readonly name: string;
  readonly type: SqlType;
  /** Empty means the whole record. */
  readonly path: readonly PathStep[];
  /** Names inside of the JSON value at the path, at which JSON_VALUE finds the column's text. */
  readonly member?: readonly string[];
}

/** The columns that a relation puts out, in its order, with their places by the flattenSpec. */
export function placeColumns(relation: ExternalRelation, flatten: FlattenSpec | null | undefined): readonly Column[] {
  const types = new Map(relation.signature.map(({ name, type }) => [name, type]));
  const paths = new Map<string, readonly PathStep[]>();
  for (const { type, name, expr, ...field } of (flatten?.fields ?? []).map((field) => ({
    nodes: undefined,
    ...field,
  }))) {
    if (type === 'path') paths.set(name, parseJsonPath(expr ?? '$') ?? []);
    else if (type === 'tree') paths.set(name, field.nodes ?? []);
    else paths.set(name, [expr ?? name]);
  }
  const members = new Map(relation.members?.map((member) => [member.name, member]));
  return relation.columns.flatMap((name): readonly Column[] => {
    const member = members.get(name);
    if (member)
      return [{ name, type: VARCHAR, path: paths.get(member.column) ?? [member.column], member: member.path }];
    const type = types.get(name);
    return type ? [{ name, type, path: paths.get(name) ?? [name] }] : [];
  });
}
