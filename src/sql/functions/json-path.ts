/** Druid's paths into JSON, a subset of JSONPath: `$`, `.name`, `['name']` and `[index]`. */

/** A step of a path: the name of a field or the index of an element, negative from the end. */
export type PathPart = string | number;

/** A path that cannot be read; `message` says why. */
export interface PathProblem {
  readonly message: string;
}

const step = /\.([^.[]*)|\['((?:[^'\\]|\\.|'(?!\]))*)'\]|\[(-?\d+)\]/y;

/** Reads a path. `$.` is the root, as in Druid. */
export function parsePath(path: string): readonly PathPart[] | PathProblem {
  if (path === '') return [];
  if (!path.startsWith('$')) return problem(path, "it must start with '$'");
  const parts: PathPart[] = [];
  let at = 1;
  while (at < path.length) {
    step.lastIndex = at;
    const match = step.exec(path);
    if (!match) return problem(path, `cannot read it from position ${String(at)}`);
    const [text, field, quoted, index] = match;
    at += text.length;
    if (index !== undefined) parts.push(Number(index));
    else if (quoted !== undefined) parts.push(quoted);
    else if (field !== undefined && field !== '') parts.push(field);
    else if (path.charAt(at) === '[')
      return problem(path, `found '[' at invalid position ${String(at)}, must not follow '.'`);
    else if (at < path.length) return problem(path, `the name at position ${String(at)} is empty`);
  }
  return parts;
}

const problem = (path: string, reason: string): PathProblem => ({
  message: `JSONPath [${path}] is invalid, ${reason}`,
});

/** The same path in DuckDB's syntax, where names are quoted. */
export const duckdbPath = (parts: readonly PathPart[]): string =>
  `$${parts.map((part) => (typeof part === 'number' ? `[${part < 0 ? '#' : ''}${String(part)}]` : `."${part.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)).join('')}`;
