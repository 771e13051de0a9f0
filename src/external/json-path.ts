/** A step into a JSON value: a member's name or an element's index. */
export type PathStep = string | number;

const step = /\.([^.[\]\s'"*?@()]+)|\[\s*(\d+)\s*\]|\[\s*'((?:[^'\\]|\\.)*)'\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]/y;

/**
 * Reads a JSONPath that leads to one value: `$`, `.name`, `['name']`, `[0]`. Undefined when it uses anything else
 * (wildcards, filters, slices, functions).
 */
export function parseJsonPath(text: string): readonly PathStep[] | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('$')) return undefined;
  const steps: PathStep[] = [];
  step.lastIndex = 1;
  while (step.lastIndex < trimmed.length) {
    const match = step.exec(trimmed);
    if (!match) return undefined;
    const [, dotted, index, single, double] = match;
    const quoted = single ?? double;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(dotted ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
  }
  return steps;
}

/** The JSON pointer of a path, which can name any member. */
export function jsonPointer(steps: readonly PathStep[]): string {
  return steps.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
