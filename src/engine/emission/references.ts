/** The ids of all columns that a part of a plan refers to, subqueries included. */
export function referencedColumns(part: unknown, found = new Set<number>()): ReadonlySet<number> {
  if (Array.isArray(part)) {
    for (const element of part) referencedColumns(element, found);
  } else if (typeof part === 'object' && part !== null) {
    if ('kind' in part && part.kind === 'column' && 'id' in part && typeof part.id === 'number') found.add(part.id);
    else for (const value of Object.values(part)) referencedColumns(value, found);
  }
  return found;
}
